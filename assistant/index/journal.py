"""Which documents came and went with each change of an embedded index: what is derived follows change by change.

Beside it are the indexes of the truth that an update of a few files finds its documents by.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from assistant.index.tables import HAS_TABLE

TABLE = """
CREATE TABLE IF NOT EXISTS changes (
    generation INTEGER NOT NULL,
    came       INTEGER NOT NULL,
    document   TEXT NOT NULL,
    whole      INTEGER NOT NULL
)
"""
"""Made with the first change: no other version of the format for it, nor for the indexes below."""
BY_GENERATION = "CREATE INDEX IF NOT EXISTS changes_by_generation ON changes (generation)"
BY_SOURCE = "CREATE INDEX IF NOT EXISTS documents_by_source ON documents (source)"
BY_CONTENT = "CREATE INDEX IF NOT EXISTS documents_by_content ON documents (content_hash)"
JOURNAL = ";".join((TABLE, BY_GENERATION, BY_SOURCE, BY_CONTENT))

KEPT = 10_000
"""Changes that are remembered; what is derived from an earlier state is derived anew."""
CHANGES_AFTER = "SELECT came, document, whole FROM changes WHERE generation > ? ORDER BY generation"

_INSERT = "INSERT INTO changes VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM changes WHERE generation <= ?"


def keep(connection: sqlite3.Connection, generation: int, changes: Iterable[tuple[bool, str, int]]) -> None:
    """Write down what a change did, in its transaction.

    Args:
        connection: on which the change is made.
        generation: that it leads to.
        changes: whether the document came, or went; its id; its digest.
    """
    if not connection.execute(HAS_TABLE, ("changes",)).fetchall():
        connection.execute(TABLE)
        connection.execute(BY_GENERATION)
        connection.execute(BY_SOURCE)
        connection.execute(BY_CONTENT)
    connection.executemany(_INSERT, [(generation, *change) for change in changes])
    connection.execute(_FORGET, (generation - KEPT,))
