"""The HTTP API: the same JSON as the command line, and every refusal as one line of JSON."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from calling import FILES, call

from assistant import __version__
from assistant.cli import main

QUESTION = "Since when do apples grow in Almaty?"


def test_ask_gives_the_very_bytes_that_the_command_line_prints(served, index, monkeypatch, certain_model):
    monkeypatch.setattr("assistant.engine.default_model", lambda: certain_model)
    out, before = io.StringIO(), Path.cwd()
    os.chdir(index.parent)
    try:
        with redirect_stdout(out), pytest.raises(SystemExit):
            main(["ask", QUESTION, "--json", "-k", "2", "--history", "What grows?"])
    finally:
        os.chdir(before)
    reply = call(served, "POST", "/api/ask", {"question": QUESTION, "k": 2, "history": ["What grows?"]})
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.body == out.getvalue()
    assert reply.json["citations"]


def test_a_question_can_be_asked_of_some_documents_only(served):
    reply = call(served, "POST", "/api/ask", {"question": "harbour", "documents": ["notes/places.md"]})
    assert {each["document"] for each in reply.json["citations"] + reply.json["nearest"]} == {"notes/places.md"}
    reply = call(served, "POST", "/api/search", {"question": "harbour", "documents": ["letter.txt"]})
    assert {each["passage"]["document"] for each in reply.json["hits"]} == {"letter.txt"}


def test_search_gives_passages_with_the_scores_that_ranked_them(served):
    hits = call(served, "POST", "/api/search", {"question": "Who keeps the lighthouse?", "k": 1}).json["hits"]
    assert len(hits) == 1
    assert "Ilya" in hits[0]["passage"]["text"]
    assert {"dense", "lexical", "fused"} <= hits[0]["signals"].keys()


def test_documents_are_listed_in_order_and_filtered(served):
    whole = call(served, "GET", "/api/documents").json
    assert (whole["total"], [each["id"] for each in whole["documents"]]) == (2, ["letter.txt", "notes/places.md"])
    assert [each["id"] for each in call(served, "GET", "/api/documents?first=1&count=1").json["documents"]] == [
        "notes/places.md"
    ]
    assert call(served, "GET", "/api/documents?contains=LETTER").json["total"] == 1


def test_a_document_is_read_by_its_id_slashes_and_all(served):
    reply = call(served, "GET", "/api/documents/notes/places.md?start=2&end=8").json
    assert (reply["id"], reply["title"], reply["text"]) == ("notes/places.md", "Places", "Places")
    assert reply["characters"] == len(FILES["notes/places.md"])


def test_a_citation_opens_with_the_words_around_it(served):
    citation = call(served, "POST", "/api/ask", {"question": QUESTION}).json["citations"][0]
    opened = call(served, "POST", "/api/open_citation", {**citation, "context": 8}).json
    text = FILES[citation["document"]]
    assert opened["quote"] == citation["quote"] == text[citation["start"] : citation["end"]]
    assert opened["before"] == text[max(0, citation["start"] - 8) : citation["start"]]
    assert opened["after"] == text[citation["end"] : citation["end"] + 8]


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"quote": "other words"}, 409, "do not hold the quoted words"),
        ({"start": -5}, 409, "do not hold the quoted words"),
        ({"sha256": "0" * 64}, 409, "has changed since it was cited"),
        ({"document": "gone.txt"}, 404, "no document 'gone.txt'"),
        ({"context": 10**9}, 400, "context"),
    ],
    ids=["words", "place", "file", "document", "context"],
)
def test_a_citation_that_does_not_stand_is_refused(served, change, status, words):
    citation = call(served, "POST", "/api/ask", {"question": QUESTION}).json["citations"][0]
    reply = call(served, "POST", "/api/open_citation", {**citation, **change})
    assert reply.status == status
    assert words in reply.json["error"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", "/api/ask", {"question": "  "}, 400, "the question is empty"),
        ("POST", "/api/ask", {"question": "x" * 100_000}, 400, "100,000 characters"),
        ("POST", "/api/ask", {}, 400, "question"),
        ("POST", "/api/ask", {"question": "Why?", "k": 0}, 400, "k: "),
        ("POST", "/api/ask", {"question": "Why?", "knob": 1}, 400, "knob"),
        ("POST", "/api/ask", {"question": "Why?", "history": "What?"}, 400, "history"),
        ("POST", "/api/ask", {"question": "Why?", "documents": ["no"]}, 404, "no document 'no'"),
        ("POST", "/api/ask", b"{", 400, "the body"),
        ("GET", "/api/ask", None, 404, "/api/openapi.json"),
        ("GET", "/api/documents/none.txt", None, 404, "no document 'none.txt'"),
        ("GET", "/api/documents/letter.txt?start=5&end=2", None, 400, "characters 5 to 2"),
        ("GET", "/api/documents?count=0", None, 400, "count"),
        ("GET", "/api/nothing", None, 404, "/api/nothing"),
        ("POST", "/api/ask", b"x" * (5 * 2**20), 413, "4 MiB"),
    ],
)
def test_a_refusal_is_one_line_of_json(served, method, path, body, status, words):
    reply = call(served, method, path, body)
    assert (reply.status, list(reply.json)) == (status, ["error"])
    assert words in reply.json["error"]
    assert "\n" not in reply.json["error"]


def test_a_body_of_unknown_length_is_refused_while_it_is_read(served):
    def endless():
        for _ in range(5):
            yield b"x" * 2**20

    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", served.page.server_port, timeout=10)
    connection.request("POST", "/api/ask", body=endless(), headers={"Content-Type": "application/json"})
    assert connection.getresponse().status == 413
    connection.close()


def test_our_own_fault_tells_nothing_of_the_inside(served, assistant, monkeypatch, caplog):
    monkeypatch.setattr(assistant, "documents", lambda: 1 / 0)
    reply = call(served, "GET", "/api/documents")
    assert (reply.status, list(reply.json)) == (500, ["error"])
    assert "division" not in reply.body
    assert [each.exc_info[0] for each in caplog.records if each.getMessage() == "request failed"] == [ZeroDivisionError]


def test_the_api_describes_itself(served):
    described = call(served, "GET", "/api/openapi.json").json
    assert {"/api/ask", "/api/search", "/api/open_citation", "/api/documents", "/healthz"} <= described["paths"].keys()
    answer = described["paths"]["/api/ask"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/Answer"}
    assert call(served, "GET", "/docs").status == 404


def test_healthz_tells_nothing_of_the_documents(served):
    for path in ("/healthz", "/readyz"):
        told = call(served, "GET", path)
        assert (told.status, told.json) == (200, {"status": "ok", "version": __version__, "ready": True, "index": "ok"})


def test_a_page_of_another_site_cannot_send_questions(served):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        reply = call(served, "POST", "/api/ask", {"question": "Why?"}, headers)
        assert (reply.status, "another site" in reply.json["error"]) == (403, True)
    own = {"Origin": f"http://127.0.0.1:{served.page.server_port}"}
    assert call(served, "POST", "/api/ask", {"question": "Why?"}, own).status == 200
