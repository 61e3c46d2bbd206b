"""Conversations as readers had them, in a file of their own beside the index.

They are not in ``footnote.sqlite``: that file may be replaced by a rebuild, be opened by processes that only search,
and be handed on with its documents, none of which should touch, wait for or give away what somebody asked. Here a row
is written with every question, only its owner can reach it, and what is deleted is overwritten.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from assistant.errors import StoreError
from assistant.index.connection import distrust, schema_of
from assistant.index.digests import DamageError, DigestError, row_digest

FILE = "conversations.sqlite"
TITLE_LIMIT = 120
"""Characters of a conversation's name."""
LISTED = 200
"""Conversations that are listed, newest first."""
_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    key TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed TEXT NOT NULL, version INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS conversations_of ON conversations (owner, changed);
CREATE TABLE IF NOT EXISTS exchanges (
    conversation TEXT NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    number INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation, number)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation in the list of its owner.

    Attributes:
        key: names it; cannot be guessed.
        title: the first question, or the name its owner gave it.
        changed: when it was last written to, in ISO 8601 with the offset from UTC.
        version: counts its changes; only who knows the latest may write.
        questions: how many it holds.
    """

    key: str
    title: str
    changed: str
    version: int
    questions: int


@dataclass(frozen=True, slots=True)
class SavedConversation:
    """A conversation whole, as a copy of the index moves it.

    Attributes:
        key, title, changed, version: as of :class:`Kept`.
        owner: whose it is.
        bodies: of its exchanges, by number.
    """

    key: str
    owner: str
    title: str
    changed: str
    version: int
    bodies: Mapping[int, str]


class Conversations(Protocol):
    """Saved conversations of several owners; safe to share between threads and processes.

    Every method takes the owner and reaches only what is theirs: another's key is as good as none.
    """

    def create(self, owner: str, title: str) -> Kept:
        """Begin a conversation and return it, still empty."""
        ...

    def write(
        self, owner: str, key: str, version: int, changed: Mapping[int, str], dropped: Collection[int] = ()
    ) -> int | None:
        """Write and drop exchanges by number; the new version, or None if the conversation is not at ``version``."""
        ...

    def load(self, owner: str, key: str) -> tuple[Kept, list[str]] | None:
        """A conversation and the bodies of its exchanges in order of number; None if the owner has none of that key."""
        ...

    def listed(self, owner: str) -> list[Kept]:
        """The owner's conversations that hold a question, the latest first, at most ``LISTED``."""
        ...

    def rename(self, owner: str, key: str, title: str) -> bool:
        """Give a conversation another name; False if there is none, or the name is blank."""
        ...

    def delete(self, owner: str, key: str) -> bool:
        """Delete a conversation for good; False if there is none."""
        ...

    def every(self) -> Iterator[SavedConversation]:
        """All conversations of all owners, whole, for a copy of the index."""
        ...

    def put(self, saved: SavedConversation) -> None:
        """Put a conversation in place of any of the same key, for a copy of the index."""
        ...

    def close(self) -> None:
        """Let go of the file or the connections."""
        ...


class ConversationFile:
    """Saved conversations of several owners; safe to share between threads and processes.

    Every method takes the owner and reaches only what is theirs: another's key is as good as none.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, making it where it is missing; without a path they last as long as this object.

        Raises:
            StoreError: the file cannot be opened, or is not one of ours.
        """
        self.path = path
        self._lock = threading.Lock()
        with self._explained():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # for its owner's eyes from the start
            self._db = sqlite3.connect(path or ":memory:", timeout=10, check_same_thread=False, isolation_level=None)
            distrust(self._db)
            if schema_of(self._db) - schema_of(_SCHEMA):
                raise DamageError("it has tables that are not ours")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")  # whole after a power cut, but for the last moments
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA secure_delete = ON")
            found = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if found not in (0, _FORMAT):
                self._db.close()
                raise StoreError(f"{path} has format {found}, this version reads {_FORMAT}; move it away to start anew")
            self._db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_FORMAT}; COMMIT;")

    def create(self, owner: str, title: str) -> Kept:
        """Begin a conversation and return it, still empty."""
        made = Kept(secrets.token_urlsafe(16), title_line(title), now(), 0, 0)
        with self._changing() as db:
            db.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, 0)", (made.key, owner, made.title, made.changed))
        return made

    def write(
        self, owner: str, key: str, version: int, changed: Mapping[int, str], dropped: Collection[int] = ()
    ) -> int | None:
        """Write and drop exchanges by number; the new version, or None if the conversation is not at ``version``."""
        with self._changing() as db:
            if not db.execute(_NEXT_VERSION, (now(), key, owner, version)).rowcount:
                return None
            dropping = [(key, number) for number in dropped]
            db.executemany("DELETE FROM exchanges WHERE conversation = ? AND number = ?", dropping)
            rows = [(key, number, _sealed(key, number, body)) for number, body in changed.items()]
            db.executemany("INSERT OR REPLACE INTO exchanges VALUES (?, ?, ?)", rows)
        return version + 1

    def load(self, owner: str, key: str) -> tuple[Kept, list[str]] | None:
        """A conversation and the bodies of its exchanges in order of number; None if the owner has none of that key."""
        with self._changing() as db:
            found = db.execute(f"{_LIST} AND key = ?", (owner, key)).fetchone()
            if found is None:
                return None
            rows = db.execute(
                "SELECT number, body FROM exchanges WHERE conversation = ? ORDER BY number", (key,)
            ).fetchall()
            bodies = [_opened(key, number, body) for number, body in rows]
        return Kept(*found), bodies

    def listed(self, owner: str) -> list[Kept]:
        """The owner's conversations that hold a question, the latest first, at most ``LISTED``."""
        with self._changing() as db:
            rows = db.execute(f"{_LIST} ORDER BY changed DESC, key LIMIT {LISTED * 2}", (owner,)).fetchall()
        return [kept for kept in (Kept(*row) for row in rows) if kept.questions][:LISTED]

    def rename(self, owner: str, key: str, title: str) -> bool:
        """Give a conversation another name; False if there is none, or the name is blank."""
        if not title.strip():
            return False
        with self._changing() as db:
            sql = "UPDATE conversations SET title = ? WHERE key = ? AND owner = ?"
            return db.execute(sql, (title_line(title), key, owner)).rowcount == 1

    def delete(self, owner: str, key: str) -> bool:
        """Delete a conversation for good; False if there is none."""
        with self._changing() as db:
            return db.execute("DELETE FROM conversations WHERE key = ? AND owner = ?", (key, owner)).rowcount == 1

    def every(self) -> Iterator[SavedConversation]:
        """All conversations of all owners, whole."""
        with self._changing() as db:
            rows = db.execute("SELECT key, owner, title, changed, version FROM conversations ORDER BY key").fetchall()
        for key, owner, title, changed, version in rows:
            with self._changing() as db:
                bodies = {number: _opened(key, number, body) for number, body in db.execute(_EXCHANGES, (key,))}
            yield SavedConversation(key, owner, title, changed, version, bodies)

    def put(self, saved: SavedConversation) -> None:
        """Put a conversation in place of any of the same key."""
        with self._changing() as db:
            db.execute("DELETE FROM conversations WHERE key = ?", (saved.key,))
            row = (saved.key, saved.owner, saved.title, saved.changed, saved.version)
            db.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", row)
            rows = [(saved.key, number, _sealed(saved.key, number, body)) for number, body in saved.bodies.items()]
            db.executemany("INSERT INTO exchanges VALUES (?, ?, ?)", rows)

    def copy_and_close(self, path: Path) -> None:
        """Copy all that is saved into a new file that only its owner can read, then let go of this one."""
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with self._lock, self._explained(), closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, of one thread at a time."""
        with self._lock, self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:  # an interruption too leaves nothing half done
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, DamageError) as error:
            place = self.path or "memory"
            raise StoreError(f"saved conversations in {place} cannot be used ({error}); move the file away") from None


_NEXT_VERSION = """UPDATE conversations SET version = version + 1, changed = ?
    WHERE key = ? AND owner = ? AND version = ?"""
_EXCHANGES = "SELECT number, body FROM exchanges WHERE conversation = ? ORDER BY number"
_LIST = """SELECT key, title, changed, version,
    (SELECT count(*) FROM exchanges WHERE conversation = key) FROM conversations WHERE owner = ?"""


def _sealed(key: str, number: int, body: str) -> str:
    """An exchange as it is written: behind a digest of it and of where it belongs."""
    return f"{row_digest(key, number, body):08x} {body}"


def _opened(key: str, number: int, stored: object) -> str:
    """An exchange as it was before it was sealed; those of earlier versions begin with a brace and have no digest.

    Raises:
        DigestError: if it is not as it was written.
    """
    text = str(stored)
    body = text if text.startswith("{") else text[9:]
    if text != body and text != _sealed(key, number, body):
        raise DigestError("an exchange")
    return body


def title_line(text: str) -> str:
    """A name on one line, at most ``TITLE_LIMIT`` characters."""
    line = " ".join(text.encode(errors="replace").decode().split())
    return line if len(line) <= TITLE_LIMIT else f"{line[: TITLE_LIMIT - 1].rstrip()}…"


def now() -> str:
    """This moment, in ISO 8601 with the offset from UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
