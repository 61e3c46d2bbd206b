"""Haystack: a hybrid retrieval pipeline over its in-memory store, which it saves to and loads from disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import K, Passage, System, serve

STORE = "store.json"


class Haystack(System):
    """Two retrievers, joined by reciprocal rank."""

    def prepare(self, model: Path) -> None:  # noqa: D102
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

        self._embedder = SentenceTransformersDocumentEmbedder(model=str(model), progress_bar=False)
        self._embedder.warm_up()

    def index(self, passages: Sequence[Passage], folder: Path) -> int:  # noqa: D102
        from haystack import Document
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        documents = [Document(id=passage.id, content=passage.whole) for passage in passages]
        store = InMemoryDocumentStore()
        store.write_documents(self._embedder.run(documents)["documents"])
        folder.mkdir(parents=True)
        store.save_to_disk(str(folder / STORE))
        return int(store.count_documents())

    def open(self, model: Path, folder: Path) -> None:  # noqa: D102
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        store = InMemoryDocumentStore.load_from_disk(str(folder / STORE))
        self._pipeline = _pipeline(store, model)
        self._pipeline.warm_up()

    def search(self, question: str) -> list[str]:  # noqa: D102
        found = self._pipeline.run({"embedder": {"text": question}, "words": {"query": question}})
        return [document.id for document in found["joiner"]["documents"]]


def _pipeline(store: Any, model: Path) -> Any:
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

    pipeline = Pipeline()
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=str(model), progress_bar=False))
    pipeline.add_component("vectors", InMemoryEmbeddingRetriever(store))
    pipeline.add_component("words", InMemoryBM25Retriever(store))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=K))
    pipeline.connect("embedder", "vectors")
    pipeline.connect("vectors", "joiner")
    pipeline.connect("words", "joiner")
    return pipeline


if __name__ == "__main__":
    serve(Haystack())
