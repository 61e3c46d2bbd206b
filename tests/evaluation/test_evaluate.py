"""A whole evaluation, small enough to be worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from math import log2

import ir_measures
import pytest
from ir_measures import AP, RR, P, R, Success, nDCG

from assistant.errors import QuestionSetError
from assistant.evaluation import GoldQuote, Question, QuestionSet, evaluate, write_qrels, write_run
from assistant.evaluation.judging import metric_names

from .stub_asker import Reply, StubAsker, lines_document

DOCUMENTS = {
    "a": lines_document("a", "red fox", "grey wolf and dog", "brown bear"),
    "b": lines_document("b", "white owl", "black crow"),
}


def asker(**replies: Reply) -> StubAsker:
    return StubAsker(DOCUMENTS, replies)


def asked(*questions: Question, name: str = "set") -> QuestionSet:
    return QuestionSet(name, "f" * 64, questions)


def quoted(identity: str, document: str, quote: str, *more: GoldQuote) -> Question:
    return Question(identity, identity, answers=(GoldQuote(document, quote), *more))


def absent(identity: str) -> Question:
    return Question(identity, identity, answerable=False)


def values(report, name: str) -> list[float]:
    return [result.metrics[name] for result in report.results if name in result.metrics]


def test_quotations_are_measured_by_passage():
    report = evaluate(
        asker(
            wolf=Reply([("b", 0), ("a", 1)], words="white owl"),
            bear=Reply([("a", 2), ("a", 0)], words="bear"),
            crow=Reply(),
        ),
        asked(quoted("wolf", "a", "grey wolf"), quoted("bear", "a", "brown bear"), quoted("crow", "b", "crow")),
    )
    assert values(report, "ndcg@10") == [1 / log2(3), 1, 0]
    assert values(report, "recall@1") == [0, 1, 0]
    assert values(report, "recall@3") == [1, 1, 0]
    assert values(report, "rr@10") == [1 / 2, 1, 0]
    assert values(report, "success@1") == [0, 1, 0]
    assert values(report, "success@5") == [1, 1, 0]
    assert values(report, "precision@5") == [1 / 5, 1 / 5, 0]
    assert values(report, "ap") == [1 / 2, 1, 0]
    assert values(report, "span_recall@5") == [1, 1, 0]
    assert values(report, "span_precision@5") == [
        len("grey wolf") / len("white owlgrey wolf and dog"),
        len("brown bear") / len("brown bearred fox"),
        0,
    ]
    assert values(report, "span_iou@5") == values(report, "span_precision@5")
    assert values(report, "quote_hit@1") == [0, 1, 0]
    assert report.metrics["rr@10"].value == (1 / 2 + 1 + 0) / 3
    assert report.metrics["rr@10"].n == 3
    assert report.counts == {
        "asked": 3,
        "ranked": 3,
        "unanswerable": 0,
        "unjudged": 0,
        "unresolved": 0,
        "empty": 1,
    }


def test_documents_stand_where_their_best_passage_stands():
    question = Question("q", "q", relevant={"a": 1, "b": 2})
    report = evaluate(asker(q=Reply([("a", 0), ("a", 1), ("b", 1), ("a", 2)])), asked(question))
    assert report.results[0].ranking == (("a", 1.0), ("b", 1 / 3))
    assert values(report, "ndcg@10") == [pytest.approx((1 + 2 / log2(3)) / (2 + 1 / log2(3)))]
    assert "quote_hit@1" not in report.metrics
    assert "ece" not in report.metrics


def test_a_quotation_across_passages_wants_the_one_with_more_of_it():
    report = evaluate(asker(q=Reply([("a", 0)])), asked(quoted("q", "a", "fox grey wolf and")))
    assert report.results[0].relevant == {"a#4-21": 1}
    assert values(report, "span_recall@5") == [len("fox") / len("fox\ngrey wolf and")]


def test_unanswerable_questions_measure_confidence_and_outcome_only():
    report = evaluate(
        asker(
            fox=Reply([("a", 0)], words="fox", confidence=0.9),
            owl=Reply([("b", 1)], words="crow", confidence=0.6, outcome="weak"),
            cat=Reply([("a", 0)], words="red", confidence=0.7),
            cow=Reply([("a", 0)], words="red", confidence=0.2, outcome="not_found"),
        ),
        asked(quoted("fox", "a", "red fox"), quoted("owl", "b", "owl"), absent("cat"), absent("cow")),
    )
    assert report.metrics["ndcg@10"].n == 2
    assert report.metrics["answerable_auroc"].value == 3 / 4
    assert report.metrics["answerable_auroc"].n == 4
    assert report.metrics["ece"].value == pytest.approx((abs(0.9 - 1) + 0.6 + 0.7 + 0.2) / 4)
    assert report.metrics["aurc"].value == pytest.approx((0 / 1 + 1 / 2 + 2 / 3 + 3 / 4) / 4)
    assert (report.metrics["aurc"].n, report.metrics["aurc"].detectable) == (4, None)
    assert report.metrics["false_answer_rate"].value == 1 / 2
    assert report.metrics["false_refusal_rate"].value == 0
    assert report.counts["unanswerable"] == 2


def test_a_refusal_cites_nothing_but_its_confidence_is_about_the_nearest_quote():
    report = evaluate(
        asker(fox=Reply([("a", 0)], words="fox", confidence=0.25, outcome="not_found")),
        asked(quoted("fox", "a", "red fox")),
    )
    assert values(report, "quote_hit@1") == [0]
    assert report.results[0].quote is None
    assert report.results[0].correct is True
    assert report.metrics["ece"].value == 0.75
    assert report.metrics["false_refusal_rate"].value == 1


def test_questions_without_gold_are_asked_but_not_ranked():
    report = evaluate(
        asker(fox=Reply([("a", 0)]), why=Reply([("b", 0)])),
        asked(Question("fox", "fox", relevant={"a": 1}), Question("why", "why")),
    )
    assert (report.counts["asked"], report.counts["ranked"], report.counts["unjudged"]) == (2, 1, 1)
    assert report.results[1].metrics == {}
    assert report.results[1].ranking == (("b", 1.0),)
    assert "answerable_auroc" not in report.metrics


def test_unresolved_gold_is_reported_and_not_ranked():
    report = evaluate(
        asker(fox=Reply([("a", 0)]), cat=Reply([("a", 0)]), elk=Reply([("a", 0)])),
        asked(
            quoted("fox", "a", "red cat", GoldQuote("a", "red fox")),
            quoted("cat", "a", "a cat"),
            quoted("elk", "z", "elk"),
        ),
    )
    assert [(item.id, item.document, item.quote, item.reason) for item in report.unresolved] == [
        ("fox", "a", "red cat", "the document does not hold these words"),
        ("cat", "a", "a cat", "the document does not hold these words"),
        ("elk", "z", "elk", "no such document"),
    ]
    assert report.metrics["ndcg@10"].n == 1
    assert report.counts["unresolved"] == 3


def test_a_quotation_that_occurs_twice_is_reported_as_ambiguous():
    report = evaluate(asker(q=Reply([("a", 0)])), asked(quoted("q", "a", "r")))
    assert report.ambiguous == ("q",)


def test_a_set_about_other_documents_is_refused_before_asking():
    stub = asker(q=Reply())
    with pytest.raises(QuestionSetError, match=r"no such document\).*footnote index PATH\.$"):
        evaluate(stub, asked(quoted("q", "z", "zebra")))
    assert stub.asked == []


def test_a_question_that_is_refused_is_named():
    with pytest.raises(QuestionSetError, match="set, question 'q': found a question that is too long"):
        evaluate(asker(), asked(absent("q")))


def test_history_and_depth_are_passed_on_and_progress_is_told():
    stub, told = asker(q=Reply([("a", 0), ("a", 1)])), []
    question = Question("1", "q", history=("earlier",), relevant={"a": 1})
    report = evaluate(stub, asked(question), depth=1, progress=lambda done, total: told.append((done, total)))
    assert stub.asked == [("q", ("earlier",), 1)]
    assert told == [(1, 1)]
    assert report.depth == 1


def test_latency_is_measured_around_each_question():
    ticks = iter([0.0, 0.010, 5.0, 5.030])
    report = evaluate(asker(x=Reply(), y=Reply()), asked(absent("x"), absent("y")), clock=lambda: next(ticks))
    expected = (20, 10 + 0.95 * 20, 10 + 0.99 * 20)
    assert (report.p50_ms, report.p95_ms, report.p99_ms) == pytest.approx(expected)
    assert report.to_json()["stages_ms"] == {}


def test_the_stages_of_an_asker_that_tells_them_are_measured():
    class Timed(StubAsker):
        @property
        def stage_seconds(self):
            return [{"encode": 0.010}, {"encode": 0.020, "rerank": 0.5}][len(self.asked) - 1]

    report = evaluate(Timed(DOCUMENTS, {"x": Reply(), "y": Reply()}), asked(absent("x"), absent("y")))
    stages = report.to_json()["stages_ms"]
    assert stages["encode"] == pytest.approx({"p50": 15, "p95": 10 + 0.95 * 10, "p99": 10 + 0.99 * 10})
    assert stages["rerank"] == pytest.approx({"p50": 500, "p95": 500, "p99": 500})


def mixed_report():
    rising = count()
    return evaluate(
        asker(
            wolf=Reply([("b", 0), ("a", 1)], words="white owl", confidence=0.4),
            bear=Reply([("a", 2), ("a", 0)], words="bear", confidence=0.8),
            crow=Reply(),
            cat=Reply([("a", 0)], words="red", confidence=0.3),
        ),
        asked(
            quoted("wolf", "a", "grey wolf", GoldQuote("a", "red fox")),
            quoted("bear", "a", "brown bear"),
            quoted("crow", "b", "crow"),
            absent("cat"),
        ),
        clock=lambda: float(next(rising)),
    )


def test_the_same_run_gives_the_same_bytes():
    assert json.dumps(mixed_report().to_json()) == json.dumps(mixed_report().to_json())


def test_the_order_of_the_questions_changes_no_metric():
    names = ["wolf", "bear", "crow", "owl", "fox", "cat", "cow"]
    replies = {
        name: Reply(
            [("a", number % 3), ("b", number % 2)], words="r" if number % 3 != 1 else "g", confidence=number / 7
        )
        for number, name in enumerate(names)
    }
    gold = {"wolf": ("a", "grey wolf"), "bear": ("a", "bear"), "crow": ("b", "crow"), "owl": ("b", "owl")}
    questions = [quoted(name, *gold[name]) if name in gold else absent(name) for name in names]
    found = [
        evaluate(asker(**replies), asked(*order)).to_json()["metrics"]
        for order in (questions, questions[::-1], questions[3:] + questions[:3])
    ]
    assert json.dumps(found[0]) == json.dumps(found[1]) == json.dumps(found[2])


def test_the_json_holds_what_the_contract_promises():
    content = json.loads(json.dumps(mixed_report().to_json()))
    assert content["set"] == "set"
    assert content["questions"] == 4
    assert list(content["metrics"]) == [
        "ndcg@10",
        "recall@1",
        "recall@3",
        "recall@5",
        "recall@10",
        "rr@10",
        "success@1",
        "success@5",
        "precision@5",
        "ap",
        "span_recall@5",
        "span_precision@5",
        "span_iou@5",
        "quote_hit@1",
        "answerable_auroc",
        "ece",
        "aurc",
        "false_answer_rate",
        "false_refusal_rate",
    ]
    for metric in content["metrics"].values():
        assert 0 <= metric["low"] <= metric["value"] <= metric["high"] <= 1
        assert metric["n"] > 0
    assert (content["p50_ms"], content["p95_ms"], content["p99_ms"]) == (1000, 1000, 1000)
    assert tuple(content["metrics"]) == metric_names()
    row = content["per_question"][0]
    assert row["ranking"] == ["b#0-9", "a#8-17"]
    assert row["quote"] == {"document": "b", "start": 0, "end": 9, "text": "white owl"}
    assert row["gold"] == [{"document": "a", "start": 8, "end": 17}, {"document": "a", "start": 0, "end": 7}]


def test_ir_measures_on_the_exported_files_gives_the_reported_means(tmp_path):
    report = mixed_report()
    write_run(tmp_path / "run", report.rankings())
    write_qrels(tmp_path / "qrels", report.qrels())
    names = {
        AP: "ap",
        P @ 5: "precision@5",
        nDCG @ 10: "ndcg@10",
        R @ 3: "recall@3",
        RR @ 10: "rr@10",
        Success @ 5: "success@5",
    }
    found = ir_measures.calc_aggregate(
        list(names),
        list(ir_measures.read_trec_qrels(str(tmp_path / "qrels"))),
        list(ir_measures.read_trec_run(str(tmp_path / "run"))),
    )
    for measure, name in names.items():
        assert report.metrics[name].value == pytest.approx(found[measure], abs=1e-9)


def test_a_gold_place_that_overlapping_passages_hold_is_found_once():
    class Overlapping(StubAsker):
        def passages_of(self, document_id):
            whole = super().passages_of(document_id)
            text = self.documents[document_id].text
            pair = replace(whole[0], id="a#0-25", end=25, text=text[:25])
            return [pair, *whole[1:]]

    replies = {"wolf": Reply([("a", 1), ("a", 0)], words="grey wolf")}
    report = evaluate(Overlapping(DOCUMENTS, replies), asked(quoted("wolf", "a", "grey wolf")))
    assert [identity for identity, _ in report.results[0].ranking] == ["a#8-17"]
    assert values(report, "recall@1") == [1]
