"""Chroma: a persistent collection with its built-in encoder, all-MiniLM-L6-v2 on onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import K, Passage, System, serve

NAME = "passages"


class Chroma(System):
    """Its default embedding function, which looks for its files in a folder that can be set."""

    def prepare(self, model: Path) -> None:  # noqa: D102
        self._embed = self._encoder(model)

    def _encoder(self, model: Path) -> Any:
        from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

        encoder = ONNXMiniLM_L6_V2()
        encoder.DOWNLOAD_PATH = model  # what it holds is complete, so nothing is downloaded
        encoder(["load the weights"])
        return encoder

    def index(self, passages: Sequence[Passage], folder: Path) -> int:  # noqa: D102
        import chromadb

        client = chromadb.PersistentClient(str(folder))
        collection = client.create_collection(NAME, embedding_function=self._embed)
        most = client.get_max_batch_size()
        for start in range(0, len(passages), most):
            batch = passages[start : start + most]
            collection.add(ids=[p.id for p in batch], documents=[p.whole for p in batch])
        return int(collection.count())

    def open(self, model: Path, folder: Path) -> None:  # noqa: D102
        import chromadb

        self.prepare(model)
        self._collection = chromadb.PersistentClient(str(folder)).get_collection(NAME, embedding_function=self._embed)

    def search(self, question: str) -> list[str]:  # noqa: D102
        return list(self._collection.query(query_texts=[question], n_results=K)["ids"][0])


if __name__ == "__main__":
    serve(Chroma())
