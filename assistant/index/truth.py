"""The truth of an embedded index, one SQLite file: made, opened, read, and changed by whole transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from assistant.errors import (
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnwritableError,
    StoreError,
)
from assistant.index.opening import opened, trouble
from assistant.index.schema import FORMAT_VERSION, GENERATION, TABLES
from assistant.index.values import Makers

TRUTH = "footnote.sqlite"
MAPPED_BYTES = 1 << 40
"""How much of the truth may be read through a memory map: all of it."""

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
        self.makers = Makers(
            meta["encoder"],
            meta["encoder_fingerprint"],
            int(meta["dimension"]),
            meta["splitter"],
            meta["language"],
            meta["analyser"],
            int(meta["token_budget"]),
        )

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether the folder holds an index."""
        return (folder / TRUTH).is_file()

    @classmethod
    def open(cls, folder: Path) -> Truth:
        """Open the truth of an index.

        Raises:
            IndexMissingError: if the folder holds none.
            IndexMismatchError: if it was written in another format.
            IndexDamagedError: if it cannot be read.
        """
        if not cls.exists(folder):
            raise IndexMissingError(f"no index in {folder}; run: footnote index corpus --index {folder}")
        try:
            connection = _connect(folder / TRUTH)
            row = connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
            if row is None:
                raise sqlite3.DatabaseError("it names no format")
            if row[0] != str(FORMAT_VERSION):
                raise IndexMismatchError(
                    f"the index in {folder} has format {row[0]}, this version reads {FORMAT_VERSION}; {_mend(folder)}"
                )
            return cls(folder, connection)
        except (sqlite3.Error, KeyError, ValueError) as error:
            raise trouble(folder, error) or IndexDamagedError(
                f"the index in {folder} cannot be read ({error}); {_mend(folder)}"
            ) from error

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
            connection = _connect(coming)
            connection.execute("PRAGMA journal_mode = MEMORY")
            meta = {"format": FORMAT_VERSION, "generation": 0, **asdict(makers)}
            with connection:
                connection.executescript("BEGIN;" + TABLES)
                connection.executemany(
                    "INSERT INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in meta.items()]
                )
            connection.close()
            coming.replace(folder / TRUTH)
            connection = _connect(folder / TRUTH)
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
        with self.lock:
            return self._explained(lambda: self._reader.execute(query, values).fetchall())

    def latest(self, action: Callable[[sqlite3.Connection], _T]) -> _T:
        """What is read from the state that was committed last, also while an earlier one is read otherwise."""
        with self.lock:
            return self._explained(lambda: action(self._connection))

    def generation(self) -> int:
        """Number of the state that is read; counts committed changes."""
        return int(self.rows(GENERATION)[0][0])

    def generation_of(self, snapshot: sqlite3.Connection | None) -> int:
        """Number of the state that a snapshot sees; without one, of the state that was committed last."""
        with self.lock:
            connection = snapshot or self._connection
            return int(self._explained(lambda: connection.execute(GENERATION).fetchone())[0])

    def snapshot(self) -> sqlite3.Connection:
        """A connection that goes on seeing the present state."""
        connection = self._explained(lambda: _connect(self.folder / TRUTH))
        self._explained(lambda: connection.execute("BEGIN"))
        self._explained(lambda: connection.execute(GENERATION).fetchone())  # the first reading begins it
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

    # changing

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One change of the index: committed with the next generation, or not at all."""
        with self.beside_the_index() as connection:
            yield connection
            connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")

    @contextmanager
    def beside_the_index(self) -> Iterator[sqlite3.Connection]:
        """One change of what is kept beside the index: committed, or not at all."""
        with self.lock:
            self._explained(lambda: self._connection.execute("BEGIN IMMEDIATE"))
            try:
                yield self._connection
                self._connection.commit()
            except BaseException as error:  # an interruption too leaves nothing half done
                self._connection.rollback()
                if isinstance(error, sqlite3.Error):
                    raise self._explanation(error) from error
                raise

    # inside

    def _explained(self, action: Callable[[], _T]) -> _T:
        try:
            return action()
        except sqlite3.Error as error:
            raise self._explanation(error) from error

    def _explanation(self, error: sqlite3.Error) -> StoreError:
        damaged = f"the index in {self.folder} cannot be used ({error}); {_mend(self.folder)}"
        return trouble(self.folder, error) or IndexDamagedError(damaged)


def _file_of(folder: Path) -> tuple[int, int]:
    try:
        status = (folder / TRUTH).stat()
    except OSError:
        return 0, 0  # between two files, or its drive is gone
    return status.st_dev, status.st_ino


def bytes_used(connection: sqlite3.Connection) -> int:
    """Size of the truth without its free pages, what is being written included."""
    numbers = ("page_count", "freelist_count", "page_size")
    pages, free, page = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in numbers)
    return (pages - free) * page


def _mend(folder: Path) -> str:
    return f"run: footnote index corpus --index {folder} --rebuild"


def _connect(path: Path) -> sqlite3.Connection:
    connection = opened(path)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    return connection
