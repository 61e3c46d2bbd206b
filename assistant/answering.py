"""Hits -> quotations with citations, a confidence and an outcome. Pure given the token vectors.

A quotation is a whole sentence. The sentences of the best passages are scored by late interaction of the
question with the sentence's own tokens, rare question words counting more, and by how well their passage did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.confidence import ConfidenceModel, Features
from assistant.datatypes import Answer, Citation, Hit, Origin
from assistant.encoders import Encoded, TokenCodes, best_cosines
from assistant.retrieval import late_interaction


@dataclass(frozen=True, slots=True)
class AnsweringSettings:
    """The knobs of quoting.

    Attributes:
        passages: how many of the best passages sentences are taken from.
        passage_weight: weight of the passage's score against the sentence's own.
        quotations: at most so many quotations in an answer.
        margin: a further quotation must score within this of the first.
        nearest: how many of the nearest passages are shown beside or instead of the answer.
    """

    passages: int = 5
    passage_weight: float = 0.3
    quotations: int = 3
    margin: float = 0.06
    nearest: int = 5


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit with what is needed to quote from it.

    Attributes:
        hit: the passage and its scores.
        tokens: the passage's token vectors; spans count from the passage's start.
        origin: where its document comes from.
    """

    hit: Hit
    tokens: TokenCodes
    origin: Origin


@dataclass(frozen=True, slots=True)
class _Scored:
    score: float
    evidence: Evidence
    span: tuple[int, int]


def answer(
    question: str,
    queries: Sequence[str],
    encoded: Encoded,
    weights: npt.NDArray[np.float32],
    evidence: Sequence[Evidence],
    covered: Callable[[str], float],
    model: ConfidenceModel,
    settings: AnsweringSettings | None = None,
) -> Answer:
    """Choose what to quote, and say how sure that it answers.

    Args:
        question: as asked.
        queries: what was searched for, the question first.
        encoded: the question's vectors.
        weights: float32 (q,), weight of each question token.
        evidence: the best hits, best first.
        covered: share (0 to 1) of the question's terms, weighted by rarity, that occur in a text.
        model: calibrated probability of the features.
        settings: the knobs of quoting.

    Returns:
        The answer; without evidence its outcome is ``not_found`` and its confidence 0.
    """
    settings = settings or AnsweringSettings()
    scored = _scored_sentences(encoded, weights, evidence[: settings.passages], settings)
    if not scored:
        return Answer(question, "not_found", 0.0, "", (), (), tuple(queries))
    best = scored[0]
    passage = best.evidence.hit.passage
    features = Features(
        late=float(late_interaction(best_cosines(encoded.tokens.vectors, [best.evidence.tokens]), weights)[0]),
        dense=best.evidence.hit.signals.get("dense", 0.0),
        coverage=covered(f"{passage.context}\n{passage.text}"),
    )
    confidence = model.probability(features)
    outcome = model.outcome(confidence)
    chosen = _chosen(scored, settings)
    citations = tuple(_citation(item) for item in chosen)
    nearest = tuple(_passage_citation(item) for item in evidence[: settings.nearest])
    if outcome == "not_found":
        return Answer(question, outcome, confidence, "", (), nearest, tuple(queries))
    text = "\n".join(f"“{citation.quote}” [{number}]" for number, citation in enumerate(citations, 1))
    return Answer(question, outcome, confidence, text, citations, nearest, tuple(queries))


def _scored_sentences(
    encoded: Encoded,
    weights: npt.NDArray[np.float32],
    evidence: Sequence[Evidence],
    settings: AnsweringSettings,
) -> list[_Scored]:
    """Every sentence of the evidence, best first; ties in order of document and place."""
    top = max((item.hit.score for item in evidence), default=0.0) or 1.0
    places = [(item, span) for item in evidence for span in item.hit.passage.sentences]
    cosines = best_cosines(encoded.tokens.vectors, [_tokens_within(item, span) for item, span in places])
    own = late_interaction(cosines, weights).tolist()
    scored = [
        _Scored(score + settings.passage_weight * item.hit.score / top, item, span)
        for score, (item, span) in zip(own, places, strict=True)
    ]
    return sorted(scored, key=lambda s: (-s.score, s.evidence.hit.passage.document, s.span))


def _tokens_within(item: Evidence, span: tuple[int, int]) -> TokenCodes:
    """The tokens of one sentence of a passage."""
    first, last = span[0] - item.hit.passage.start, span[1] - item.hit.passage.start
    spans = item.tokens.spans
    inside = (spans[:, 0] >= first) & (spans[:, 1] <= last)
    return TokenCodes(item.tokens.codes[inside], item.tokens.scales[inside], spans[inside])


def _chosen(scored: Sequence[_Scored], settings: AnsweringSettings) -> list[_Scored]:
    """The best sentence, and others nearly as good that say it in other words."""
    chosen = [scored[0]]
    quotes = {_quote(scored[0])}
    for item in scored[1:]:
        if len(chosen) == settings.quotations or item.score < scored[0].score - settings.margin:
            break
        if _quote(item) not in quotes:
            quotes.add(_quote(item))
            chosen.append(item)
    return chosen


def _quote(item: _Scored) -> str:
    passage = item.evidence.hit.passage
    return passage.text[item.span[0] - passage.start : item.span[1] - passage.start]


def _citation(item: _Scored) -> Citation:
    return _cite(item.evidence, _quote(item), item.span, min(max(item.score, 0.0), 1.0))


def _passage_citation(evidence: Evidence) -> Citation:
    passage = evidence.hit.passage
    score = min(max(evidence.hit.score, 0.0), 1.0)
    return _cite(evidence, passage.text, (passage.start, passage.end), score)


def _cite(evidence: Evidence, quote: str, span: tuple[int, int], score: float) -> Citation:
    passage, origin = evidence.hit.passage, evidence.origin
    return Citation(
        quote=quote,
        document=passage.document,
        source=origin.source,
        title=passage.title,
        heading=" > ".join(passage.headings),
        page=origin.page_at(span[0]),
        start=span[0],
        end=span[1],
        score=round(score, 6),
        passage=passage.id,
        sha256=origin.sha256,
    )


def coverage(terms: Mapping[str, float]) -> Callable[[Sequence[str]], float]:
    """Share of the weight of ``terms`` that occurs among a passage's terms; 0 if the question has no terms."""
    total = sum(terms.values())

    def share(found: Sequence[str]) -> float:
        present = set(found)
        return sum(weight for term, weight in terms.items() if term in present) / total if total else 0.0

    return share
