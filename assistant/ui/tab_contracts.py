"""What the Evaluate and Index views need of an assistant, beside what the conversation needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from assistant.datatypes import Answer, Feedback, Hit, IndexUpdate, Passage, Turn
from assistant.passage_map import PassageMap


class AskedInSets(Protocol):
    """Can be asked a question set, and knows some; called from a thread of its own."""

    def ask_with_hits(
        self, question: str, history: Sequence[str | Turn] = (), *, depth: int = 100
    ) -> tuple[Answer, list[Hit]]:
        """Return the answer, and the ranking of up to ``depth`` passages that it was made from."""

    def passages_of(self, document_id: str) -> list[Passage]:
        """Return all passages of a document, in reading order."""

    def question_sets(self) -> list[Path]:
        """Return the question sets that lie beside the documents."""

    def feedback(self) -> list[Feedback]:
        """Return everything readers said of answers, oldest first."""


class SeenFromOutside(Protocol):
    """Says what its index is like; each method may take long and makes no question wait."""

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Return passages by the key that points of the map have; those that are gone are left out."""

    def passage_map(self) -> PassageMap:
        """Return where the passages lie among each other."""

    def file_sizes(self) -> dict[str, int]:
        """Return the bytes of each file of the index, by name."""

    def stale_sources(self) -> dict[str, str]:
        """Return the sources whose file changed or vanished since it was indexed, with the reason."""

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """Return what was done to the index, newest first."""
