"""What every store offers. The contract tests in ``tests/contract`` run against each implementation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from assistant.datatypes import (
    Candidate,
    Document,
    DocumentSummary,
    Feedback,
    FloatMatrix,
    FloatVector,
    IndexUpdate,
    Origin,
    Passage,
    StoreInfo,
)
from assistant.encoders.quantised import TokenCodes
from assistant.index.values import Holding, Makers, PartKey, PassageRef, Sample


class Store(Protocol):
    """Documents, passages, vectors and terms, with the two elementary searches over them.

    Ranked lists come best first, ties by passage key, and hold keys: names of passages local to this store.
    """

    @property
    def address(self) -> str:
        """Where the index is, as messages name it; :func:`assistant.index.open_store` opens it again."""
        ...

    @property
    def folder(self) -> Path:
        """The index's folder among the files: sources are relative to the folder above it."""
        ...

    @property
    def makers(self) -> Makers:
        """What the index was made by."""
        ...

    def info(self) -> StoreInfo:
        """Counts, generation and what built the index."""
        ...

    def replace_document(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: FloatMatrix,
        content_hash: str,
        tokens: Mapping[int, TokenCodes] | None = None,
    ) -> None:
        """Put a document in place of any earlier version of it, in one transaction.

        Args:
            document: the document; its id decides what it replaces.
            passages: its passages.
            vectors: float32 (len(passages), d), unit rows.
            content_hash: digest of everything the stored form was made from.
            tokens: token vectors of each part, by its start, kept as long as the store's budget for them lasts.
        """
        ...

    def delete_documents(self, ids: Collection[str]) -> int:
        """Remove documents in one transaction; returns how many there were."""
        ...

    def document_hashes(self) -> dict[str, str]:
        """Content hash of every document, by id."""
        ...

    def sources(self) -> dict[str, str]:
        """Id of every document, by source."""
        ...

    def written_order(self) -> list[str]:
        """Ids of all documents, those written first first; in an index that took over all of it, ties fall alike."""
        ...

    def holdings(
        self,
        ids: Collection[str] = (),
        sources: Collection[str] = (),
        within: Collection[str] = (),
        contents: Collection[str] = (),
    ) -> list[Holding]:
        """Documents that are looked up, by id, each once; takes no time that grows with the index.

        Args:
            ids: those of these ids.
            sources: those of these sources.
            within: those whose source begins with one of these, longer than it.
            contents: those whose content hash is one of these, or begins with one and a colon.
        """
        ...

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document, by id, without reading its text."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """What is read inside the block is of one state, the latest or one of a moment ago, whoever writes meanwhile.

        Not to be entered twice by one thread.
        """
        ...

    def hold(self) -> None:
        """Read the state there is now, and no later one, until this is called again or :meth:`let_go` is."""
        ...

    def let_go(self) -> None:
        """Read whatever was committed last, as before :meth:`hold`."""
        ...

    def document(self, document_id: str) -> Document | None:
        """A whole document, or None."""
        ...

    def origins(self, ids: Collection[str]) -> dict[str, Origin]:
        """Source, digest and page starts of documents, by id, without reading their texts."""
        ...

    def lines(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Line numbers, from 1, of places in documents given as id and offset; unknown documents are left out."""
        ...

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        ...

    def vectors_of(self, document_id: str) -> FloatMatrix:
        """The vectors of a document's passages, float32 (n, d), in reading order."""
        ...

    def dense(
        self, vector: FloatVector, k: int, where: Collection[str] | None = None, exact: bool = False
    ) -> list[Candidate]:
        """The k passages with the highest cosine to a unit vector, among those of the documents ``where``."""
        ...

    def lexical(
        self, terms: Mapping[str, float], k: int, where: Collection[str] | None = None, context: float = 0.0
    ) -> list[Candidate]:
        """The k passages with the highest BM25 score; only passages that hold at least one of the terms.

        Args:
            terms: the query's terms with their weights.
            k: how many at most.
            where: ids of the documents to search; all by default.
            context: weight of the terms that the passage's work holds, wherever in it they stand; 0 or more.
        """
        ...

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by key; keys that are gone are left out."""
        ...

    def places(self, keys: Collection[int]) -> dict[int, PassageRef]:
        """Where passages stand, by key; keys that are gone are left out."""
        ...

    def beside(self, place: PassageRef, count: int) -> list[PassageRef]:
        """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
        ...

    def token_codes(self, parts: Collection[PartKey]) -> dict[PartKey, TokenCodes]:
        """Kept token vectors of parts of passages; those past the budget are left out."""
        ...

    def document_frequencies(self, terms: Collection[str]) -> Mapping[str, int]:
        """In how many passages each term occurs."""
        ...

    def add_feedback(self, feedback: Sequence[Feedback]) -> None:
        """Keep what readers said, in one transaction; a rebuild keeps it too."""
        ...

    def feedback(self) -> list[Feedback]:
        """Everything readers said, oldest first."""
        ...

    def add_updates(self, updates: Sequence[IndexUpdate]) -> None:
        """Add to the history, in one transaction; a rebuild keeps it too."""
        ...

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """What was done to the index, newest first."""
        ...

    def sample(self, most: int) -> Sample:
        """Passages spread evenly over the index in order of document id and place, the same ones for the same content.

        Args:
            most: how many at most.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@runtime_checkable
class ReadsBeside(Protocol):
    """A store whose block :meth:`Store.reading` holds for every thread: another one may read along for a question."""

    reads_beside: Literal[True]
