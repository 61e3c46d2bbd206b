"""From questions and hits to per-question numbers: what was relevant, what was ranked, how well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, Protocol, TypeAlias

from assistant.datatypes import Answer, Citation, Document, Hit, Passage
from assistant.errors import QuestionSetError, UnknownDocumentError
from assistant.evaluation import metrics
from assistant.evaluation.gold import GoldSpan, relevant_passages, resolve
from assistant.evaluation.missing import NO_DOCUMENT, NO_WORDS
from assistant.evaluation.question_set import GoldQuote, Question
from assistant.evaluation.report import Unresolved

Unit: TypeAlias = Literal["document", "gold"]
SPANS_AT = 5
"""How many passages the measures by characters look at."""

_SPAN_MEASURES = {
    f"span_recall@{SPANS_AT}": metrics.span_recall,
    f"span_precision@{SPANS_AT}": metrics.span_precision,
    f"span_iou@{SPANS_AT}": metrics.span_iou,
}
SPAN_METRICS = (*_SPAN_MEASURES, "quote_hit@1")
OUTCOME_METRICS = ("false_answer_rate", "false_refusal_rate")
WHOLE_SET_METRICS = ("answerable_auroc", "ece", "aurc")
"""Those that no single question has a value of."""
LOWER_IS_BETTER = frozenset({"ece", "aurc", *OUTCOME_METRICS})
CUTOFFS = (1, 3, 5, 10)


class Library(Protocol):
    """Where documents and their passages can be looked up."""

    def document(self, document_id: str) -> Document:
        """The document; raises UnknownDocumentError where there is none of that id."""

    def passages_of(self, document_id: str) -> Sequence[Passage]:
        """All passages of the document, in reading order."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a question's ranking is measured against.

    Attributes:
        unit: what is ranked: documents, or places of gold quotations among passages.
        relevant: id -> grade; empty where nothing is known.
        gold: places of its gold quotations.
        holders: for each gold place, the spans of the passages that find it.
    """

    unit: Unit
    relevant: Mapping[str, int] = field(default_factory=dict)
    gold: tuple[GoldSpan, ...] = ()
    holders: Mapping[str, tuple[metrics.Span, ...]] = field(default_factory=dict)


def judge(questions: Iterable[Question], library: Library) -> tuple[dict[str, Judgement], tuple[Unresolved, ...]]:
    """Find the place of every gold quotation and the passages that hold it.

    Returns:
        Question id -> Judgement, and the quotations without a place.

    Raises:
        QuestionSetError: the set quotes documents, and not one quotation has a place in them.
    """
    questions = list(questions)
    unit: Unit = "document" if any(question.relevant for question in questions) else "gold"
    judgements = {
        question.id: Judgement("document", question.relevant if question.answerable else {})
        if question.relevant
        else Judgement("gold" if question.answers else unit)
        for question in questions
    }
    by_document: dict[str, list[tuple[Question, GoldQuote]]] = {}
    for question in questions:
        for quote in question.answers if question.answerable else ():
            by_document.setdefault(quote.document, []).append((question, quote))
    unresolved: list[Unresolved] = []
    for document_id, quotes in by_document.items():
        try:
            document = library.document(document_id)
        except UnknownDocumentError:
            unresolved += [Unresolved(q.id, gold.document, gold.quote, NO_DOCUMENT) for q, gold in quotes]
            continue
        passages = library.passages_of(document_id)
        for question, gold in quotes:
            span = resolve(gold, document)
            if span is None:
                unresolved.append(Unresolved(question.id, gold.document, gold.quote, NO_WORDS))
            else:
                judgements[question.id] = _with_span(judgements[question.id], span, passages)
    if by_document and not any(judgement.gold for judgement in judgements.values()):
        first = unresolved[0]
        raise QuestionSetError(
            f"none of {len(unresolved)} gold quotations has a place in the index (question {first.id!r}, "
            f"document {first.document!r}: {first.reason}), expected the documents that the set quotes. "
            "Index them first: footnote index PATH."
        )
    order = {question.id: number for number, question in enumerate(questions)}
    return judgements, tuple(sorted(unresolved, key=lambda item: order[item.id]))


def _with_span(judgement: Judgement, span: GoldSpan, passages: Sequence[Passage]) -> Judgement:
    relevant, holders = judgement.relevant, judgement.holders
    if judgement.unit == "gold":
        place = _place(span)
        relevant = {**relevant, place: 1}
        wanted = set(relevant_passages(span, passages))
        found = tuple((each.document, each.start, each.end) for each in passages if each.id in wanted)
        holders = {**holders, place: found}
    return Judgement(judgement.unit, relevant, (*judgement.gold, span), holders)


def ranking_of(hits: Iterable[Hit], judgement: Judgement) -> tuple[tuple[str, float], ...]:
    """(id, score) pairs, best first, each id once.

    A document stands where its best passage stands. A gold place stands where the first passage that finds it
    stands, in place of that passage: passages may overlap, and a place is found once.
    """
    own = {_place(span): (span.document, span.start, span.end) for span in judgement.gold}
    ranking: dict[str, float] = {}
    for hit in hits:
        if judgement.unit == "document":
            ranking.setdefault(hit.passage.document, hit.score)
            continue
        found = [
            place
            for place, holders in judgement.holders.items()
            if any(_within(each, hit.passage) for each in (own[place], *holders))
        ]
        for identity in found or [hit.passage.id]:
            ranking.setdefault(identity, hit.score)
    return tuple(ranking.items())


def _place(span: GoldSpan) -> str:
    """The id that a gold place has in a ranking."""
    return f"{span.document}#{span.start}-{span.end}"


def _within(span: metrics.Span, passage: Passage) -> bool:
    """Whether a passage holds a whole span; it may have grown or been cut since the spans were listed."""
    return span[0] == passage.document and passage.start <= span[1] and span[2] <= passage.end


def score_question(
    question: Question,
    judgement: Judgement,
    ranking: Sequence[tuple[str, float]],
    hits: Sequence[Hit],
    answer: Answer,
    cutoffs: Sequence[int],
) -> dict[str, float]:
    """Every metric that can be measured on this one question, by name, in a fixed order."""
    if not question.answerable:
        return {"false_answer_rate": metrics.false_answer_rate([answer.outcome])}
    values: dict[str, float] = {}
    if judgement.relevant:
        ids = [identity for identity, _ in ranking]
        values |= {name: measure(ids, judgement.relevant) for name, measure in ranking_metrics(cutoffs).items()}
    if judgement.gold:
        gold = [(span.document, span.start, span.end) for span in judgement.gold]
        top = [(hit.passage.document, hit.passage.start, hit.passage.end) for hit in hits[:SPANS_AT]]
        values |= {name: measure(gold, top) for name, measure in _SPAN_MEASURES.items()}
        values["quote_hit@1"] = metrics.quote_hit(place_of(answer.citations[:1]), gold)
    if question.judged:
        values["false_refusal_rate"] = metrics.false_refusal_rate([answer.outcome])
    return values


def is_correct(question: Question, judgement: Judgement, answer: Answer) -> bool | None:
    """Whether the first quotation answers the question, which is what confidence estimates.

    For ``not_found`` that is the nearest quotation, shown without being cited: a refusal at confidence 0.3 is
    calibrated if three in ten of those quotations would have been right.

    Returns:
        False for an unanswerable question; None where no gold quotation is known.
    """
    if not question.answerable:
        return False
    if not judgement.gold:
        return None
    gold = [(span.document, span.start, span.end) for span in judgement.gold]
    return metrics.quote_hit(place_of((*answer.citations, *answer.nearest)[:1]), gold) == 1


def place_of(citations: Sequence[Citation]) -> metrics.Span | None:
    """Span of the first citation; None where there is none."""
    return (citations[0].document, citations[0].start, citations[0].end) if citations else None


def ranking_metrics(cutoffs: Sequence[int]) -> dict[str, Callable[[metrics.Ranking, metrics.Qrels], float]]:
    """The ranking metrics of a report by name, recall at each of ``cutoffs``."""
    table: dict[str, Callable[[metrics.Ranking, metrics.Qrels], float]] = {
        "ndcg@10": lambda ranking, qrels: metrics.ndcg_at(ranking, qrels, 10)
    }
    for k in cutoffs:
        table[f"recall@{k}"] = partial(metrics.recall_at, k=k)
    table["rr@10"] = lambda ranking, qrels: metrics.reciprocal_rank(ranking, qrels, 10)
    table["success@1"] = lambda ranking, qrels: metrics.success_at(ranking, qrels, 1)
    table["success@5"] = lambda ranking, qrels: metrics.success_at(ranking, qrels, 5)
    table["precision@5"] = lambda ranking, qrels: metrics.precision_at(ranking, qrels, 5)
    table["ap"] = metrics.average_precision
    return table


def metric_names(cutoffs: Sequence[int] = CUTOFFS) -> tuple[str, ...]:
    """Every metric that some set could measure, in the order of a report."""
    return (*ranking_metrics(cutoffs), *SPAN_METRICS, *WHOLE_SET_METRICS, *OUTCOME_METRICS)
