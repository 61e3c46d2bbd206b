"""Which sentence answers: features of each sentence of the best passages, and their weighted sum. Pure.

The weights are fitted by ``benchmarks/answers.py`` so that, among the sentences of a question, the one that holds the
answer has the highest sum (softmax over the sentences, Cao et al. 2007, "Learning to Rank: From Pairwise to Listwise").
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from assistant.datatypes import FloatMatrix, Hit, Origin, Span
from assistant.encoders import TokenCodes
from assistant.questions import Question, Terms, holds_answer_of_kind

Features: TypeAlias = dict[str, float]
_Numbers: TypeAlias = "npt.NDArray[np.intp]"

POINTS_BACK = re.compile(
    r"^\W*(?:It|He|She|They|This|These|That|Those|His|Her|Their|Its|Such|Another|The (?:latter|former))\b"
)
"""How a sentence begins that leans on the one before it."""
KINDS = ("when", "number", "who", "where", "why", "stands")
_NO_KIND = {f"kind_{kind}": 0.0 for kind in KINDS}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A hit with what is needed to quote from it.

    Attributes:
        hit: the passage and its scores.
        tokens: the passage's token vectors; spans count from the passage's start, -1 for its context.
        origin: where its document comes from.
    """

    hit: Hit
    tokens: TokenCodes
    origin: Origin


@dataclass(frozen=True, slots=True, eq=False)
class ScoredSentence:
    """A sentence that may be quoted.

    Attributes:
        evidence: the passage it stands in.
        span: where it stands in the document.
        score: higher answers better; comparable within one question.
    """

    evidence: Evidence
    span: tuple[int, int]
    score: float

    @property
    def text(self) -> str:
        """The sentence, word for word."""
        passage = self.evidence.hit.passage
        return passage.text[self.span[0] - passage.start : self.span[1] - passage.start]


def scored_sentences(
    question: Question, evidence: Sequence[Evidence], terms: Terms, weights: Mapping[str, float]
) -> list[ScoredSentence]:
    """Every sentence of the evidence, best first; one that two passages share is taken from the better passage.

    Args:
        question: taken apart with the rarity of the corpus.
        evidence: the best passages, best first.
        terms: the analyser.
        weights: of the features, by name.
    """
    seen: set[tuple[str, Span]] = set()
    found = []
    for item, sentences in zip(evidence, evidence_features(question, evidence, terms), strict=True):
        for span, features in sentences:
            if (item.hit.passage.document, span) not in seen:
                seen.add((item.hit.passage.document, span))
                score = sum(weight * features[name] for name, weight in weights.items())
                found.append(ScoredSentence(item, span, score))
    return sorted(found, key=lambda each: (-each.score, each.evidence.hit.passage.document, each.span))


def sentence_features(question: Question, item: Evidence, terms: Terms) -> list[tuple[Span, Features]]:
    """Span and features of each sentence of one passage; see :func:`evidence_features`."""
    return evidence_features(question, [item], terms)[0]


def evidence_features(
    question: Question, evidence: Sequence[Evidence], terms: Terms
) -> list[list[tuple[Span, Features]]]:
    """Span and features of the sentences that have token vectors, for each passage, all compared in one product.

    ``mean``, ``weighted``, ``weakest``: of the best cosine of each question token among the sentence's tokens, the
    mean over the question's tokens, the weighted mean, and the least one of the heavier half.
    ``with_previous``: the weighted mean where a token may match in the sentence before, too. ``lexical``: weighted
    share of the question's terms that the sentence holds. ``dense``: cosine of the question and the
    mean of the sentence's tokens. ``novel``: log of the number of terms that the question does not hold.
    ``focus``: mean best cosine of the words that say what is asked for, 0 if none do.
    ``points_back``: whether it begins with a pronoun. ``passage``, ``passage_late``: final and
    late-interaction score of its passage. ``kind_…``: whether the
    question wants this kind of answer and the sentence holds one that the question does not.
    """
    members = [tokens_of_sentences(item) for item in evidence]
    places = [place for place, (spans, _, _) in enumerate(members) for _ in spans]
    found: list[list[tuple[Span, Features]]] = [[] for _ in evidence]
    if not places or not len(question.vectors):
        return found
    vectors = np.concatenate(
        [item.tokens.rows(inside) for item, (_, inside, _) in zip(evidence, members, strict=True) if len(inside)]
    )
    counts = np.concatenate([counts for _, _, counts in members])
    follows = np.array([False, *(one == other for one, other in pairwise(places))])
    measured = _likeness(question, vectors, counts, follows)
    spans = (span for spans, _, _ in members for span in spans)
    for row, (place, span) in enumerate(zip(places, spans, strict=True)):
        hit = evidence[place].hit
        sentence = hit.passage.text[span[0] - hit.passage.start : span[1] - hit.passage.start]
        features = {name: values[row] for name, values in measured.items()}
        features |= _text_features(question, sentence, terms)
        features["passage"] = hit.score
        features["passage_late"] = hit.signals.get("late", 0.0)
        found[place].append((span, features))
    return found


def tokens_of_sentences(item: Evidence) -> tuple[list[Span], _Numbers, _Numbers]:
    """The sentences of a passage that have tokens, and which those are.

    Returns:
        The spans of s sentences; the indexes of their tokens, one sentence after the other; and int (s,): how many
        each has, 1 or more.
    """
    passage, spans = item.hit.passage, item.tokens.spans
    sentences = np.array(passage.sentences, dtype=np.int64).reshape(-1, 2) - passage.start
    sentence, token = np.nonzero((spans[:, 0] >= sentences[:, :1]) & (spans[:, 1] <= sentences[:, 1:]))
    counts = np.bincount(sentence, minlength=len(sentences))
    kept = [span for span, count in zip(passage.sentences, counts.tolist(), strict=True) if count]
    return kept, token, counts[counts > 0]


def _likeness(
    question: Question, vectors: FloatMatrix, counts: _Numbers, follows: npt.NDArray[np.bool_]
) -> dict[str, list[float]]:
    """The features that token vectors make, by name, of s sentences.

    Args:
        question: with q tokens.
        vectors: float32 (t, d): those of the sentences' tokens, one sentence after the other.
        counts: int (s,): how many each has, 1 or more.
        follows: bool (s,): whether the sentence before it stands in the same passage.
    """
    starts = np.cumsum(counts) - counts
    best = np.maximum.reduceat(vectors @ question.vectors.T, starts, axis=0)  # (s, q)
    both = best.copy()
    np.maximum(best[1:], best[:-1], out=both[1:], where=follows[1:, None])
    heavier = question.weights >= np.sort(question.weights)[-max(1, len(question.weights) // 2)]
    means = np.add.reduceat(vectors, starts, axis=0) / counts[:, None].astype(np.float32)
    lengths = np.sqrt(np.einsum("sd,sd->s", means, means))
    focus = best[:, list(question.focus)].mean(axis=1) if question.focus else np.zeros(len(best))
    return {
        "mean": best.mean(axis=1).tolist(),
        "weighted": (best @ question.weights).tolist(),
        "weakest": best[:, heavier].min(axis=1).tolist(),
        "with_previous": (both @ question.weights).tolist(),
        "dense": (means @ question.direction / (lengths + 1e-9)).tolist(),
        "focus": focus.tolist(),
    }


def _text_features(question: Question, sentence: str, terms: Terms) -> Features:
    """The features that the words of a sentence make."""
    found = set(terms(sentence))
    features = {
        "lexical": sum(weight for term, weight in question.terms.items() if term in found)
        / (sum(question.terms.values()) or 1.0),
        "novel": math.log1p(len(found - question.terms.keys())),
        "points_back": float(bool(POINTS_BACK.match(sentence))),
        **_NO_KIND,
    }
    if question.kind != "other" and holds_answer_of_kind(question.kind, sentence, question.asked):
        features[f"kind_{question.kind}"] = 1.0
    return features


def tokens_within(item: Evidence, span: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Indexes of the passage's tokens that lie in a span of the document."""
    first, last = span[0] - item.hit.passage.start, span[1] - item.hit.passage.start
    return np.flatnonzero((item.tokens.spans[:, 0] >= first) & (item.tokens.spans[:, 1] <= last))
