"""LlamaIndex: a vector index over FAISS and its BM25 retriever, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.protocol import K, Passage, System, serve

VECTORS, WORDS = "vectors", "words"
DIMENSION = 384


class LlamaIndex(System):
    """No language model: the fusion is told to make up no queries of its own."""

    def prepare(self, model: Path) -> None:  # noqa: D102
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embedding = HuggingFaceEmbedding(model_name=str(model), device="cpu")

    def index(self, passages: Sequence[Passage], folder: Path) -> int:  # noqa: D102
        import faiss
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        nodes = [TextNode(id_=passage.id, text=passage.whole) for passage in passages]
        context = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(DIMENSION)))
        VectorStoreIndex(nodes, storage_context=context, embed_model=self._embedding)
        context.persist(str(folder / VECTORS))
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=K).persist(str(folder / WORDS))
        return len(nodes)

    def open(self, model: Path, folder: Path) -> None:  # noqa: D102
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        self.prepare(model)
        place = str(folder / VECTORS)
        context = StorageContext.from_defaults(vector_store=FaissVectorStore.from_persist_dir(place), persist_dir=place)
        index = load_index_from_storage(context, embed_model=self._embedding)
        words = BM25Retriever.from_persist_dir(str(folder / WORDS))
        self._retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=K), words],
            llm=MockLLM(),
            similarity_top_k=K,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )

    def search(self, question: str) -> list[str]:  # noqa: D102
        return [found.node.node_id for found in self._retriever.retrieve(question)]


if __name__ == "__main__":
    serve(LlamaIndex())
