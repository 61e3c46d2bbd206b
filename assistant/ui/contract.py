"""What the page needs of an assistant. ``assistant.engine.Assistant`` has it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.datatypes import Answer, Citation, Document, Feedback, StoreInfo, Turn, Verdict
from assistant.ui.tab_contracts import AskedInSets, SeenFromOutside


class PageAssistant(AskedInSets, SeenFromOutside, Protocol):
    """Answers questions and hands out the documents it quoted from; called from several threads at once."""

    def ask(self, question: str, history: Sequence[str | Turn] = (), k: int = 5) -> Answer:
        """Answer ``question``; ``history`` holds the earlier turns, oldest first.

        Raises:
            FootnoteError: the question cannot be worked with; its text is shown in the conversation.
        """

    def document(self, document_id: str) -> Document:
        """Return the document of that id, as it was when it was indexed.

        Raises:
            FootnoteError: there is no such document; its text is shown in the source pane.
        """

    def info(self) -> StoreInfo:
        """Return what the index holds."""

    def give_feedback(
        self, question: str, verdict: Verdict, citation: Citation | None = None, history: Sequence[str] = ()
    ) -> Feedback:
        """Keep what a reader said of an answer or of one of its quotations."""
