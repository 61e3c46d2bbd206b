"""txtai: ``Embeddings`` with content kept and hybrid search, both as its documentation advises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.protocol import K, Passage, System, serve


class Txtai(System):
    """Dense vectors in FAISS, BM25 of its own, passages in SQLite; scores of both joined by its default weights."""

    def prepare(self, model: Path) -> None:  # noqa: D102
        from txtai import Embeddings

        self._embeddings = Embeddings(path=str(model), content=True, hybrid=True)

    def index(self, passages: Sequence[Passage], folder: Path) -> int:  # noqa: D102
        self._embeddings.index((passage.id, passage.whole) for passage in passages)
        self._embeddings.save(str(folder))
        return int(self._embeddings.count())

    def open(self, model: Path, folder: Path) -> None:  # noqa: ARG002, D102
        from txtai import Embeddings

        self._embeddings = Embeddings()
        self._embeddings.load(str(folder))

    def search(self, question: str) -> list[str]:  # noqa: D102
        return [row["id"] for row in self._embeddings.search(question, K)]


if __name__ == "__main__":
    serve(Txtai())
