"""LangChain with FAISS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.peers.protocol import K, Passage, System, distinct, serve


class LangChain(System):
    """The FAISS store that its documentation shows first."""

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
        from langchain_community.vectorstores import FAISS

        self.prepare(model)
        self._store = FAISS.load_local(str(folder), self._embeddings, allow_dangerous_deserialization=True)

    def search(self, question: str) -> list[str]:  # noqa: D102
        return distinct(document.metadata["id"] for document in self._store.similarity_search(question, k=K))


if __name__ == "__main__":
    serve(LangChain())
