"""A retriever that is not ours: spans in, the same numbers out."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, Success, nDCG

from assistant.errors import InputError, QuestionSetError
from assistant.evaluation import (
    GoldQuote,
    Question,
    QuestionSet,
    SpanRetriever,
    evaluate,
    load_report_json,
    render_html,
    write_qrels,
    write_run,
)

from .stub_asker import Reply, StubAsker, line_passages, lines_document

FOREST = lines_document("forest", "The red fox sleeps.", "A grey wolf and a dog hunt.", "The brown bear eats.")
BIRDS = lines_document("birds", "The white owl hunts.", "A black crow eats.")
TEXTS = {document.id: document.text for document in (FOREST, BIRDS)}
LINES = [(p.document, p.start, p.end) for document in (FOREST, BIRDS) for p in line_passages(document)]


def word_overlap(question: str) -> list[tuple[str, int, int, float]]:
    """Every line that shares a word with the question, more shared words first."""
    words = set(question.lower().split())
    scored = [
        (document, start, end, float(len(words & set(TEXTS[document][start:end].lower().strip(".").split()))))
        for document, start, end in LINES
    ]
    return sorted((span for span in scored if span[3]), key=lambda span: -span[3])


def asked(*questions: Question, documents=None) -> QuestionSet:
    return QuestionSet("set", "f" * 64, questions, documents)


def quoted(text: str, document: str, quote: str) -> Question:
    return Question(text, text, answers=(GoldQuote(document, quote),))


def quoted_set() -> QuestionSet:
    return asked(
        quoted("which fox sleeps", "forest", "red fox"),  # two words of its line, none of another
        quoted("who hunts a black owl", "birds", "white owl hunts"),  # two of the owl's, two of the crow's
        quoted("what eats", "forest", "brown bear"),  # one of the bear's, one of the crow's
        quoted("lion", "forest", "grey wolf"),
        Question("any fox", "any fox", answerable=False),
    )


def test_a_word_overlap_retriever_is_measured_by_hand():
    report = evaluate(word_overlap, quoted_set(), documents=TEXTS)
    rr = [result.metrics["rr@10"] for result in report.results[:4]]
    assert rr == [1, 1, 1, 0]
    assert [result.metrics["span_recall@5"] for result in report.results[:4]] == [1, 1, 1, 0]
    assert report.results[1].ranking == (("birds#4-19", 2.0), ("birds#21-39", 2.0), ("forest#20-47", 1.0))
    assert report.metrics["rr@10"].value == 3 / 4
    assert report.counts["empty"] == 1


def test_it_is_measured_exactly_as_an_asker_that_ranks_the_same_passages():
    questions = asked(*quoted_set().questions[:4])
    line_of = {span: (document, number) for document in TEXTS for number, span in enumerate(
        span for span in LINES if span[0] == document)}  # fmt: skip
    replies = {q.question: Reply([line_of[span[:3]] for span in word_overlap(q.question)]) for q in questions.questions}
    ours = evaluate(StubAsker({"forest": FOREST, "birds": BIRDS}, replies), questions)
    theirs = evaluate(SpanRetriever(word_overlap, (FOREST, BIRDS), LINES), questions)
    assert theirs.metrics == {name: ours.metrics[name] for name in theirs.metrics}
    assert "span_recall@5" in theirs.metrics


def test_what_only_an_answer_has_is_not_reported(tmp_path):
    report = evaluate(word_overlap, quoted_set(), documents=TEXTS)
    answers = {"quote_hit@1", "answerable_auroc", "ece", "false_answer_rate", "false_refusal_rate"}
    assert not answers & report.metrics.keys()
    assert not any(answers & result.metrics.keys() for result in report.results)
    assert report.results[4].metrics == {}
    row = report.to_json()["per_question"][0]
    assert not {"outcome", "confidence", "quote"} & row.keys()
    assert row["ranking"] == ["forest#4-11"]
    assert "which fox sleeps" in render_html(report)


def test_its_report_serves_as_a_baseline(tmp_path):
    path = tmp_path / "peer.json"
    path.write_text(json.dumps(evaluate(word_overlap, quoted_set(), documents=TEXTS).to_json()))
    assert load_report_json(path)["metrics"]["rr@10"]["value"] == 3 / 4


def test_a_quotation_cut_by_their_passages_is_found_by_the_one_with_most_of_it():
    cut = [("forest", 0, 10), ("forest", 10, 30)]
    questions = asked(quoted("q", "forest", "red fox sleeps"))  # 4 to 18: eight of its characters in the second

    def first(question):
        return [cut[0], cut[1]]

    unknown = evaluate(first, questions, documents=TEXTS)
    known = evaluate(SpanRetriever(first, TEXTS, cut), questions)
    assert unknown.results[0].metrics["rr@10"] == 0
    assert known.results[0].metrics["rr@10"] == 1 / 2
    assert unknown.results[0].metrics["span_recall@5"] == known.results[0].metrics["span_recall@5"] == 1


@pytest.mark.parametrize("documents", [None, {"d1": "apples grow", "d2": "pears", "d3": "apples fall"}])
def test_where_documents_are_judged_their_ids_are_enough(documents):
    replies = {"apples": [("d3", 0, 0), ("d2", 0, 0), ("d1", 0, 0)], "pears": [("d1", 0, 0, 0.2), ("d1", 0, 0, 0.1)]}
    questions = asked(
        Question("apples", "apples", relevant={"d1": 2, "d3": 1}), Question("pears", "pears", relevant={"d2": 1})
    )
    report = evaluate(replies.__getitem__, questions, documents=documents)
    assert report.results[0].ranking == (("d3", 1.0), ("d2", 1 / 2), ("d1", 1 / 3))
    assert report.results[1].ranking == (("d1", 0.2),)
    assert [result.metrics["rr@10"] for result in report.results] == [1, 0]
    assert [result.metrics["recall@1"] for result in report.results] == [1 / 2, 0]


def test_the_documents_of_the_set_serve_where_none_are_given():
    report = evaluate(word_overlap, asked(*quoted_set().questions, documents=(FOREST, BIRDS)))
    assert report.metrics["rr@10"].value == 3 / 4


def ranked_sets() -> list[tuple[str, object]]:
    """Graded qrels and quotations, ties, rising scores and numpy numbers among them."""
    rng = np.random.default_rng(7)
    ids = [f"d {number}" for number in range(30)]
    qrels = [
        Question(f"q{number}", f"q{number}", relevant={ids[i]: int(rng.integers(0, 4)) for i in rng.choice(30, 8)})
        for number in range(40)
    ]
    rankings = {
        question.id: [(ids[i], 0, np.int64(0), np.float32(rng.integers(0, 3))) for i in rng.permutation(30)[:20]]
        for question in qrels
    }
    return [
        pytest.param(rankings.__getitem__, asked(*qrels), None, id="documents"),
        pytest.param(word_overlap, quoted_set(), TEXTS, id="quotations"),
    ]


@pytest.mark.parametrize(("retriever", "questions", "documents"), ranked_sets())
def test_ir_measures_on_the_exported_run_gives_the_same_numbers(tmp_path, retriever, questions, documents):
    report = evaluate(retriever, questions, documents=documents)
    write_run(tmp_path / "run", report.rankings())
    write_qrels(tmp_path / "qrels", report.qrels())
    names = {nDCG @ 10: "ndcg@10", RR @ 10: "rr@10", Success @ 1: "success@1", Success @ 5: "success@5"}
    names |= {R @ k: f"recall@{k}" for k in (1, 3, 5, 10)}
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels")))
    run = list(ir_measures.read_trec_run(str(tmp_path / "run")))
    found = {(each.query_id, names[each.measure]): each.value for each in ir_measures.iter_calc(names, qrels, run)}
    ours = {(r.id.replace(" ", "%20"), name): r.metrics[name] for r in report.results for name in r.metrics}
    assert len(found) >= 4 * len(names)
    for key, value in found.items():
        assert ours[key] == pytest.approx(value, abs=1e-9)
    means = ir_measures.calc_aggregate(list(names), qrels, run)
    for measure, name in names.items():
        assert report.metrics[name].value == pytest.approx(means[measure], abs=1e-9)


@pytest.mark.parametrize(
    ("span", "told"),
    [
        pytest.param("forest", "found 'forest', expected (document, start, end)", id="an id alone"),
        pytest.param(("forest", 0), "expected (document, start, end)", id="no end"),
        pytest.param((1, 0, 1), "expected (document, start, end)", id="number for an id"),
        pytest.param(("forest", 0.5, 1), "expected (document, start, end)", id="broken offset"),
        pytest.param(("forest", 5, 4), "expected (document, start, end)", id="end before start"),
        pytest.param(("forest", -1, 4), "expected (document, start, end)", id="start before the text"),
        pytest.param(("forest", 0, 999), "found end 999, expected at most 68", id="end behind the text"),
        pytest.param(("./forest", 0, 1), "found document './forest', which is none of the 2 given", id="another id"),
        pytest.param(("forest", 0, 1, float("nan")), "found score nan", id="score is no number"),
    ],
)
def test_what_is_no_span_is_refused_with_question_and_rank(span, told):
    with pytest.raises(InputError) as caught:
        evaluate(lambda _: [("birds", 0, 3), span], quoted_set(), documents=TEXTS)
    assert str(caught.value).startswith("question 'which fox sleeps', rank 2: found ")
    assert told in str(caught.value)


def test_a_passage_that_is_none_is_refused_by_number():
    with pytest.raises(InputError, match=r"^passage 2: found end 999"):
        SpanRetriever(word_overlap, TEXTS, [("forest", 0, 4), ("forest", 0, 999)])


def test_quotations_need_the_documents():
    with pytest.raises(QuestionSetError, match="no such document"):
        evaluate(word_overlap, quoted_set())


def test_depth_is_kept():
    report = evaluate(lambda _: LINES, asked(Question("q", "q", relevant={"birds": 1})), documents=TEXTS, depth=3)
    assert report.results[0].ranking == (("forest", 1.0),)


def test_the_example_in_the_docs_prints_what_it_says():
    page = (Path(__file__).parents[2] / "docs" / "question-sets.md").read_text(encoding="utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "evaluate(" in block)
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(code, {})
    said = re.findall(r"print\(.*\)  # (.*)", code)
    assert printed.getvalue().splitlines() == said
    assert len(said) == 2
