"""An asker that can be followed in the head: every line of a document is a passage, and every reply is scripted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.datatypes import Answer, Citation, Document, Hit, Outcome, Passage
from assistant.errors import QuestionError, UnknownDocumentError


def lines_document(identity: str, *lines: str) -> Document:
    return Document(identity, identity, identity, "\n".join(lines), "0" * 64)


def line_passages(document: Document) -> list[Passage]:
    passages, start = [], 0
    for line in document.text.split("\n"):
        end = start + len(line)
        passages.append(Passage(f"{document.id}#{start}-{end}", document.id, start, end, line))
        start = end + 1
    return passages


@dataclass(frozen=True)
class Reply:
    """Passages to return, as (document id, line number) pairs, and what to say about them.

    The first quote is ``words`` in the first passage, cited unless the outcome is not_found.
    """

    passages: Sequence[tuple[str, int]] = ()
    words: str = ""
    outcome: Outcome = "answered"
    confidence: float = 0.5


@dataclass
class StubAsker:
    documents: dict[str, Document]
    replies: dict[str, Reply]
    asked: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)

    def document(self, document_id: str) -> Document:
        if document_id not in self.documents:
            raise UnknownDocumentError(document_id)
        return self.documents[document_id]

    def passages_of(self, document_id: str) -> list[Passage]:
        return line_passages(self.documents[document_id])

    def ask_with_hits(self, question: str, history: Sequence[str], *, depth: int) -> tuple[Answer, Sequence[Hit]]:
        self.asked.append((question, tuple(history), depth))
        if question not in self.replies:
            raise QuestionError("found a question that is too long")
        reply = self.replies[question]
        passages = [self.passages_of(document)[line] for document, line in reply.passages]
        hits = [Hit(passage, 1 / rank) for rank, passage in enumerate(passages[:depth], start=1)]
        quotes = (self._quote(passages[0], reply.words),) if reply.words else ()
        cited = reply.outcome != "not_found"
        answer = Answer(
            question,
            reply.outcome,
            reply.confidence,
            reply.words if cited else "",
            citations=quotes if cited else (),
            nearest=() if cited else quotes,
        )
        return answer, hits

    def _quote(self, passage: Passage, words: str) -> Citation:
        start = passage.start + passage.text.index(words)
        place = (start, start + len(words), 1.0, passage.id, "0" * 64)
        return Citation(words, passage.document, passage.document, "", "", None, *place)
