"""Which systems are measured, in which environment, and how each is set up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Configuration:
    """One column of the comparison.

    Attributes:
        name: as in the result file.
        label: as in the tables.
        module: in ``benchmarks.peers.systems``.
        requirements: file in ``requirements/``, and name of the environment; empty for Footnote's own.
        package: the distribution whose version is told.
        chosen: what was chosen, in a sentence for the documentation.
        onnx: whether it is given the model's ONNX export instead of its own files.
    """

    name: str
    label: str
    module: str
    requirements: str
    package: str
    chosen: str
    onnx: bool = False


CONFIGURATIONS = (
    Configuration(
        "footnote",
        "Footnote",
        "footnote",
        "",
        "footnote-assistant",
        "its defaults, fp32: splits documents, sentence and token vectors, dense + BM25 + late interaction + support",
    ),
    Configuration(
        "footnote int8",
        "Footnote, int8",
        "footnote_int8",
        "",
        "footnote-assistant",
        "the same with `--precision int8` for index and questions",
    ),
    Configuration(
        "plain",
        "sentence-transformers + FAISS",
        "plain",
        "plain",
        "sentence-transformers",
        "`encode` in batches of 32, `IndexFlatIP`, texts in a JSON file; dense",
    ),
    Configuration(
        "txtai",
        "txtai",
        "with_txtai",
        "txtai",
        "txtai",
        "`Embeddings(path=…, content=True, hybrid=True)`: FAISS + its BM25, texts in SQLite; it reads 512 tokens of a "
        "passage where the others read 256",
    ),
    Configuration(
        "haystack",
        "Haystack",
        "with_haystack",
        "haystack",
        "haystack-ai",
        "a pipeline of `InMemoryDocumentStore` with BM25 and embedding retrievers and a `DocumentJoiner` by reciprocal "
        "rank; the store is saved to and loaded from disk. Without the ranking model its tutorial adds: a download",
    ),
    Configuration(
        "llamaindex",
        "LlamaIndex",
        "with_llamaindex",
        "llamaindex",
        "llama-index-core",
        "`VectorStoreIndex` over `FaissVectorStore`, `BM25Retriever`, joined by `QueryFusionRetriever` by reciprocal "
        "rank, no generated queries",
    ),
    Configuration(
        "langchain",
        "LangChain + FAISS",
        "with_langchain",
        "langchain",
        "langchain-core",
        "`FAISS.from_documents` with `HuggingFaceEmbeddings`, asked with `similarity_search`; dense",
    ),
    Configuration(
        "chroma",
        "Chroma, built-in ONNX",
        "with_chroma",
        "chroma",
        "chromadb",
        "a persistent collection with the default embedding function, whose folder holds an ONNX export of the same "
        "weights; every text is padded to 256 tokens there; dense",
        onnx=True,
    ),
    Configuration(
        "chroma transformers",
        "Chroma, sentence-transformers",
        "with_chroma_transformers",
        "chroma",
        "chromadb",
        "the same collection with `SentenceTransformerEmbeddingFunction`; dense",
    ),
)
BY_NAME = {each.name: each for each in CONFIGURATIONS}
