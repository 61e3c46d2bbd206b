"""Workbooks, TREC files and conversations: what each becomes, and what a wrong place is told."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from assistant.errors import QuestionSetError
from assistant.evaluation import GoldQuote, Question, evaluate, load_question_set, write_jsonl, write_qrels

from .stub_asker import Reply, StubAsker, lines_document
from .test_questions import beir, line, refusal, write

# Workbooks


def workbook(path: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.active.title = "Fragen"
    book.create_sheet("notes").append(["not read"])
    book.save(path)
    return path


HEAD = ["Question", "Answer", "Document", "Note"]


def test_a_workbook_becomes_questions(tmp_path: Path):
    path = workbook(
        tmp_path / "set.xlsx",
        HEAD,
        ["When, then?", "in\n1995", "a.txt"],
        [],
        ["How many?", 1995, "a.txt"],
        ["How much?", 2.0, "a.txt"],
        ["Why?", None, None, "nobody knows"],
    )
    loaded = load_question_set(path)
    assert loaded.questions == (
        Question("1", "When, then?", answers=(GoldQuote("a.txt", "in\n1995"),)),
        Question("2", "How many?", answers=(GoldQuote("a.txt", "1995"),)),
        Question("3", "How much?", answers=(GoldQuote("a.txt", "2"),)),
        Question("4", "Why?", answerable=False),
    )
    assert (loaded.name, loaded.documents) == ("set", None)


def test_a_workbook_and_a_csv_with_the_same_cells_are_the_same_questions(tmp_path: Path):
    rows = [["id", "question", "answer", "document"], ["q7", "When?", "1995", "a.txt"], ["q8", "Why?", "", ""]]
    book = load_question_set(workbook(tmp_path / "a.xlsx", *rows))
    assert book.questions == load_question_set(write(tmp_path / "b.csv", *map(",".join, rows))).questions


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param([["question", "answer"], ["a", "b"]], "row 1: found columns 'question,answer'", id="no column"),
        pytest.param([HEAD, ["a", "b", "c"], [None, "b", "c"]], "row 3: found an empty question", id="no question"),
        pytest.param([HEAD, [], ["a", "b"]], "row 3: found a row with answer but no document", id="no document"),
        pytest.param(
            [HEAD, ["a", datetime.date(2020, 1, 2), "c"]], "row 2: found '2020-01-02 00:00:00' in column B", id="a date"
        ),
        pytest.param([HEAD, ["a", True, "c"]], "found 'True' in column B, expected text", id="a truth value"),
        pytest.param([HEAD, ["a", "#REF!", "c"]], "found '#REF!' in column B, expected text", id="a broken reference"),
        pytest.param([HEAD, ["a", "b", "c", "", "d"]], "row 2: found 5 cells, expected 4", id="a cell too many"),
        pytest.param([["id", *HEAD], [1, "a", "b", "c"], [1, "d", "e", "f"]], "id '1' again", id="id twice"),
        pytest.param([], "found no questions", id="empty"),
    ],
)
def test_a_wrong_row_of_a_workbook_is_named(tmp_path: Path, rows, told):
    message = refusal(workbook(tmp_path / "set.xlsx", *rows))
    assert told in message
    assert "sheet 'Fragen'" in message or "no questions" in message


@pytest.mark.parametrize("content", [b"", b"question,answer,document\n", b"PK\x03\x04torn"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content):
    (tmp_path / "set.xlsx").write_bytes(content)
    assert "expected a workbook. Open it in a spreadsheet program" in refusal(tmp_path / "set.xlsx")


def test_a_torn_workbook_is_refused_wherever_it_is_torn(tmp_path: Path):
    whole = workbook(tmp_path / "whole.xlsx", HEAD, ["a", "b", "c"]).read_bytes()
    for length in range(0, len(whole), 97):
        (tmp_path / "torn.xlsx").write_bytes(whole[:length])
        refusal(tmp_path / "torn.xlsx")


# TREC

CLASSIC = [
    "<top>",
    "<num> Number: 301",
    "<title> Topic: International",
    "  organized crime",
    "<desc> Description:",
    "Identify organizations.",
    "</top>",
    "",
    "<top><num>302</num> <title>Is 1 < 2?</title><narr> no matter </narr></top>",
]
TABBED = ["301\tInternational organized crime", "302\tIs 1 < 2?"]
QRELS = ["301 0 FT-1 2", "301 0 FT%202 0", "302\t0\tFT-1\t-2"]
JUDGED = (
    Question("301", "International organized crime", relevant={"FT-1": 2, "FT 2": 0}),
    Question("302", "Is 1 < 2?", relevant={"FT-1": -2}),
)


@pytest.mark.parametrize("topics", [CLASSIC, TABBED], ids=["classic", "tabbed"])
def test_a_trec_folder_becomes_questions(tmp_path: Path, topics):
    write(tmp_path / "topics.301-302.txt", *topics)
    write(tmp_path / "qrels.301-302.txt", *QRELS)
    write(tmp_path / "README", "about them")
    loaded = load_question_set(tmp_path)
    assert loaded.questions == JUDGED
    assert (loaded.name, loaded.documents) == (tmp_path.name, None)


def test_a_pair_is_given_with_a_comma_or_as_two_paths(tmp_path: Path):
    topics, qrels = write(tmp_path / "a, b.topics", *CLASSIC), write(tmp_path / "judged.txt", *QRELS)
    pair = load_question_set(f"{topics},{qrels}")
    assert pair.questions == JUDGED
    assert pair == load_question_set(topics, qrels=qrels)
    assert pair.name == "a, b"


def test_the_digest_of_a_pair_covers_both(tmp_path: Path):
    topics = write(tmp_path / "topics", *CLASSIC)
    first = load_question_set(topics, write(tmp_path / "qrels", *QRELS))
    other = load_question_set(topics, write(tmp_path / "qrels", *QRELS[:2]))
    assert first.sha256 != other.sha256


def test_qrels_that_we_wrote_are_read_back(tmp_path: Path):
    judged = {"q 1": {"my file.txt": 1, "a%20b": 0}, "q2": {"c": 3}}
    write_qrels(tmp_path / "qrels.txt", judged)
    write(tmp_path / "topics.txt", "q 1\tone", "q2\ttwo")
    assert {question.id: question.relevant for question in load_question_set(tmp_path).questions} == judged


def test_topics_are_measured_by_document(tmp_path: Path):
    write(tmp_path / "topics.txt", "1\tfox", "2\towl")
    write(tmp_path / "qrels.txt", "1 0 a 1")
    documents = {"a": lines_document("a", "red fox"), "b": lines_document("b", "white owl")}
    stub = StubAsker(documents, {"fox": Reply([("b", 0), ("a", 0)]), "owl": Reply([("b", 0)])})
    report = evaluate(stub, load_question_set(tmp_path))
    assert report.metrics["rr@10"].value == 1 / 2
    assert (report.counts["asked"], report.counts["ranked"], report.counts["unjudged"]) == (2, 1, 1)


@pytest.mark.parametrize(
    ("topics", "told"),
    [
        pytest.param(["1 what"], "line 1: found '1 what', expected an id, one tab and a question", id="no tab"),
        pytest.param(["1\ta", "2\tb\tc"], "line 2: found", id="two tabs"),
        pytest.param(["1\ta", "2\t"], "line 2: found", id="no question"),
        pytest.param(["1\ta", "1\tb"], "line 2: found topic id '1' again (first at line 1)", id="id twice"),
        pytest.param(["<top>", "<title> a", "</top>"], "line 1: found a topic without <num>", id="no number"),
        pytest.param(["<top>", "<num> Number: ", "<title> a", "</top>"], "without <num>", id="blank number"),
        pytest.param(["<top>", "<num> 1", "</top>"], "line 1: found a topic without <title>", id="no title"),
        pytest.param(["<top><num> 1", "<num> 2"], "line 2: found a second <num>", id="number twice"),
        pytest.param(["<top><num> 1<title> a</top>", "<top>"], "line 2: found <top> without </top>", id="open"),
        pytest.param(["<top>", "<num> 1", "<top>"], "line 3: found <top> before the </top> of line 1", id="nested"),
        pytest.param(["<top><num>1<title>a</top></top>"], "found </top> without <top>", id="closed twice"),
        pytest.param(["<top><num>1<title>a</top>", "b"], "line 2: found 'b' outside of a topic", id="text outside"),
        pytest.param(["<top><num>1<title>a</top><num>2"], "found <num> outside of a topic", id="tag outside"),
    ],
)
def test_a_wrong_line_of_topics_is_named(tmp_path: Path, topics, told):
    qrels = write(tmp_path / "qrels.txt", "1 0 d 1")
    with pytest.raises(QuestionSetError) as caught:
        load_question_set(write(tmp_path / "topics.txt", *topics), qrels)
    assert str(tmp_path / "topics.txt") in str(caught.value)
    assert told in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("qrels", "told"),
    [
        pytest.param(["301 0 d"], "line 1: found 3 columns, expected four: topic 0 document relevance", id="three"),
        pytest.param([QRELS[0], "302 0 my file 1"], "line 2: found 5 columns", id="five"),
        pytest.param(["301 0 d high"], "line 1: found relevance 'high'", id="no number"),
        pytest.param(["301 0 d 1", "301 1 d 1"], "line 2: found a second judgement of 'd'", id="judged twice"),
        pytest.param(["303 0 d 1"], "found unknown query id '303', expected the id of a line in topics.txt", id="id"),
    ],
)
def test_a_wrong_line_of_qrels_is_named(tmp_path: Path, qrels, told):
    topics = write(tmp_path / "topics.txt", *CLASSIC)
    with pytest.raises(QuestionSetError) as caught:
        load_question_set(topics, write(tmp_path / "qrels.txt", *qrels))
    assert str(tmp_path / "qrels.txt") in str(caught.value)
    assert told in str(caught.value)


def test_a_folder_without_one_of_each_is_refused(tmp_path: Path):
    write(tmp_path / "topics.txt", *CLASSIC)
    with pytest.raises(QuestionSetError, match=r"found none, expected one file of qrels.*TOPICS,QRELS\.$"):
        load_question_set(tmp_path)
    write(tmp_path / "qrels.1", *QRELS)
    write(tmp_path / "qrels.2", *QRELS)
    with pytest.raises(QuestionSetError, match=r"found qrels\.1, qrels\.2, expected one file of qrels"):
        load_question_set(tmp_path)


def test_topics_alone_are_told_about_the_pair(tmp_path: Path):
    assert "TOPICS,QRELS" in refusal(write(tmp_path / "topics.txt", *CLASSIC))
    with pytest.raises(QuestionSetError, match=r"gone\.txt: found nothing there"):
        load_question_set(f"{tmp_path / 'topics.txt'},{tmp_path / 'gone.txt'}")


PIECES = ["<top>", "</top>", "<num>", "<title>", "</title>", "1", " a ", "\n", "\t"]


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_topics_of_any_text_are_read_or_refused(tmp_path_factory, pieces):
    folder = tmp_path_factory.mktemp("trec")
    (folder / "topics.txt").write_text("".join(pieces))
    (folder / "qrels.txt").write_text("")
    try:
        questions = load_question_set(folder).questions
    except QuestionSetError:
        return
    assert all(question.id.strip() and question.question.strip() for question in questions)


# Conversations

USER, AGENT = {"speaker": "user", "text": "What is it?"}, {"speaker": "agent", "text": "A centre."}
LAST = {"speaker": "user", "text": "Since when?"}
SAID = "|user|: What is it?\n"
ASKED = Question("c<::>2", "Since when?", history=("What is it?",))


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"_id": "c<::>2", "text": "Since when?", "history": [USER, AGENT]}, id="history"),
        pytest.param({"_id": "c<::>2", "text": "|user|: What is it?\n|user|: Since when?"}, id="questions in the text"),
        pytest.param(
            {"_id": "c<::>2", "text": "|user|: What is it?\n|agent|: A\n\ncentre.\n|user|: Since when?"}, id="all"
        ),
        pytest.param({"_id": "c<::>2", "text": "|user|: Since when?", "history": [USER]}, id="one turn in the text"),
        pytest.param({"_id": "c<::>2", "turns": [USER, AGENT, LAST]}, id="turns"),
        pytest.param({"task_id": "c<::>2", "input": [USER, AGENT, LAST], "targets": []}, id="tasks"),
        pytest.param({"_id": "c<::>2", "turns": ["What is it?", "Since when?"], "answerability": "?"}, id="text"),
    ],
)
def test_a_conversation_asks_its_last_question(tmp_path: Path, row):
    loaded = load_question_set(write(tmp_path / "talks.jsonl", json.dumps(row)))
    assert loaded.questions == (ASKED,)
    assert loaded.documents is None


@pytest.mark.parametrize("mark", [{"answerability": "UNANSWERABLE"}, {"Answerability": ["UNANSWERABLE"]}])
def test_a_conversation_may_be_unanswerable(tmp_path: Path, mark):
    loaded = load_question_set(write(tmp_path / "talks.jsonl", json.dumps({"_id": "1", "text": "Why?"} | mark)))
    assert not loaded.questions[0].answerable


@pytest.mark.parametrize("qrels", [["query-id\tcorpus-id\tscore", "1\td\t1"], ["1 0 d 1"]], ids=["BEIR", "TREC"])
def test_conversations_have_their_judgements_beside_them(tmp_path: Path, qrels):
    rows = [json.dumps({"_id": "1", "text": "Why?"}), json.dumps({"_id": "2", "text": "When?"})]
    pair = f"{write(tmp_path / 'talks.jsonl', *rows)},{write(tmp_path / 'judged.tsv', *qrels)}"
    assert [question.relevant for question in load_question_set(pair).questions] == [{"d": 1}, {}]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        pytest.param({"text": "a"}, 'found no "_id"', id="no id"),
        pytest.param({"_id": "1"}, 'found no "text"', id="no text"),
        pytest.param({"_id": "0", "text": "a"}, "question id '0' again", id="id twice"),
        pytest.param({"_id": "1", "turns": []}, "found None as the last turn", id="no turns"),
        pytest.param({"_id": "1", "turns": [USER, AGENT]}, "expected a question of the user's", id="the agent's turn"),
        pytest.param({"_id": "1", "turns": [3]}, "expected earlier questions as strings", id="a turn is a number"),
        pytest.param({"_id": "1", "turns": "a"}, 'expected "turns" to be a list', id="turns are text"),
        pytest.param({"_id": "1", "text": "|agent|: Hello."}, "expected a question of the user's", id="agent"),
        pytest.param({"_id": "1", "text": "a", "answerable": "no"}, "expected true or false", id="flag is a string"),
    ],
)
def test_a_wrong_conversation_is_named(tmp_path: Path, row, told):
    message = refusal(write(tmp_path / "talks.jsonl", json.dumps({"_id": "0", "text": "first"}), json.dumps(row)))
    assert "talks.jsonl, line 2: found" in message
    assert told in message


def test_our_own_format_needs_no_qrels(tmp_path: Path):
    with pytest.raises(QuestionSetError, match="found no conversations"):
        load_question_set(write(tmp_path / "set.jsonl", line()), write(tmp_path / "qrels.txt", "1 0 d 1"))


# Gold without a place is reported by id, whatever the format


def test_missing_quotations_of_a_workbook_are_reported_by_id(tmp_path: Path):
    path = workbook(
        tmp_path / "set.xlsx",
        ["id", *HEAD],
        ["q1", "fox", "red fox", "a"],
        ["q2", "elk", "elk", "a"],
        ["q3", "x", "y", "z"],
    )
    stub = StubAsker({"a": lines_document("a", "red fox")}, {name: Reply([("a", 0)]) for name in ("fox", "elk", "x")})
    report = evaluate(stub, load_question_set(path))
    assert [(item.id, item.quote, item.reason) for item in report.unresolved] == [
        ("q2", "elk", "the document does not hold these words"),
        ("q3", "y", "no such document"),
    ]


# Our own format holds what any other does


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"relevant": ["d"]}, "found \"relevant\": ['d']", id="relevant is a list"),
        pytest.param({"relevant": {"d": True}}, "expected document ids with whole numbers", id="grade"),
        pytest.param({"answers": [{"document": "a", "quote": "b", "start": -1}]}, 'found "start": -1', id="below 0"),
        pytest.param({"answers": [{"document": "a", "quote": "b", "start": "1"}]}, "found \"start\": '1'", id="text"),
    ],
)
def test_a_wrong_judgement_or_offset_is_named(tmp_path: Path, changes, told):
    assert told in refusal(write(tmp_path / "set.jsonl", line(**changes)))


words = st.text(min_size=1, max_size=8).filter(lambda text: text.strip() and text.isprintable())
gold = st.builds(GoldQuote, words, words, st.none() | st.integers(0, 9))
judged = st.dictionaries(words, st.integers(-1, 3), max_size=3)
history = st.lists(words, max_size=2).map(tuple)
questions = st.one_of(
    st.builds(Question, words, words, history, st.lists(gold, unique=True, max_size=3).map(tuple), relevant=judged),
    st.builds(Question, words, words, history, answerable=st.just(False), relevant=judged),
)


@given(st.lists(questions, min_size=1, unique_by=lambda question: question.id))
def test_every_question_survives_being_written_and_read(tmp_path_factory, written):
    path = tmp_path_factory.mktemp("set") / "set.jsonl"
    write_jsonl(path, written)
    assert load_question_set(path).questions == tuple(written)


def test_a_beir_set_survives_being_converted(tmp_path: Path):
    (tmp_path / "beir").mkdir()
    loaded = load_question_set(beir(tmp_path / "beir"))
    write_jsonl(tmp_path / "beir.jsonl", loaded.questions)
    assert load_question_set(tmp_path / "beir.jsonl").questions == loaded.questions


def test_a_workbook_that_would_explode_is_refused_before_it_is_read(tmp_path):
    path = workbook(tmp_path / "bomb.xlsx", ["question", "answer", "document"], ["a", "b", "c"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/zeros.bin", bytes(64 << 20))
    assert "unpacks to" in refusal(path)
