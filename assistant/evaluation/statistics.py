"""How sure a measured number is: bootstrap intervals, a paired randomisation test, what a set could detect at all.

Sources: Efron 1979 (percentile bootstrap); Smucker, Allan and Carterette 2007 (both, for retrieval); Phipson
and Smyth 2010 (p-values that are never 0); Holm 1979 (several tests at once); Bloom 1995 (detectable effects).
Intervals hold 95 %; seeds are fixed and the order of the questions does not count; memory stays bounded whatever
their number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from assistant.evaluation.metrics import calibration_bins

RESAMPLES = 10_000
SEED = 20_240_229
ALPHA = 0.05
"""Chance to call a difference real where there is none, two-sided."""
POWER = 0.8
"""Chance to notice a difference that is real, for the detectable effect."""
_CELLS = 100_000
"""Largest array that one step makes: it stays in a processor's cache, which is three times as fast as 4 million."""

Interval: TypeAlias = tuple[float, float]
_Floats: TypeAlias = npt.NDArray[np.float64]
_Ints: TypeAlias = npt.NDArray[np.intp]


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean, correctly rounded, hence the same in any order.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("found no values, expected one at least")
    return math.fsum(values) / len(values)


def mean_interval(values: Sequence[float], resamples: int = RESAMPLES) -> Interval:
    """Percentile interval of the mean of ``values``.

    Drawing n of n values with replacement is drawing how often each distinct value comes: a multinomial. That
    is the same distribution, and cheap, because most metrics take few values.

    Raises:
        ValueError: there are no values.
    """
    centre = mean(values)
    distinct, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    rng = np.random.default_rng(SEED)
    shares = counts / len(values)
    drawn = [
        rng.multinomial(len(values), shares, size=rows) @ distinct / len(values)
        for rows in _steps(resamples, len(distinct))
    ]
    return _percentiles(np.concatenate(drawn), centre)


def auroc_interval(
    value: float, scores: Sequence[float], positive: Sequence[bool], resamples: int = RESAMPLES
) -> Interval:
    """Percentile interval of ``auroc``, positives and negatives resampled apart so that neither runs out.

    Raises:
        ValueError: one of the two classes is empty.
    """
    levels, level = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    labels = np.asarray(positive, dtype=bool)
    ups, downs = np.sort(level[labels]), np.sort(level[~labels])
    if not len(ups) or not len(downs):
        raise ValueError(f"found {len(ups)} positives and {len(downs)} negatives, expected one of each at least")
    rng, later = np.random.default_rng(SEED), np.random.default_rng(SEED)
    for rows in _steps(resamples, len(labels)):  # one stream, first all ups, then all downs, whatever the steps
        later.integers(len(ups), size=(rows, len(ups)))

    def areas(rows: int) -> _Floats:
        up = _tally(rows, ups[rng.integers(len(ups), size=(rows, len(ups)))], len(levels))
        down = _tally(rows, downs[later.integers(len(downs), size=(rows, len(downs)))], len(levels))
        below = np.cumsum(down, axis=1) - down / 2
        return np.asarray((up * below).sum(axis=1) / (len(ups) * len(downs)))

    return _interval(areas, value, len(labels), resamples)


def calibration_interval(
    value: float,
    confidences: Sequence[float],
    correct: Sequence[bool],
    bins: int = 10,
    resamples: int = RESAMPLES,
) -> Interval:
    """Percentile interval of ``expected_calibration_error``.

    A resample is on average less calibrated than the sample, so this interval leans upwards: read it as
    cautious.

    Raises:
        ValueError: a confidence outside 0 to 1.
    """
    ordered = sorted(zip(confidences, correct, strict=True))
    gaps = np.array([confidence - right for confidence, right in ordered], dtype=np.float64)
    bin_of = calibration_bins([confidence for confidence, _ in ordered], bins)
    rng = np.random.default_rng(SEED)

    def errors(rows: int) -> _Floats:
        drawn = rng.integers(len(gaps), size=(rows, len(gaps)))
        sums = _tally(rows, bin_of[drawn], bins, gaps[drawn])
        return np.asarray(np.abs(sums).sum(axis=1) / len(gaps))

    return _interval(errors, value, len(gaps), resamples)


def aurc_interval(
    value: float, confidences: Sequence[float], correct: Sequence[bool], resamples: int = RESAMPLES
) -> Interval:
    """Percentile interval of ``aurc``, questions resampled together with their confidence and correctness.

    The sum of expected risks within a tie is closed: with W wrong of the B before it, w wrong of the m in it and H
    the harmonic numbers, (W - B w / m) (H[B + m] - H[B]) + w.
    """
    ordered = sorted(zip(confidences, correct, strict=True), reverse=True)
    _, level = np.unique([-confidence for confidence, _ in ordered], return_inverse=True)
    wrong = np.array([not right for _, right in ordered], dtype=np.float64)
    size = len(ordered)
    levels = int(level.max()) + 1
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, size + 1))])
    rng = np.random.default_rng(SEED)

    def areas(rows: int) -> _Floats:
        drawn = rng.integers(size, size=(rows, size))
        counts = _tally(rows, level[drawn], levels)
        errors = _tally(rows, level[drawn], levels, wrong[drawn])
        ends = np.cumsum(counts, axis=1)
        before = ends - counts
        rates = errors / np.maximum(counts, 1)
        spread = harmonic[ends.astype(np.intp)] - harmonic[before.astype(np.intp)]
        sums = (np.cumsum(errors, axis=1) - errors - before * rates) * spread + errors
        return np.asarray(sums.sum(axis=1) / size)

    return _interval(areas, value, size, resamples)


def randomisation_p_value(differences: Sequence[float], resamples: int = RESAMPLES) -> float:
    """Two-sided p-value of the paired sign-flip test that the mean difference is 0.

    Under the hypothesis each difference could as well have the other sign. p = (1 + resamples at least as
    extreme) / (1 + resamples). Differences of equal size flip as one binomial. No difference anywhere gives
    1.
    """
    values = np.asarray(differences, dtype=np.float64)
    sizes, counts = np.unique(np.abs(values[values != 0]), return_counts=True)
    if not len(sizes):
        return 1.0
    observed = abs(math.fsum(differences))
    tolerance = 1e-12 * float(sizes @ counts)
    rng = np.random.default_rng(SEED)
    extreme = 0
    for rows in _steps(resamples, len(sizes)):
        sums = (2 * rng.binomial(counts, 0.5, size=(rows, len(sizes))) - counts) @ sizes
        extreme += int(np.count_nonzero(np.abs(sums) >= observed - tolerance))
    return (1 + extreme) / (1 + resamples)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values corrected for having tested all of them at once, in the order given.

    With the p-values sorted, p[1] … p[m], the i-th becomes the largest of min(1, (m - j + 1) p[j]) over j ≤ i. Each
    below ``ALPHA`` can be called significant, and the chance of one false call among all stays below ``ALPHA``,
    however the metrics depend on each other. Source: Holm 1979.
    """
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda each: p_values[each])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = largest
    return corrected


def detectable_effect(values: Sequence[float], alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The smallest true mean difference that as many questions would show as significant with that power.

    (z[1 - alpha / 2] + z[power]) s / √n, with s the sample standard deviation: 2.80 standard errors at .05 and
    80 %. Given differences per question it holds for that comparison. Given one run's values per question it is what
    to expect of a comparison with a run whose values correlate with these by ½, for then differences spread as
    values do; runs more alike show smaller ones. It takes the normal for the t distribution, hence is too small by a
    tenth at 12 questions. Source: Bloom 1995, "Minimum detectable effects", Evaluation Review 19(5).

    Returns:
        In the unit of the values; None where the spread cannot be known: below two values, or all of them equal.
    """
    if len(values) < 2 or min(values) == max(values):
        return None
    centre = mean(values)
    deviation = math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) * deviation / math.sqrt(len(values))


def _steps(resamples: int, width: int) -> list[int]:
    """Numbers of rows that add up to ``resamples``, each small enough for an array of that width."""
    rows = max(1, _CELLS // max(1, width))
    return [min(rows, resamples - done) for done in range(0, resamples, rows)]


def _tally(rows: int, bin_of: _Ints, bins: int, weights: _Floats | None = None) -> _Floats:
    """Row by row, how often (or with what total weight) each bin occurs: float64 (rows, bins)."""
    cells = (bin_of + np.arange(rows)[:, None] * bins).ravel()
    total = np.bincount(cells, None if weights is None else weights.ravel(), minlength=rows * bins)
    return total.reshape(rows, bins).astype(np.float64)


def _interval(draw: Callable[[int], _Floats], value: float, width: int, resamples: int) -> Interval:
    return _percentiles(np.concatenate([draw(rows) for rows in _steps(resamples, width)]), value)


def _percentiles(drawn: _Floats, value: float) -> Interval:
    """The middle 95 %, widened where needed to hold the measured value itself."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return min(float(low), value), max(float(high), value)
