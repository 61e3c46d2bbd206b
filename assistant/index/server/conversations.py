"""Conversations as readers had them, in tables beside the index: every server that serves it shows the same."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping
from functools import partial

from assistant.index.conversations import LISTED, Kept, SavedConversation, now, title_line
from assistant.index.digests import DigestError, row_digest
from assistant.index.server.address import ServerAddress
from assistant.index.server.connections import Connections, PgConnection, Snapshot

_CREATE = "INSERT INTO conversations (key, owner, title, changed, version) VALUES (%s, %s, %s, %s, %s)"
_NEXT_VERSION = """
UPDATE conversations SET version = version + 1, changed = %s WHERE key = %s AND owner = %s AND version = %s
"""
_DROP = "DELETE FROM exchanges WHERE conversation = %s AND number = ANY(%s::bigint[])"
_PUT = """
INSERT INTO exchanges (conversation, number, digest, body) VALUES (%s, %s, %s, %s)
ON CONFLICT (conversation, number) DO UPDATE SET digest = excluded.digest, body = excluded.body
"""
_KEPT = """
SELECT c.key, c.title, c.changed, c.version, (SELECT count(*) FROM exchanges e WHERE e.conversation = c.key)
FROM conversations c WHERE c.owner = %s """
_ONE = _KEPT + "AND c.key = %s"
_LIST = (
    _KEPT + "AND EXISTS (SELECT FROM exchanges e WHERE e.conversation = c.key) ORDER BY c.changed DESC, c.key LIMIT %s"
)
_EXCHANGES = "SELECT number, digest, body FROM exchanges WHERE conversation = %s ORDER BY number"
_RENAME = "UPDATE conversations SET title = %s WHERE key = %s AND owner = %s"
_DELETE = "DELETE FROM conversations WHERE key = %s AND owner = %s"
_DELETE_KEY = "DELETE FROM conversations WHERE key = %s"
_EVERY = "SELECT key, owner, title, changed, version FROM conversations ORDER BY key"


class ServerConversations:
    """Saved conversations of several owners; safe to share between threads, processes and machines.

    Every method takes the owner and reaches only what is theirs: another's key is as good as none.

    Args:
        address: of the index.
    """

    def __init__(self, address: ServerAddress) -> None:
        self._connections = Connections(address)

    def create(self, owner: str, title: str) -> Kept:
        """Begin a conversation and return it, still empty."""
        made = Kept(secrets.token_urlsafe(16), title_line(title).replace("\0", ""), now(), 0, 0)
        row = (made.key, owner, made.title, made.changed, made.version)
        self._connections.change(lambda connection: connection.execute(_CREATE, row), twice=False)
        return made

    def write(
        self, owner: str, key: str, version: int, changed: Mapping[int, str], dropped: Collection[int] = ()
    ) -> int | None:
        """Write and drop exchanges by number; the new version, or None if the conversation is not at ``version``."""

        def written(connection: PgConnection) -> int | None:
            if not connection.execute(_NEXT_VERSION, (now(), key, owner, version)).rowcount:
                return None
            connection.execute(_DROP, (key, list(dropped)))
            _put(connection, key, changed)
            return version + 1

        return self._connections.change(written, twice=False)

    def load(self, owner: str, key: str) -> tuple[Kept, list[str]] | None:
        """A conversation and the bodies of its exchanges in order of number; None if the owner has none of that key."""

        def loaded(snapshot: Snapshot) -> tuple[Kept, list[str]] | None:
            found = snapshot.rows(_ONE, (owner, key))
            return (Kept(*found[0]), list(_bodies(snapshot, key).values())) if found else None

        return self._connections.read(loaded)

    def listed(self, owner: str) -> list[Kept]:
        """The owner's conversations that hold a question, the latest first, at most ``LISTED``."""
        return self._connections.latest(
            lambda connection: [Kept(*row) for row in connection.execute(_LIST, (owner, LISTED)).fetchall()]
        )

    def rename(self, owner: str, key: str, title: str) -> bool:
        """Give a conversation another name; False if there is none, or the name is blank."""
        if not title.strip():
            return False
        values = (title_line(title).replace("\0", ""), key, owner)
        return self._connections.change(lambda connection: connection.execute(_RENAME, values).rowcount == 1)

    def delete(self, owner: str, key: str) -> bool:
        """Delete a conversation; False if there is none. Its rows are overwritten when the server clears them away."""
        return self._connections.change(lambda connection: connection.execute(_DELETE, (key, owner)).rowcount == 1)

    def every(self) -> Iterator[SavedConversation]:
        """All conversations of all owners, whole."""
        for key, owner, title, changed, version in self._connections.latest(
            lambda connection: connection.execute(_EVERY).fetchall()
        ):
            bodies = self._connections.read(partial(_bodies, key=key))
            yield SavedConversation(key, owner, title, changed, version, bodies)

    def put(self, saved: SavedConversation) -> None:
        """Put a conversation in place of any of the same key."""

        def put(connection: PgConnection) -> None:
            connection.execute(_DELETE_KEY, (saved.key,))
            connection.execute(_CREATE, (saved.key, saved.owner, saved.title, saved.changed, saved.version))
            _put(connection, saved.key, saved.bodies)

        self._connections.change(put)

    def close(self) -> None:
        """Let go of the connections."""
        self._connections.close()


def _put(connection: PgConnection, key: str, bodies: Mapping[int, str]) -> None:
    rows = [(key, number, row_digest(key, number, body), body) for number, body in sorted(bodies.items())]
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, rows)


def _bodies(snapshot: Snapshot, key: str) -> dict[int, str]:
    """Bodies of exchanges by number, each checked against its digest."""
    found = {}
    for number, digest, body in snapshot.rows(_EXCHANGES, (key,)):
        if row_digest(key, number, body) != digest:
            raise DigestError("an exchange")
        found[number] = body
    return found
