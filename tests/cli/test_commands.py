"""The command line as a user meets it, with the hashing encoder where the answer does not matter."""

import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.cli import main

pytestmark = pytest.mark.usefixtures("_always_answered")

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "corpus" / "nato-kazakhstan.txt"
QUESTION = "When did Kazakhstan join the Partnership for Peace?"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def footnote(*arguments: object, cwd: Path, text: str = "") -> Done:
    """Run the command in this process, as ``python -m assistant`` would in its own."""
    out, err, before, stdin = io.StringIO(), io.StringIO(), Path.cwd(), sys.stdin
    os.chdir(cwd)
    sys.stdin = io.StringIO(text)
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
    finally:
        sys.stdin = stdin
        os.chdir(before)
    return Done(int(exit_.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with ``corpus/`` and an ``index/`` built from it."""
    place = tmp_path_factory.mktemp("place")
    (place / "corpus").mkdir()
    (place / "corpus" / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    done = footnote("index", "--encoder", "hashing", cwd=place)
    assert done.returncode == 0, done.stderr
    return place


def refused(done: Done, *words: str) -> None:
    """One line on standard error, exit code 2, no traceback, all the words in it."""
    assert done.returncode == 2, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert all(word in lines[0] for word in words), lines[0]


def test_ask_json_has_the_fields_of_the_contract(place):
    done = footnote("ask", QUESTION, "--json", "-k", 2, cwd=place)
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert {
        "question",
        "outcome",
        "confidence",
        "text",
        "citations",
        "nearest",
        "searched_for",
        "parts",
    } == answer.keys()
    assert len(answer["nearest"]) == 2
    text = SAMPLE.read_text(encoding="utf-8")
    for citation in answer["citations"] + answer["nearest"]:
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_ask_prints_the_quotation_and_where_it_stands(place):
    done = footnote("ask", QUESTION, cwd=place)
    assert "1995" in done.stdout
    assert "[1] corpus/nato-kazakhstan.txt" in done.stdout
    assert done.stderr == ""


def test_ask_says_what_each_stage_took(place):
    stages = ["imports", "open", "conversation", "encode", "dense", "lexical", "rank", "answer", "total"]
    told = footnote("ask", QUESTION, "--profile", cwd=place)
    assert "1995" in told.stdout
    assert [line.split()[0] for line in told.stderr.splitlines() if line] == stages
    spent = json.loads(footnote("ask", QUESTION, "--profile", "--json", cwd=place).stdout)["profile_ms"]
    assert list(spent) == stages
    assert 0 < sum(spent.values()) - spent["total"] <= spent["total"]


def test_each_part_of_a_question_is_printed_with_its_own_quotation(place):
    done = footnote("ask", f"{QUESTION} And where is KAZCENT?", cwd=place)
    assert QUESTION in done.stdout
    assert "Where is KAZCENT?" in done.stdout
    assert done.stdout.count("confidence") == 2


def test_history_is_searched_for_too(place):
    done = footnote("ask", "When was it accredited?", "--history", "What is KAZCENT?", "--json", cwd=place)
    assert json.loads(done.stdout)["searched_for"] == ["When was it accredited?", "What is KAZCENT?"]


def test_no_history_asks_the_question_alone(place):
    options = ("--history", "What is KAZCENT?", "--no-history", "--json")
    done = footnote("ask", "When was it accredited?", *options, cwd=place)
    assert json.loads(done.stdout)["searched_for"] == ["When was it accredited?"]


def test_a_second_index_run_finds_nothing_to_do(place):
    done = footnote("index", "--json", cwd=place)
    report = json.loads(done.stdout)
    assert (report["documents"], report["unchanged"], report["added"], report["failed"]) == (1, 1, [], [])


def test_a_moved_file_is_said_to_have_moved(tmp_path):
    (tmp_path / "corpus" / "old").mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (tmp_path / "corpus" / name).write_text(f"First words of {name}.")
    footnote("index", "--encoder", "hashing", cwd=tmp_path)
    (tmp_path / "corpus" / "a.txt").rename(tmp_path / "corpus" / "old" / "a.txt")
    done = footnote("index", cwd=tmp_path)
    assert "(0 added, 0 changed, 0 removed, 1 moved, 1 unchanged)" in done.stdout
    (tmp_path / "corpus" / "old" / "a.txt").rename(tmp_path / "corpus" / "a.txt")
    report = json.loads(footnote("index", "--json", cwd=tmp_path).stdout)
    assert report["moved"] == [{"from": "old/a.txt", "to": "a.txt"}]
    assert (report["added"], report["removed"]) == (["a.txt"], ["old/a.txt"])


def test_chat_answers_follow_ups_until_an_empty_line(place):
    done = footnote("chat", cwd=place, text="What is KAZCENT?\nWhen was it accredited?\n/new\n\n")
    assert done.returncode == 0
    assert "Searched for: When was it accredited?  +  What is KAZCENT?" in done.stdout
    assert "New conversation." in done.stdout


def test_status_counts_and_names_stale_files(place, tmp_path):
    status = json.loads(footnote("status", "--json", cwd=place).stdout)
    assert (status["documents"], status["stale"], status["encoder"]) == (1, {}, "hashing")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("First words.")
    footnote("index", "--encoder", "hashing", cwd=tmp_path)
    (tmp_path / "corpus" / "a.txt").write_text("Other words.")
    assert "stale       corpus/a.txt: has changed" in footnote("status", cwd=tmp_path).stdout


def test_status_checks_everything_the_index_holds(place, tmp_path):
    assert "1 document, 8 passages, token vectors of 11 parts: sound" in footnote("status", "--check", cwd=place).stdout
    assert json.loads(footnote("status", "--check", "--json", cwd=place).stdout)["check"]["sound"] is True
    shutil.copytree(place / "index", tmp_path / "index")
    with closing(sqlite3.connect(tmp_path / "index" / "footnote.sqlite")) as connection, connection:
        connection.execute("UPDATE passages SET text = replace(text, '1995', '1996')")
    done = footnote("status", "--check", cwd=tmp_path)
    assert done.returncode == 1
    assert "DAMAGED     passage" in done.stdout
    assert done.stdout.endswith("run: footnote index corpus --index index --rebuild\n")
    assert json.loads(footnote("status", "--check", "--json", cwd=tmp_path).stdout)["check"]["sound"] is False
    refused(footnote("ask", QUESTION, cwd=tmp_path), "damaged", "--rebuild")


def test_backup_and_restore(place, tmp_path):
    done = footnote("backup", tmp_path / "kept", cwd=place)
    assert done.stdout.startswith(f"1 document of index in {tmp_path / 'kept'} (")
    refused(footnote("backup", tmp_path / "kept", cwd=place), "there is a backup", "--force")
    done = footnote("restore", tmp_path / "kept", "--index", tmp_path / "new", "--json", cwd=place)
    assert json.loads(done.stdout)["documents"] == 1
    assert footnote("ask", QUESTION, "--index", tmp_path / "new", cwd=place).stdout.count("[1]") == 2
    refused(footnote("restore", tmp_path / "kept", cwd=place), "there is an index in index", "--force")
    refused(footnote("restore", tmp_path, cwd=place), "is no backup", "footnote backup")


def test_verify_reads_the_sources_again(place, tmp_path):
    assert "1 of 1 documents stand" in footnote("verify", cwd=place).stdout
    answer = json.loads(footnote("ask", QUESTION, "--json", cwd=place).stdout)
    (tmp_path / "answer.json").write_text(json.dumps(answer), encoding="utf-8")
    assert footnote("verify", tmp_path / "answer.json", cwd=place).returncode == 0
    answer["citations"] = [{**answer["nearest"][0], "start": answer["nearest"][0]["start"] + 1}]
    done = footnote("verify", "-", "--json", cwd=place, text=json.dumps(answer))
    assert done.returncode == 1
    assert json.loads(done.stdout)["failed"] == 1


def test_verify_notices_a_changed_source(tmp_path):
    (tmp_path / "corpus").mkdir()
    source = tmp_path / "corpus" / "a.txt"
    source.write_text("Kazakhstan joined in 1995.")
    footnote("index", "--encoder", "hashing", cwd=tmp_path)
    answer = footnote("ask", "When did Kazakhstan join?", "--json", cwd=tmp_path).stdout
    source.write_text("Kazakhstan joined in 1996.")
    done = footnote("verify", "-", cwd=tmp_path, text=answer)
    assert done.returncode == 1
    assert "the file has changed since it was cited" in done.stdout
    assert "no longer stands" in done.stdout
    assert footnote("verify", cwd=tmp_path).returncode == 1


def test_evaluate_measures_and_writes_run_qrels_and_report(place, tmp_path):
    quote = "Moreover, two United Nations courses were certified in 2018."
    row = {"id": "1", "question": "How many United Nations courses were certified?", "history": [],
           "answers": [{"document": SAMPLE.name, "quote": quote}], "answerable": True}  # fmt: skip
    (tmp_path / "set.jsonl").write_text(json.dumps(row), encoding="utf-8")
    options = ("--run", tmp_path / "a.run", "--qrels", tmp_path / "a.qrels", "--report", tmp_path / "a.html", "--json")
    done = footnote("evaluate", tmp_path / "set.jsonl", *options, cwd=place)
    report = json.loads(done.stdout)
    wanted = {"ndcg@10", "recall@1", "recall@3", "recall@5", "recall@10", "rr@10", "success@1", "success@5"}
    assert wanted | {"span_recall@5", "quote_hit@1"} <= report["metrics"].keys()
    assert {"value", "low", "high"} <= report["metrics"]["ndcg@10"].keys()
    assert report["p50_ms"] > 0
    assert (tmp_path / "a.run").read_text().split()[:2] == ["1", "Q0"]
    ((question, _, gold, grade),) = (line.split() for line in (tmp_path / "a.qrels").read_text().splitlines())
    assert (question, gold, grade) == ("1", *report["per_question"][0]["relevant"], "1")
    assert gold in {line.split()[2] for line in (tmp_path / "a.run").read_text().splitlines()}
    assert "<table" in (tmp_path / "a.html").read_text()
    (tmp_path / "before.json").write_text(done.stdout, encoding="utf-8")
    again = footnote("evaluate", tmp_path / "set.jsonl", "--baseline", tmp_path / "before.json", "--json", cwd=place)
    assert all(row["difference"] == 0 for row in json.loads(again.stdout)["baseline"])


def test_evaluate_indexes_the_documents_of_a_beir_folder(tmp_path):
    (tmp_path / "beir" / "qrels").mkdir(parents=True)
    rows = [{"_id": "d1", "title": "", "text": "Apples grow in Almaty."}, {"_id": "d2", "title": "", "text": "Pears."}]
    (tmp_path / "beir" / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "beir" / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "Where do apples grow?"}))
    (tmp_path / "beir" / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td1\t1\n")
    done = footnote("evaluate", "beir", "--encoder", "hashing", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["metrics"]["ndcg@10"]["value"] == 1.0
    assert not (tmp_path / "index").exists()


def test_python_m_assistant_is_the_command(place):
    command = [sys.executable, "-m", "assistant", "ask", ""]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith("footnote: the question is empty")


def test_help_teaches(tmp_path):
    overview = footnote("--help", cwd=tmp_path).stdout
    assert all(name in overview for name in ("index", "ask", "chat", "evaluate", "serve", "status", "verify"))
    assert "--history" in footnote("ask", "--help", cwd=tmp_path).stdout


# Bad input: one line, exit code 2, nothing lost.


def test_an_empty_folder(place):
    (place / "empty").mkdir()
    refused(footnote("index", "empty", cwd=place), "no documents in empty", "footnote index")


def test_a_missing_index(tmp_path):
    for command in (["ask", "Why?"], ["status"], ["verify"], ["chat"], ["serve"]):
        refused(footnote(*command, cwd=tmp_path), "no index in index", "footnote index")


def test_a_missing_folder(tmp_path):
    refused(footnote("index", "nowhere", cwd=tmp_path), "nowhere", "does not exist")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("torn.pdf", b"%PDF-1.7\nthis is no more of it", "torn.pdf"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG"),
        ("noise.txt", bytes(range(256)) * 8, "noise.txt"),
        ("nothing.txt", b"", "0 bytes"),
    ],
    ids=["unreadable PDF", "picture named txt", "binary named txt", "0 bytes"],
)
def test_an_unreadable_file(place, name, content, reason):
    (place / name).write_bytes(content)
    before = footnote("status", "--json", cwd=place).stdout
    refused(footnote("index", name, cwd=place), name, reason)
    assert json.loads(footnote("status", "--json", cwd=place).stdout)["documents"] == json.loads(before)["documents"]


def test_an_unreadable_file_among_good_ones_is_named_and_the_rest_indexed(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "good.txt").write_text("Good words.")
    (tmp_path / "corpus" / "bad.txt").write_bytes(b"")
    done = footnote("index", "--encoder", "hashing", cwd=tmp_path)
    refused(done, "corpus/bad.txt")
    assert "1 document, 1 passage in" in done.stdout


def test_a_file_over_a_limit_is_named_with_the_option_that_raises_it(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/good.txt").write_text("Good words.")
    (tmp_path / "corpus/large.txt").write_text("Words. " * 1000)
    done = footnote("index", "--encoder", "hashing", "--max-size", "1KB", cwd=tmp_path)
    refused(done, "large.txt: has 6.8 KiB, at most 1 KiB are read", "raise --max-size")
    assert footnote("index", "--encoder", "hashing", "--max-size", "1M", cwd=tmp_path).returncode == 0


def test_a_size_that_is_none_is_refused(place):
    refused(footnote("index", "--max-size", "much", cwd=place), "'much' is no size")
    refused(footnote("verify", "--max-size", "much", cwd=place), "'much' is no size")
    refused(footnote("index", "--timeout", "0", cwd=place), "greater than or equal to 0.1")


@pytest.mark.parametrize("question", ["", "   ", "x" * 100_000], ids=["empty", "blank", "100,000 characters"])
def test_a_question_that_cannot_be_asked(place, question):
    refused(footnote("ask", question, cwd=place), "question")


def test_an_index_from_another_encoder(place):
    refused(footnote("ask", "Why?", "--encoder", "no/such-model", cwd=place), "no/such-model")
    before = everything_in(place / "index" / "footnote.sqlite")
    done = footnote("index", "--encoder", "all-MiniLM-L6-v2", cwd=place)
    refused(done, "built by encoder hashing", "not by all-MiniLM-L6-v2", "--rebuild")
    assert everything_in(place / "index" / "footnote.sqlite") == before


def everything_in(truth):
    """Every table and row: the bytes of the file also change when an earlier change moves into it from its log."""
    with closing(sqlite3.connect(truth)) as connection:
        return list(connection.iterdump())


def test_a_question_set_with_a_bad_line(place, tmp_path):
    (tmp_path / "set.jsonl").write_text('{"id": "1"}\n')
    refused(footnote("evaluate", tmp_path / "set.jsonl", cwd=place), "set.jsonl", "line 1")


def test_verify_of_something_else(place, tmp_path):
    (tmp_path / "other.json").write_text("[1]")
    refused(footnote("verify", tmp_path / "other.json", cwd=place), "holds no citations")


def test_a_wrong_option_is_refused(place):
    done = footnote("ask", "Why?", "--wrong", cwd=place)
    assert done.returncode == 2
    assert "--wrong" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_language_without_a_stemmer(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("Words.")
    done = footnote("index", "--encoder", "hashing", "--language", "klingon", cwd=tmp_path)
    refused(done, "klingon", "english", "--language")


def test_a_report_that_cannot_be_written(place, tmp_path):
    row = {"id": "1", "question": "Why?", "answerable": False}
    (tmp_path / "set.jsonl").write_text(json.dumps(row), encoding="utf-8")
    refused(footnote("evaluate", tmp_path / "set.jsonl", "--run", tmp_path / "no" / "a.run", cwd=place), "a.run")


def test_ctrl_c_keeps_what_was_measured_in_every_output(place, tmp_path, monkeypatch):
    from assistant.engine import Assistant

    quote = "Moreover, two United Nations courses were certified in 2018."
    rows = [
        {"id": str(n), "question": f"{n} courses?", "answers": [{"document": SAMPLE.name, "quote": quote}]}
        for n in range(1, 6)
    ]
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    ask_with_hits = Assistant.ask_with_hits

    def until_the_fourth(self, question, *args, **options):
        if question.startswith("4"):
            signal.raise_signal(signal.SIGINT)
        return ask_with_hits(self, question, *args, **options)

    monkeypatch.setattr(Assistant, "ask_with_hits", until_the_fourth)
    options = ("--run", tmp_path / "a.run", "--report", tmp_path / "a.html", "--json")
    done = footnote("evaluate", tmp_path / "set.jsonl", *options, cwd=place)
    assert done.returncode == 130
    report = json.loads(done.stdout)
    assert (report["partial"], report["questions"], report["counts"]["planned"]) == (True, 3, 5)
    assert {line.split()[0] for line in (tmp_path / "a.run").read_text().splitlines()} == {"1", "2", "3"}
    assert "partial: 3 of 5 questions" in (tmp_path / "a.html").read_text()
    assert done.stderr == "footnote: stopped; the questions done by then are reported\n"
    assert (
        "set (partial: 3 of 5 questions): 3 questions" in footnote("evaluate", tmp_path / "set.jsonl", cwd=place).stdout
    )
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_before_the_first_question_reports_nothing(place, tmp_path, monkeypatch):
    from assistant.engine import Assistant

    row = {"id": "1", "question": "Why?", "answerable": False}
    (tmp_path / "set.jsonl").write_text(json.dumps(row), encoding="utf-8")
    monkeypatch.setattr(Assistant, "ask_with_hits", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    done = footnote("evaluate", tmp_path / "set.jsonl", "--json", "--run", tmp_path / "a.run", cwd=place)
    assert (done.returncode, done.stdout) == (130, "")
    assert not (tmp_path / "a.run").exists()
