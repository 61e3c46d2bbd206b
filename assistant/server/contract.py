"""What the server needs of an assistant, beside what the page needs. ``assistant.engine.Assistant`` has it all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from assistant.datatypes import Hit, Origin, Turn
from assistant.ui.contract import PageAssistant


class ServedAssistant(PageAssistant, Protocol):
    """Answers, searches and hands out documents; called from several threads at once."""

    def search(
        self,
        question: str,
        k: int = 10,
        history: Sequence[str | Turn] = (),
        where: Iterable[str] | None = None,
    ) -> list[Hit]:
        """The k best passages, best first. Raises FootnoteError: the question cannot be worked with."""

    def documents(self) -> dict[str, Origin]:
        """Where every document comes from, by id."""
