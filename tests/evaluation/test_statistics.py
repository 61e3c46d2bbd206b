"""Intervals and p-values: deterministic, and equal to what the textbook procedure gives."""

from __future__ import annotations

import random
import tracemalloc
from itertools import combinations, product
from statistics import stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evaluation import metrics, statistics

unit = st.floats(0, 1, allow_nan=False)


@given(st.lists(unit, min_size=1, max_size=20))
@settings(max_examples=30)
def test_an_interval_holds_its_value_and_stays_in_range(values):
    low, high = statistics.mean_interval(values, resamples=200)
    assert min(values) - 1e-12 <= low <= statistics.mean(values) <= high <= max(values) + 1e-12


def test_the_interval_of_equal_values_is_a_point():
    assert statistics.mean_interval([0.25] * 8) == (0.25, 0.25)


def test_the_mean_interval_equals_drawing_with_replacement():
    values = np.random.default_rng(1).random(40)
    drawn = values[np.random.default_rng(2).integers(40, size=(20_000, 40))].mean(axis=1)
    assert statistics.mean_interval(values.tolist()) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.005)


CONFIDENCES = np.random.default_rng(1).random(50).round(2).tolist()
LABELS = [number % 3 > 0 for number in range(50)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: statistics.mean_interval(CONFIDENCES),
        lambda: statistics.auroc_interval(0.5, CONFIDENCES, LABELS),
        lambda: statistics.calibration_interval(0.1, CONFIDENCES, LABELS),
        lambda: statistics.aurc_interval(0.1, CONFIDENCES, LABELS),
        lambda: statistics.randomisation_p_value([each - 0.45 for each in CONFIDENCES]),
    ],
    ids=["mean", "auroc", "calibration", "aurc", "p-value"],
)
def test_many_questions_go_through_in_steps_that_change_nothing(monkeypatch, call):
    monkeypatch.setattr(statistics, "_CELLS", 10_000_000)
    whole = call()
    monkeypatch.setattr(statistics, "_CELLS", 1_000)
    assert call() == pytest.approx(whole, abs=1e-12)
    assert sum(statistics._steps(10_000, 50)) == 10_000
    assert max(statistics._steps(10_000, 50)) * 50 <= 1_000


def test_the_memory_of_ten_thousand_questions_is_that_of_one_step():
    values = np.random.default_rng(2).random(10_000)
    confidences, correct = values.tolist(), (values > 0.5).tolist()
    tracemalloc.start()
    try:
        statistics.aurc_interval(0.1, confidences, correct, resamples=30)
        statistics.auroc_interval(0.9, confidences, correct, resamples=30)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_the_same_seed_gives_the_same_interval():
    values = [0.0, 1.0, 0.5, 0.5, 1.0]
    assert statistics.mean_interval(values) == statistics.mean_interval(list(values))


def test_the_auroc_interval_equals_drawing_each_class_with_replacement():
    rng = np.random.default_rng(3)
    scores = np.round(rng.random(30), 1)
    labels = np.arange(30) < 12
    ups, downs = scores[labels], scores[~labels]
    areas = [
        metrics.auroc([*rng.choice(ups, 12), *rng.choice(downs, 18)], [*[True] * 12, *[False] * 18])
        for _ in range(3_000)
    ]
    value = metrics.auroc(scores.tolist(), labels.tolist())
    found = statistics.auroc_interval(value, scores.tolist(), labels.tolist())
    assert found == pytest.approx(np.quantile(areas, [0.025, 0.975]), abs=0.02)


def test_the_calibration_interval_equals_drawing_with_replacement():
    rng = np.random.default_rng(4)
    confidences, correct = rng.random(30), rng.random(30) < 0.5
    errors = []
    for _ in range(3_000):
        drawn = rng.integers(30, size=30)
        errors.append(metrics.expected_calibration_error(confidences[drawn].tolist(), correct[drawn].tolist()))
    value = metrics.expected_calibration_error(confidences.tolist(), correct.tolist())
    low, high = statistics.calibration_interval(value, confidences.tolist(), correct.tolist())
    expected_low, expected_high = np.quantile(errors, [0.025, 0.975])
    assert low == pytest.approx(min(expected_low, value), abs=0.015)
    assert high == pytest.approx(max(expected_high, value), abs=0.015)


def test_the_aurc_interval_equals_drawing_with_replacement():
    rng = np.random.default_rng(5)
    confidences, correct = np.round(rng.random(30), 1), rng.random(30) < 0.5
    areas = []
    for _ in range(3_000):
        drawn = rng.integers(30, size=30)
        areas.append(metrics.aurc(confidences[drawn].tolist(), correct[drawn].tolist()))
    value = metrics.aurc(confidences.tolist(), correct.tolist())
    found = statistics.aurc_interval(value, confidences.tolist(), correct.tolist())
    assert found == pytest.approx(np.quantile(areas, [0.025, 0.975]), abs=0.02)


def test_intervals_do_not_depend_on_the_order_of_the_questions():
    rng = np.random.default_rng(6)
    pairs = list(zip(np.round(rng.random(40), 2).tolist(), (rng.random(40) < 0.5).tolist(), strict=True))
    for interval in (statistics.auroc_interval, statistics.calibration_interval, statistics.aurc_interval):
        found = {
            interval(0.5, [c for c, _ in order], [right for _, right in order])
            for order in (pairs, pairs[::-1], random.Random(1).sample(pairs, 40))
        }
        assert len(found) == 1, interval.__name__
    values = [confidence for confidence, _ in pairs]
    assert statistics.mean_interval(values) == statistics.mean_interval(values[::-1])
    assert statistics.detectable_effect(values) == statistics.detectable_effect(values[::-1])


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=9))
@settings(max_examples=30)
def test_the_p_value_equals_trying_every_sign(differences):
    observed = abs(sum(differences))
    flips = list(product([-1, 1], repeat=len(differences)))
    extreme = sum(abs(sum(s * d for s, d in zip(flip, differences, strict=True))) >= observed for flip in flips)
    assert statistics.randomisation_p_value(differences) == pytest.approx(extreme / len(flips), abs=0.03)


def test_no_difference_has_p_value_1():
    assert statistics.randomisation_p_value([0.0, 0.0]) == 1


def test_a_p_value_is_never_0():
    assert statistics.randomisation_p_value([1.0] * 100) == 1 / 10_001


@given(st.lists(st.sampled_from([0.0001, 0.01, 0.02, 0.02, 0.3, 1.0]), max_size=6))
def test_holm_equals_the_closed_test_with_bonferroni(p_values):
    """A hypothesis falls where every intersection with it falls: the procedure that Holm shortens."""
    places = range(len(p_values))
    subsets = [set(chosen) for size in places for chosen in combinations(places, size + 1)]
    expected = [
        max(min(1.0, len(chosen) * min(p_values[each] for each in chosen)) for chosen in subsets if place in chosen)
        for place in places
    ]
    assert statistics.holm(p_values) == pytest.approx(expected)


def test_holm_by_hand():
    assert statistics.holm([0.04, 0.01, 0.03]) == [2 * 0.03, 3 * 0.01, 2 * 0.03]
    assert statistics.holm([]) == []


def test_the_detectable_effect_by_hand():
    values = [0.0, 0.5, 1.0, 1.0]
    assert statistics.detectable_effect(values) == pytest.approx((1.959964 + 0.841621) * stdev(values) / 4**0.5)


def test_the_detectable_effect_is_noticed_in_four_of_five_experiments():
    rng = np.random.default_rng(7)
    size, spread = 100, 0.3
    effect = (1.959964 + 0.841621) * spread / size**0.5
    drawn = [rng.normal(effect, spread, size).tolist() for _ in range(400)]
    noticed = sum(statistics.randomisation_p_value(each, resamples=400) < statistics.ALPHA for each in drawn)
    assert noticed / len(drawn) == pytest.approx(statistics.POWER, abs=0.06)
    estimates = [statistics.detectable_effect(each) for each in drawn]
    assert np.mean(estimates) == pytest.approx(effect, rel=0.02)


@pytest.mark.parametrize("values", [[], [0.3], [0.1, 0.1, 0.1]], ids=["none", "one", "equal"])
def test_without_spread_no_effect_is_called_detectable(values):
    assert statistics.detectable_effect(values) is None


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: statistics.mean([]), id="mean"),
        pytest.param(lambda: statistics.mean_interval([]), id="interval"),
        pytest.param(lambda: statistics.auroc_interval(0.5, [0.1], [True]), id="one class"),
        pytest.param(lambda: statistics.calibration_interval(0.5, [1.5], [True]), id="no probability"),
    ],
)
def test_what_cannot_be_measured_is_refused(call):
    with pytest.raises(ValueError):
        call()
