"""What is kept beside the index: what readers said of answers, and the history of updates."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from assistant.datatypes import Feedback, IndexUpdate
from assistant.index.history import UPDATES_KEPT
from assistant.index.rows import to_json
from assistant.index.server.connections import PgConnection

_SAY = """
INSERT INTO feedback (id, question, history, verdict, document, start, "end", quote, at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING
"""
_SAID = 'SELECT question, history, verdict, document, start, "end", quote, at FROM feedback ORDER BY number'
_ENTER = """
INSERT INTO updates (id, at, seconds, added, changed, removed, failed, unchanged, stopped, details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING
"""
_NEWEST = """
SELECT at, seconds, added, changed, removed, failed, unchanged, stopped, details FROM updates
ORDER BY at DESC, number DESC LIMIT %s
"""
_SIZES = """
SELECT tablename, pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass) FROM pg_tables
WHERE schemaname = current_schema() ORDER BY tablename
"""
_FORGET = """
DELETE FROM updates WHERE number IN (SELECT number FROM updates ORDER BY at DESC, number DESC OFFSET %s)
"""


def feedback_rows(feedback: Sequence[Feedback]) -> list[tuple[Any, ...]]:
    """The rows of what readers said, each with an id of its own: written twice, they are there once."""
    return [
        (
            *(uuid.uuid4(), said.question, to_json(list(said.history)), said.verdict, said.document),
            *(said.start, said.end, said.quote, said.at),
        )
        for said in feedback
    ]


def write_feedback(connection: PgConnection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of feedback, inside the caller's transaction; needs no right but to insert."""
    with connection.cursor() as cursor:
        cursor.executemany(_SAY, rows)


def read_feedback(connection: PgConnection) -> list[Feedback]:
    """Everything readers said, oldest first."""
    return [
        Feedback(question, tuple(json.loads(history)), *rest)
        for question, history, *rest in connection.execute(_SAID).fetchall()
    ]


def update_rows(updates: Sequence[IndexUpdate]) -> list[tuple[Any, ...]]:
    """The rows of entries of the history, each with an id of its own."""
    return [
        (
            *(uuid.uuid4(), each.at, each.seconds, each.added, each.changed, each.removed, each.failed),
            *(each.unchanged, each.stopped, to_json([list(detail) for detail in each.details])),
        )
        for each in updates
    ]


def write_updates(connection: PgConnection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write entries of the history, and forget the oldest, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.executemany(_ENTER, rows)
    connection.execute(_FORGET, (UPDATES_KEPT,))


def read_updates(connection: PgConnection, limit: int) -> list[IndexUpdate]:
    """The latest entries of the history, newest first."""
    return [_update(row) for row in connection.execute(_NEWEST, (limit,)).fetchall()]


def _update(row: tuple[Any, ...]) -> IndexUpdate:
    at, seconds, added, changed, removed, failed, unchanged, stopped, details = row
    named = tuple((what, name, reason) for what, name, reason in json.loads(details))
    return IndexUpdate(at, seconds, added, changed, removed, failed, unchanged, stopped, named)


def table_sizes(connection: PgConnection) -> dict[str, int]:
    """Bytes of each table with its indexes, by name."""
    return dict(connection.execute(_SIZES, prepare=False).fetchall())
