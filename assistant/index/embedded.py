"""The embedded store: one SQLite file is the truth, the FAISS and BM25 files beside it are derived from it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from assistant.analysis import Analyser
from assistant.datatypes import Candidate, Document, Feedback, FloatMatrix, FloatVector, IndexUpdate, Passage, StoreInfo
from assistant.encoders.quantised import TokenCodes
from assistant.index.derived import Derived, at_hand, derived
from assistant.index.feedback import write_feedback
from assistant.index.following import Follower
from assistant.index.gate import Gate
from assistant.index.history import write_updates
from assistant.index.schema import INSERT_PASSAGE, document_row, passage_row, tokens_row
from assistant.index.stored import Stored
from assistant.index.truth import Truth, bytes_used
from assistant.index.values import Makers


class EmbeddedStore(Stored):
    """A store in a folder. Open one with :meth:`open` or :meth:`create`; safe to share between threads.

    Args:
        truth: the file that holds it.
    """

    def __init__(self, truth: Truth) -> None:
        super().__init__(truth)
        self.folder = truth.folder
        self.address = str(truth.folder)
        self._gate = Gate()
        self._derived: Derived | None = None
        self._follower = Follower(self, truth)
        self._analyser = Analyser(self.makers.language)

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether the folder holds an index."""
        return Truth.exists(folder)

    @classmethod
    def open(cls, folder: Path) -> EmbeddedStore:
        """Open an index.

        Raises:
            IndexMissingError: if the folder holds none.
            IndexMismatchError: if it was written in another format.
            IndexDamagedError: if its truth cannot be read.
        """
        return cls(Truth.open(folder))

    @classmethod
    def create(cls, folder: Path, makers: Makers) -> EmbeddedStore:
        """Make an empty index in a folder that holds none.

        Raises:
            IndexDamagedError: if the folder cannot be written.
        """
        return cls(Truth.create(folder, makers))

    def close(self) -> None:
        """Let go of the files."""
        self._follower.close()
        self._truth.close()

    def info(self) -> StoreInfo:
        """Counts, generation and what built the index."""
        with self._truth.lock:
            now = self._current()
            documents = self._truth.rows("SELECT count(*) FROM documents")[0][0]
        makers = self.makers
        return StoreInfo(
            generation=now.generation,
            encoder=makers.encoder,
            fingerprint=f"{makers.encoder_fingerprint[:16]}/{makers.splitter}/{makers.analyser}",
            documents=documents,
            passages=len(now.lexical.keys),
            terms_per_passage=now.lexical.mean_length,
            dimension=makers.dimension,
        )

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
        rows = [
            passage_row(passage, self._term_counts(passage), vector)
            for passage, vector in zip(passages, vectors, strict=True)
        ]
        with self._truth.transaction() as connection:
            connection.execute("DELETE FROM documents WHERE id = ?", (document.id,))
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                document_row(document, content_hash),
            )
            connection.executemany(INSERT_PASSAGE, rows)
            if tokens and self._has_room_for(tokens, connection):
                connection.executemany(
                    "INSERT INTO tokens VALUES (?, ?, ?, ?, ?)",
                    [(document.id, start, *tokens_row(codes)) for start, codes in tokens.items()],
                )

    def delete_documents(self, ids: Collection[str]) -> int:
        """Remove documents in one transaction; returns how many there were."""
        if not ids:
            return 0
        with self._truth.transaction() as connection:
            return sum(
                connection.execute("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount
                for document_id in sorted(ids)
            )

    def add_feedback(self, feedback: Sequence[Feedback]) -> None:
        """Keep what readers said, in one transaction; the index stays as it is."""
        with self._truth.beside_the_index() as connection:
            write_feedback(connection, feedback)

    def add_updates(self, updates: Sequence[IndexUpdate]) -> None:
        """Add to the history, in one transaction; the index stays as it is."""
        with self._truth.beside_the_index() as connection:
            write_updates(connection, updates)

    # reading while another connection writes

    def hold(self) -> None:
        """Read the state there is now, and no later one, until this is called again or :meth:`let_go` is.

        So questions are answered while documents are added: not one waits for the derived indexes of a state that is
        gone a moment later.
        """
        self._follower.hold(True)
        self._follow(self._truth.snapshot())

    def let_go(self) -> None:
        """Read whatever was committed last, as before :meth:`hold`."""
        self._follow(None)
        self._follower.hold(False)

    def reading(self) -> AbstractContextManager[None]:
        """Inside the block one state is read, the latest or one of a moment ago; not to be entered twice."""
        self._follower.move_on()
        return self._gate.shared()

    @property
    def derived_now(self) -> Derived | None:
        """The derived indexes that are loaded."""
        return self._derived

    def take(self, truth: Truth | None, now: Derived | None) -> None:
        """Read the snapshot that a truth was opened on, or whatever was committed last, when nobody is reading."""
        with self._gate.alone(), self._truth.lock:
            self._truth.read_from_ahead(truth)
            self._derived = now or self._derived

    # searching

    def dense(
        self, vector: FloatVector, k: int, where: Collection[str] | None = None, exact: bool = False
    ) -> list[Candidate]:
        """The k passages with the highest cosine to a unit vector; always exact in this store."""
        del exact
        allowed = self._keys_of(where)
        with self._truth.lock:
            return self._current().vectors.search(vector, k, allowed)

    def lexical(
        self, terms: Mapping[str, float], k: int, where: Collection[str] | None = None, context: float = 0.0
    ) -> list[Candidate]:
        """The k passages with the highest BM25 score; only passages that hold at least one of the terms."""
        allowed = self._keys_of(where)
        with self._truth.lock:
            return self._current().lexical.search(terms, k, allowed, context)

    def document_frequencies(self, terms: Collection[str]) -> Mapping[str, int]:
        """In how many passages each term occurs."""
        with self._truth.lock:
            lexical = self._current().lexical
            return {term: lexical.frequency(term) for term in terms}

    # inside

    def _has_room_for(self, tokens: Mapping[int, TokenCodes], connection: sqlite3.Connection) -> bool:
        """Whether a document's token vectors may still be kept, by the size of the truth."""
        return bytes_used(connection) + sum(codes.size for codes in tokens.values()) <= self.makers.token_budget

    def _term_counts(self, passage: Passage) -> dict[str, int]:
        return self._analyser.counts(f"{passage.context}\n{passage.text}")

    def _keys_of(self, where: Collection[str] | None) -> set[int] | None:
        if where is None:
            return None
        query = "SELECT key FROM passages WHERE document IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._truth.rows(query, (json.dumps(sorted(where)),))}

    def _current(self) -> Derived:
        """The derived indexes of the state that is read."""
        if self._derived is None or self._derived.generation != self._truth.generation():
            self._derived = derived(self._truth)
        return self._derived

    def _follow(self, snapshot: sqlite3.Connection | None) -> None:
        """Read another state; the indexes of it are loaded before, where their files are at hand."""
        generation = self._truth.generation_of(snapshot)
        known = self._derived is not None and self._derived.generation == generation
        loaded = None if known else at_hand(self.folder, generation)
        with self._gate.alone(), self._truth.lock:
            self._truth.read_from(snapshot)
            self._derived = loaded or self._derived
