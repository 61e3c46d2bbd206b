"""The truth of an embedded index, one SQLite file: made, opened, read, and changed by whole transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from assistant.errors import (
    IndexMismatchError,
    IndexMissingError,
    IndexUnwritableError,
    StoreError,
)
from assistant.index.connection import TRUTH, connect
from assistant.index.digests import DamageError, DigestError
from assistant.index.opening import trouble
from assistant.index.refusals import UNREADABLE, check_tables, damaged_index
from assistant.index.state import READ_STATE, Change, State, witness, witnessed
from assistant.index.tables import FORMAT_VERSION, TABLES
from assistant.index.values import Makers, made_by, makers_digest

__all__ = ["TRUTH", "Truth", "bytes_used"]

_T = TypeVar("_T")


class Truth:
    """The file that holds an index whole. Open one with :meth:`open` or :meth:`create`; threads may share it.

    Args:
        folder: where it is.
        connection: to it, of its own.

    Attributes:
        folder: where it is.
        lock: held while it is read or changed; may be taken around several readings.
        makers: what the index was made by.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self._connection = connection
        self._reader = connection
        self._file = _file_of(folder)
        meta = {row[0]: row[1] for row in connection.execute("SELECT name, value FROM meta")}
        self.makers = made_by(meta)
        if meta["made"] != makers_digest(self.makers):
            raise DigestError("what it was made by")

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether the folder holds an index."""
        return (folder / TRUTH).is_file()

    @classmethod
    def open(cls, folder: Path) -> Truth:
        """Open the truth of an index.

        Nothing in the file is believed before its tables are known to be ours, without a trigger or a view among them.

        Raises:
            IndexMissingError: if the folder holds none.
            IndexMismatchError: if it was written in another format.
            IndexDamagedError: if it cannot be read, is not ours, or lost what was committed.
        """
        if not cls.exists(folder):
            raise IndexMissingError(f"no index in {folder}; run: footnote index corpus --index {folder}")
        connection: sqlite3.Connection | None = None
        try:
            connection = connect(folder / TRUTH)
            check_tables(folder, connection)
            truth = cls(folder, connection)
            known, now = witnessed(folder), truth.state()  # in this order: a change in between is no loss
            if known and known.lineage == now.lineage and known.generation > now.generation:
                raise DamageError(f"change {known.generation} was committed, but it ends with {now.generation}")
        except UNREADABLE as error:
            if connection is not None:
                connection.close()
            raise damaged_index(folder, error) from error
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return truth

    @classmethod
    def create(cls, folder: Path, makers: Makers) -> Truth:
        """Make an empty index in a folder that holds none.

        Raises:
            IndexUnwritableError: if the folder cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            coming = folder / f"{TRUTH}-coming"  # it has its name once it has its tables: a kill leaves no half of it
            coming.unlink(missing_ok=True)
            connection = connect(coming)
            connection.execute("PRAGMA journal_mode = MEMORY")
            meta = {"format": FORMAT_VERSION, **asdict(makers), "made": makers_digest(makers)}
            meta["state"] = State.first().line()
            with connection:
                connection.executescript("BEGIN;" + TABLES)
                connection.executemany(
                    "INSERT INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in meta.items()]
                )
            connection.close()
            coming.replace(folder / TRUTH)
            connection = connect(folder / TRUTH)
            connection.execute("PRAGMA journal_mode = WAL")
        except (OSError, sqlite3.Error) as error:
            raise trouble(folder, error) or IndexUnwritableError(
                f"cannot write an index in {folder} ({error}); choose another folder with --index"
            ) from error
        return cls(folder, connection)

    def close(self) -> None:
        """Let go of the file."""
        with self.lock:
            self._reader.close()
            self._connection.close()

    # reading

    def rows(self, query: str, values: tuple[str | int, ...] = ()) -> list[sqlite3.Row]:
        """The rows of a query, in the state that is read."""
        return self.read(lambda row: row, query, values)

    def read(self, value: Callable[[sqlite3.Row], _T], query: str, values: tuple[str | int, ...] = ()) -> list[_T]:
        """What the rows of a query say, in the state that is read.

        Args:
            value: a row as a value, its digest checked.
            query, values: what is asked for.

        Raises:
            IndexDamagedError: if a row cannot be read or is not as it was written.
        """
        with self.lock:
            return self.explained(lambda: [value(row) for row in self._reader.execute(query, values)])

    def in_parts(
        self, value: Callable[[sqlite3.Row], _T], query: str, size: int, values: tuple[str | int, ...] = ()
    ) -> Iterator[list[_T]]:
        """As :meth:`read`, so many rows at a time; within :meth:`one_state`."""
        cursor = self.explained(lambda: self._reader.execute(query, values))
        while part := self.explained(lambda: [value(row) for row in cursor.fetchmany(size)]):
            yield part

    def latest(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        """What is read from the state that was committed last, also while an earlier one is read otherwise."""
        with self.lock:
            return self.explained(lambda: action(self._connection))

    @contextmanager
    def one_state(self) -> Iterator[None]:
        """Inside, everything that is read is of one state, whatever other processes commit."""
        with self.lock:
            begins = not self._reader.in_transaction
            if begins:
                self.explained(lambda: self._reader.execute("BEGIN"))
            try:
                yield
            finally:
                if begins and self._reader.in_transaction:
                    self._reader.rollback()

    @property
    def reads_snapshot(self) -> bool:
        """Whether one state is read, whatever is committed meanwhile."""
        return self._reader is not self._connection

    def state(self) -> State:
        """The state that is read."""
        with self.lock:
            return self.explained(lambda: _state_of(self._reader))

    def state_of(self, snapshot: sqlite3.Connection | None) -> State:
        """The state that a snapshot sees; without one, the one that was committed last."""
        with self.lock:
            connection = snapshot or self._connection
            return self.explained(lambda: _state_of(connection))

    def snapshot(self) -> sqlite3.Connection:
        """A connection that goes on seeing the present state."""
        connection = self.explained(lambda: connect(self.folder / TRUTH))
        self.explained(lambda: connection.execute("BEGIN"))
        self.explained(lambda: _state_of(connection))  # the first reading begins it
        return connection

    def ahead(self) -> Truth:
        """A truth that goes on seeing the state that was committed last; :meth:`read_from` takes its connection."""
        return Truth(self.folder, self.snapshot())

    def was_replaced(self) -> bool:
        """Whether another file took the place of the one that is open, as a rebuild does."""
        return self._file != _file_of(self.folder)

    def follow_file(self) -> bool:
        """Open the file that took the place of this one; False if none did.

        Raises:
            IndexMismatchError: if it was made by another encoder, splitter or analyser.
        """
        if not self.was_replaced():
            return False
        other = Truth.open(self.folder)
        if other.makers != self.makers:
            other.close()
            raise IndexMismatchError(
                f"the index in {self.folder} was rebuilt with encoder {other.makers.encoder} or other settings; "
                "start this again"
            )
        with self.lock:
            before, self._connection, self._file = self._connection, other._connection, other._file
            if self._reader is before:
                self._reader = self._connection
            before.close()
        return True

    def read_from_ahead(self, ahead: Truth | None) -> None:
        """Read the state that another truth was opened on, and let go of that; without one, what was committed last."""
        self.read_from(ahead._connection if ahead else None)

    def read_from(self, snapshot: sqlite3.Connection | None) -> None:
        """Read the state of a snapshot from now on; without one, whatever was committed last."""
        with self.lock:
            before, self._reader = self._reader, snapshot or self._connection
            if before is not self._connection and before is not self._reader:
                before.close()

    def copy_to(self, path: Path) -> None:
        """Copy the state that was committed last into a new file, while others go on writing.

        Raises:
            sqlite3.Error: if the file cannot be written, or this one not be read.
        """
        with closing(connect(self.folder / TRUTH)) as own, closing(sqlite3.connect(path)) as copy:
            own.execute("BEGIN")
            _state_of(own)  # the first reading begins it: what is committed from here on is not in the copy
            own.backup(copy)

    # changing

    @contextmanager
    def transaction(self) -> Iterator[Change]:
        """One change of the index: committed as the next state, or not at all."""
        with self.beside_the_index() as connection:
            change = Change(connection)
            yield change
            now = self.explained(change.finish)
        witness(self.folder, now)

    @contextmanager
    def beside_the_index(self) -> Iterator[sqlite3.Connection]:
        """One change of what is kept beside the index: committed, or not at all."""
        with self.lock:
            self.explained(lambda: self._connection.execute("BEGIN IMMEDIATE"))
            try:
                yield self._connection
                self._connection.commit()
            except BaseException as error:  # an interruption too leaves nothing half done
                self._connection.rollback()
                if isinstance(error, sqlite3.Error):
                    raise damaged_index(self.folder, error) from error
                raise

    # what goes wrong

    def explained(self, action: Callable[[], _T]) -> _T:
        """What an action reads; what it stumbles over becomes our error.

        Raises:
            IndexDamagedError: if the file cannot be read, or holds what was never written.
        """
        try:
            return action()
        except UNREADABLE as error:
            raise damaged_index(self.folder, error) from error

    def damaged(self, what: str) -> StoreError:
        """The error for something that was found in it, or not found, in a few words."""
        return damaged_index(self.folder, DamageError(what))


def bytes_used(connection: sqlite3.Connection) -> int:
    """Size of the truth without its free pages, what is being written included."""
    numbers = ("page_count", "freelist_count", "page_size")
    pages, free, page = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in numbers)
    return (pages - free) * page


def _state_of(connection: sqlite3.Connection) -> State:
    return State.read(connection.execute(READ_STATE).fetchone()[0])


def _file_of(folder: Path) -> tuple[int, int]:
    try:
        status = (folder / TRUTH).stat()
    except OSError:
        return 0, 0  # between two files, or its drive is gone
    return status.st_dev, status.st_ino
