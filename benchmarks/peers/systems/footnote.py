"""Footnote: splits, keeps sentence and token vectors, ranks dense and lexical lists with late interaction."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers.protocol import Passage, System, distinct, milliseconds, serve

if TYPE_CHECKING:
    from assistant.encoders import Precision

HITS = 100
"""Passages searched for, so that ten documents are among them; as in ``benchmarks.retrieval``."""


class Footnote(System):
    """As its documentation shows it. It finds the packaged model itself: the folder that the others are given."""

    precision: Precision = "fp32"

    def prepare(self, model: Path) -> None:  # noqa: ARG002, D102
        from assistant.encoders import load_encoder

        self._encoder = load_encoder(precision=self.precision, export=True)

    def index(self, passages: Sequence[Passage], folder: Path) -> int:  # noqa: D102
        from assistant import Assistant
        from assistant.evaluation.formats.plain_documents import plain_document

        documents = [plain_document(p.id, p.title, p.text, p.id, "0" * 64) for p in passages]
        assistant = Assistant.from_memory(documents, folder, encoder=self._encoder)
        units = assistant.info().passages
        assistant.close()
        return units

    def open(self, model: Path, folder: Path) -> None:  # noqa: ARG002, D102
        from assistant import Assistant

        self._assistant = Assistant.open(folder)

    def search(self, question: str) -> list[str]:  # noqa: D102
        return distinct(hit.passage.document for hit in self._assistant.search(question, HITS))

    def besides(self, questions: Sequence[str]) -> dict[str, float]:
        """The median of a whole answer: search, quotations, confidence."""
        return {"answer_ms": statistics.median(milliseconds(self._assistant.ask, questions))}


if __name__ == "__main__":
    serve(Footnote())
