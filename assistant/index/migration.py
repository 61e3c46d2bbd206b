"""An index of an earlier format becomes one of this: copied whole beside the old one, which it then replaces.

Nothing is encoded again. Until the copy is complete and on the disk the old index stays as it is, so a process may be
killed at any instant; one of two that migrate at once waits for the other.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from assistant.errors import IndexDamagedError, IndexMismatchError
from assistant.index.connection import TRUTH, connect, schema_of
from assistant.index.digests import TOTAL, DamageError
from assistant.index.feedback import TABLE as FEEDBACK
from assistant.index.history import TABLE as UPDATES
from assistant.index.refusals import UNREADABLE, OtherFormatError, mend
from assistant.index.rows import Row, sealed_document, sealed_passage, sealed_tokens, whole_of
from assistant.index.state import State
from assistant.index.tables import COUNTS, FORMAT_VERSION, INSERT_DOCUMENT, INSERT_PASSAGE, INSERT_TOKENS, TABLES
from assistant.index.truth import Truth
from assistant.index.values import Makers, made_by, makers_digest

MIGRATED = "2"
"""The earlier format that becomes this one."""
PLACE = "migrating"
"""Folder in the index's folder that the copy grows in."""
WAIT_SECONDS = 600.0

_TABLES_2 = """
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    id           TEXT PRIMARY KEY,
    source       TEXT NOT NULL,
    title        TEXT NOT NULL,
    text         TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    blocks       TEXT NOT NULL,
    page_starts  TEXT NOT NULL,
    page_kind    TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    warnings     TEXT NOT NULL,
    content_hash TEXT NOT NULL
);
CREATE TABLE passages (
    key       INTEGER PRIMARY KEY AUTOINCREMENT,
    document  TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start     INTEGER NOT NULL,
    "end"     INTEGER NOT NULL,
    text      TEXT NOT NULL,
    headings  TEXT NOT NULL,
    page      INTEGER,
    sentences TEXT NOT NULL,
    parts     TEXT NOT NULL,
    terms     TEXT NOT NULL,
    vector    BLOB NOT NULL
);
CREATE TABLE tokens (
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start    INTEGER NOT NULL,
    codes    BLOB NOT NULL,
    scales   BLOB NOT NULL,
    spans    BLOB NOT NULL
);
CREATE UNIQUE INDEX tokens_by_part ON tokens (document, start);
CREATE INDEX passages_by_document ON passages (document, start);
"""
_DESCRIBED = "id, source, title, sha256, media_type, page_starts, page_kind, metadata, warnings"
_DOCUMENTS = f"SELECT {_DESCRIBED}, content_hash, text, blocks FROM documents ORDER BY id"  # noqa: S608 - a constant
_PASSAGES = (
    'SELECT key, document, start, "end", text, headings, page, sentences, parts, terms, vector '
    "FROM passages WHERE document = ? ORDER BY key"
)
_TOKENS = "SELECT document, start, codes, scales, spans FROM tokens WHERE document = ? ORDER BY start"

_BESIDE = (
    (
        FEEDBACK,
        "SELECT * FROM feedback ORDER BY number",
        "INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    (
        UPDATES,
        "SELECT * FROM updates ORDER BY number",
        "INSERT INTO updates VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
)
"""What is kept beside the index: its table, how it is read, how it is written."""


def current_truth(folder: Path) -> Truth:
    """Open the truth of an index, brought to this format before if need be.

    Raises:
        IndexMissingError, IndexMismatchError, IndexDamagedError: if it cannot be opened.
    """
    try:
        return Truth.open(folder)
    except OtherFormatError as error:
        if error.format != MIGRATED:
            raise
    migrate(folder)
    return Truth.open(folder)


def migrate(folder: Path) -> None:
    """Bring an index of format ``MIGRATED`` to this format; one that another process has brought there stays.

    Raises:
        IndexMismatchError: if that is not possible where it lies; it stays as it was.
        IndexDamagedError: if it is damaged.
    """
    try:
        with _alone(folder) as old:
            if old is not None:
                _check(old)
                _replace(folder, old)
    except UNREADABLE as error:
        if isinstance(error, sqlite3.OperationalError):
            raise _refused(folder, error) from error
        raise IndexDamagedError(f"the index in {folder} cannot be read ({error}); {mend(folder)}") from error
    except OSError as error:
        raise _refused(folder, error) from error


def copied(old: sqlite3.Connection, new: sqlite3.Connection) -> State:
    """Copy an index of format ``MIGRATED`` into an empty file, in one transaction; the state it comes to."""
    meta = {row[0]: row[1] for row in old.execute("SELECT name, value FROM meta")}
    makers = made_by(meta)
    documents = total = 0
    new.executescript("BEGIN;" + TABLES)
    for row in old.execute(_DOCUMENTS):
        whole = _copy_document(old, new, row, makers)
        documents, total = documents + 1, (total + whole) % TOTAL
    for name, held in COUNTS:
        if old.execute(held).fetchone()[0] != new.execute(held).fetchone()[0]:
            raise DamageError(f"{name} of no document")
    state = State(State.first().lineage, int(meta["generation"]), documents, total)
    made = {"format": FORMAT_VERSION, **asdict(makers), "made": makers_digest(makers), "state": state.line()}
    new.executemany("INSERT INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in made.items()])
    for table, read, write in _BESIDE:
        if schema_of(table) <= schema_of(old):
            new.execute(table)
            new.executemany(write, map(tuple, old.execute(read)))
    new.execute("COMMIT")
    return state


def _copy_document(old: sqlite3.Connection, new: sqlite3.Connection, row: sqlite3.Row, makers: Makers) -> int:
    *described, content_hash, text, blocks = tuple(row)
    passages: list[Row] = []
    for key, document, start, end, words, headings, page, sentences, parts, terms, vector in old.execute(
        _PASSAGES, (row["id"],)
    ):
        if text[start:end] != words or len(vector) != 4 * makers.dimension:
            raise DamageError(f"passage {key} is not where it says")
        place = (key, document, start, end)
        passages.append(sealed_passage(place, words, row["title"], headings, page, sentences, parts, terms, vector))
    tokens = [sealed_tokens(*each) for each in old.execute(_TOKENS, (row["id"],))]
    made = sealed_document(tuple(described), content_hash, text, blocks, passages, tokens)
    new.execute(INSERT_DOCUMENT, made)
    new.executemany(INSERT_PASSAGE, passages)
    new.executemany(INSERT_TOKENS, tokens)
    return whole_of(made)


@contextmanager
def _alone(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """The old truth with nobody writing to it and no write-ahead log; None if another process has migrated it."""
    path = folder / TRUTH
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        file = path.stat()
        with closing(connect(path)) as old:
            try:
                old.execute("PRAGMA journal_mode = DELETE")  # only while nobody else has it open
                old.execute("BEGIN IMMEDIATE")
                now = path.stat()
                same = (now.st_dev, now.st_ino) == (file.st_dev, file.st_ino)
                older = same and old.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()[0] == MIGRATED
                yield old if older else None
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
        time.sleep(0.05)


def _check(old: sqlite3.Connection) -> None:
    """Refuse to copy what is damaged, as far as a format without digests can tell."""
    wanted, found = schema_of(_TABLES_2), schema_of(old)
    if not wanted <= found or found - wanted - schema_of(FEEDBACK) - schema_of(UPDATES):
        raise DamageError("its tables are not those of an index")
    for statement in ("PRAGMA integrity_check(1)", "PRAGMA foreign_key_check"):
        said = old.execute(statement).fetchone()
        if said is not None and said[0] != "ok":
            raise DamageError(str(said[0]))


def _replace(folder: Path, old: sqlite3.Connection) -> None:
    """Copy the old truth, and put the copy in its place when it is on the disk."""
    place = folder / PLACE
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    try:
        with closing(connect(place / TRUTH)) as new:
            new.execute("PRAGMA journal_mode = OFF")  # the copy is worth nothing before it is complete
            new.execute("PRAGMA synchronous = OFF")
            copied(old, new)
            new.execute("PRAGMA journal_mode = WAL")
        _to_disk(place / TRUTH)
        (place / TRUTH).replace(folder / TRUTH)
        _to_disk(folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _to_disk(path: Path) -> None:
    """Have what was written on the disk; some systems cannot be asked that of a folder."""
    with suppress(PermissionError):
        file = os.open(path, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _refused(folder: Path, error: Exception) -> IndexMismatchError:
    return IndexMismatchError(
        f"the index in {folder} has format {MIGRATED} and cannot be brought to {FORMAT_VERSION} there ({error}); "
        f"see that its folder can be written and no other program uses it, or {mend(folder)}"
    )
