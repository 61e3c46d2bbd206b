"""Running question sets beside the conversation: one at a time, stopped with what is done, each for who started it."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest

from assistant.datatypes import Answer, Document, Feedback, Hit, Passage
from assistant.errors import QuestionError, QuestionSetError
from assistant.evaluation import Question, QuestionSet
from assistant.ui.evaluation_rendering import render_picker, render_progress, render_result, worst
from assistant.ui.evaluation_runs import QUESTIONS, Run, RunError, Runs
from assistant.ui.question_sets import LARGEST, choices, feedback_jsonl, sent_set

TEXT = "Apples are red."
PASSAGE = Passage("a#0-15", "a", 0, 15, TEXT)


class Asker:
    """Answers each question when the test lets it; ``fail`` is refused."""

    def __init__(self, permits: int) -> None:
        self.permits = threading.Semaphore(permits)

    def ask_with_hits(self, question: str, history: object = (), *, depth: int = 100) -> tuple[Answer, list[Hit]]:
        assert self.permits.acquire(timeout=10)
        if question == "fail":
            raise QuestionError("the question is too odd; ask another")
        if question == "<explode>":
            raise ZeroDivisionError
        return Answer(question, "not_found", 0.1, "", ()), [Hit(PASSAGE, 1.0)]

    def document(self, document_id: str) -> Document:
        return Document("a", "a", "A", TEXT, "0" * 64)

    def passages_of(self, document_id: str) -> list[Passage]:
        return [PASSAGE]


def question_set(*questions: str, name: str = "set", **others: object) -> QuestionSet:
    asked = tuple(Question(f"q{number}", text, answerable=False) for number, text in enumerate(questions))
    return QuestionSet(name, "0" * 64, asked, **others)  # type: ignore[arg-type]


def ended(runs: Runs, who: str = "") -> Run:
    for thread in threading.enumerate():
        if thread.name == "evaluation":
            thread.join(timeout=10)
    run = runs.of(who)
    assert run is not None
    assert not run.running
    return run


def test_a_run_goes_on_by_itself_and_ends_with_a_report() -> None:
    runs = Runs(asker := Asker(0))
    assert runs.of("") is None
    assert runs.start("", question_set("one", "two")).running
    asker.permits.release(2)
    run = ended(runs)
    assert (run.done, run.planned, run.problem) == (2, 2, "")
    assert run.report is not None
    assert run.report.counts["asked"] == 2


def test_a_run_that_is_stopped_keeps_what_is_done() -> None:
    runs = Runs(asker := Asker(0))
    runs.start("anna", question_set("one", "two", "three"))
    runs.stop("anna")
    asker.permits.release()
    report = ended(runs, "anna").report
    assert report is not None
    assert report.counts["asked"] == 1
    assert "partial" in report.name


def test_one_set_is_run_at_a_time_and_seen_by_who_started_it_only() -> None:
    runs = Runs(asker := Asker(0))
    runs.start("anna", question_set("one"))
    with pytest.raises(RunError, match="being run already"):
        runs.start("bert", question_set("two"))
    assert runs.of("bert") is None
    runs.stop("bert")
    asker.permits.release()
    assert ended(runs, "anna").report is not None
    runs.start("bert", question_set("two"))
    asker.permits.release()
    assert ended(runs, "bert").report is not None


def test_a_question_that_is_refused_ends_the_run_with_the_reason() -> None:
    runs = Runs(Asker(9))
    runs.start("", question_set("one", "fail"))
    assert "too odd" in ended(runs).problem


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_ends_the_run_too() -> None:
    runs = Runs(Asker(9))
    runs.start("", question_set("<explode>"))
    assert "Something went wrong" in ended(runs).problem


@pytest.mark.parametrize(
    ("questions", "reason"),
    [
        (question_set("one", documents=(Document("a", "a", "", TEXT, ""),)), "brings its own documents"),
        (question_set(*map(str, range(QUESTIONS + 1))), "5,001 questions"),
    ],
)
def test_sets_that_are_not_for_the_page_are_refused_with_the_command(questions: QuestionSet, reason: str) -> None:
    with pytest.raises(RunError, match=f"{reason}.*footnote evaluate"):
        Runs(Asker(0)).start("", questions)


def sent(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def test_a_set_from_the_browser_is_read_and_not_kept() -> None:
    line = json.dumps({"id": "1", "question": "What?", "answers": [], "answerable": False})
    assert sent_set("C:\\sets\\..\\my set.jsonl", sent(line)).name == "my set"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.exe", sent("x"), "a.exe: is of no type"),
        ("../../etc/passwd", sent("x"), "passwd: is of no type"),
        ("a.jsonl", "not base64!", "did not arrive whole"),
        ("a.jsonl", "A" * (LARGEST * 4 // 3 + 8), "larger than 5 MB"),
        ("a.jsonl", sent(""), "a.jsonl: found no questions"),
        ("a.xlsx", sent("no workbook"), "^a.xlsx"),
        (None, sent("x"), "no question set"),
        ("a.jsonl", 7, "no question set"),
    ],
)
def test_a_bad_set_from_the_browser_is_named_as_the_reader_knows_it(name: object, data: object, reason: str) -> None:
    with pytest.raises(QuestionSetError, match=reason) as caught:
        sent_set(name, data)
    assert "\n" not in str(caught.value)


SAID = [
    Feedback("What is red?", (), "right", "a", 0, 15, TEXT),
    Feedback("And blue?", ("What is red?",), "not_in_documents"),
]


def test_sets_of_one_name_are_told_apart_by_their_folder() -> None:
    paths = [Path("/c/law/questions.jsonl"), Path("/c/tax/questions.jsonl"), Path("/c/b.questions.csv")]
    labels = [each.label for each in choices(paths, question_set("x", name="mine"), SAID)]
    assert labels == [
        "mine (uploaded)",
        "law/questions.jsonl",
        "tax/questions.jsonl",
        "b.questions.csv",
        "What readers said",
    ]


def test_what_readers_said_is_a_set_in_our_format() -> None:
    rows = [json.loads(line) for line in feedback_jsonl(SAID).splitlines()]
    assert [row["question"] for row in rows] == ["What is red?", "And blue?"]
    assert rows[1]["history"] == ["What is red?"]
    assert choices([], None, []) == ()


def test_everything_is_escaped() -> None:
    runs = Runs(Asker(9))
    runs.start("", question_set("<script>x</script>", name="<b>set</b>"))
    run = ended(runs)
    assert run.report is not None
    assert len(worst(run.report)) == 1
    shown = (
        render_result(run)
        + render_progress(Run("<i>", 3))
        + render_picker(choices([Path("<u>.jsonl")], None, []), 0, running=False, judgements=0, problem="<s>")
    )
    for tag in ("<script>x", "<b>set", "<i>", "<u>", "<s>"):
        assert tag not in shown


def test_progress_says_how_far_and_a_problem_what_it_is() -> None:
    assert "2 of 3 questions" in render_progress(Run("set", 3, 2))
    assert "Stopping" in render_progress(Run("set", 3, 2, stopping=True))
    assert "odd" in render_progress(Run("set", 3, 2, running=False, problem="odd"))
    assert render_progress(None) == render_result(None) == ""
