"""Which sentence answers: features of each sentence of the best passages, and their weighted sum. Pure.

The weights are fitted by ``benchmarks/answers.py`` so that, among the sentences of a question, the one that holds the
answer has the highest sum (softmax over the sentences, Cao et al. 2007, "Learning to Rank: From Pairwise to Listwise").
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from assistant.datatypes import FloatMatrix, Hit, Origin
from assistant.encoders import TokenCodes
from assistant.questions import Question, Terms, holds_answer_of_kind

Features: TypeAlias = dict[str, float]

POINTS_BACK = re.compile(
    r"^\W*(?:It|He|She|They|This|These|That|Those|His|Her|Their|Its|Such|Another|The (?:latter|former))\b"
)
"""How a sentence begins that leans on the one before it."""
KINDS = ("when", "number", "who", "where", "why", "stands")


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
    seen: set[tuple[str, tuple[int, int]]] = set()
    found = []
    for item in evidence:
        for span, features in sentence_features(question, item, terms):
            if (item.hit.passage.document, span) not in seen:
                seen.add((item.hit.passage.document, span))
                score = sum(weight * features[name] for name, weight in weights.items())
                found.append(ScoredSentence(item, span, score))
    return sorted(found, key=lambda each: (-each.score, each.evidence.hit.passage.document, each.span))


def sentence_features(question: Question, item: Evidence, terms: Terms) -> list[tuple[tuple[int, int], Features]]:
    """Span and features of each sentence of a passage that has token vectors.

    ``mean``, ``weighted``, ``weakest``: the best cosines of the question's tokens in the sentence: their mean, their
    mean weighted by rarity, and the least among the heavier half. ``with_previous``: ``weighted`` with the sentence
    before taken along. ``lexical``: weighted share of the question's terms. ``dense``: cosine of the question and the
    mean of the sentence's tokens. ``novel``: log of the number of terms that the question does not hold.
    ``focus``: mean best cosine of the words that say what is asked for, 0 if none do.
    ``points_back``: whether it begins with a pronoun. ``passage``, ``passage_late``: final and
    late-interaction score of its passage. ``kind_…``: whether the
    question wants this kind of answer and the sentence holds one that the question does not.
    """
    passage, tokens = item.hit.passage, item.tokens
    vectors = tokens.vectors
    cosines = question.vectors @ vectors.T
    heavier = question.weights >= np.sort(question.weights)[-max(1, len(question.weights) // 2)] if len(cosines) else []
    total = sum(question.terms.values()) or 1.0
    rows: list[tuple[tuple[int, int], Features]] = []
    previous: FloatMatrix | None = None
    for start, end in passage.sentences:
        inside = tokens_within(item, (start, end))
        if not len(inside) or not len(cosines):
            continue
        sentence = passage.text[start - passage.start : end - passage.start]
        best = cosines[:, inside].max(axis=1)
        both = best if previous is None else np.maximum(best, previous)
        found = set(terms(sentence))
        mean = vectors[inside].mean(axis=0)
        fits = holds_answer_of_kind(question.kind, sentence, question.asked)
        features = {
            "mean": float(best.mean()),
            "weighted": float(question.weights @ best),
            "weakest": float(best[heavier].min()),
            "with_previous": float(question.weights @ both),
            "lexical": sum(weight for term, weight in question.terms.items() if term in found) / total,
            "dense": float(mean @ question.direction / (np.linalg.norm(mean) + 1e-9)),
            "novel": math.log1p(len(found - question.terms.keys())),
            "focus": float(best[list(question.focus)].mean()) if question.focus else 0.0,
            "points_back": float(bool(POINTS_BACK.match(sentence))),
            "passage": item.hit.score,
            "passage_late": item.hit.signals.get("late", 0.0),
        }
        features |= {f"kind_{kind}": float(fits and question.kind == kind) for kind in KINDS}
        rows.append(((start, end), features))
        previous = best
    return rows


def tokens_within(item: Evidence, span: tuple[int, int]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Indexes of the passage's tokens that lie in a span of the document."""
    first, last = span[0] - item.hit.passage.start, span[1] - item.hit.passage.start
    return np.flatnonzero((item.tokens.spans[:, 0] >= first) & (item.tokens.spans[:, 1] <= last))
