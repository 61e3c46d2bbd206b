"""What the page needs of an assistant. ``assistant.engine.Assistant`` has it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from assistant.datatypes import Answer, Citation, Document, DocumentSummary, Feedback, Stage, StoreInfo, Turn, Verdict
from assistant.page_views import PageView
from assistant.ui.tab_contracts import AskedInSets, SeenFromOutside


class PageAssistant(AskedInSets, SeenFromOutside, Protocol):
    """Answers questions and hands out the documents it quoted from; called from several threads at once."""

    def ask(
        self,
        question: str,
        history: Sequence[str | Turn] = (),
        k: int = 5,
        where: Iterable[str] | None = None,
        on_stage: Callable[[Stage], object] | None = None,
    ) -> Answer:
        """Answer ``question``; ``history`` holds the earlier turns, oldest first.

        ``where`` holds the ids of the documents to answer from, by default all; ``on_stage`` is told what is done.

        Raises:
            FootnoteError: the question cannot be worked with; its text is shown in the conversation.
        """

    def document(self, document_id: str) -> Document:
        """Return the document of that id, as it was when it was indexed.

        Raises:
            FootnoteError: there is no such document; its text is shown in the source pane.
        """

    def page_view(self, document: Document, page: int, spans: Sequence[tuple[int, int]] = ()) -> PageView:
        """Return a page (from 1) of a PDF as it looks, with boxes around spans of its text.

        Raises:
            DocumentError: it cannot be shown: no PDF, or its file is gone or has changed; the text is shown instead.
        """

    def info(self) -> StoreInfo:
        """Return what the index holds."""

    def summaries(self) -> list[DocumentSummary]:
        """Return what a list shows of every document."""

    def give_feedback(
        self, question: str, verdict: Verdict, citation: Citation | None = None, history: Sequence[str] = ()
    ) -> Feedback:
        """Keep what a reader said of an answer or of one of its quotations."""
