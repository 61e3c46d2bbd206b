"""How sure a measured number is: bootstrap intervals and a paired randomisation test, with a fixed seed.

Sources: Efron 1979 (percentile bootstrap); Smucker, Allan and Carterette 2007 (both, for retrieval); Phipson
and Smyth 2010 (p-values that are never 0). Intervals hold 95 %; memory stays bounded whatever the number of
questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from assistant.evaluation.metrics import calibration_bins

RESAMPLES = 10_000
SEED = 20_240_229
_CELLS = 4_000_000
"""Largest array that one step makes."""

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
    ups, downs = level[labels], level[~labels]
    if not len(ups) or not len(downs):
        raise ValueError(f"found {len(ups)} positives and {len(downs)} negatives, expected one of each at least")
    rng = np.random.default_rng(SEED)

    def areas(rows: int) -> _Floats:
        up = _tally(rows, ups[rng.integers(len(ups), size=(rows, len(ups)))], len(levels))
        down = _tally(rows, downs[rng.integers(len(downs), size=(rows, len(downs)))], len(levels))
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
    gaps = np.asarray(confidences, dtype=np.float64) - np.asarray(correct, dtype=np.float64)
    bin_of = calibration_bins(confidences, bins)
    rng = np.random.default_rng(SEED)

    def errors(rows: int) -> _Floats:
        drawn = rng.integers(len(gaps), size=(rows, len(gaps)))
        sums = _tally(rows, bin_of[drawn], bins, gaps[drawn])
        return np.asarray(np.abs(sums).sum(axis=1) / len(gaps))

    return _interval(errors, value, len(gaps), resamples)


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
