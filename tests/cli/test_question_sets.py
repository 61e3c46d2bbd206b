"""``footnote questions``: a set checked against the documents, and rewritten."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.evaluation import load_question_set

from .test_commands import footnote, refused


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An index of one document, and three questions of which two have a quotation in it."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("The centre opened in 1995. It has two courses.")
    rows = [
        {"id": "opened", "question": "When?", "answers": [{"document": "a.txt", "quote": "opened in 1995"}]},
        {"id": "courses", "question": "How many?", "answers": [{"document": "a.txt", "quote": "two courses"}]},
        {"id": "why", "question": "Why?", "answerable": False},
    ]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert footnote("index", "--encoder", "hashing", cwd=tmp_path).returncode == 0
    return tmp_path


def test_check_finds_all_gold_in_the_documents(place):
    done = footnote("questions", "check", "set.jsonl", cwd=place)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2 of 2 questions with gold find all of it\n"


def test_check_lists_what_is_gone_after_a_document_changed(place):
    (place / "corpus" / "a.txt").write_text("The centre opened in 1996. It has two courses.")
    footnote("index", cwd=place)
    done = footnote("questions", "check", "set.jsonl", cwd=place)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "MISSING  question opened, a.txt: “opened in 1995” (the document does not hold these words)",
        "1 of 2 questions with gold find all of it",
    ]
    done = footnote("questions", "check", "set.jsonl", "--json", cwd=place)
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "set": "set",
        "questions": 3,
        "with_gold": 2,
        "questions_with_missing": 1,
        "missing": [
            {
                "id": "opened",
                "document": "a.txt",
                "quote": "opened in 1995",
                "reason": "the document does not hold these words",
            }
        ],
    }


def test_check_lists_a_document_that_is_gone(place):
    (place / "corpus" / "b.txt").write_text("Other words.")
    (place / "corpus" / "a.txt").unlink()
    footnote("index", cwd=place)
    missing = json.loads(footnote("questions", "check", "set.jsonl", "--json", cwd=place).stdout)["missing"]
    assert [(item["id"], item["reason"]) for item in missing] == [
        ("opened", "no such document"),
        ("courses", "no such document"),
    ]


def test_check_of_another_index(place, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    refused(footnote("questions", "check", place / "set.jsonl", cwd=elsewhere), "no index in index", "footnote index")
    done = footnote("questions", "check", place / "set.jsonl", "--index", place / "index", cwd=elsewhere)
    assert done.returncode == 0


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    paragraphs = [{"context": "It is here.", "qas": [{"id": "q", "question": "Where?", "answers": []}]}]
    paragraphs[0]["qas"][0]["answers"] = [{"text": "here", "answer_start": 6}]
    (tmp_path / "dev.json").write_text(json.dumps({"data": [{"title": "T", "paragraphs": paragraphs}]}))
    return tmp_path


def test_check_of_a_set_with_its_own_documents_needs_no_index(squad):
    assert footnote("questions", "check", "dev.json", cwd=squad).returncode == 0
    content = (squad / "dev.json").read_text().replace("It is here.", "It is there, not where you look.")
    (squad / "dev.json").write_text(content.replace('"text": "here"', '"text": "Here"'))
    done = footnote("questions", "check", "dev.json", cwd=squad)
    assert (done.returncode, "“Here”" in done.stdout) == (1, True)


def test_convert_writes_the_same_questions_in_our_format(squad):
    done = footnote("questions", "convert", "dev.json", "--out", "ours.jsonl", cwd=squad)
    assert (done.returncode, done.stdout) == (0, "1 question in ours.jsonl\n")
    assert "names its documents by id" in done.stderr
    assert load_question_set(squad / "ours.jsonl").questions == load_question_set(squad / "dev.json").questions


def test_convert_takes_a_pair(tmp_path):
    (tmp_path / "topics.txt").write_text("1\tWhy?\n2\tWhen?\n")
    (tmp_path / "qrels.txt").write_text("1 0 a.txt 1\n")
    done = footnote("questions", "convert", "topics.txt,qrels.txt", "--out", "ours.jsonl", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = map(json.loads, (tmp_path / "ours.jsonl").read_text().splitlines())
    assert (first["relevant"], second["relevant"]) == ({"a.txt": 1}, {})


def test_convert_writes_over_nothing_unless_told(place):
    before = (place / "set.jsonl").read_bytes()
    refused(
        footnote("questions", "convert", "set.jsonl", "--out", "set.jsonl", cwd=place), "is there already", "--force"
    )
    assert (place / "set.jsonl").read_bytes() == before
    assert footnote("questions", "convert", "set.jsonl", "--out", "set.jsonl", "--force", cwd=place).returncode == 0
    assert len(load_question_set(place / "set.jsonl").questions) == 3


def test_convert_to_another_suffix_is_refused(place):
    refused(footnote("questions", "convert", "set.jsonl", "--out", "set.csv", cwd=place), "'.csv'", "--out FILE.jsonl")


@pytest.mark.parametrize("command", [["check"], ["convert", "--out", "ours.jsonl"]])
def test_a_wrong_line_is_named(tmp_path, command):
    (tmp_path / "set.csv").write_text("question,answer,document\nWhen?,1995,\n")
    done = footnote("questions", command[0], "set.csv", *command[1:], cwd=tmp_path)
    refused(done, "set.csv, line 2: found a row with answer but no document, expected both")
    assert not (tmp_path / "ours.jsonl").exists()


def test_help_teaches(tmp_path):
    assert "questions" in footnote("--help", cwd=tmp_path).stdout
    overview = footnote("questions", "--help", cwd=tmp_path).stdout
    assert footnote("questions", cwd=tmp_path).stdout.rstrip() == overview.rstrip()
    assert all(word in overview for word in ("check", "convert", "footnote index && footnote questions check SET"))
    assert "The exit code is 1" in footnote("questions", "check", "--help", cwd=tmp_path).stdout
    assert "--force" in footnote("questions", "convert", "--help", cwd=tmp_path).stdout


def test_what_readers_said_becomes_a_set_that_can_be_measured(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "apples.txt").write_text("Apples grow in Almaty. Pears grow in Tashkent.")
    assert footnote("index", "--encoder", "hashing", cwd=tmp_path).returncode == 0
    refused(footnote("questions", "export", "--out", "use.jsonl", cwd=tmp_path), "0 judgements", "footnote serve")
    with closing(Assistant.open(tmp_path / "index")) as assistant:
        (best, *_) = assistant.search("Where do apples grow?")
        cited = assistant.ask("Where do apples grow?").nearest[0]
        assert cited.document == best.passage.document
        assistant.give_feedback("Where do apples grow?", "right", cited)
        assistant.give_feedback("Where do figs grow?", "not_in_documents")
    done = footnote("questions", "export", "--out", "use.jsonl", cwd=tmp_path)
    assert "2 questions in use.jsonl, from 2 judgements" in done.stdout
    checked = footnote("questions", "check", "use.jsonl", cwd=tmp_path)
    assert (checked.returncode, checked.stdout.strip()) == (0, "1 of 1 question with gold find all of it")
    refused(footnote("questions", "export", "--out", "use.jsonl", cwd=tmp_path), "is there already", "--force")
