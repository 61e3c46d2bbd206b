"""Scored sentences -> quotations with citations, and an outcome. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.confidence import AnswerModel, confidence_features
from assistant.datatypes import Answer, Citation, Place
from assistant.questions import Question, Terms
from assistant.sentences import Evidence, ScoredSentence, scored_sentences


@dataclass(frozen=True, slots=True)
class AnsweringSettings:
    """The knobs of quoting.

    Attributes:
        passages: how many of the best passages sentences are taken from.
        quotations: at most so many quotations in an answer.
        margin: a further quotation must score within this of the first.
    """

    passages: int = 5
    quotations: int = 3
    margin: float = 1.0


def answer(
    question: Question,
    general: Question,
    searched_for: Sequence[str],
    evidence: Sequence[Evidence],
    terms: Terms,
    model: AnswerModel,
    nearest: int,
    settings: AnsweringSettings,
) -> Answer:
    """Choose what to quote, and say how sure that it answers.

    Args:
        question: taken apart with the rarity of the corpus.
        general: the same with the rarity of general text.
        searched_for: the queries that were searched for, the question first.
        evidence: the best hits, best first.
        terms: the analyser.
        model: what answering has learnt.
        nearest: how many of the nearest passages the answer carries.
        settings: the knobs of quoting.

    Returns:
        The answer; without evidence its outcome is ``not_found`` and its confidence 0.
    """
    used = evidence[: settings.passages]
    sentences = scored_sentences(question, used, terms, model.sentence)
    shown = tuple(_passage_citation(item) for item in _distinct(evidence)[:nearest])
    if not sentences:
        return Answer(question.text, "not_found", 0.0, "", (), shown, tuple(searched_for))
    confidence = model.probability(confidence_features(general, used, sentences, terms))
    outcome = model.outcome(confidence)
    if outcome == "not_found":
        return Answer(question.text, outcome, confidence, "", (), shown, tuple(searched_for))
    citations = tuple(
        _cite(
            one.evidence,
            one.text,
            one.span,
            confidence if not rank else min(confidence, _relative(one, sentences)),
            others,
        )
        for rank, (one, others) in enumerate(_chosen(sentences, settings))
    )
    text = "\n".join(f"“{citation.quote}” [{number}]" for number, citation in enumerate(citations, 1))
    return Answer(question.text, outcome, confidence, text, citations, shown, tuple(searched_for))


def _chosen(
    sentences: Sequence[ScoredSentence], settings: AnsweringSettings
) -> list[tuple[ScoredSentence, tuple[Place, ...]]]:
    """The best sentence and others nearly as good, each with the other places that say it in the same words."""
    same: dict[str, list[ScoredSentence]] = {}
    for each in sentences:
        same.setdefault(_folded(each.text), []).append(each)
    good = [group for group in same.values() if group[0].score >= sentences[0].score - settings.margin]
    return [
        (first, tuple(Place(each.evidence.hit.passage.document, *each.span) for each in others))
        for first, *others in good[: settings.quotations]
    ]


def _relative(one: ScoredSentence, sentences: Sequence[ScoredSentence]) -> float:
    """How near a sentence comes to the best one, 0 to 1."""
    return max(0.0, 1.0 - (sentences[0].score - one.score) / 10)


def _distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence without passages that say the same as a better one."""
    seen: set[str] = set()
    kept = []
    for item in evidence:
        words = _folded(item.hit.passage.text)
        if words not in seen:
            seen.add(words)
            kept.append(item)
    return kept


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _passage_citation(evidence: Evidence) -> Citation:
    passage = evidence.hit.passage
    return _cite(evidence, passage.text, (passage.start, passage.end), evidence.hit.score, ())


def _cite(evidence: Evidence, quote: str, span: tuple[int, int], score: float, also: tuple[Place, ...]) -> Citation:
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
        score=round(min(max(score, 0.0), 1.0), 6),
        passage=passage.id,
        sha256=origin.sha256,
        also=also,
    )
