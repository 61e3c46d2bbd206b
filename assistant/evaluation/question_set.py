"""What a question set is: questions, what is known to answer them, and the documents they came with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.datatypes import Document


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """Words that answer a question, and the document they stand in; not yet a place in that document.

    Attributes:
        document: id of the document.
        quote: the words as written in the question set.
        start: where the quotation begins in the document's text, for sets that say so (SQuAD); else None.
    """

    document: str
    quote: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question and what is known about its answer.

    Attributes:
        id: distinct within its set.
        question: as asked.
        history: the earlier questions of the same conversation, oldest first.
        answers: quotations, any of which answers the question.
        answerable: False where the documents are known not to hold the answer.
        relevant: document id -> graded relevance (above 0 is relevant); empty where gold is given as
            quotations.
    """

    id: str
    question: str
    history: tuple[str, ...] = ()
    answers: tuple[GoldQuote, ...] = ()
    answerable: bool = True
    relevant: Mapping[str, int] = field(default_factory=dict)

    @property
    def judged(self) -> bool:
        """Whether anything is known that a ranking could be measured against."""
        return self.answerable and bool(self.answers or self.relevant)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions that are asked, and measured, together.

    Attributes:
        name: file or folder name without its suffix.
        sha256: hexadecimal digest over the bytes of the files it was read from.
        questions: in file order, ids distinct.
        documents: the documents to index for the run; None where the set is asked of an existing index.
    """

    name: str
    sha256: str
    questions: tuple[Question, ...]
    documents: tuple[Document, ...] | None = None
