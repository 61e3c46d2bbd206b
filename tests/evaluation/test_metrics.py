"""Metrics against arithmetic, against ir-measures, and against brute force."""

from __future__ import annotations

from itertools import accumulate, pairwise, permutations, product
from math import floor, log2

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, P, R, Success, nDCG

from assistant.evaluation import metrics

IDS = [f"d{number}" for number in range(15)]
qrels_of = st.dictionaries(st.sampled_from(IDS), st.integers(0, 3), max_size=12)
ranking_of = st.lists(st.sampled_from(IDS), unique=True, max_size=15)

PAIRS = {
    nDCG @ 10: lambda ranking, qrels: metrics.ndcg_at(ranking, qrels, 10),
    nDCG @ 3: lambda ranking, qrels: metrics.ndcg_at(ranking, qrels, 3),
    R @ 1: lambda ranking, qrels: metrics.recall_at(ranking, qrels, 1),
    R @ 5: lambda ranking, qrels: metrics.recall_at(ranking, qrels, 5),
    P @ 5: lambda ranking, qrels: metrics.precision_at(ranking, qrels, 5),
    RR: metrics.reciprocal_rank,
    RR @ 10: lambda ranking, qrels: metrics.reciprocal_rank(ranking, qrels, 10),
    RR @ 2: lambda ranking, qrels: metrics.reciprocal_rank(ranking, qrels, 2),
    Success @ 1: lambda ranking, qrels: metrics.success_at(ranking, qrels, 1),
    Success @ 5: lambda ranking, qrels: metrics.success_at(ranking, qrels, 5),
    AP: metrics.average_precision,
    AP @ 4: lambda ranking, qrels: metrics.average_precision(ranking, qrels, 4),
}


@given(st.lists(st.tuples(qrels_of, ranking_of), min_size=1, max_size=4))
def test_every_ranking_metric_equals_ir_measures(queries):
    judged = [ir_measures.Qrel(str(q), d, grade) for q, (qrels, _) in enumerate(queries) for d, grade in qrels.items()]
    run = [
        ir_measures.ScoredDoc(str(q), d, float(-rank))
        for q, (_, ranking) in enumerate(queries)
        for rank, d in enumerate(ranking)
    ]
    if not judged or not run:
        return
    for found in ir_measures.iter_calc(list(PAIRS), judged, run):
        qrels, ranking = queries[int(found.query_id)]
        assert PAIRS[found.measure](ranking, qrels) == pytest.approx(found.value, abs=1e-9), found


@given(qrels_of, ranking_of)
def test_every_ranking_metric_lies_between_0_and_1(qrels, ranking):
    assert all(0 <= measure(ranking, qrels) <= 1 + 1e-12 for measure in PAIRS.values())


@given(qrels_of)
def test_the_best_ranking_has_ndcg_1_and_an_empty_one_0(qrels):
    best = sorted(qrels, key=lambda identity: -qrels[identity])
    assert metrics.ndcg_at(best, qrels, 10) == (1.0 if any(qrels.values()) else 0.0)
    assert all(measure([], qrels) == 0 for measure in PAIRS.values())


def test_ndcg_has_linear_gain_and_a_binary_logarithm():
    qrels = {"a": 3, "b": 1}
    expected = (1 / log2(2) + 3 / log2(4)) / (3 / log2(2) + 1 / log2(3))
    assert metrics.ndcg_at(["b", "x", "a"], qrels, 10) == pytest.approx(expected)


def test_ndcg_takes_negative_grades_as_not_relevant():
    assert metrics.ndcg_at(["spam", "a"], {"spam": -2, "a": 1}, 10) == pytest.approx((1 / log2(3)) / 1)


def test_recall_precision_success_and_rank_by_hand():
    ranking, qrels = ["x", "a", "y", "b"], {"a": 1, "b": 2, "c": 1, "y": 0}
    assert metrics.recall_at(ranking, qrels, 3) == 1 / 3
    assert metrics.recall_at(ranking, qrels, 4) == 2 / 3
    assert metrics.precision_at(ranking, qrels, 5) == 2 / 5
    assert metrics.success_at(ranking, qrels, 1) == 0
    assert metrics.success_at(ranking, qrels, 2) == 1
    assert metrics.reciprocal_rank(ranking, qrels) == 1 / 2
    assert metrics.reciprocal_rank(ranking, qrels, 1) == 0
    assert metrics.average_precision(ranking, qrels) == (1 / 2 + 2 / 4) / 3


spans = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(1, 10)).map(
        lambda span: (span[0], span[1], span[1] + span[2])
    ),
    max_size=6,
)


@given(spans, spans)
def test_span_recall_equals_counting_characters(gold, retrieved):
    wanted = {(document, at) for document, start, end in gold for at in range(start, end)}
    covered = {(document, at) for document, start, end in retrieved for at in range(start, end)}
    expected = len(wanted & covered) / len(wanted) if wanted else 0.0
    assert metrics.span_recall(gold, retrieved) == pytest.approx(expected)


@given(spans, spans)
def test_span_precision_and_iou_equal_counting_characters(gold, retrieved):
    wanted = {(document, at) for document, start, end in gold for at in range(start, end)}
    covered = {(document, at) for document, start, end in retrieved for at in range(start, end)}
    precision = len(wanted & covered) / len(covered) if covered else 0.0
    iou = len(wanted & covered) / len(wanted | covered) if wanted | covered else 0.0
    assert metrics.span_precision(gold, retrieved) == precision
    assert metrics.span_iou(gold, retrieved) == iou


def test_spans_by_hand():
    gold, retrieved = [("a", 10, 20)], [("a", 0, 12), ("a", 8, 15), ("b", 10, 20)]
    assert metrics.span_precision(gold, retrieved) == (15 - 10) / (15 + 10)
    assert metrics.span_iou(gold, retrieved) == (15 - 10) / (20 + 10)


def test_span_recall_counts_overlapping_passages_once():
    assert metrics.span_recall([("a", 0, 10)], [("a", 0, 4), ("a", 2, 6), ("b", 6, 10)]) == 6 / 10


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        pytest.param(("a", 10, 20), 1, id="equal"),
        pytest.param(("a", 5, 25), 1, id="contains the gold"),
        pytest.param(("a", 12, 15), 1, id="lies in the gold"),
        pytest.param(("a", 5, 15), 0, id="overlaps only"),
        pytest.param(("b", 10, 20), 0, id="other document"),
        pytest.param(("a", 12, 12), 0, id="empty"),
        pytest.param(("a", 30, 41), 1, id="second gold span"),
        pytest.param(None, 0, id="no quote"),
    ],
)
def test_quote_hit(quote, expected):
    assert metrics.quote_hit(quote, [("a", 10, 20), ("a", 30, 40)]) == expected


scored = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), st.booleans()), min_size=2, max_size=30
).filter(lambda pairs: len({label for _, label in pairs}) == 2)


@given(scored)
def test_auroc_equals_counting_every_pair(pairs):
    ups = [score for score, label in pairs if label]
    downs = [score for score, label in pairs if not label]
    wins = sum(1.0 if up > down else 0.5 if up == down else 0.0 for up, down in product(ups, downs))
    found = metrics.auroc([score for score, _ in pairs], [label for _, label in pairs])
    assert found == pytest.approx(wins / (len(ups) * len(downs)), abs=1e-12)


@pytest.mark.parametrize(
    ("scores", "labels"), [([0.1, 0.2], [True, True]), ([0.1], [False]), ([0.1], [True, False]), ([], [])]
)
def test_auroc_needs_both_classes(scores, labels):
    with pytest.raises(ValueError):
        metrics.auroc(scores, labels)


def test_calibration_error_by_hand():
    confidences, correct = [0.05, 0.15, 0.95, 0.97], [False, True, True, True]
    expected = (1 * 0.05 + 1 * (1 - 0.15) + 2 * (1 - (0.95 + 0.97) / 2)) / 4
    assert metrics.expected_calibration_error(confidences, correct) == pytest.approx(expected)


def test_calibration_bins_are_closed_below_and_the_last_on_both_sides():
    assert metrics.calibration_bins([0.0, 0.05, 0.5, 0.95, 1.0]).tolist() == [0, 0, 5, 9, 9]


@given(scored, st.integers(1, 20))
def test_calibration_error_equals_bin_by_bin(pairs, bins):
    total = 0.0
    for number in range(bins):
        inside = [(c, ok) for c, ok in pairs if min(int(c * bins), bins - 1) == number]
        if inside:
            accuracy = sum(ok for _, ok in inside) / len(inside)
            confidence = sum(c for c, _ in inside) / len(inside)
            total += len(inside) / len(pairs) * abs(accuracy - confidence)
    found = metrics.expected_calibration_error([c for c, _ in pairs], [ok for _, ok in pairs], bins)
    assert found == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize(
    ("confidences", "correct"),
    [([1.1], [True]), ([-0.1], [True]), ([float("nan")], [True]), ([], []), ([0.5], [])],
)
def test_calibration_error_refuses_what_is_no_probability(confidences, correct):
    with pytest.raises(ValueError):
        metrics.expected_calibration_error(confidences, correct)


few_answers = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans()), min_size=1, max_size=6)


@given(few_answers)
def test_the_area_under_risk_and_coverage_is_the_mean_over_every_order_that_confidence_allows(pairs):
    areas = []
    for order in permutations(pairs):
        if all(first[0] >= second[0] for first, second in pairwise(order)):
            wrong = list(accumulate(not right for _, right in order))
            areas.append(sum(errors / number for number, errors in enumerate(wrong, start=1)) / len(order))
    found = metrics.aurc([confidence for confidence, _ in pairs], [right for _, right in pairs])
    assert found == pytest.approx(sum(areas) / len(areas), abs=1e-12)


@given(few_answers)
def test_the_risk_coverage_curve_equals_trying_every_threshold(pairs):
    points = metrics.risk_coverage_curve([confidence for confidence, _ in pairs], [right for _, right in pairs])
    assert [point.threshold for point in points] == sorted({confidence for confidence, _ in pairs}, reverse=True)
    for point in points:
        answered = [right for confidence, right in pairs if confidence >= point.threshold]
        assert point.coverage == len(answered) / len(pairs)
        assert point.risk == answered.count(False) / len(answered)
    assert points[-1].coverage == 1


def test_the_area_under_risk_and_coverage_by_hand():
    assert metrics.aurc([0.9, 0.8, 0.7], [True, False, True]) == pytest.approx((0 / 1 + 1 / 2 + 1 / 3) / 3)
    assert metrics.aurc([0.5, 0.5], [True, False]) == 1 / 2
    assert metrics.aurc([0.1, 0.9], [True, True]) == 0


@pytest.mark.parametrize(("confidences", "correct"), [([], []), ([0.5], []), ([0.5], [True, True])])
def test_risk_and_coverage_need_answers(confidences, correct):
    with pytest.raises(ValueError, match="expected as many, not 0"):
        metrics.aurc(confidences, correct)
    with pytest.raises(ValueError, match="expected as many, not 0"):
        metrics.risk_coverage_curve(confidences, correct)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30), st.sampled_from([0, 50, 95, 99, 100]))
def test_a_percentile_equals_walking_along_the_sorted_values(values, percent):
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    expected = ordered[below] + (place - below) * (ordered[above] - ordered[below])
    assert metrics.percentile(values, percent) == pytest.approx(expected)


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], -1), ([1.0], 101)])
def test_a_percentile_of_nothing_or_beyond_100_is_refused(values, percent):
    with pytest.raises(ValueError, match="expected one value at least"):
        metrics.percentile(values, percent)


@given(scored, st.randoms(use_true_random=False))
def test_what_is_measured_on_a_whole_set_is_the_same_in_any_order_to_the_last_bit(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    for measure in (metrics.auroc, metrics.expected_calibration_error, metrics.aurc):
        first, second = (measure([c for c, _ in each], [ok for _, ok in each]) for each in (pairs, shuffled))
        assert first == second


def test_rates_of_wrong_answers_and_refusals():
    outcomes = ["answered", "weak", "not_found", "answered"]
    assert metrics.false_answer_rate(outcomes) == 2 / 4
    assert metrics.false_refusal_rate(outcomes) == 1 / 4
    assert metrics.false_answer_rate([]) == metrics.false_refusal_rate([]) == 0
