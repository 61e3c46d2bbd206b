"""LangChain: FAISS and BM25 retrievers in an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.protocol import K, Passage, System, distinct, serve


class LangChain(System):
    """The BM25 retriever is made of the kept texts when the index is opened: it has no form on disk."""

    def prepare(self, model: Path) -> None:  # noqa: D102
        from langchain_huggingface import HuggingFaceEmbeddings

        self._embeddings = HuggingFaceEmbeddings(model_name=str(model), model_kwargs={"device": "cpu"})

    def index(self, passages: Sequence[Passage], folder: Path) -> int:  # noqa: D102
        from langchain_community.vectorstores import FAISS
        from langchain_core.documents import Document

        documents = [Document(page_content=p.whole, metadata={"id": p.id}) for p in passages]
        FAISS.from_documents(documents, self._embeddings).save_local(str(folder))
        return len(documents)

    def open(self, model: Path, folder: Path) -> None:  # noqa: D102
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever
        from langchain_community.vectorstores import FAISS

        self.prepare(model)
        store = FAISS.load_local(str(folder), self._embeddings, allow_dangerous_deserialization=True)
        documents = store.get_by_ids(list(store.index_to_docstore_id.values()))
        words = BM25Retriever.from_documents(documents, k=K)
        vectors = store.as_retriever(search_kwargs={"k": K})
        self._retriever = EnsembleRetriever(retrievers=[words, vectors], weights=[0.5, 0.5])

    def search(self, question: str) -> list[str]:  # noqa: D102
        return distinct(document.metadata["id"] for document in self._retriever.invoke(question))


if __name__ == "__main__":
    serve(LangChain())
