"""Question sets: what each format becomes, and what a wrong line is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import QuestionSetError
from assistant.evaluation import GoldQuote, Question, load_question_set
from assistant.evaluation.formats.plain_documents import paragraphs


def line(**changes: object) -> str:
    record = {"id": "1", "question": "When?", "answers": [{"document": "a.txt", "quote": "in 1995"}]}
    return json.dumps({key: value for key, value in (record | changes).items() if value is not ...})


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(QuestionSetError) as caught:
        load_question_set(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path.name) in message
    assert message.endswith(".")
    return message


# our own format


def test_jsonl_becomes_questions(tmp_path: Path):
    path = write(
        tmp_path / "set.jsonl",
        line(history=["What is it?"]),
        "",
        line(id="2", answers=[], answerable=False),
    )
    loaded = load_question_set(path)
    assert loaded.questions == (
        Question("1", "When?", ("What is it?",), (GoldQuote("a.txt", "in 1995"),)),
        Question("2", "When?", answerable=False),
    )
    assert (loaded.name, loaded.documents) == ("set", None)
    assert [question.judged for question in loaded.questions] == [True, False]


def test_the_digest_is_that_of_the_bytes(tmp_path: Path):
    first = load_question_set(write(tmp_path / "a.jsonl", line()))
    same = load_question_set(write(tmp_path / "b.jsonl", line()))
    other = load_question_set(write(tmp_path / "c.jsonl", line(id="2")))
    assert first.sha256 == same.sha256 != other.sha256


def test_jsonl_may_begin_with_a_byte_order_mark_and_end_lines_with_crlf(tmp_path: Path):
    (tmp_path / "a.jsonl").write_bytes(f"\ufeff{line()}\r\n".encode())
    assert len(load_question_set(tmp_path / "a.jsonl").questions) == 1


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        pytest.param("{", "expected valid JSON", id="not JSON"),
        pytest.param("[" * 100_000, "expected valid JSON", id="nested without end"),
        pytest.param('{"id": ' + "9" * 5000 + "}", "expected valid JSON", id="a number without end"),
        pytest.param("[1]", "found [1], expected a JSON object", id="a list"),
        pytest.param(line(id=...), 'found no "id"', id="no id"),
        pytest.param(line(id=7), 'found "id": 7', id="id is a number"),
        pytest.param(line(id=" "), 'expected "id" to be a string that is not blank', id="blank id"),
        pytest.param(line(question=...), 'found no "question"', id="no question"),
        pytest.param(line(question="\ud800"), "half a surrogate pair", id="half a character"),
        pytest.param(line(id="0"), "question id '0' again (first at line 1)", id="id twice"),
        pytest.param(line(history="What?"), 'expected "history" to be a list', id="history is a string"),
        pytest.param(line(history=[3]), 'found 3 in "history"', id="history holds a number"),
        pytest.param(line(answers={}), 'expected "answers" to be a list', id="answers is an object"),
        pytest.param(line(answers=["1995"]), "found '1995' in \"answers\"", id="answer is a string"),
        pytest.param(line(answers=[{"quote": "x"}]), 'found no "document"', id="answer without document"),
        pytest.param(line(answers=[{"document": "a"}]), 'found no "quote"', id="answer without quote"),
        pytest.param(line(answerable="yes"), "expected true or false", id="answerable is a string"),
        pytest.param(line(answers=...), "an answerable question without answers", id="no answers"),
        pytest.param(line(answerable=False), "an unanswerable question with answers", id="contradiction"),
    ],
)
def test_a_wrong_jsonl_line_is_named(tmp_path: Path, bad, told):
    message = refusal(write(tmp_path / "set.jsonl", line(id="0"), bad))
    assert "set.jsonl, line 2: found" in message
    assert told in message


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path):
    (tmp_path / "set.jsonl").write_bytes(line().encode() + b"\n\xff\n")
    assert "line 2: found a byte that is not UTF-8 (0xff)" in refusal(tmp_path / "set.jsonl")


@given(st.binary(max_size=200))
def test_jsonl_of_any_bytes_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("set") / "set.jsonl"
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize(
    ("name", "told"), [("none.jsonl", "found nothing there"), ("set.docx", "'.docx'"), ("empty.jsonl", "no questions")]
)
def test_what_is_no_question_set_is_refused(tmp_path: Path, name, told):
    if not name.startswith("none"):
        write(tmp_path / name)
    assert told in refusal(tmp_path / name)


# CSV


def test_csv_becomes_questions(tmp_path: Path):
    path = write(
        tmp_path / "set.csv",
        "Question,Answer,Document,Note",
        '"When, then?","in\n1995",a.txt,',
        ",,,",
        "Why?,,,nobody knows",
    )
    assert load_question_set(path).questions == (
        Question("1", "When, then?", answers=(GoldQuote("a.txt", "in\n1995"),)),
        Question("2", "Why?", answerable=False),
    )


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_may_use_other_delimiters_and_ids(tmp_path: Path, delimiter):
    rows = ["id,document,answer,question", "q7,a.txt,1995,When?"]
    path = write(tmp_path / "set.csv", *(row.replace(",", delimiter) for row in rows))
    assert load_question_set(path).questions == (Question("q7", "When?", answers=(GoldQuote("a.txt", "1995"),)),)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param(["question,answer", "a,b"], "line 1: found columns 'question,answer'", id="column missing"),
        pytest.param(["question,answer,document,answer", "a,b,c,d"], "line 1: found columns", id="column twice"),
        pytest.param(["question,answer,document", ",b,c"], "line 2: found an empty question", id="no question"),
        pytest.param(["question,answer,document", "a,b,"], "answer but no document", id="no document"),
        pytest.param(["question,answer,document", "a,,c"], "document but no answer", id="no answer"),
        pytest.param(["question,answer,document", "a,b"], "line 2: found 2 cells, expected 3", id="cells missing"),
        pytest.param(
            ["question,answer,document", 'a,"b\n\nb",c', "a"], "line 5: found 1 cells", id="after a long cell"
        ),
        pytest.param(["question,answer,document", 'a,"b'], "expected valid CSV", id="open quotation mark"),
        pytest.param(["question,answer,document", f"a,{'b' * 200_000},c"], "expected valid CSV", id="huge cell"),
        pytest.param(
            ["id,question,answer,document", "1,a,b,c", "1,d,e,f"], "'1' again (first at line 2)", id="id twice"
        ),
    ],
)
def test_a_wrong_csv_row_is_named(tmp_path: Path, rows, told):
    assert told in refusal(write(tmp_path / "set.csv", *rows))


def test_csv_that_is_not_utf8_is_named(tmp_path: Path):
    (tmp_path / "set.csv").write_bytes(b"question,answer,document\nWo?,K\xf6ln,a\n")
    assert "line 2: found a byte that is not UTF-8 (0xf6)" in refusal(tmp_path / "set.csv")


# SQuAD


def squad(**changes: object) -> dict[str, object]:
    question: dict[str, object] = {
        "id": "q1",
        "question": " Where? ",
        "answers": [{"text": "here", "answer_start": 8}, {"text": "here", "answer_start": 8}],
    }
    question = {key: value for key, value in (question | changes).items() if value is not ...}
    return {"data": [{"title": "T", "paragraphs": [{"context": "here or here", "qas": [question]}]}]}


def test_squad_becomes_documents_and_questions(tmp_path: Path):
    content = squad()
    content["data"] += squad(id="q2", is_impossible=True)["data"]  # type: ignore[operator]
    loaded = load_question_set(write(tmp_path / "dev.json", json.dumps(content)))
    assert loaded.questions == (
        Question("q1", "Where?", answers=(GoldQuote("T/0", "here", 8),)),
        Question("q2", "Where?", answerable=False),
    )
    assert loaded.documents is not None
    assert [(document.id, document.title, document.text) for document in loaded.documents] == [
        ("T/0", "T", "here or here"),
        ("T/1", "T", "here or here"),
    ]
    assert loaded.documents[0].sha256 == hashlib.sha256(b"here or here").hexdigest()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param("{\n!", "at line 2, column 1", id="not JSON"),
        pytest.param("[]", 'found no "data"', id="a list"),
        pytest.param('{"data": 3}', 'expected "data" to be a list', id="data is a number"),
        pytest.param('{"data": [3]}', "data[0]: found 3, expected an object", id="article is a number"),
        pytest.param('{"data": [{"title": "x"}]}', 'data[0]: found no "paragraphs"', id="no paragraphs"),
        pytest.param('{"data": [{"paragraphs": [{}]}]}', 'paragraphs[0]: found no "context"', id="no context"),
        pytest.param(json.dumps(squad(id=...)), 'paragraphs[0].qas[0]: found no "id"', id="no id"),
        pytest.param(json.dumps(squad(answers=...)), 'qas[0]: found no "answers"', id="no answers"),
        pytest.param(json.dumps(squad(answers=[])), "found no answers", id="answers empty"),
        pytest.param(json.dumps(squad(answers=[{"text": "x"}])), '"answer_start": None', id="no offset"),
        pytest.param(
            json.dumps(squad(answers=[{"text": "x", "answer_start": 12}])), "from 0 to 11", id="offset outside"
        ),
        pytest.param(json.dumps(squad(is_impossible=1)), "expected true or false", id="flag is a number"),
        pytest.param(
            json.dumps({"data": [*squad()["data"], *squad()["data"]]}),  # type: ignore[misc]
            "data[1].paragraphs[0].qas[0]: found question id 'q1' again",
            id="id twice",
        ),
    ],
)
def test_a_wrong_place_in_squad_is_named(tmp_path: Path, content, told):
    assert told in refusal(write(tmp_path / "dev.json", content))


def test_squad_that_is_not_utf8_is_refused(tmp_path: Path):
    (tmp_path / "dev.json").write_bytes(b'{"data": "\xff"}')
    assert "not UTF-8" in refusal(tmp_path / "dev.json")


# BEIR


def beir(folder: Path, **files: list[str]) -> Path:
    content = {
        "corpus.jsonl": ['{"_id": "d 1", "title": "T", "text": "one\\n\\n two \\n"}', '{"_id": "d2", "text": "x"}'],
        "queries.jsonl": ['{"_id": "q1", "text": "Which?"}', '{"_id": "q2", "text": "Why?"}'],
        "qrels/test.tsv": ["query-id\tcorpus-id\tscore", "q1\td 1\t2", "q1\td2\t0"],
    }
    names = {"corpus": "corpus.jsonl", "queries": "queries.jsonl", "qrels": "qrels/test.tsv"}
    content |= {names[name]: lines for name, lines in files.items()}
    (folder / "qrels").mkdir()
    for name, lines in content.items():
        write(folder / name, *lines)
    return folder


def test_beir_becomes_documents_and_questions(tmp_path: Path):
    loaded = load_question_set(beir(tmp_path))
    assert loaded.questions == (Question("q1", "Which?", relevant={"d 1": 2, "d2": 0}), Question("q2", "Why?"))
    assert [question.judged for question in loaded.questions] == [True, False]
    assert loaded.documents is not None
    first = loaded.documents[0]
    assert (first.id, first.title, first.text, first.media_type) == ("d 1", "T", "one\n\n two \n", "text/plain")
    assert [first.text[block.start : block.end] for block in first.blocks] == ["one", "two"]
    assert loaded.name == tmp_path.name


def test_beir_qrels_need_no_header_and_test_is_preferred(tmp_path: Path):
    folder = beir(tmp_path, qrels=["q2\td2\t1"])
    write(folder / "qrels" / "train.tsv", "q1\td2\t1")
    assert load_question_set(folder).questions[1].relevant == {"d2": 1}


def test_beir_takes_another_split_where_it_is_the_only_one(tmp_path: Path):
    folder = beir(tmp_path)
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "dev.tsv")
    assert load_question_set(folder).questions[0].judged
    write(folder / "qrels" / "train.tsv", "q1\td2\t1")
    with pytest.raises(QuestionSetError, match=r"found dev\.tsv, train\.tsv, expected test\.tsv"):
        load_question_set(folder)


def test_beir_history_keeps_the_users_turns(tmp_path: Path):
    turns = [{"speaker": "user", "text": "What?"}, {"speaker": "agent", "text": "That."}, "And?"]
    query = json.dumps({"_id": "q1", "text": "When?", "history": turns})
    loaded = load_question_set(beir(tmp_path, queries=[query], qrels=[]))
    assert loaded.questions[0].history == ("What?", "And?")


@pytest.mark.parametrize("mark", [{"answerable": False}, {"is_impossible": True}, {"answerability": "UNANSWERABLE"}])
def test_beir_queries_may_be_marked_unanswerable(tmp_path: Path, mark):
    query = json.dumps({"_id": "q1", "text": "When?"} | mark)
    assert not load_question_set(beir(tmp_path, queries=[query])).questions[0].answerable


def test_a_beir_row_that_is_only_a_title_can_still_be_found(tmp_path: Path):
    loaded = load_question_set(beir(tmp_path, corpus=['{"_id": "d", "title": "T", "text": ""}'], qrels=[]))
    assert loaded.documents is not None
    assert loaded.documents[0].text == "T"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        pytest.param({"corpus": ['{"_id": "a"}']}, 'corpus.jsonl, line 1: found no "text"', id="row without text"),
        pytest.param({"corpus": ['{"text": "a"}']}, 'found no "_id"', id="row without id"),
        pytest.param({"corpus": ['{"_id": "a", "text": "a", "title": 1}']}, '"title": 1', id="title is a number"),
        pytest.param(
            {"corpus": ['{"_id": "a", "text": "a"}'] * 2}, "line 2: found document id 'a' again", id="row twice"
        ),
        pytest.param({"corpus": []}, "found no documents", id="no rows"),
        pytest.param({"queries": []}, "queries.jsonl", id="no queries"),
        pytest.param({"queries": ['{"_id": "q1"}'], "qrels": []}, 'found no "text"', id="query without text"),
        pytest.param({"queries": ['{"_id": "q", "text": "a"}'] * 2}, "query id 'q' again", id="query twice"),
        pytest.param({"qrels": ["q1\td2"]}, "test.tsv, line 1: found 2 cells", id="two cells"),
        pytest.param({"qrels": ["q1\td2\t1", "q2\td2\thigh"]}, "line 2: found relevance 'high'", id="no number"),
        pytest.param({"qrels": ["q1\td2\t--1"]}, "found relevance '--1'", id="two signs"),
        pytest.param({"qrels": ["q9\td2\t1"]}, "found unknown query id 'q9'", id="unknown query"),
        pytest.param({"qrels": ["q1\td9\t1"]}, "found unknown document id 'd9'", id="unknown document"),
        pytest.param({"qrels": ["q1\td2\t1"] * 2}, "line 2: found a second judgement", id="judged twice"),
    ],
)
def test_a_wrong_line_in_beir_is_named(tmp_path: Path, files, told):
    with pytest.raises(QuestionSetError) as caught:
        load_question_set(beir(tmp_path, **files))
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("missing", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_beir_file_is_named(tmp_path: Path, missing):
    folder = beir(tmp_path)
    (folder / missing).unlink()
    with pytest.raises(QuestionSetError, match=r"corpus\.jsonl, queries\.jsonl and qrels/test\.tsv"):
        load_question_set(folder)


@given(st.text(st.sampled_from("ab \n\r\t"), max_size=30))
def test_paragraphs_are_what_stands_between_blank_lines(text):
    spans = [(block.start, block.end) for block in paragraphs(text)]
    pieces = [text[start:end] for start, end in spans]
    assert all(piece == piece.strip() != "" for piece in pieces)
    assert spans == sorted(spans)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert not any("" in [row.strip() for row in piece.split("\n")] for piece in pieces)
