"""The embedded store: one SQLite file is the truth, the FAISS and BM25 files beside it are derived from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

import numpy as np

from assistant.analysis import Analyser
from assistant.datatypes import (
    Candidate,
    Document,
    Feedback,
    FloatMatrix,
    FloatVector,
    IndexUpdate,
    Origin,
    Passage,
    StoreInfo,
)
from assistant.encoders.quantised import TokenCodes
from assistant.index.derived import Derived, derived
from assistant.index.feedback import write_feedback
from assistant.index.following import Follower
from assistant.index.gate import Gate
from assistant.index.history import write_updates
from assistant.index.migration import current_truth
from assistant.index.rows import document_row, passage_row, tokens_row, whole_of
from assistant.index.soundness import check_small
from assistant.index.stored import Stored
from assistant.index.tables import INSERT_DOCUMENT, INSERT_PASSAGE, INSERT_TOKENS, LAST_KEY, WHOLE_DIGEST
from assistant.index.truth import Truth, bytes_used
from assistant.index.values import Makers, PassageRef, Sample


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
        """Open an index; one of the format before this is brought to it, in place and without encoding anything.

        A small one is read whole before; the rows of a larger one are checked as they are read.

        Raises:
            IndexMissingError: if the folder holds none.
            IndexMismatchError: if it was written in another format.
            IndexDamagedError: if its truth cannot be read.
        """
        truth = current_truth(folder)
        try:
            check_small(truth)
        except BaseException:
            truth.close()
            raise
        return cls(truth)

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
        makers = self.makers
        return StoreInfo(
            generation=now.state.generation,
            encoder=makers.encoder,
            fingerprint=f"{makers.encoder_fingerprint[:16]}/{makers.splitter}/{makers.analyser}",
            documents=now.state.documents,
            passages=now.count,
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
        counts = [self._term_counts(passage) for passage in passages]
        with self._truth.transaction() as change:
            connection = change.connection
            for (whole,) in connection.execute(WHOLE_DIGEST, (document.id,)).fetchall():
                change.goes(document.id, whole)
            connection.execute("DELETE FROM documents WHERE id = ?", (document.id,))
            first = next((row[0] for row in connection.execute(LAST_KEY)), 0) + 1
            rows = [
                passage_row(key, passage, document.title, terms, vector)
                for key, (passage, terms, vector) in enumerate(zip(passages, counts, vectors, strict=True), first)
            ]
            kept = tokens if tokens and self._has_room_for(tokens, connection) else {}
            parts = [tokens_row(document.id, start, codes) for start, codes in kept.items()]
            header = document_row(document, content_hash, rows, parts)
            connection.execute(INSERT_DOCUMENT, header)
            connection.executemany(INSERT_PASSAGE, rows)
            connection.executemany(INSERT_TOKENS, parts)
            change.comes(document.id, whole_of(header))

    def delete_documents(self, ids: Collection[str]) -> int:
        """Remove documents in one transaction; returns how many there were."""
        if not ids:
            return 0
        removed = 0
        with self._truth.transaction() as change:
            for document_id in sorted(ids):
                for (whole,) in change.connection.execute(WHOLE_DIGEST, (document_id,)).fetchall():
                    change.goes(document_id, whole)
                    change.connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
                    removed += 1
        return removed

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
        ahead = self._truth.ahead()
        try:
            self.take(ahead, derived(ahead, self._derived))
        except BaseException:
            ahead.close()
            self._follower.hold(False)
            raise

    def let_go(self) -> None:
        """Read whatever was committed last, as before :meth:`hold`."""
        with closing(self._truth.ahead()) as ahead:  # what was changed meanwhile is derived while nobody waits for it
            now = derived(ahead, self._derived)
        self.take(None, now)
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
        """The k passages with the highest cosine to a unit vector; a large index is exact only where asked to be."""
        allowed = self._keys_of(where)
        with self._truth.lock:
            return self._current().dense(vector, k, allowed, exact=exact)

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

    # places, which the derived indexes know

    def places(self, keys: Collection[int]) -> dict[int, PassageRef]:
        """Where passages stand, by key; keys that are gone are left out."""
        with self._truth.lock:
            return self._current().places(keys)

    def beside(self, place: PassageRef, count: int) -> list[PassageRef]:
        """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
        with self._truth.lock:
            return self._current().beside(place, count)

    def sample(self, most: int) -> Sample:
        """Passages spread evenly over the index in order of document id and place, with their vectors."""
        with self._truth.one_state():
            now = self._current()
            keys = now.spread(most)
            vectors = self._vectors(keys)
            self._all_there(keys, vectors)
        flat = np.frombuffer(b"".join(vectors[key] for key in keys), dtype="<f4")
        return Sample(now.state.generation, now.count, keys, flat.reshape(len(keys), self.makers.dimension))

    # what the derived indexes name must be there

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by key; keys that are gone are left out."""
        with self._truth.one_state():
            found = super().passages(keys)
            self._all_there(keys, found)
        return found

    def document(self, document_id: str) -> Document | None:
        """A whole document, or None."""
        with self._truth.one_state():
            found = super().document(document_id)
            if found is None:
                self._documents_there([document_id])
        return found

    def origins(self, ids: Collection[str]) -> dict[str, Origin]:
        """Source, digest and page starts of documents, by id, without reading their texts."""
        with self._truth.one_state():
            found = super().origins(ids)
            self._documents_there(set(ids) - found.keys())
        return found

    # inside

    def _all_there(self, keys: Sequence[int], found: Collection[int]) -> None:
        """Refuse to go on if a passage is gone that the state that is read has."""
        missing = set(keys).difference(found)
        if missing and (lost := self._current().known(missing)):
            raise self._truth.damaged(f"passage {min(lost)} is missing")

    def _documents_there(self, missing: Collection[str]) -> None:
        """Refuse to go on if a document is gone that the state that is read has passages of."""
        if missing and (lost := self._current().known_documents(missing)):
            raise self._truth.damaged(f"document {ascii(min(lost))[:80]} is missing")

    def _has_room_for(self, tokens: Mapping[int, TokenCodes], connection: sqlite3.Connection) -> bool:
        """Whether a document's token vectors may still be kept, by the size of the truth."""
        return bytes_used(connection) + sum(codes.size for codes in tokens.values()) <= self.makers.token_budget

    def _term_counts(self, passage: Passage) -> dict[str, int]:
        return self._analyser.counts(f"{passage.context}\n{passage.text}")

    def _keys_of(self, where: Collection[str] | None) -> set[int] | None:
        if where is None:
            return None
        with self._truth.lock:
            return self._current().keys_of(where)

    def _current(self) -> Derived:
        """The derived indexes of the state that is read."""
        if self._derived is None or not (self._truth.reads_snapshot or self._derived.state == self._truth.state()):
            self._derived = derived(self._truth, self._derived)
        return self._derived
