"""The log holds one line an event and no words of questions or documents, whatever is sent; metrics have none."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from calling import FILES, Guarded, call
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from assistant import Assistant
from assistant.errors import IndexDamagedError
from assistant.server import Served
from assistant.server.health import index_state
from assistant.server.log import SPOKEN, EventFormatter, configure_log, tell
from assistant.server.metrics import Metrics
from assistant.server.observing import observed
from assistant.server.watching import route_of

SECRET = "Was the harbour of Almaty sold to Zanzibar?"


@pytest.fixture
def logged() -> Iterator[Callable[..., io.StringIO]]:
    """Starts a log that is written to memory; the loggers are as before afterwards."""
    before = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).propagate) for name in SPOKEN}
    level = logging.getLogger("footnote").level

    def begin(**options: object) -> io.StringIO:
        stream = io.StringIO()
        configure_log(**{"style": "json", "level": "debug", "stream": stream, **options})
        return stream

    yield begin
    for name, (handlers, propagate) in before.items():
        logging.getLogger(name).handlers[:], logging.getLogger(name).propagate = handlers, propagate
    logging.getLogger("footnote").setLevel(level)


def events(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_question_is_one_line_with_its_outcome_and_times(served: Served, logged) -> None:
    log = logged()
    reply = call(served, "POST", "/api/ask", {"question": SECRET, "history": ["What is there?"]})
    (question,) = [each for each in events(log) if each["event"] == "question"]
    assert (question["kind"], question["outcome"]) == ("ask", reply.json["outcome"])
    assert (question["characters"], question["level"]) == (len(SECRET), "info")
    assert {"encode", "dense", "lexical", "rank", "answer"} <= question["stages_ms"].keys()
    (request,) = [each for each in events(log) if each["event"] == "request"]
    assert (request["route"], request["status"], request["method"]) == ("/api/ask", 200, "POST")
    assert question["id"] == request["id"] == reply.headers["x-request-id"]


def test_no_word_of_a_question_or_document_is_logged(served: Served, logged) -> None:
    log = logged()
    call(served, "POST", "/api/ask", {"question": SECRET})
    call(served, "POST", "/api/search", {"question": SECRET})
    call(served, "POST", "/api/ask", {"question": "x" * 6_000})
    call(served, "GET", "/api/documents/letter.txt?contains=Zanzibar")
    call(served, "GET", "/api/documents/Zanzibar")
    call(served, "GET", "/Zanzibar%7f", headers={"User-Agent": "Zanzibar"})
    written = log.getvalue()
    assert len(events(log)) >= 9
    words = {word.strip(".?").lower() for text in (SECRET, *FILES.values()) for word in text.split() if len(word) > 5}
    assert [word for word in sorted(words | {"letter.txt", "xxxx"}) if word in written.lower()] == []


def test_the_words_of_questions_are_logged_where_that_is_asked_for(serve_with: Callable[..., Served], logged) -> None:
    log = logged()
    call(serve_with(log_text=True), "POST", "/api/ask", {"question": SECRET})
    assert [each["question"] for each in events(log) if each["event"] == "question"] == [SECRET]


def test_who_asked_is_logged_by_account(guarded: Guarded, logged) -> None:
    log = logged()
    call(guarded.served, "POST", "/api/ask", {"question": SECRET}, guarded.bearer("ben"))
    assert [each["user"] for each in events(log) if each["event"] == "request"] == ["ben"]
    assert guarded.tokens["ben"] not in log.getvalue()


def test_by_default_only_what_went_wrong_is_logged(served: Served, logged) -> None:
    log = logged(level="warning", style="text")
    call(served, "POST", "/api/ask", {"question": SECRET})
    call(served, "POST", "/api/ask", {"question": ""})
    assert log.getvalue() == ""


class Broken:
    """An assistant that fails with the words it was reading."""

    is_ready = True

    def __init__(self, error: Exception) -> None:
        self._error = error

    def ask(self, *_: object, **__: object) -> None:
        raise self._error

    def info(self) -> None:
        raise self._error


def test_of_an_unexpected_error_type_and_place_are_logged_but_not_its_message(logged) -> None:
    for with_text in (False, True):
        log = logged(with_text=with_text)
        try:
            raise ValueError(SECRET)
        except ValueError:
            logging.getLogger("footnote").exception("request failed")
        (line,) = events(log)
        assert (line["error"], "test_server_log.py:" in line["at"], SECRET in log.getvalue()) == (
            "ValueError",
            True,
            with_text,
        )


def test_a_failed_question_is_counted_and_raised(logged) -> None:
    log, metrics = logged(), Metrics()
    with pytest.raises(ZeroDivisionError):
        observed(Broken(ZeroDivisionError(SECRET)), metrics).ask(SECRET)
    assert [(each["outcome"], each["error"], each["level"]) for each in events(log)] == [
        ("failed", "ZeroDivisionError", "error")
    ]
    assert values(metrics.text().decode())["footnote_errors_total", "unexpected"] == 1
    assert "Almaty" not in log.getvalue()


@given(st.text(), st.sampled_from(["text", "json"]))
def test_whatever_is_logged_is_one_printable_line(text: str, style: str) -> None:
    record = logging.LogRecord("footnote", logging.INFO, "", 0, "%s", (text,), None)
    record.fields = {"question": text, "stages_ms": {text: 1.0}}
    line = EventFormatter(style, True).format(record)
    assert line.isprintable()
    if style == "json":
        assert json.loads(line)["question"] == text


@pytest.mark.parametrize(
    "attack", ["\n2026-01-01T00:00:00Z error forged", "\r\x1b[2J\x1b]0;owned\x07", "\u2028x", "\u202eevil", "\udc80"]
)
def test_what_is_asked_cannot_begin_a_line_or_move_a_cursor(attack: str, logged) -> None:
    log = logged(style="text")
    tell("question", {"question": attack})
    assert log.getvalue().count("\n") == 1
    assert log.getvalue().removesuffix("\n").isprintable()


def values(exposition: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    families = text_string_to_metric_families(exposition)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_metrics_count_questions_requests_errors_and_times(serve_with: Callable[..., Served]) -> None:
    served = serve_with()
    for body in ({"question": "When did the harbour open?"}, {"question": ""}):
        call(served, "POST", "/api/ask", body)
    call(served, "POST", "/api/search", {"question": "harbour"})
    call(served, "BREW", "/api/ask/Zanzibar")
    reply = call(served, "GET", "/metrics")
    found = values(reply.body)
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    asked = {key: value for key, value in found.items() if key[0] == "footnote_questions_total"}
    assert sum(asked.values()) == 3
    assert asked["footnote_questions_total", "ask", "refused"] == 1
    assert found["footnote_errors_total", "QuestionError"] == 1
    assert found["footnote_question_seconds_count", "all"] == 2
    assert found["footnote_question_seconds_count", "encode"] == 1
    assert found["footnote_requests_total", "POST", "/api/ask", "200"] == 1
    assert found["footnote_requests_total", "POST", "/api/ask", "400"] == 1
    assert found["footnote_requests_total", "other", "/api/ask", "404"] == 1
    assert (found[("footnote_index_documents",)], found[("footnote_index_up",)]) == (len(FILES), 1)
    assert found[("footnote_index_passages",)] >= 2
    assert found[("footnote_ready",)] == 1
    assert found[("process_resident_memory_bytes",)] > 0
    assert "Zanzibar" not in reply.body
    assert "harbour" not in reply.body


def test_metrics_need_a_token_where_accounts_are_set(guarded: Guarded) -> None:
    assert call(guarded.served, "GET", "/metrics").status == 401
    assert call(guarded.served, "GET", "/metrics", headers=guarded.bearer("ben")).status == 200


def test_an_index_that_cannot_be_read_is_told_by_health_and_metrics() -> None:
    broken, metrics = Broken(IndexDamagedError("index/footnote.sqlite is damaged; run: footnote index")), Metrics()
    metrics.watch(broken.info, lambda: True)
    found = values(metrics.text().decode())
    assert found[("footnote_index_up",)] == 0
    assert ("footnote_index_documents",) not in found
    assert index_state(broken) == "unreadable"


def test_readiness_is_503_until_a_question_is_answered_at_once(
    serve_with: Callable[..., Served], assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(assistant), "is_ready", property(lambda _: False))
    served = serve_with()
    assert (call(served, "GET", "/readyz").status, call(served, "GET", "/readyz").json["ready"]) == (503, False)
    assert (call(served, "GET", "/healthz").status, call(served, "GET", "/healthz").json["ready"]) == (200, False)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        *(("/", "/"), ("/api/ask", "/api/ask"), ("/api/documents/a/b", "/api/documents"), ("/api/x", "/api")),
        *(("/gradio_api/queue/join", "/gradio_api"), ("/apix", "other"), ("/assets/a.js", "other"), ("//", "other")),
    ],
)
def test_a_path_is_counted_under_one_of_few_names(path: str, route: str) -> None:
    assert route_of(path) == route
