"""Large sets, and those that are stopped: what is kept, and what the report says of it."""

from __future__ import annotations

import json
import tracemalloc

import ir_measures
import pytest
from ir_measures import nDCG

from assistant.datatypes import Answer, Hit, Passage
from assistant.evaluation import (
    GoldQuote,
    PartialReport,
    Question,
    QuestionSet,
    compare,
    evaluate,
    render_html,
    write_qrels,
    write_run,
)

from .stub_asker import Reply, StubAsker, lines_document

DOCUMENTS = {"a": lines_document("a", "red fox", "grey wolf"), "b": lines_document("b", "white owl")}
QUESTIONS = (
    Question("q1", "fox", answers=(GoldQuote("a", "red fox"),)),
    Question("q2", "elk", answers=(GoldQuote("a", "elk"),)),
    Question("q3", "cat", answerable=False),
    Question("q4", "wolf", answers=(GoldQuote("a", "grey wolf"),)),
    Question("q5", "cow", answers=(GoldQuote("a", "cow"),)),
)
REPLIES = {question.question: Reply([("b", 0), ("a", 0), ("a", 1)], words="white owl") for question in QUESTIONS}


class Stopped(StubAsker):
    """Ctrl-C comes while question ``at`` is asked, counted from 1."""

    at = 0

    def ask_with_hits(self, question, history, *, depth):
        if len(self.asked) + 1 == self.at:
            raise KeyboardInterrupt
        return super().ask_with_hits(question, history, depth=depth)


def stopped(at: int, documents=DOCUMENTS):
    asker = Stopped(documents, REPLIES)
    asker.at = at
    return evaluate(asker, QuestionSet("set", "f" * 64, QUESTIONS), clock=lambda: 0.0)


@pytest.mark.parametrize("done", [1, 2, 3, 4])
def test_a_stopped_evaluation_reports_the_questions_done(done):
    report = stopped(done + 1)
    whole = evaluate(StubAsker(DOCUMENTS, REPLIES), QuestionSet("set", "f" * 64, QUESTIONS[:done]), clock=lambda: 0.0)
    assert isinstance(report, PartialReport)
    assert report.results == whole.results
    assert report.metrics == whole.metrics
    assert report.unresolved == whole.unresolved
    assert report.counts == whole.counts | {"planned": 5}


def test_it_is_marked_in_everything_that_is_written(tmp_path):
    report = stopped(4)
    value = json.loads(json.dumps(report.to_json()))
    assert (value["partial"], value["set"], value["questions"], value["counts"]["planned"]) == (True, "set", 3, 5)
    assert [row["id"] for row in value["per_question"]] == ["q1", "q2", "q3"]
    assert "set (partial: 3 of 5 questions)" in render_html(report)
    write_run(tmp_path / "run", report.rankings())
    write_qrels(tmp_path / "qrels", report.qrels())
    qrels, run = ir_measures.read_trec_qrels(str(tmp_path / "qrels")), ir_measures.read_trec_run(str(tmp_path / "run"))
    found = ir_measures.calc_aggregate([nDCG @ 10], list(qrels), list(run))
    assert report.metrics["ndcg@10"].value == pytest.approx(found[nDCG @ 10], abs=1e-9)


def test_it_compares_with_a_whole_one_over_the_questions_that_both_have():
    whole = evaluate(StubAsker(DOCUMENTS, REPLIES), QuestionSet("set", "f" * 64, QUESTIONS))
    (row,) = (row for row in compare(stopped(4).to_json(), whole.to_json()) if row.metric == "rr@10")
    assert (row.n, row.difference) == (1, 0)


def test_a_whole_report_is_not_marked():
    report = stopped(0)
    assert not isinstance(report, PartialReport)
    assert "partial" not in report.to_json()
    assert "planned" not in report.counts


def test_stopped_before_the_first_question_there_is_nothing_to_report():
    with pytest.raises(KeyboardInterrupt):
        stopped(1)


def test_stopped_between_questions_nothing_is_lost():
    def progress(done, total):
        if done == 2:
            raise KeyboardInterrupt

    report = evaluate(StubAsker(DOCUMENTS, REPLIES), QuestionSet("set", "f" * 64, QUESTIONS), progress=progress)
    assert [result.id for result in report.results] == ["q1", "q2"]


def test_a_retriever_that_is_stopped_is_reported_too():
    asked = []

    def retrieve(question):
        asked.append(question)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return [("a", 0, 7)]

    report = evaluate(retrieve, QuestionSet("set", "f" * 64, QUESTIONS), documents=tuple(DOCUMENTS.values()))
    assert report.to_json()["partial"] is True
    assert (report.counts["asked"], report.counts["planned"]) == (2, 5)
    assert "quote_hit@1" not in report.metrics


class Verbose(StubAsker):
    """Returns a hundred passages of 10,000 characters for every question, new ones each time."""

    def ask_with_hits(self, question, history, *, depth):
        hits = [
            Hit(
                Passage(f"b#{number}-{number + 10_000}", "b", number, number + 10_000, question[:1] * 10_000),
                1 / number,
            )
            for number in range(1, depth + 1)
        ]
        return Answer(question, "answered", 0.5, "", citations=()), hits


def test_neither_passages_nor_ids_are_kept_for_every_question():
    held: dict[int, int] = {}
    questions = tuple(Question(f"q{number}", f"{number}") for number in range(120))

    def progress(done, total):
        held[done] = tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        report = evaluate(Verbose(DOCUMENTS, {}), QuestionSet("set", "f" * 64, questions), progress=progress)
    finally:
        tracemalloc.stop()
    text_of_one_question = 100 * 10_000
    assert (held[120] - held[20]) / 100 < text_of_one_question / 50
    first, *_, last = report.results
    assert len(first.ranking) == 100
    assert all(one is other for (one, _), (other, _) in zip(first.ranking, last.ranking, strict=True))
