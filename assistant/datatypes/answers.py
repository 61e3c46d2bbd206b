"""Answers: quotations with the places where they stand, and what readers said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["answered", "weak", "not_found"]

Stage: TypeAlias = Literal["searching", "reading"]
"""What is being done for a question: passages are searched for, then the best ones are read for the words to quote."""

Verdict: TypeAlias = Literal["right", "wrong", "not_in_documents"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where else the same words stand."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and where it stands: ``document.text[start:end] == quote``, always.

    Attributes:
        quote: the exact words.
        document: id of the document.
        source: the file, as a path that can be opened again.
        title: the document's title.
        heading: heading path joined with `` > ``, or empty.
        page: page on which the quotation starts, or None.
        start, end: span in the document's text.
        score: how well it answers, 0 to 1; comparable within one answer only.
        passage: id of the passage it was taken from: ``document#start-end``, the whole span where two neighbours that
            both answer were taken together.
        sha256: digest of the source file's bytes when it was read.
        also: other places that say the same in the same words, up to case and white space.
        marked: span in the document of the words of the quotation that answer, where that can be told nearly always.
        page_kind: what ``page`` counts: ``page``, ``slide``, ``sheet``, ``chapter`` …
        line: line of the document's text, from 1, on which the quotation starts; None where it has a page.
        ocr: whether any of it stands on a page whose text was recognised on an image: letters may be wrong.
    """

    quote: str
    document: str
    source: str
    title: str
    heading: str
    page: int | None
    start: int
    end: int
    score: float
    passage: str
    sha256: str
    also: tuple[Place, ...] = ()
    marked: tuple[int, int] | None = None
    page_kind: str = "page"
    line: int | None = None
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One of the questions that a question asks at once.

    Attributes:
        question: as it was searched for.
        outcome, confidence: of this part.
        citations: how many of the answer's citations are its own; they follow those of the part before.
    """

    question: str
    outcome: Outcome
    confidence: float
    citations: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for a question: quotations with their citations, nothing else.

    Attributes:
        question: as asked.
        outcome: ``answered``, ``weak`` or ``not_found``.
        confidence: estimated probability (0 to 1) that the first quotation answers the question.
        text: the quotations with their footnote marks; empty for ``not_found``.
        citations: one per footnote mark, best first; for ``not_found`` empty.
        nearest: citations of the nearest passages; shown folded, also when nothing was found.
        searched_for: the queries that were searched for, the question first.
        parts: the questions it asks at once, each answered by itself; empty where it asks one. The outcome is then
            that of every part, or ``weak`` where they differ, and the confidence that of the weakest part.
    """

    question: str
    outcome: Outcome
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...] = ()
    searched_for: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of a conversation: what was asked and what was quoted.

    Attributes:
        question: the earlier question.
        quotes: the quotations it was answered with; may be empty where only questions are known.
    """

    question: str
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said of an answer.

    Attributes:
        question: as asked.
        history: the earlier questions, oldest first.
        verdict: ``right``: this quotation answers; ``wrong``: it does not; ``not_in_documents``: nothing does.
        document, start, end, quote: the quotation that was judged; empty where none was.
        at: when, in ISO 8601 with the offset from UTC.
    """

    question: str
    history: tuple[str, ...]
    verdict: Verdict
    document: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    at: str = ""
