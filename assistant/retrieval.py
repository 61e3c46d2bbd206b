"""Ranked lists -> one ranking: score fusion, then late interaction over token vectors. Pure.

Fusion brings cosine and BM25 onto one scale by min-max over the candidates of the question and adds them with
weights. Late interaction (Khattab & Zaharia 2020, "ColBERT") looks, for each question token, for the most
similar token of the passage; the mean of those cosines re-ranks the best candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.datatypes import FloatMatrix


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """The knobs of the ranking.

    Attributes:
        depth: length of the dense and of the lexical list that are fused.
        dense_weight: weight of the dense score in the fusion, 0 to 1; the lexical score has the rest.
        rerank: how many fused candidates late interaction looks at.
        late_weight: weight of the late-interaction score against the fused score, 0 to 1.
    """

    depth: int = 100
    dense_weight: float = 0.5
    rerank: int = 20
    late_weight: float = 0.5


@dataclass(frozen=True, slots=True)
class Signals:
    """The scores of one candidate for one query."""

    dense: float
    lexical: float


def fuse(signals: Mapping[int, Signals], dense_weight: float) -> dict[int, float]:
    """Weighted sum of min-max scaled cosine and max-scaled BM25, each 0 to 1.

    Args:
        signals: scores by passage key. BM25 is 0 where no term of the query occurs, so its scale starts at 0;
            the scale of cosine starts at the lowest candidate.
        dense_weight: weight of the dense score, 0 to 1.

    Returns:
        Fused score by key, 0 to 1; higher is better.
    """
    if not signals:
        return {}
    dense = np.array([signal.dense for signal in signals.values()])
    lexical = np.array([signal.lexical for signal in signals.values()])
    spread = float(dense.max() - dense.min())
    dense = (dense - dense.min()) / spread if spread > 0 else np.ones_like(dense)
    most = float(lexical.max())
    lexical = lexical / most if most > 0 else lexical
    return dict(zip(signals, (dense_weight * dense + (1 - dense_weight) * lexical).tolist(), strict=True))


def combine(rankings: Sequence[tuple[float, Mapping[int, float]]]) -> dict[int, float]:
    """Weighted sum of several queries' scores; a key missing from one ranking counts 0 there."""
    total: dict[int, float] = {}
    for weight, scores in rankings:
        for key, score in scores.items():
            total[key] = total.get(key, 0.0) + weight * score
    return total


def late_interaction(
    question: FloatMatrix, passage: FloatMatrix, weights: npt.NDArray[np.float32] | None = None
) -> float:
    """Weighted mean over question tokens of the best cosine among the passage's tokens.

    Args:
        question: float32 (q, d), unit rows.
        passage: float32 (t, d), unit rows.
        weights: float32 (q,) or None for equal weights.

    Returns:
        -1 to 1, higher is better; 0 if either has no tokens.
    """
    if not len(question) or not len(passage):
        return 0.0
    best = (question @ passage.T).max(axis=1)
    return float(np.average(best, weights=weights))


def rerank(fused: Mapping[int, float], late: Mapping[int, float], late_weight: float) -> dict[int, float]:
    """Blend late-interaction scores into the fused scores of the candidates that have one.

    Late scores are min-max scaled over those candidates; the others keep their fused order below them.

    Returns:
        Final score by key: above 0.5 for candidates with a late score, up to 0.5 for the others.
    """
    if not late:
        return {key: score / 2 for key, score in fused.items()}
    low, high = min(late.values()), max(late.values())
    scale = high - low or 1.0
    blended = {key: (1 - late_weight) * fused[key] + late_weight * (score - low) / scale for key, score in late.items()}
    return {key: (1 + blended[key]) / 2 if key in blended else score / 2 for key, score in fused.items()}
