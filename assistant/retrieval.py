"""Ranked lists -> one ranking: score fusion, then late interaction over token vectors. Pure.

Fusion brings cosine and BM25 onto one scale by min-max over the best passages of the question and adds them with
weights. Late interaction (Khattab & Zaharia 2020, "ColBERT") looks, for each question token, for the most similar
token of the passage; the weighted mean of those cosines re-ranks the best candidates.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from assistant.datatypes import Candidate, FloatMatrix, FloatVector
from assistant.encoders import TokenVectors

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """The knobs of the ranking.

    Attributes:
        depth: length of the dense and of the lexical list that are fused.
        context: weight, in the lexical score, of the question's words that a passage's work holds elsewhere.
        dense_weight: weight of the dense score in the fusion, 0 to 1; the lexical score has the rest.
        rerank: how many fused candidates late interaction looks at; 0 leaves it out.
        common_weight: least weight of a question's word in late interaction; the rarest weigh about 3.
        late_weight: weight of the late-interaction score against the fused score, 0 to 1.
        support: weight of the mean score of the same work in a passage's score, 0 or more.
        works: for how many of the best works the neighbours of their best passage are looked at too.
        neighbours: how many of them on each side.
        merge_margin: a passage that shares a part with a better one is merged into it if its score is at most so much
            lower, else left out.
    """

    depth: int = 100
    context: float = 1.0
    dense_weight: float = 0.5
    rerank: int = 60
    common_weight: float = 0.7
    late_weight: float = 0.6
    support: float = 0.5
    works: int = 10
    neighbours: int = 3
    merge_margin: float = 0.007


def scaled(scores: Mapping[int, float], floor: float) -> dict[int, float]:
    """Scores on a scale from 0 (``floor`` and below) to 1 (the best); all 1 if there is no spread."""
    if not scores:
        return {}
    spread = max(scores.values()) - floor
    if spread <= 0:
        return dict.fromkeys(scores, 1.0)
    return {key: max(score - floor, 0.0) / spread for key, score in scores.items()}


def fuse(dense: Sequence[Candidate], lexical: Sequence[Candidate], depth: int, dense_weight: float) -> dict[int, float]:
    """Weighted sum of two ranked lists on a common scale.

    Each list is scaled by min-max between its best score and its floor: the score of its last entry if the list is
    full, else (BM25 only) 0, the score of the passages that are not in it. A passage that one list lacks counts 0
    there.

    Args:
        dense, lexical: best first.
        depth: length of a full list.
        dense_weight: weight of the dense list, 0 to 1.

    Returns:
        Fused score by key, 0 to 1.
    """
    dense_scale = scaled(by_key(dense), dense[-1].score if dense else 0.0)
    lexical_scale = scaled(by_key(lexical), lexical[-1].score if len(lexical) >= depth else 0.0)
    return combine([(dense_weight, dense_scale), (1 - dense_weight, lexical_scale)])


def combine(rankings: Sequence[tuple[float, Mapping[int, float]]]) -> dict[int, float]:
    """Weighted sum of several rankings' scores; a key missing from one ranking counts 0 there."""
    total: dict[int, float] = {}
    for weight, scores in rankings:
        for key, score in scores.items():
            total[key] = total.get(key, 0.0) + weight * score
    return total


def best_first(scores: Mapping[int, float], place: Callable[[int], tuple[str, int]]) -> list[int]:
    """Keys by score, best first; ties by document and place in it."""
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    if len(set(scores.values())) == len(ranked):
        return ranked
    return [key for _, tied in groupby(ranked, scores.__getitem__) for key in sorted(tied, key=place)]


def token_weights(
    question: str, tokens: TokenVectors, rarity: Callable[[str], float], floor: float = 0.0
) -> npt.NDArray[np.float32]:
    """Weight of each question token: the square root of the rarity of its word; marks count nothing.

    Args:
        question: the text the tokens were made from.
        tokens: its q token vectors.
        rarity: weight of a word, 0 or more; 0 for a stop word.
        floor: least weight of a word's token.

    Returns:
        float32 (q,); all ones if no token has a weight.
    """
    weights = np.zeros(len(tokens.spans), dtype=np.float32)
    starts = tokens.spans[:, 0].tolist()
    for match in _WORD.finditer(question):
        first, last = bisect_left(starts, match.start()), bisect_left(starts, match.end())
        weights[first:last] = max(max(rarity(match.group()), 0.0) ** 0.5, floor)
    return weights if weights.sum() > 0 else np.ones_like(weights)


def late_interaction(best: FloatMatrix, weights: npt.NDArray[np.float32]) -> FloatVector:
    """Weighted mean over question tokens of the best cosine among a passage's tokens.

    Args:
        best: float32 (q, p): cosine of the most similar token of each passage, for each question token.
        weights: float32 (q,), not all 0.

    Returns:
        float32 (p,), -1 to 1, higher is better; zeros for a question without tokens.
    """
    if not len(best):
        return np.zeros(best.shape[1], dtype=np.float32)
    return np.asarray(weights @ best / weights.sum(), dtype=np.float32)


def rerank(
    fused: Mapping[int, float], late: Mapping[int, float], candidates: Collection[int], late_weight: float
) -> dict[int, float]:
    """Blend late-interaction scores with the fused scores of the passages that have one.

    Args:
        fused: by key; a passage that is missing counts 0.
        late: by key.
        candidates: keys that have both; either score is brought to 0 to 1 over them.
        late_weight: weight of the late-interaction score, 0 to 1.

    Returns:
        Score of each key of ``late``: 0 to 1 for candidates; others may lie outside.
    """
    first = _onto({key: fused[key] for key in candidates})
    second = _onto({key: late[key] for key in candidates})
    return {
        key: (1 - late_weight) * first(fused.get(key, 0.0)) + late_weight * second(score) for key, score in late.items()
    }


def _onto(scores: Mapping[int, float]) -> Callable[[float], float]:
    """The straight line that brings these scores to 0 to 1; all to 1 if there is no spread."""
    floor, best = min(scores.values()), max(scores.values())
    return (lambda score: (score - floor) / (best - floor)) if best > floor else (lambda _: 1.0)


def supported(scores: Mapping[int, float], work_of: Callable[[int], str], support: float) -> dict[int, float]:
    """Scores raised by the mean score of the same work: where much of it speaks of the matter, trust it more.

    Args:
        scores: by key; below 0 counts as 0, above 1 as 1, in the means.
        work_of: the work a passage belongs to.
        support: weight of the mean, 0 or more.

    Returns:
        ``(score + support * mean of the work) / (1 + support)`` by key. The order within a work stays.
    """
    of_work: dict[str, list[float]] = {}
    for key, score in scores.items():
        of_work.setdefault(work_of(key), []).append(min(max(score, 0.0), 1.0))
    means = {work: sum(values) / len(values) for work, values in of_work.items()}
    return {key: (score + support * means[work_of(key)]) / (1 + support) for key, score in scores.items()}


def above(best: Mapping[int, float], rest: Mapping[int, float]) -> dict[int, float]:
    """Two rankings as one: every key of the first above every key of the second, each in its own order.

    Returns:
        Scores from 0.5 to 1 for the first, 0 to 0.5 for those only in the second, whose scores are from 0 to 1.
    """
    lower = {key: score / 2 for key, score in rest.items() if key not in best}
    top = max([1.0, *best.values()])
    return lower | {key: 0.5 + max(score, 0.0) / top / 2 for key, score in best.items()}


def by_key(candidates: Sequence[Candidate]) -> dict[int, float]:
    """The scores of a ranked list, by key."""
    return {candidate.key: candidate.score for candidate in candidates}
