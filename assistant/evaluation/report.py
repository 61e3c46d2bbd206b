"""What an evaluation found: metrics with intervals, latency, and every question with its ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.datatypes import Citation, Outcome
from assistant.evaluation.gold import GoldSpan

SHOWN_RANKS = 10


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured number.

    Attributes:
        value: the mean over questions, or the statistic itself (ROC area, calibration error).
        low, high: 95 % bootstrap percentile interval.
        n: number of questions it was measured on.
        detectable: smallest difference that a comparison on these questions would show with 80 % power; None
            where that cannot be known, as for what belongs to a whole set.
    """

    value: float
    low: float
    high: float
    n: int
    detectable: float | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of the time that questions took, in milliseconds; linear between neighbouring questions."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A gold quotation that has no place in the documents asked.

    Attributes:
        id: id of the question.
        document: id of the document the set names.
        quote: the quotation as written in the set.
        reason: why it has none, in a few words.
    """

    id: str
    document: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question, what came back and how it was judged.

    Attributes:
        id, question, history: as in the question set.
        answerable: as in the question set.
        relevant: what a perfect ranking would hold, id -> grade: documents for a set with qrels, else
            passages.
        gold: gold quotations with their places.
        ranking: (id, score) pairs of the same kind as ``relevant``, best first, ids distinct, to the full
            depth.
        metrics: name -> value for this question; holds only what can be measured on it.
        outcome, confidence: as answered.
        quote: the first citation, or None where nothing was cited.
        correct: whether the first quotation, cited or nearest, is a hit; None where that cannot be known.
    """

    id: str
    question: str
    history: tuple[str, ...]
    answerable: bool
    relevant: Mapping[str, int]
    gold: tuple[GoldSpan, ...]
    ranking: tuple[tuple[str, float], ...]
    metrics: Mapping[str, float]
    outcome: Outcome
    confidence: float
    quote: Citation | None
    correct: bool | None

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the first ten ranks only."""
        quote = self.quote
        return {
            "id": self.id,
            "question": self.question,
            "history": list(self.history),
            "answerable": self.answerable,
            "outcome": self.outcome,
            "confidence": self.confidence,
            "metrics": dict(self.metrics),
            "quote": None
            if quote is None
            else {"document": quote.document, "start": quote.start, "end": quote.end, "text": quote.quote},
            "gold": [{"document": span.document, "start": span.start, "end": span.end} for span in self.gold],
            "relevant": dict(self.relevant),
            "ranking": [identity for identity, _ in self.ranking[:SHOWN_RANKS]],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The whole of one evaluation.

    Attributes:
        name, sha256: name and digest of the question set.
        depth: how many passages were asked for.
        counts: questions ``asked``, of them ``ranked`` (in the ranking metrics), ``unanswerable``,
            ``unjudged`` (answerable as far as is known, without gold), ``unresolved`` (gold that has no
            place) and ``empty`` (no result came back).
        metrics: name -> Metric, in a fixed order; holds only what the set can measure.
        p50_ms, p95_ms, p99_ms: time per question in milliseconds; with ``stages_ms`` the only part that differs
            between equal runs.
        results: one per question, in set order.
        unresolved: gold quotations without a place.
        ambiguous: ids of questions with a quotation that occurs more than once; its first place was taken.
        stages_ms: stage -> time per question that has it; empty where the asker does not tell.
    """

    name: str
    sha256: str
    depth: int
    counts: Mapping[str, int]
    metrics: Mapping[str, Metric]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    results: Sequence[QuestionResult] = field(repr=False)
    unresolved: tuple[Unresolved, ...] = ()
    ambiguous: tuple[str, ...] = ()
    stages_ms: Mapping[str, Latency] = field(default_factory=dict)

    def rankings(self) -> dict[str, tuple[tuple[str, float], ...]]:
        """Question id -> full ranking, as ``write_run`` takes it."""
        return {result.id: result.ranking for result in self.results}

    def qrels(self) -> dict[str, dict[str, int]]:
        """Question id -> id -> grade for the questions that are ranked, as ``write_qrels`` takes it."""
        return {result.id: dict(result.relevant) for result in self.results if result.relevant and result.answerable}

    def to_json(self) -> dict[str, Any]:
        """Plain values in a fixed order, ready for ``json.dumps``; equal runs differ in the latency only."""
        return {
            "set": self.name,
            "sha256": self.sha256,
            "questions": self.counts["asked"],
            "counts": dict(self.counts),
            "depth": self.depth,
            "metrics": {
                name: {
                    "value": metric.value,
                    "low": metric.low,
                    "high": metric.high,
                    "n": metric.n,
                    "detectable": metric.detectable,
                }
                for name, metric in self.metrics.items()
            },
            "p50_ms": self.p50_ms,
            "p95_ms": self.p95_ms,
            "p99_ms": self.p99_ms,
            "stages_ms": {
                stage: {"p50": latency.p50, "p95": latency.p95, "p99": latency.p99}
                for stage, latency in self.stages_ms.items()
            },
            "unresolved": [
                {"id": item.id, "document": item.document, "quote": item.quote, "reason": item.reason}
                for item in self.unresolved
            ],
            "ambiguous": list(self.ambiguous),
            "per_question": [result.to_json() for result in self.results],
        }
