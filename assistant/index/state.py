"""The state of an index: which one it is, how often it changed, and a digest of all its documents together.

It is a row of the truth, written by every change, so that the whole is accounted for at every instant. The derived
files name the state that they were made from. A copy beside the truth is a witness: it is written after a change was
committed, so a truth that is behind it has lost what was acknowledged – its write-ahead log is gone or torn.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from assistant.index.digests import TOTAL
from assistant.index.journal import keep

WITNESS = "footnote.state"
READ_STATE = "SELECT value FROM meta WHERE name = 'state'"


@dataclass(frozen=True, slots=True)
class State:
    """One committed state of an index.

    Attributes:
        lineage: names the index; another build, a restored one and a migrated one have names of their own.
        generation: counts committed changes.
        documents: how many it holds.
        total: sum of their digests, modulo ``TOTAL``.
    """

    lineage: str
    generation: int
    documents: int
    total: int

    @classmethod
    def first(cls) -> State:
        """The state of a new, empty index."""
        return cls(secrets.token_hex(8), 0, 0, 0)

    @classmethod
    def read(cls, line: str) -> State:
        """A state from its line.

        Raises:
            ValueError: if the line is not as it was written.
        """
        rest, _, digest = line.rpartition(" ")
        lineage, generation, documents, total = rest.split(" ")
        if digest != f"{crc32(rest.encode()):08x}":
            raise ValueError("its state does not have the digest it was written with")
        return cls(lineage, int(generation), int(documents), int(total))

    def after(self, changes: Iterable[tuple[bool, int]]) -> State:
        """The state that a change leads to.

        Args:
            changes: for each document whether it came, or went, and its digest.
        """
        documents, total = self.documents, self.total
        for came, whole in changes:
            documents += 1 if came else -1
            total += whole if came else -whole
        return State(self.lineage, self.generation + 1, documents, total % TOTAL)

    def line(self) -> str:
        """One line of text that tells the state and carries a digest."""
        rest = f"{self.lineage} {self.generation} {self.documents} {self.total}"
        return f"{rest} {crc32(rest.encode()):08x}"


class Change:
    """A change of an index that is not committed yet.

    Args:
        connection: on which it is made.

    Attributes:
        connection: the same.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._changes: list[tuple[bool, str, int]] = []

    def comes(self, document_id: str, digest: int) -> None:
        """Account for a document that is now there."""
        self._changes.append((True, document_id, digest))

    def goes(self, document_id: str, digest: int) -> None:
        """Account for a document that is there no longer."""
        self._changes.append((False, document_id, digest))

    def finish(self) -> State:
        """Write the state that the change leads to, and return it."""
        before = State.read(self.connection.execute(READ_STATE).fetchone()[0])
        now = before.after([(came, whole) for came, _, whole in self._changes])
        keep(self.connection, now.generation, self._changes)
        self.connection.execute("UPDATE meta SET value = ? WHERE name = 'state'", (now.line(),))
        return now


def witness(folder: Path, state: State) -> None:
    """Write beside the truth that a state was committed; where that cannot be written there is no witness."""
    with suppress(OSError):
        (folder / WITNESS).write_text(state.line(), encoding="ascii")


def witnessed(folder: Path) -> State | None:
    """The state that is known to have been committed; None where nothing says so, or the file is torn."""
    try:
        return State.read((folder / WITNESS).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
