"""One question set under a grid of settings: how good each is, how fast, and which of them no other beats."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any

from assistant.errors import InputError
from assistant.evaluation.evaluate import Asker, evaluate
from assistant.evaluation.judging import LOWER_IS_BETTER
from assistant.evaluation.question_set import QuestionSet
from assistant.evaluation.report import Metric, Report

MOST_POINTS = 1_000
"""A larger grid is taken for a slip of the hand."""

WARM_UP = "Is everything read from the disk before the clock starts?"
"""Asked once before a setting is measured, so that no question pays for opening files."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One combination of knobs.

    Attributes:
        encoder: its name.
        passage_tokens: size of a passage in tokens of that encoder.
        dense_weight, late_weight, rerank, depth: as in :class:`~assistant.retrieval.RankingSettings`.
        k: how many passages are asked for.
    """

    encoder: str
    passage_tokens: int
    dense_weight: float
    late_weight: float
    rerank: int
    depth: int
    k: int


@dataclass(frozen=True, slots=True)
class Point:
    """What one setting came to.

    Attributes:
        setting: the knobs.
        metric: the one that was chosen.
        p50_ms, p95_ms: time per question.
        metrics: all that was measured, by name.
    """

    setting: Setting
    metric: Metric
    p50_ms: float
    p95_ms: float
    metrics: dict[str, Metric]

    def to_json(self) -> dict[str, Any]:
        """Plain values: the knobs, the chosen metric and the times side by side, all metrics below."""
        return {
            **asdict(self.setting),
            **asdict(self.metric),
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "metrics": {name: asdict(metric) for name, metric in self.metrics.items()},
        }


def grid(
    encoders: Sequence[str],
    passage_tokens: Sequence[int],
    dense_weights: Sequence[float],
    late_weights: Sequence[float],
    reranks: Sequence[int],
    depths: Sequence[int],
    ks: Sequence[int],
) -> list[Setting]:
    """Every combination once, those of the same encoder and passage size next to each other.

    Without re-ranking the late weight has no effect: such combinations are kept once.

    Raises:
        InputError: an axis is empty, or there are more than ``MOST_POINTS``.
    """
    axes = (encoders, passage_tokens, dense_weights, late_weights, reranks, depths, ks)
    if not all(axes):
        raise InputError("an axis of the grid has no values; give one at least, e.g. --passage-tokens 84,168")
    # Told from the lengths: a slip of the hand must not be multiplied out first.
    number = math.prod(map(len, axes))
    if number > MOST_POINTS:
        raise InputError(
            f"the grid has {number:,} points, at most {MOST_POINTS:,} are allowed; give fewer values for some option"
        )
    settings = [Setting(*values) for values in product(*axes)]
    same = [setting if setting.rerank else replace(setting, late_weight=0.0) for setting in settings]
    return list(dict.fromkeys(same))


def sweep(
    settings: Sequence[Setting],
    asker_of: Callable[[Setting], AbstractContextManager[Asker]],
    question_set: QuestionSet,
    metric: str,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Point]:
    """Measure the settings one by one; what was yielded stays valid when the rest is given up.

    Args:
        settings: the grid.
        asker_of: opens what is asked under a setting, and closes it afterwards.
        question_set: the questions.
        metric: name of the metric to judge by.
        progress: called with (questions asked, questions in all) over the whole grid.

    Raises:
        InputError: the set does not measure that metric.
        QuestionSetError: as for :func:`~assistant.evaluation.evaluate.evaluate`.
    """
    each = len(question_set.questions)

    for number, setting in enumerate(settings):

        def advance(done: int, _: int, before: int = number * each) -> None:
            if progress:
                progress(before + done, each * len(settings))

        with asker_of(setting) as asker:
            asker.ask_with_hits(WARM_UP, (), depth=setting.k)
            report = evaluate(asker, question_set, depth=setting.k, progress=advance)
        yield Point(setting, _chosen(report, metric), report.p50_ms, report.p95_ms, dict(report.metrics))


def _chosen(report: Report, metric: str) -> Metric:
    if metric not in report.metrics:
        raise InputError(
            f"{report.name} does not measure {metric!r}; use --metric with one of: {', '.join(report.metrics)}"
        )
    return report.metrics[metric]


def frontier(points: Sequence[tuple[float, float]]) -> list[bool]:
    """Which points no other beats: better and not slower, or faster and not worse.

    Args:
        points: (quality, time) pairs, quality the higher the better, time the lower the better; none is NaN.

    Returns:
        One flag per point, in order. Equal points share their flag; of some points one at least is on it.
    """
    flags = [False] * len(points)
    best = -math.inf  # quality of all that is faster
    by_time: dict[float, list[int]] = {}
    for number, (_, time) in enumerate(points):
        by_time.setdefault(time, []).append(number)
    for time in sorted(by_time):
        top = max(points[number][0] for number in by_time[time])
        for number in by_time[time]:
            flags[number] = points[number][0] == top and top > best
        best = max(best, top)
    return flags


def on_frontier(points: Sequence[Point], metric: str) -> list[bool]:
    """Which settings no other beats in the metric and the median time."""
    turn = -1 if metric in LOWER_IS_BETTER else 1
    return frontier([(turn * point.metric.value, point.p50_ms) for point in points])
