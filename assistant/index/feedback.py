"""What readers said of answers, kept in the truth beside the index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from assistant.datatypes import Feedback
from assistant.index.rows import to_json
from assistant.index.tables import HAS_TABLE

TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    question TEXT NOT NULL,
    history  TEXT NOT NULL,
    verdict  TEXT NOT NULL,
    document TEXT NOT NULL,
    start    INTEGER NOT NULL,
    "end"    INTEGER NOT NULL,
    quote    TEXT NOT NULL,
    at       TEXT NOT NULL
)
"""
"""Made when the first feedback comes: an index without any needs no such table."""

_COLUMNS = 'question, history, verdict, document, start, "end", quote, at'
_INSERT = f"INSERT INTO feedback ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant
_ALL = f"SELECT {_COLUMNS} FROM feedback ORDER BY number"  # noqa: S608 - a constant


def write_feedback(connection: sqlite3.Connection, feedback: Sequence[Feedback]) -> None:
    """Add what readers said, inside the caller's transaction."""
    connection.execute(TABLE)
    connection.executemany(_INSERT, map(_row, feedback))


def read_feedback(connection: sqlite3.Connection) -> list[Feedback]:
    """Everything readers said, oldest first; nothing where nobody said anything."""
    if not connection.execute(HAS_TABLE, ("feedback",)).fetchall():
        return []
    return [_feedback(row) for row in connection.execute(_ALL).fetchall()]


def _row(feedback: Feedback) -> tuple[str | int, ...]:
    return (
        feedback.question,
        to_json(list(feedback.history)),
        feedback.verdict,
        feedback.document,
        feedback.start,
        feedback.end,
        feedback.quote,
        feedback.at,
    )


def _feedback(row: sqlite3.Row) -> Feedback:
    question, history, *rest = tuple(row)
    return Feedback(question, tuple(json.loads(history)), *rest)
