"""Report -> the numbers that the plots draw. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from assistant.evaluation.metrics import calibration_bins, recall_at
from assistant.evaluation.report import QuestionResult
from assistant.evaluation.statistics import mean, mean_interval

CUTOFFS = (1, 2, 3, 5, 10, 20, 50, 100)
BINS = 10
_Z = 1.959964
"""Standard normal quantile of 97.5 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean at a place on the horizontal axis, with its 95 % interval.

    Attributes:
        x: the place.
        value, low, high: 0 to 1.
    """

    x: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Covered:
    """What would be wrong if only the most confident answers were given.

    Attributes:
        coverage: share of the questions that would be answered, above 0.
        risk: share of those whose first quotation is wrong.
        confidence: the least confidence among them.
    """

    coverage: float
    risk: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers of one range of confidence.

    Attributes:
        n: how many, above 0.
        confidence: their mean confidence.
        right: share whose first quotation is right.
        low, high: 95 % Wilson interval of that share.
    """

    n: int
    confidence: float
    right: float
    low: float
    high: float


def known(results: Iterable[QuestionResult]) -> list[tuple[float, bool]]:
    """Confidence and correctness of the questions where correctness can be known."""
    return [(result.confidence, result.correct) for result in results if result.correct is not None]


def recall_by_k(results: Sequence[QuestionResult], depth: int) -> list[Estimate]:
    """Mean recall at rising cut-offs up to the depth that was asked for; empty where nothing is ranked."""
    ranked = [
        ([identity for identity, _ in result.ranking], result.relevant)
        for result in results
        if result.answerable and any(grade > 0 for grade in result.relevant.values())
    ]
    found = []
    for k in CUTOFFS if ranked else ():
        if k <= depth:
            values = [recall_at(ranking, relevant, k) for ranking, relevant in ranked]
            found.append(Estimate(k, mean(values), *mean_interval(values, resamples=2_000)))
    return found


def risk_coverage(answers: Sequence[tuple[float, bool]]) -> list[Covered]:
    """Risk at every coverage that a threshold on confidence can give, smallest first.

    Answers of equal confidence are covered together. Source: El-Yaniv and Wiener 2010.
    """
    points, covered, wrong = [], 0, 0
    ordered = sorted(answers, key=lambda answer: -answer[0])
    for confidence, group in groupby(ordered, key=lambda answer: answer[0]):
        rights = [right for _, right in group]
        covered += len(rights)
        wrong += len(rights) - sum(rights)
        points.append(Covered(covered / len(ordered), wrong / covered, confidence))
    return points


def reliability(answers: Sequence[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """The bins of the calibration error that hold answers, least confident first."""
    gathered: dict[int, list[tuple[float, bool]]] = {}
    for answer, number in zip(answers, calibration_bins([c for c, _ in answers], bins), strict=True):
        gathered.setdefault(int(number), []).append(answer)
    return [
        Bin(len(members), mean([c for c, _ in members]), right / len(members), *wilson(right, len(members)))
        for _, members in sorted(gathered.items())
        for right in [sum(right for _, right in members)]
    ]


def wilson(successes: int, n: int) -> tuple[float, float]:
    """95 % score interval of a proportion (Wilson 1927).

    Args:
        successes: 0 to n.
        n: above 0.
    """
    share, square = successes / n, _Z * _Z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = _Z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, interpolated between neighbours.

    Args:
        values: one at least.
        share: 0 to 1.
    """
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
