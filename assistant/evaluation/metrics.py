"""Retrieval and answer metrics: pure functions, each with its formula and source.

A ranking is a list of distinct ids, best first: ties are broken before. Qrels map an id to its graded
relevance; what is missing or not above 0 is not relevant. Every value lies in 0 to 1, and an empty ranking
scores 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ranking: TypeAlias = Sequence[str]
Qrels: TypeAlias = Mapping[str, int]
Span: TypeAlias = tuple[str, int, int]
"""Document id, start, end."""


def _relevant(qrels: Qrels) -> int:
    return sum(grade > 0 for grade in qrels.values())


def _hits(ranking: Ranking, qrels: Qrels, k: int) -> int:
    return sum(qrels.get(identity, 0) > 0 for identity in ranking[:k])


def ndcg_at(ranking: Ranking, qrels: Qrels, k: int) -> float:
    """Normalised discounted cumulative gain: sum of grade / log2(rank + 1), over that of the best ranking.

    Source: Järvelin and Kekäläinen 2002, with linear gain as in trec_eval's ``ndcg_cut``.
    """
    best = sorted((grade for grade in qrels.values() if grade > 0), reverse=True)
    ideal = math.fsum(grade / math.log2(rank + 1) for rank, grade in enumerate(best[:k], start=1))
    gains = enumerate((max(0, qrels.get(identity, 0)) for identity in ranking[:k]), start=1)
    return math.fsum(grade / math.log2(rank + 1) for rank, grade in gains) / ideal if ideal else 0.0


def recall_at(ranking: Ranking, qrels: Qrels, k: int) -> float:
    """Relevant ids among the first k, over all relevant ids (trec_eval's ``recall``)."""
    relevant = _relevant(qrels)
    return _hits(ranking, qrels, k) / relevant if relevant else 0.0


def precision_at(ranking: Ranking, qrels: Qrels, k: int) -> float:
    """Relevant ids among the first k, over k, also where fewer came back (trec_eval's ``P``)."""
    return _hits(ranking, qrels, k) / k


def success_at(ranking: Ranking, qrels: Qrels, k: int) -> float:
    """1 where a relevant id is among the first k, else 0 (trec_eval's ``success``)."""
    return float(_hits(ranking, qrels, k) > 0)


def reciprocal_rank(ranking: Ranking, qrels: Qrels, k: int | None = None) -> float:
    """1 / rank of the first relevant id; 0 where none is among the first k (trec_eval's ``recip_rank``)."""
    for rank, identity in enumerate(ranking[:k], start=1):
        if qrels.get(identity, 0) > 0:
            return 1 / rank
    return 0.0


def average_precision(ranking: Ranking, qrels: Qrels, k: int | None = None) -> float:
    """Mean over relevant ids of the precision at their rank, 0 where not ranked (trec_eval's ``map``)."""
    found, total = 0, 0.0
    for rank, identity in enumerate(ranking[:k], start=1):
        if qrels.get(identity, 0) > 0:
            found += 1
            total += found / rank
    return total / _relevant(qrels) if found else 0.0


def span_recall(gold: Sequence[Span], retrieved: Sequence[Span]) -> float:
    """Characters of gold that retrieved spans cover, over characters of gold: |gold ∩ retrieved| / |gold|.

    Both sides are taken as unions, so that overlapping spans count once (Chroma, "Evaluating Chunking",
    2024).
    """
    wanted = _union(gold)
    total = _length(wanted)
    return _common(wanted, _union(retrieved)) / total if total else 0.0


def span_precision(gold: Sequence[Span], retrieved: Sequence[Span]) -> float:
    """Characters of gold that retrieved spans cover, over characters retrieved: |gold ∩ retrieved| / |retrieved|.

    Both sides are unions, as for ``span_recall``; nothing retrieved scores 0. Source: Chroma, "Evaluating
    Chunking", 2024, which counts a character once for each passage that holds it where this counts it once.
    """
    covered = _union(retrieved)
    total = _length(covered)
    return _common(_union(gold), covered) / total if total else 0.0


def span_iou(gold: Sequence[Span], retrieved: Sequence[Span]) -> float:
    """Intersection over union of gold and retrieved characters: |gold ∩ retrieved| / |gold ∪ retrieved|.

    0 where both are empty. Source: Jaccard 1912; for passages Chroma, "Evaluating Chunking", 2024.
    """
    wanted, covered = _union(gold), _union(retrieved)
    common = _common(wanted, covered)
    total = _length(wanted) + _length(covered) - common
    return common / total if total else 0.0


def _length(spans: Sequence[Span]) -> int:
    return sum(end - start for _, start, end in spans)


def _common(spans: Sequence[Span], others: Sequence[Span]) -> int:
    """Characters in both of two lists of disjoint spans."""
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for document, start, end in spans
        for other, other_start, other_end in others
        if document == other
    )


def _union(spans: Sequence[Span]) -> list[Span]:
    """The same characters as disjoint spans, in order."""
    merged: list[Span] = []
    for document, start, end in sorted(spans):
        if merged and merged[-1][0] == document and start <= merged[-1][2]:
            merged[-1] = (document, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((document, start, end))
    return merged


def quote_hit(quote: Span | None, gold: Sequence[Span]) -> float:
    """1 where the quote contains a gold span or lies within one, else 0; no quote and an empty one are 0."""
    if quote is None or quote[1] >= quote[2]:
        return 0.0
    document, start, end = quote
    return float(
        any(
            document == other and ((start <= first and last <= end) or (first <= start and end <= last))
            for other, first, last in gold
        )
    )


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Area under the ROC curve: chance that a positive outscores a negative, ties counting one half.

    Computed from ranks, equal scores sharing their mean rank: (sum of positive ranks - p (p + 1) / 2) / (p
    n), the Mann-Whitney statistic. Source: Hanley and McNeil 1982.

    Raises:
        ValueError: the lengths differ, or one of the two classes is empty.
    """
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if len(values) != len(labels) or not positives or not negatives:
        raise ValueError(f"found {positives} positives and {negatives} negatives, expected one of each at least")
    _, level, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mean_rank[level[labels]].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def calibration_bins(confidences: Sequence[float], bins: int = 10) -> npt.NDArray[np.intp]:
    """Number of each confidence's bin: bin i holds [i / bins, (i + 1) / bins), the last one also 1.

    Raises:
        ValueError: a confidence outside 0 to 1.
    """
    values = np.asarray(confidences, dtype=np.float64)
    if not bool(np.all((values >= 0) & (values <= 1))):
        raise ValueError("found a confidence outside 0 to 1")
    return np.minimum((values * bins).astype(np.intp), bins - 1)


def expected_calibration_error(confidences: Sequence[float], correct: Sequence[bool], bins: int = 10) -> float:
    """Mean over the answers of |accuracy - mean confidence| within their equal-width bin.

    This is the sum over bins of |sum of (confidence - correct)|, over n. Source: Naeini, Cooper and
    Hauskrecht 2015; Guo et al. 2017 (arXiv:1706.04599).

    Raises:
        ValueError: nothing to measure, differing lengths, or a confidence outside 0 to 1.
    """
    if not confidences or len(confidences) != len(correct):
        raise ValueError(f"found {len(confidences)} confidences and {len(correct)} labels, expected as many, not 0")
    gaps = np.asarray(confidences, dtype=np.float64) - np.asarray(correct, dtype=np.float64)
    bin_of = calibration_bins(confidences, bins)
    return math.fsum(abs(math.fsum(gaps[bin_of == number])) for number in range(bins)) / len(gaps)


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What happens when only answers at least as confident as a threshold are given.

    Attributes:
        threshold: the least confidence that is still answered.
        coverage: share of questions answered, above 0, at most 1.
        risk: share of wrong ones among the answered.
    """

    threshold: float
    coverage: float
    risk: float


def risk_coverage_curve(confidences: Sequence[float], correct: Sequence[bool]) -> list[RiskPoint]:
    """The choices there are between answering more and answering wrongly, by rising coverage.

    One point for each distinct confidence, as equal ones cannot be told apart by a threshold: coverage = answered
    / n, risk = wrong / answered. Source: El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017 (arXiv:1705.08500).

    Raises:
        ValueError: nothing to measure, or differing lengths.
    """
    points, answered, wrong = [], 0, 0
    for threshold, count, errors in _by_confidence(confidences, correct):
        answered += count
        wrong += errors
        points.append(RiskPoint(threshold, answered / len(confidences), wrong / answered))
    return points


def aurc(confidences: Sequence[float], correct: Sequence[bool]) -> float:
    """Area under the risk-coverage curve: mean over i = 1 … n of the risk of the i most confident answers.

    Lower is better: 0 where nothing is wrong; where the order says nothing, the error rate. Among equal confidences
    every order is as likely, so that the risk inside a tie is its expected value: with W wrong of the B before the
    tie and w wrong of the m in it, (W + (i - B) w / m) / i. Source: Geifman, Uziel and El-Yaniv 2019
    (arXiv:1805.08206).

    Raises:
        ValueError: nothing to measure, or differing lengths.
    """
    risks: list[float] = []
    wrong = 0
    for _, count, errors in _by_confidence(confidences, correct):
        before = len(risks)
        risks += [(wrong + place * errors / count) / (before + place) for place in range(1, count + 1)]
        wrong += errors
    return math.fsum(risks) / len(risks)


def _by_confidence(confidences: Sequence[float], correct: Sequence[bool]) -> list[tuple[float, int, int]]:
    """Each distinct confidence, highest first, with how many answers and how many wrong ones have it."""
    if not confidences or len(confidences) != len(correct):
        raise ValueError(f"found {len(confidences)} confidences and {len(correct)} labels, expected as many, not 0")
    groups: dict[float, tuple[int, int]] = {}
    for confidence, right in zip(confidences, correct, strict=True):
        count, errors = groups.get(confidence, (0, 0))
        groups[confidence] = (count + 1, errors + (not right))
    return [(confidence, *groups[confidence]) for confidence in sorted(groups, reverse=True)]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which ``percent`` of the values lie, linear between neighbours.

    With the values sorted, x[0] … x[n - 1], and h = (n - 1) percent / 100: x[⌊h⌋] + (h - ⌊h⌋) (x[⌊h⌋ + 1] - x[⌊h⌋]).
    Source: Hyndman and Fan 1996, definition 7.

    Raises:
        ValueError: there are no values, or ``percent`` is outside 0 to 100.
    """
    if not values or not 0 <= percent <= 100:
        raise ValueError(f"found {len(values)} values and {percent} %, expected one value at least and 0 to 100 %")
    return float(np.percentile(np.asarray(values, dtype=np.float64), percent))


def false_answer_rate(outcomes: Sequence[str]) -> float:
    """Share of unanswerable questions whose outcome is ``answered``; 0 where there are none."""
    return sum(outcome == "answered" for outcome in outcomes) / len(outcomes) if outcomes else 0.0


def false_refusal_rate(outcomes: Sequence[str]) -> float:
    """Share of answerable questions whose outcome is ``not_found``; 0 where there are none."""
    return sum(outcome == "not_found" for outcome in outcomes) / len(outcomes) if outcomes else 0.0
