"""Any retriever, measured as ours is: a callable from a question to ranked character spans.

A retriever quotes nothing and estimates no confidence, so its report holds the metrics of rankings and of spans only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

from assistant.datatypes import Answer, Document, Hit, Passage
from assistant.errors import InputError, UnknownDocumentError
from assistant.evaluation.judging import ranking_metrics
from assistant.evaluation.report import QuestionResult, Report

RetrievedSpan: TypeAlias = tuple[str, int, int] | tuple[str, int, int, float]
"""Document id, start, end and, where there is one, the score. Higher is better, but the order is what counts."""
Retriever: TypeAlias = Callable[[str], Sequence[RetrievedSpan]]
"""Question -> spans, best first."""
Texts: TypeAlias = Mapping[str, str] | Iterable[Document]
"""Documents by id, or as they are."""

_EXPECTED = "expected (document, start, end) or (document, start, end, score), such as ('a.txt', 0, 120)"


class SpanRetriever:
    """A retriever and the documents that it searches, as something that can be evaluated.

    Args:
        retrieve: question -> spans of the documents' texts, best first.
        documents: all that it searches. May be left out where only document ids are judged; then offsets are
            not checked.
        passages: every span that it could return, where that is known. A quotation that no passage holds whole
            is then found by the one with most of it, as for our own; else only by a span that holds it whole.

    Raises:
        InputError: a passage is not a span of one of the documents.
    """

    def __init__(self, retrieve: Retriever, documents: Texts = (), passages: Iterable[RetrievedSpan] = ()) -> None:
        self._retrieve = retrieve
        self._documents = _by_id(documents)
        self._passages: dict[str, list[Passage]] = {}
        for number, span in enumerate(passages, start=1):
            passage = self._hit(span, 0.0, f"passage {number}").passage
            self._passages.setdefault(passage.document, []).append(passage)

    def document(self, document_id: str) -> Document:
        """The document.

        Raises:
            UnknownDocumentError: there is none of that id.
        """
        if document_id not in self._documents:
            raise UnknownDocumentError(f"no document {document_id!r} was given; give all that are searched")
        return self._documents[document_id]

    def passages_of(self, document_id: str) -> Sequence[Passage]:
        """The passages of a document, as far as they are known."""
        return self._passages.get(document_id, ())

    def ask_with_hits(self, question: str, history: Sequence[str], *, depth: int) -> tuple[Answer, Sequence[Hit]]:
        """An answer without quotations, and what was retrieved for the question alone, whatever was asked before.

        Raises:
            InputError: something in the ranking is not a span of one of the documents.
        """
        del history
        ranking = list(self._retrieve(question))[:depth]
        where = f"question {question[:60]!r}, rank"
        hits = [self._hit(span, 1 / rank, f"{where} {rank}") for rank, span in enumerate(ranking, start=1)]
        return Answer(question, "answered", 0.0, "", citations=()), hits

    def _hit(self, span: RetrievedSpan, score: float, where: str) -> Hit:
        """The span as a hit, scored as it says or else with ``score``."""
        if not isinstance(span, tuple | list) or len(span) not in (3, 4):
            raise InputError(f"{where}: found {span!r}, {_EXPECTED}")
        identity, start, end = span[:3]
        if not (isinstance(identity, str) and _is_whole(start) and _is_whole(end) and 0 <= start <= end):
            raise InputError(f"{where}: found {span!r}, {_EXPECTED}")
        identity, start, end = str(identity), int(start), int(end)  # numpy's own become Python's
        if len(span) == 4:
            score = float(span[3])
        if not math.isfinite(score):
            raise InputError(f"{where}: found score {score}, expected a finite number")
        text = ""
        if self._documents:
            if identity not in self._documents:
                raise InputError(
                    f"{where}: found document {identity!r}, which is none of the {len(self._documents)} given; "
                    "give all documents that are searched: evaluate(retriever, questions, documents={id: text})"
                )
            whole = self._documents[identity].text
            if end > len(whole):
                raise InputError(f"{where}: found end {end}, expected at most {len(whole)}, the length of {identity!r}")
            text = whole[start:end]
        return Hit(Passage(f"{identity}#{start}-{end}", identity, start, end, text), score)


@dataclass(frozen=True, slots=True)
class RetrievedResult(QuestionResult):
    """One question's ranking; outcome and confidence mean nothing here and are not reported."""

    def to_json(self) -> dict[str, Any]:
        """Plain values without what only an answer has."""
        value = QuestionResult.to_json(self)
        return {name: value[name] for name in value if name not in ("outcome", "confidence", "quote")}


def retrieval_only(report: Report, cutoffs: Sequence[int]) -> Report:
    """The report without the metrics of answers, which a retriever does not give."""
    ranking = ranking_metrics(cutoffs)
    kept = {name: metric for name, metric in report.metrics.items() if name in ranking or name.startswith("span_")}
    results = []
    for result in report.results:
        values = {field.name: getattr(result, field.name) for field in fields(result)}
        values["metrics"] = {name: value for name, value in result.metrics.items() if name in kept}
        results.append(RetrievedResult(**values))
    return replace(report, metrics=kept, results=tuple(results))


def _is_whole(value: object) -> bool:
    """Whether it is an integer, numpy's included, and no truth value."""
    return hasattr(value, "__index__") and not isinstance(value, bool)


def _by_id(documents: Texts) -> dict[str, Document]:
    if isinstance(documents, Mapping):
        documents = [Document(name, name, name, text, sha256="") for name, text in documents.items()]
    return {document.id: document for document in documents}
