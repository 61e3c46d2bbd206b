"""Connections to SQLite files that may have been damaged or put there by somebody: nothing in them is run."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from assistant.index.opening import opened

TRUTH = "footnote.sqlite"
PAGE_BYTES = 8192
"""Of a new file: half as many steps through the token vectors of a part as with SQLite's own 4096."""

Schema: TypeAlias = frozenset[tuple[str, str, str, str | None]]
"""Kind, name, table and statement of everything a database defines."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the truth; transactions are begun and ended by statements."""
    connection = opened(path)
    connection.row_factory = sqlite3.Row
    distrust(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # says nothing to a file that has pages
    connection.execute("PRAGMA mmap_size = 0")  # a page that is gone from a mapped file ends the process
    return connection


def distrust(connection: sqlite3.Connection) -> None:
    """Let the file's own definitions call no function that could do harm, and check its pages as they are read."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")


def schema_of(source: sqlite3.Connection | str) -> Schema:
    """What a database defines, or what some statements would; reading it runs none of it."""
    return _made(source) if isinstance(source, str) else _defined(source)


def _defined(connection: sqlite3.Connection) -> Schema:
    return frozenset(tuple(row) for row in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


@lru_cache(maxsize=8)
def _made(statements: str) -> Schema:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(statements)
        return _defined(connection)
