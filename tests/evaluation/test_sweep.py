"""The grid, the frontier, and a sweep over stubs."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import InputError
from assistant.evaluation import GoldQuote, Question, QuestionSet
from assistant.evaluation.sweep import WARM_UP, Setting, frontier, grid, on_frontier, sweep

from .stub_asker import Reply, StubAsker, lines_document

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12)
RIGHT, WRONG = Reply([("d", 0)], words="red fox"), Reply([("d", 1)], words="owl", confidence=0.2)
QUESTIONS = QuestionSet(
    "set",
    "f" * 64,
    (
        Question("1", "one", answers=(GoldQuote("d", "red fox"),)),
        Question("2", "two", answers=(GoldQuote("d", "red fox"),)),
    ),
)


def settings(*weights: float) -> list[Setting]:
    return grid(["e"], [100], list(weights), [0.5], [10], [100], [5])


class Opened:
    """Opens stubs: the larger the dense weight, the more questions are answered rightly."""

    def __init__(self) -> None:
        self.log: list[object] = []

    @contextmanager
    def __call__(self, setting: Setting):
        replies = {
            WARM_UP: Reply(),
            "one": RIGHT if setting.dense_weight > 0 else WRONG,
            "two": RIGHT if setting.dense_weight == 1 else WRONG,
        }
        stub = StubAsker({"d": lines_document("d", "red fox", "owl")}, replies)
        self.log.append(setting.dense_weight)
        yield stub
        self.log.append([(question, depth) for question, _, depth in stub.asked])


# The frontier


@given(POINTS)
def test_a_point_is_on_the_frontier_if_no_other_beats_it(points):
    def beaten(one):
        return any(
            other[0] >= one[0] and other[1] <= one[1] and other != one  # as good, as fast, and not the same
            for other in points
        )

    assert frontier(points) == [not beaten(point) for point in points]


@given(POINTS.filter(bool))
def test_the_best_and_the_fastest_are_on_the_frontier(points):
    flags = frontier(points)
    chosen = [point for point, flag in zip(points, flags, strict=True) if flag]
    assert max(quality for quality, _ in chosen) == max(quality for quality, _ in points)
    assert min(time for _, time in chosen) == min(time for _, time in points)


@given(POINTS, st.randoms())
def test_the_frontier_does_not_depend_on_the_order(points, random):
    order = list(range(len(points)))
    random.shuffle(order)
    flags = frontier(points)
    assert frontier([points[at] for at in order]) == [flags[at] for at in order]


def test_a_frontier_worked_out_by_hand():
    points = [(0.9, 10.0), (0.8, 5.0), (0.8, 6.0), (0.7, 5.0), (0.9, 10.0), (0.95, 40.0)]
    assert frontier(points) == [True, True, False, False, True, True]


# The grid


def test_the_grid_holds_every_combination_grouped_by_index():
    found = grid(["a", "b"], [84, 168], [0.2, 0.5], [0.6], [30], [100], [10])
    assert len(found) == len(set(found)) == 8
    pairs = [(setting.encoder, setting.passage_tokens) for setting in found]
    assert pairs == [(e, t) for e in "ab" for t in (84, 168) for _ in range(2)]


def test_without_reranking_the_late_weight_is_tried_once():
    found = grid(["a"], [84], [0.5], [0.2, 0.6], [0, 30], [100], [10])
    assert [(setting.rerank, setting.late_weight) for setting in found] == [(0, 0.0), (30, 0.2), (30, 0.6)]


def test_an_empty_axis_is_refused():
    with pytest.raises(InputError, match="no values"):
        grid(["a"], [], [0.5], [0.5], [30], [100], [10])


def test_a_grid_beyond_reason_is_refused_without_being_built():
    many = range(10_000)
    with pytest.raises(InputError, match=r"the grid has 1,000,000,000,000 points, at most 1,000"):
        grid(["a"], [84], [0.5], [0.5], many, many, many)


# The sweep


def test_every_setting_is_warmed_up_measured_and_closed_before_the_next():
    opened, told = Opened(), []
    points = list(
        sweep(settings(0, 0.5, 1), opened, QUESTIONS, "quote_hit@1", progress=lambda *done: told.append(done))
    )
    assert [point.metric.value for point in points] == [0, 1 / 2, 1]
    assert [point.setting.dense_weight for point in points] == [0, 0.5, 1]
    asked = [(WARM_UP, 5), ("one", 5), ("two", 5)]
    assert opened.log == [0, asked, 0.5, asked, 1, asked]
    assert told == [(number, 6) for number in range(1, 7)]
    assert points[0].to_json()["metrics"]["quote_hit@1"]["value"] == 0
    assert points[0].to_json().keys() >= {"encoder", "passage_tokens", "value", "low", "high", "p50_ms", "p95_ms"}


def test_what_was_measured_is_there_before_the_rest_is():
    opened = Opened()
    points = sweep(settings(0, 1), opened, QUESTIONS, "ndcg@10")
    assert next(points).setting.dense_weight == 0
    assert 1 not in opened.log


def test_a_metric_that_the_set_does_not_measure_is_refused():
    with pytest.raises(InputError, match=r"set does not measure 'speed'; use --metric with one of: ndcg@10"):
        next(sweep(settings(0), Opened(), QUESTIONS, "speed"))


def test_of_an_error_less_is_better():
    points = list(sweep(settings(0, 1), Opened(), QUESTIONS, "ece"))
    assert [point.metric.value for point in points] == [pytest.approx(0.2), pytest.approx(0.5)]
    equally_fast = [replace(point, p50_ms=1.0) for point in points]
    assert on_frontier(equally_fast, "ece") == [True, False]
    assert on_frontier(equally_fast, "a metric that is no error") == [False, True]
