"""The embedded store: one SQLite file is the truth, the FAISS and BM25 files beside it are derived from it."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import numpy as np

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
from assistant.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from assistant.index.bm25 import LexicalIndex
from assistant.index.gate import Gate
from assistant.index.history import read_updates, write_updates
from assistant.index.protocol import PartKey, PassageRef, Sample
from assistant.index.schema import (
    EVENLY_SPREAD,
    FEEDBACK,
    FEEDBACK_TABLE,
    FORMAT_VERSION,
    GENERATION,
    HAS_FEEDBACK,
    INSERT_FEEDBACK,
    INSERT_PASSAGE,
    PASSAGES_BY_KEY,
    PASSAGES_OF_DOCUMENT,
    PLACES_AFTER,
    PLACES_BEFORE,
    PLACES_BY_KEY,
    SUMMARIES,
    TABLES,
    VECTORS_BY_KEY,
    Makers,
    document_from,
    document_row,
    feedback_from,
    feedback_row,
    origin_from,
    passage_from,
    passage_row,
    place_from,
    tokens_from,
    tokens_row,
)
from assistant.index.vectors import VectorIndex
from assistant.lines import line_at
from assistant.works import work_of_document

TRUTH = "footnote.sqlite"
VECTORS = "vectors.faiss"
LEXICAL = "lexical.npz"
BUSY_SECONDS = 30.0
MAPPED_BYTES = 1 << 40
"""How much of the truth may be read through a memory map: all of it."""

_T = TypeVar("_T")


class EmbeddedStore:
    """A store in a folder. Open one with :meth:`open` or :meth:`create`; safe to share between threads.

    Args:
        folder: where the files are.
        connection: to the truth.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._connection = connection
        self._reader = connection
        self._lock = threading.RLock()
        self._gate = Gate()
        self._derived: tuple[int, VectorIndex, LexicalIndex] | None = None
        meta = self._meta()
        self.makers = Makers(
            meta["encoder"],
            meta["encoder_fingerprint"],
            int(meta["dimension"]),
            meta["splitter"],
            meta["language"],
            meta["analyser"],
            int(meta["token_budget"]),
        )
        self._analyser = Analyser(self.makers.language)

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether the folder holds an index."""
        return (folder / TRUTH).is_file()

    @classmethod
    def open(cls, folder: Path) -> EmbeddedStore:
        """Open an index.

        Raises:
            IndexMissingError: if the folder holds none.
            IndexMismatchError: if it was written in another format.
            IndexDamagedError: if its truth cannot be read.
        """
        if not cls.exists(folder):
            raise IndexMissingError(f"no index in {folder}; run: footnote index corpus --index {folder}")
        mend = f"run: footnote index corpus --index {folder} --rebuild"
        try:
            connection = _connect(folder / TRUTH)
            row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
            if row is None:
                raise sqlite3.DatabaseError("it names no format")
            if row[0] != str(FORMAT_VERSION):
                raise IndexMismatchError(
                    f"the index in {folder} has format {row[0]}, this version reads {FORMAT_VERSION}; {mend}"
                )
            return cls(folder, connection)
        except (sqlite3.Error, KeyError, ValueError) as error:
            raise IndexDamagedError(f"the index in {folder} cannot be read ({error}); {mend}") from error

    @classmethod
    def create(cls, folder: Path, makers: Makers) -> EmbeddedStore:
        """Make an empty index in a folder that holds none.

        Raises:
            IndexDamagedError: if the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            connection = _connect(folder / TRUTH)
            connection.execute("PRAGMA journal_mode = WAL")
            meta = {"format": FORMAT_VERSION, "generation": 0, **asdict(makers)}
            with connection:
                connection.executescript("BEGIN;" + TABLES)
                connection.executemany(
                    "INSERT INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in meta.items()]
                )
        except (OSError, sqlite3.Error) as error:
            raise IndexDamagedError(
                f"cannot write an index in {folder} ({error}); choose another folder with --index"
            ) from error
        return cls(folder, connection)

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._reader.close()
            self._connection.close()

    def info(self) -> StoreInfo:
        """Counts, generation and what built the index."""
        with self._lock:
            generation, _, lexical = self._current()
            documents = self._rows("SELECT count(*) FROM documents", ())[0][0]
        makers = self.makers
        return StoreInfo(
            generation=generation,
            encoder=makers.encoder,
            fingerprint=f"{makers.encoder_fingerprint[:16]}/{makers.splitter}/{makers.analyser}",
            documents=documents,
            passages=len(lexical.keys),
            terms_per_passage=lexical.mean_length,
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
        with self._transaction() as connection:
            connection.execute("DELETE FROM documents WHERE id = ?", (document.id,))
            connection.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                document_row(document, content_hash),
            )
            connection.executemany(INSERT_PASSAGE, rows)
            if tokens and self._within_budget(connection, tokens.values()):
                connection.executemany(
                    "INSERT INTO tokens VALUES (?, ?, ?, ?, ?)",
                    [(document.id, start, *tokens_row(codes)) for start, codes in tokens.items()],
                )

    def delete_documents(self, ids: Collection[str]) -> int:
        """Remove documents in one transaction; returns how many there were."""
        if not ids:
            return 0
        with self._transaction() as connection:
            return sum(
                connection.execute("DELETE FROM documents WHERE id = ?", (document_id,)).rowcount
                for document_id in sorted(ids)
            )

    def add_feedback(self, feedback: Sequence[Feedback]) -> None:
        """Keep what readers said, in one transaction; the index stays as it is."""
        with self._beside_the_index() as connection:
            connection.execute(FEEDBACK_TABLE)
            connection.executemany(INSERT_FEEDBACK, map(feedback_row, feedback))

    def add_updates(self, updates: Sequence[IndexUpdate]) -> None:
        """Add to the history, in one transaction; the index stays as it is."""
        with self._beside_the_index() as connection:
            write_updates(connection, list(updates))

    # reading while another connection writes

    def hold(self) -> None:
        """Read the state there is now, and no later one, until this is called again or :meth:`let_go` is.

        So questions are answered while documents are added: not one waits for the derived indexes of a state that is
        gone a moment later.
        """
        self._follow(self._snapshot())

    def let_go(self) -> None:
        """Read whatever was committed last, as before :meth:`hold`."""
        self._follow(self._connection)

    def reading(self) -> AbstractContextManager[None]:
        """No :meth:`hold` and no :meth:`let_go` changes the state that is read inside the block."""
        return self._gate.shared()

    # reading

    def feedback(self) -> list[Feedback]:
        """Everything readers said, oldest first; also while an earlier state is held."""
        with self._lock:
            if not self._reading(lambda: self._connection.execute(HAS_FEEDBACK).fetchall()):
                return []
            return [feedback_from(row) for row in self._reading(lambda: self._connection.execute(FEEDBACK).fetchall())]

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document, by id, without reading its text."""
        return [DocumentSummary(*row) for row in self._rows(SUMMARIES, ())]

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """What was done to the index, newest first."""
        with self._lock:
            return self._reading(lambda: read_updates(self._connection, limit))

    def document_hashes(self) -> dict[str, str]:
        """Content hash of every document, by id."""
        return {row["id"]: row["content_hash"] for row in self._rows("SELECT id, content_hash FROM documents", ())}

    def sources(self) -> dict[str, str]:
        """Id of every document, by source."""
        return {row["source"]: row["id"] for row in self._rows("SELECT source, id FROM documents", ())}

    def document(self, document_id: str) -> Document | None:
        """A whole document, or None."""
        rows = self._rows("SELECT * FROM documents WHERE id = ?", (document_id,))
        return document_from(rows[0]) if rows else None

    def origins(self, ids: Collection[str]) -> dict[str, Origin]:
        """Source, digest and page starts of documents, by id, without reading their texts."""
        rows = self._rows(
            "SELECT id, source, sha256, page_starts, page_kind, json_extract(metadata, '$.ocr_pages') AS ocr_pages "
            "FROM documents WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(ids)),),
        )
        return {row["id"]: origin_from(row) for row in rows}

    def lines(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Line numbers, from 1, of places in documents given as id and offset."""
        query = "SELECT substr(text, 1, ?) FROM documents WHERE id = ?"
        found = {(name, at): self._rows(query, (at + 1, name)) for name, at in places}
        return {place: line_at(rows[0][0], place[1]) for place, rows in found.items() if rows}

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        return [passage_from(row) for row in self._rows(PASSAGES_OF_DOCUMENT, (document_id,))]

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by key; keys that are gone are left out."""
        rows = self._rows(PASSAGES_BY_KEY, (json.dumps(list(keys)),))
        return {row["key"]: passage_from(row) for row in rows}

    def places(self, keys: Collection[int]) -> dict[int, PassageRef]:
        """Where passages stand, by key; keys that are gone are left out."""
        return {row["key"]: place_from(row) for row in self._rows(PLACES_BY_KEY, (json.dumps(list(keys)),))}

    def beside(self, place: PassageRef, count: int) -> list[PassageRef]:
        """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
        values = (place.document, place.start, count)
        sides = [[place_from(row) for row in self._rows(query, values)] for query in (PLACES_AFTER, PLACES_BEFORE)]
        return [each for pair in zip_longest(*sides) for each in pair if each is not None]

    def token_codes(self, parts: Collection[PartKey]) -> dict[PartKey, TokenCodes]:
        """Kept token vectors of parts of passages; those past the budget are left out."""
        rows = self._rows(
            "SELECT t.* FROM json_each(?) j JOIN tokens t "
            "ON t.document = json_extract(j.value, '$[0]') AND t.start = json_extract(j.value, '$[1]')",
            (json.dumps(list(parts)),),
        )
        return {(row["document"], row["start"]): tokens_from(row) for row in rows}

    def sample(self, most: int) -> Sample:
        """Passages spread evenly over the index in order of document id and place, with their vectors."""
        generation = int(self._rows("SELECT value FROM meta WHERE name = 'generation'", ())[0][0])
        count = self._rows("SELECT count(*) FROM passages", ())[0][0]
        keys = [row[0] for row in self._rows(EVENLY_SPREAD, (max(-(-count // most), 1),))]
        vectors = {row["key"]: row["vector"] for row in self._rows(VECTORS_BY_KEY, (json.dumps(keys),))}
        there = tuple(key for key in keys if key in vectors)
        flat = np.frombuffer(b"".join(vectors[key] for key in there), dtype="<f4")
        return Sample(generation, count, there, flat.reshape(len(there), self.makers.dimension))

    def dense(
        self, vector: FloatVector, k: int, where: Collection[str] | None = None, exact: bool = False
    ) -> list[Candidate]:
        """The k passages with the highest cosine to a unit vector; always exact in this store."""
        del exact
        allowed = self._keys_of(where)
        with self._lock:
            return self._current()[1].search(vector, k, allowed)

    def lexical(
        self, terms: Mapping[str, float], k: int, where: Collection[str] | None = None, context: float = 0.0
    ) -> list[Candidate]:
        """The k passages with the highest BM25 score; only passages that hold at least one of the terms."""
        allowed = self._keys_of(where)
        with self._lock:
            return self._current()[2].search(terms, k, allowed, context)

    def document_frequencies(self, terms: Collection[str]) -> Mapping[str, int]:
        """In how many passages each term occurs."""
        with self._lock:
            lexical = self._current()[2]
            return {term: lexical.frequency(term) for term in terms}

    # inside

    def _within_budget(self, connection: sqlite3.Connection, tokens: Iterable[TokenCodes]) -> bool:
        """Whether a document's token vectors may still be kept, by the size of the truth without free pages."""
        pages, free, page = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        size = (pages - free) * page
        return size + sum(codes.size for codes in tokens) <= self.makers.token_budget

    def _term_counts(self, passage: Passage) -> dict[str, int]:
        return self._analyser.counts(f"{passage.context}\n{passage.text}")

    def _keys_of(self, where: Collection[str] | None) -> set[int] | None:
        if where is None:
            return None
        query = "SELECT key FROM passages WHERE document IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self._rows(query, (json.dumps(sorted(where)),))}

    def _rows(self, query: str, values: tuple[str | int, ...]) -> list[sqlite3.Row]:
        with self._lock:
            return self._reading(lambda: self._reader.execute(query, values).fetchall())

    def _snapshot(self) -> sqlite3.Connection:
        """A connection that goes on seeing the present state."""
        connection = self._reading(lambda: _connect(self.folder / TRUTH))
        self._reading(lambda: connection.execute("BEGIN"))
        self._reading(lambda: connection.execute(GENERATION).fetchone())  # the first reading begins it
        return connection

    def _follow(self, connection: sqlite3.Connection) -> None:
        """Read from a connection; the indexes of its state are loaded before, where their files are at hand."""
        with self._lock:
            generation = int(self._reading(lambda: connection.execute(GENERATION).fetchone())[0])
            known = self._derived is not None and self._derived[0] == generation
        vectors = None if known else VectorIndex.load(self.folder / VECTORS, generation)
        lexical = None if known else LexicalIndex.load(self.folder / LEXICAL, generation)
        with self._gate.alone(), self._lock:
            before, self._reader = self._reader, connection
            if vectors and lexical:
                self._derived = generation, vectors, lexical
            if before is not self._connection and before is not connection:
                before.close()

    def _meta(self) -> dict[str, str]:
        return {row[0]: row[1] for row in self._connection.execute("SELECT name, value FROM meta")}

    def _current(self) -> tuple[int, VectorIndex, LexicalIndex]:
        """The derived indexes for the truth's present generation: at hand, from their files, or rebuilt."""
        generation = int(self._rows(GENERATION, ())[0][0])
        if self._derived is None or self._derived[0] != generation:
            vectors = VectorIndex.load(self.folder / VECTORS, generation) or self._rebuilt_vectors(generation)
            lexical = LexicalIndex.load(self.folder / LEXICAL, generation) or self._rebuilt_lexical(generation)
            self._derived = generation, vectors, lexical
        return self._derived

    def _rebuilt_vectors(self, generation: int) -> VectorIndex:
        rows = self._rows("SELECT key, vector FROM passages ORDER BY key", ())
        keys = np.array([row["key"] for row in rows], dtype=np.int64)
        flat = np.frombuffer(b"".join(row["vector"] for row in rows), dtype="<f4")
        index = VectorIndex.build(keys, flat.reshape(len(rows), self.makers.dimension))
        self._keep(VECTORS, lambda path: index.save(path, generation))
        return index

    def _rebuilt_lexical(self, generation: int) -> LexicalIndex:
        rows = self._rows("SELECT key, document, terms FROM passages ORDER BY key", ())
        index = LexicalIndex.build(
            (row["key"], work_of_document(row["document"]), json.loads(row["terms"])) for row in rows
        )
        self._keep(LEXICAL, lambda path: index.save(path, generation))
        return index

    def _keep(self, name: str, save: Callable[[Path], None]) -> None:
        """Write a derived file whole or not at all; one that cannot be kept is derived again next time."""
        mine = f"{os.getpid()}_{id(self):x}"
        part = self.folder / f"{mine}-{name}"
        try:
            save(part)
            for written in self.folder.glob(f"{mine}-{Path(name).stem}.*"):
                written.replace(self.folder / written.name.split("-", 1)[1])
        except (OSError, RuntimeError):
            part.unlink(missing_ok=True)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """One change of the index: committed with the next generation, or not at all."""
        with self._beside_the_index() as connection:
            yield connection
            connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")

    @contextmanager
    def _beside_the_index(self) -> Iterator[sqlite3.Connection]:
        """One change of what is kept beside the index: committed, or not at all."""
        with self._lock:
            self._reading(lambda: self._connection.execute("BEGIN IMMEDIATE"))
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._reading(self._connection.commit)

    def _reading(self, action: Callable[[], _T]) -> _T:
        try:
            return action()
        except sqlite3.Error as error:
            raise IndexDamagedError(
                f"the index in {self.folder} cannot be used ({error}); "
                f"run: footnote index corpus --index {self.folder} --rebuild"
            ) from error


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    return connection
