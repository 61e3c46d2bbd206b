"""The history of updates, kept in the truth: what each did to the index, and when."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from assistant.datatypes import IndexUpdate
from assistant.index.rows import to_json
from assistant.index.tables import HAS_TABLE

UPDATES_KEPT = 1_000
"""Older ones are forgotten: the truth does not grow with every day it is used."""

TABLE = """
CREATE TABLE IF NOT EXISTS updates (
    number    INTEGER PRIMARY KEY AUTOINCREMENT,
    at        TEXT NOT NULL,
    seconds   REAL NOT NULL,
    added     INTEGER NOT NULL,
    changed   INTEGER NOT NULL,
    removed   INTEGER NOT NULL,
    failed    INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    stopped   INTEGER NOT NULL,
    details   TEXT NOT NULL
)
"""
"""Made when the first update is kept, as the table of feedback is: no other version of the format for it."""

_COLUMNS = "at, seconds, added, changed, removed, failed, unchanged, stopped, details"
_INSERT = f"INSERT INTO updates ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
_NEWEST = f"SELECT {_COLUMNS} FROM updates ORDER BY at DESC, number DESC LIMIT ?"  # noqa: S608 - a constant
_FORGET = "DELETE FROM updates WHERE number NOT IN (SELECT number FROM updates ORDER BY at DESC, number DESC LIMIT ?)"


def write_updates(connection: sqlite3.Connection, updates: Sequence[IndexUpdate]) -> None:
    """Add to the history, inside the caller's transaction."""
    connection.execute(TABLE)
    connection.executemany(_INSERT, map(_row, updates))
    connection.execute(_FORGET, (UPDATES_KEPT,))


def read_updates(connection: sqlite3.Connection, limit: int) -> list[IndexUpdate]:
    """The latest updates, newest first; none where none was ever kept."""
    if not connection.execute(HAS_TABLE, ("updates",)).fetchall():
        return []
    return [_update(row) for row in connection.execute(_NEWEST, (limit,)).fetchall()]


def _row(update: IndexUpdate) -> tuple[str | int | float, ...]:
    return (
        update.at,
        update.seconds,
        update.added,
        update.changed,
        update.removed,
        update.failed,
        update.unchanged,
        int(update.stopped),
        to_json([list(each) for each in update.details]),
    )


def _update(row: sqlite3.Row) -> IndexUpdate:
    at, seconds, added, changed, removed, failed, unchanged, stopped, details = tuple(row)
    named = tuple((what, name, reason) for what, name, reason in json.loads(details))
    return IndexUpdate(at, seconds, added, changed, removed, failed, unchanged, bool(stopped), named)
