"""What an index is refused for: tables that are not ours, another format, damage, or the place it lies in."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from assistant.errors import IndexDamagedError, IndexMismatchError, StoreError
from assistant.index.connection import schema_of
from assistant.index.digests import DamageError
from assistant.index.feedback import TABLE as FEEDBACK
from assistant.index.history import TABLE as UPDATES
from assistant.index.journal import JOURNAL
from assistant.index.opening import trouble
from assistant.index.tables import FORMAT_VERSION, TABLES

UNREADABLE = (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError, RecursionError)
"""What reading a damaged file ends in: SQLite's errors, and those of values that are not what they should be."""


class OtherFormatError(IndexMismatchError):
    """The index was written in another format, which is named by ``format``."""

    def __init__(self, message: str, found: str) -> None:
        super().__init__(message)
        self.format = found


def check_tables(folder: Path, connection: sqlite3.Connection) -> None:
    """Whether the tables are those of this format, to the letter.

    Raises:
        OtherFormatError: if they are those of another format.
        DamageError: if they are not ours.
    """
    found, wanted = schema_of(connection), schema_of(TABLES)
    known = {each for each in wanted if each[1] == "meta"} <= found
    row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() if known else None
    if row is None:
        raise DamageError("it names no format")
    if row[0] != str(FORMAT_VERSION):
        raise OtherFormatError(
            f"the index in {folder} has format {str(row[0])[:20]}, this version reads {FORMAT_VERSION}; {mend(folder)}",
            str(row[0]),
        )
    ours = schema_of(f"{TABLES};{JOURNAL}") | schema_of(FEEDBACK) | schema_of(UPDATES)
    if not wanted <= found or found - ours:
        raise DamageError("its tables are not those of an index")


def damaged_index(folder: Path, error: Exception) -> StoreError:
    """The error for what was found wrong with an index, or with the place it lies in."""
    elsewhere = trouble(folder, error)
    if elsewhere:
        return elsewhere
    if isinstance(error, DamageError):
        return IndexDamagedError(f"the index in {folder} is damaged: {error}; restore a backup, or {mend(folder)}")
    return IndexDamagedError(f"the index in {folder} cannot be read ({error}); {mend(folder)}")


def mend(folder: Path) -> str:
    """What makes an index anew, as the end of a message."""
    return f"run: footnote index corpus --index {folder} --rebuild"
