"""Chroma with its embedding function for sentence-transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.peers.protocol import serve
from benchmarks.peers.systems.with_chroma import Chroma


class ChromaTransformers(Chroma):
    """The same collection, encoded by torch."""

    def _encoder(self, model: Path) -> Any:
        from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

        return SentenceTransformerEmbeddingFunction(model_name=str(model))


if __name__ == "__main__":
    serve(ChromaTransformers())
