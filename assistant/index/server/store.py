"""The server store: tables in PostgreSQL are the truth, and the searches are made there too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from assistant.analysis import Analyser
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
from assistant.errors import IndexMismatchError
from assistant.index.server import beside, lifecycle, reading, searching, writing
from assistant.index.server.address import ServerAddress
from assistant.index.server.connections import Connections, PgConnection, Snapshot
from assistant.index.server.postings import PostingsKept
from assistant.index.server.state import ServerState
from assistant.index.values import Holding, Makers, PartKey, PassageRef, Sample

_T = TypeVar("_T")


class ServerStore:
    """A store on a PostgreSQL server. Open one with :meth:`open` or :meth:`create`; safe to share between threads.

    Args:
        connections: to it.
        makers: what the index was made by.
        folder: whose parent sources are relative to.
    """

    def __init__(self, connections: Connections, makers: Makers, folder: Path) -> None:
        self.address: str = connections.address
        self.folder = folder
        self.makers = makers
        self.connections = connections
        self._analyser = Analyser(makers.language)
        self._kept = PostingsKept()
        connections.on_state = _SameMakers(connections.address, makers)

    @classmethod
    def exists(cls, address: ServerAddress) -> bool:
        """Whether there is an index at an address.

        Raises:
            StoreError: if the server cannot be asked.
        """
        return lifecycle.index_exists(address)

    @classmethod
    def open(cls, address: ServerAddress) -> ServerStore:
        """Open an index; its tables are brought to this version where we may.

        Raises:
            IndexMissingError: if there is none.
            IndexMismatchError: if its tables are of another version.
            StoreError: if the server cannot be reached, or refuses.
        """
        return cls(*lifecycle.opened(address))

    @classmethod
    def create(cls, address: ServerAddress, makers: Makers, folder: Path | None = None) -> ServerStore:
        """Make an empty index in a schema that holds none.

        Args:
            address: where.
            makers: what it is made by.
            folder: whose parent sources are relative to; by default that of the address, or ``index`` here.

        Raises:
            StoreError: if that cannot be made.
        """
        lifecycle.create(address, lifecycle.makers_at(address, makers), folder)
        return cls.open(address)

    def close(self) -> None:
        """Let go of the connections."""
        self.connections.close()

    def info(self) -> StoreInfo:
        """Counts, generation and what built the index."""
        state, makers = self.state(), self.makers
        return StoreInfo(
            generation=state.generation,
            encoder=makers.encoder,
            fingerprint=f"{makers.encoder_fingerprint[:16]}/{makers.splitter}/{makers.analyser}",
            documents=state.documents,
            passages=state.passages,
            terms_per_passage=state.mean_length,
            dimension=makers.dimension,
        )

    def state(self) -> ServerState:
        """What the index says of itself in the state that is read."""
        return self._read(lambda snapshot: snapshot.state)

    def sizes(self) -> dict[str, int]:
        """Bytes of each table with its indexes, by name."""
        return self.connections.latest(beside.table_sizes)

    # writing

    def replace_document(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: FloatMatrix,
        content_hash: str,
        tokens: Mapping[int, TokenCodes] | None = None,
    ) -> None:
        """Put a document in place of any earlier version of it, in one transaction."""
        if vectors.shape != (len(passages), self.makers.dimension):
            raise ValueError(f"expected {(len(passages), self.makers.dimension)} vectors, got {vectors.shape}")
        writing.check_characters(document)
        counts = [self._analyser.counts(f"{passage.context}\n{passage.text}") for passage in passages]
        new = writing.Replacement(document, passages, counts, vectors, content_hash, tokens or {})
        budget = self.makers.token_budget
        self.connections.change(lambda connection: writing.replace_document(connection, new, budget))

    def delete_documents(self, ids: Collection[str]) -> int:
        """Remove documents in one transaction; returns how many there were."""
        if not ids:
            return 0
        return self.connections.change(lambda connection: writing.delete_documents(connection, ids))

    def add_feedback(self, feedback: Sequence[Feedback]) -> None:
        """Keep what readers said, in one transaction; the index stays as it is."""
        rows = beside.feedback_rows(feedback)
        self.connections.change(lambda connection: beside.write_feedback(connection, rows))

    def add_updates(self, updates: Sequence[IndexUpdate]) -> None:
        """Add to the history, in one transaction; the index stays as it is."""
        rows = beside.update_rows(updates)
        self.connections.change(lambda connection: beside.write_updates(connection, rows))

    # one state

    def reading(self) -> AbstractContextManager[None]:
        """Inside the block this thread reads one state; not to be entered twice, and not longer than a question takes.

        The server keeps dead rows as long as somebody may still see them.
        """
        return self.connections.reading()

    def hold(self) -> None:
        """Read the state there is now, and no later one, until this is called again or :meth:`let_go` is.

        The state is a transaction that stays open on the server: not to be held longer than needed, and not on a
        standby, which cannot share one.
        """
        self.connections.hold()

    def let_go(self) -> None:
        """Read whatever was committed last, as before :meth:`hold`."""
        self.connections.let_go()

    # reading

    def feedback(self) -> list[Feedback]:
        """Everything readers said, oldest first; also while an earlier state is held."""
        return self.connections.latest(beside.read_feedback)

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """What was done to the index, newest first."""
        return self.connections.latest(lambda connection: beside.read_updates(connection, limit))

    def written_order(self) -> list[str]:
        """Ids of all documents, those written first first."""
        return self._read(reading.written_order)

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document, by id, without reading its text."""
        return self._read(reading.summaries)

    def document_hashes(self) -> dict[str, str]:
        """Content hash of every document, by id."""
        return dict(self._read(reading.hashes))

    def sources(self) -> dict[str, str]:
        """Id of every document, by source."""
        return dict(self._read(reading.sources))

    def holdings(
        self,
        ids: Collection[str] = (),
        sources: Collection[str] = (),
        within: Collection[str] = (),
        contents: Collection[str] = (),
    ) -> list[Holding]:
        """Documents that are looked up, by id, each once."""
        return self._read(lambda snapshot: reading.holdings(snapshot, ids, sources, within, contents))

    def document(self, document_id: str) -> Document | None:
        """A whole document, or None."""
        return self._read(lambda snapshot: reading.document(snapshot, document_id))

    def origins(self, ids: Collection[str]) -> dict[str, Origin]:
        """Source, digest and page starts of documents, by id, without reading their texts."""
        return self._read(lambda snapshot: reading.origins(snapshot, ids))

    def lines(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Line numbers, from 1, of places in documents given as id and offset."""
        return self._read(lambda snapshot: reading.lines(snapshot, places))

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        return self._read(lambda snapshot: reading.passages_of(snapshot, document_id))

    def vectors_of(self, document_id: str) -> FloatMatrix:
        """The vectors of a document's passages, float32 (n, d), in reading order."""
        return self._read(lambda snapshot: reading.vectors_of(snapshot, document_id, self.makers.dimension))

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by key; keys that are gone are left out."""
        return self._read(lambda snapshot: reading.passages(snapshot, keys))

    def places(self, keys: Collection[int]) -> dict[int, PassageRef]:
        """Where passages stand, by key; keys that are gone are left out."""
        return self._read(lambda snapshot: reading.places(snapshot, keys))

    def beside(self, place: PassageRef, count: int) -> list[PassageRef]:
        """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
        return self._read(lambda snapshot: reading.beside(snapshot, place, count))

    def token_codes(self, parts: Collection[PartKey]) -> dict[PartKey, TokenCodes]:
        """Kept token vectors of parts of passages; those past the budget are left out."""
        return self._read(lambda snapshot: reading.token_codes(snapshot, parts)) if parts else {}

    def sample(self, most: int) -> Sample:
        """Passages spread evenly over the index in order of document id and place, with their vectors."""
        return self._read(lambda snapshot: reading.sample(snapshot, most, self.makers.dimension))

    # searching

    def dense(
        self, vector: FloatVector, k: int, where: Collection[str] | None = None, exact: bool = False
    ) -> list[Candidate]:
        """The k passages with the highest cosine to a unit vector.

        Approximate, unless ``exact`` or the address asks otherwise, in an index of more than
        ``searching.EXACT_UP_TO`` passages; among the documents ``where`` always exact.
        """
        options = self.connections.address.options
        return self._read(lambda snapshot: searching.dense(snapshot, vector, k, where, options, exact=exact))

    def lexical(
        self, terms: Mapping[str, float], k: int, where: Collection[str] | None = None, context: float = 0.0
    ) -> list[Candidate]:
        """The k passages with the highest BM25 score; only passages that hold at least one of the terms."""
        return self._read(lambda snapshot: searching.lexical(snapshot, self._kept, terms, k, where, context))

    def document_frequencies(self, terms: Collection[str]) -> Mapping[str, int]:
        """In how many passages each term occurs."""
        found = self._read(lambda snapshot: searching.postings_of(snapshot, self._kept, terms))
        return {term: len(found[term]) for term in terms}

    # inside

    def _read(self, action: Callable[[Snapshot], _T]) -> _T:
        return self.connections.read(action)


class _SameMakers:
    """Goes on with an index that was rebuilt, if it was by the same encoder, splitter and analyser.

    Args:
        address: of the index.
        makers: that it must have.
    """

    def __init__(self, address: ServerAddress, makers: Makers) -> None:
        self._address, self._makers, self._lineage = address, makers, ""

    def __call__(self, connection: PgConnection, state: ServerState) -> None:
        """Look at what a state is of.

        Raises:
            IndexMismatchError: if it was made by others.
        """
        if state.lineage == self._lineage:
            return
        makers = lifecycle.read_meta(connection, self._address)
        if makers != self._makers:
            raise IndexMismatchError(
                f"the index in {self._address} was rebuilt with encoder {makers.encoder} or other settings; "
                "start this again"
            )
        self._lineage = state.lineage
