"""Plain sentence-transformers and FAISS: vectors in a flat index, passages in a JSON file beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.protocol import K, Passage, System, serve

VECTORS, TEXTS = "vectors.faiss", "passages.json"


class Plain(System):
    """As the documentation of both shows it: batches of 32, unit vectors, exact inner products."""

    def prepare(self, model: Path) -> None:  # noqa: D102
        import faiss
        from sentence_transformers import SentenceTransformer

        self._faiss = faiss
        self._model = SentenceTransformer(str(model), device="cpu")

    def index(self, passages: Sequence[Passage], folder: Path) -> int:  # noqa: D102
        texts = [passage.whole for passage in passages]
        vectors = self._model.encode(texts, show_progress_bar=False)
        flat = self._faiss.IndexFlatIP(vectors.shape[1])
        flat.add(vectors)
        folder.mkdir(parents=True)
        self._faiss.write_index(flat, str(folder / VECTORS))
        rows = [{"id": passage.id, "text": passage.whole} for passage in passages]
        (folder / TEXTS).write_text(json.dumps(rows), encoding="utf-8")
        return len(rows)

    def open(self, model: Path, folder: Path) -> None:  # noqa: D102
        self.prepare(model)
        self._index = self._faiss.read_index(str(folder / VECTORS))
        self._rows = json.loads((folder / TEXTS).read_text(encoding="utf-8"))

    def search(self, question: str) -> list[str]:  # noqa: D102
        _, places = self._index.search(self._model.encode([question], show_progress_bar=False), K)
        return [self._rows[place]["id"] for place in places[0]]


if __name__ == "__main__":
    serve(Plain())
