"""Scored sentences -> quotations with citations, and an outcome. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.confidence import AnswerModel, confidence_features
from assistant.datatypes import Answer, Citation, Part, Place
from assistant.marking import answering_words
from assistant.questions import Question, Terms
from assistant.sentences import POINTS_BACK, Evidence, ScoredSentence, scored_sentences

QUOTATIONS_OF_PART = 2
"""At most so many quotations for each part of a question that asks several at once."""


@dataclass(frozen=True, slots=True)
class AnsweringSettings:
    """The knobs of quoting.

    Attributes:
        passages: how many of the best passages sentences are taken from.
        quotations: at most so many quotations in an answer.
        margin: a further quotation must score within this of the first.
        neighbour_margin: the sentence before or after is quoted along if its score is within this of the best one's
            (log odds: 1.5 is two to nine).
    """

    passages: int = 5
    quotations: int = 3
    margin: float = 1.0
    neighbour_margin: float = 1.5


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
    first, *further = (
        _cite(
            one.evidence,
            one.text,
            one.span,
            confidence if not rank else min(confidence, _relative(one, sentences)),
            others,
        )
        for rank, (one, others) in enumerate(_chosen(sentences, settings))
    )
    words = answering_words(question, sentences[0].text, terms)
    if words is not None:
        start = sentences[0].span[0]
        first = replace(first, marked=(start + words[0], start + words[1]))
    citations = (first, *further)
    return Answer(question.text, outcome, confidence, _text(citations), citations, shown, tuple(searched_for))


def together(whole: Answer, parts: Sequence[Answer]) -> Answer:
    """One answer to a question that asks several at once: each part with its own quotations.

    Args:
        whole: the answer to the question as one; its nearest passages are kept.
        parts: the answers to its parts, in order.
    """
    citations: list[Citation] = []
    told = []
    for part in parts:
        known = {(each.document, each.start, each.end) for each in citations}
        own = [each for each in part.citations if (each.document, each.start, each.end) not in known]
        citations += own[:QUOTATIONS_OF_PART]
        told.append(Part(part.question, part.outcome, part.confidence, len(own[:QUOTATIONS_OF_PART])))
    outcomes = {part.outcome for part in parts}
    return replace(
        whole,
        outcome=outcomes.pop() if len(outcomes) == 1 else "weak",
        confidence=min(part.confidence for part in parts),
        text=_text(citations),
        citations=tuple(citations),
        searched_for=tuple(dict.fromkeys([whole.question, *(query for part in parts for query in part.searched_for)])),
        parts=tuple(told),
    )


def _text(citations: Sequence[Citation]) -> str:
    return "\n".join(f"“{citation.quote}” [{number}]" for number, citation in enumerate(citations, 1))


def _chosen(
    sentences: Sequence[ScoredSentence], settings: AnsweringSettings
) -> list[tuple[ScoredSentence, tuple[Place, ...]]]:
    """The best sentence and others nearly as good, each with the other places that say it in the same words."""
    sentences = _widened(sentences, settings.neighbour_margin)
    same: dict[str, list[ScoredSentence]] = {}
    for each in sentences:
        same.setdefault(_folded(each.text), []).append(each)
    good = [group for group in same.values() if group[0].score >= sentences[0].score - settings.margin]
    return [
        (first, tuple(Place(each.evidence.hit.passage.document, *each.span) for each in others))
        for first, *others in good[: settings.quotations]
    ]


def _widened(sentences: Sequence[ScoredSentence], margin: float) -> list[ScoredSentence]:
    """The sentences with the best one grown by a neighbour of its paragraph that answers nearly as well.

    A sentence that begins with a pronoun takes the one before it along, whatever that one's score: alone it cannot be
    understood.
    """
    best = sentences[0]
    passage = best.evidence.hit.passage
    scores = {each.span: each.score for each in sentences if each.evidence is best.evidence}
    place = passage.sentences.index(best.span)
    beside = [passage.sentences[at] for at in (place - 1, place + 1) if 0 <= at < len(passage.sentences)]
    near = [span for span in beside if span in scores and _same_paragraph(best, span)]
    before = [span for span in near if span < best.span and POINTS_BACK.match(best.text)]
    good = [span for span in near if scores[span] >= best.score - margin]
    if not before and not good:
        return list(sentences)
    other = (before or sorted(good, key=lambda span: (-scores[span], span)))[0]
    span = (min(best.span[0], other[0]), max(best.span[1], other[1]))
    rest = [each for each in sentences[1:] if each.evidence is not best.evidence or each.span != other]
    return [ScoredSentence(best.evidence, span, best.score), *rest]


def _same_paragraph(one: ScoredSentence, span: tuple[int, int]) -> bool:
    """Whether nothing but blanks of one line stands between a sentence and a neighbour."""
    passage = one.evidence.hit.passage
    first, last = min(one.span[1], span[1]) - passage.start, max(one.span[0], span[0]) - passage.start
    between = passage.text[first:last]
    return not between.strip() and "\n" not in between


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
        page_kind=origin.page_kind,
        ocr=origin.is_recognised(*span),
    )
