"""The truth opened wherever it can be read: also in a folder that cannot be written, and on a disk that is full.

SQLite's write-ahead log needs two files beside the truth. Where they cannot be made, a file whose log is empty is whole
by itself and can be read as it is, as long as nobody else changes it; one whose log is not empty can be read by one
process alone, which keeps in memory what would be in the second file.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from assistant.errors import IndexBusyError, IndexUnwritableError, StoreError

BUSY_SECONDS = 30.0
"""How long another connection's transaction is waited for."""

_Seal: TypeAlias = tuple[int, ...]
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_NO_PERMISSION = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN}
_NO_ROOM = {
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC),
    *(sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN),
}
_FIRST_READING = "SELECT count(*) FROM sqlite_master"


def opened(path: Path) -> sqlite3.Connection:
    """A connection to a SQLite file, fit for threads; transactions are begun and ended by statements.

    Raises:
        sqlite3.Error: if it cannot be read.
    """
    try:
        return _plain(path)
    except sqlite3.OperationalError as error:
        if not _cannot_write(error):
            raise
        if not _size(_log(path)):
            return _Sealed(path)
        return _plain(path, alone=True)


def trouble(folder: Path, error: Exception) -> StoreError | None:
    """What is wrong with the place an index lies in; None if it is the index itself."""
    code = getattr(error, "sqlite_errorcode", None)
    if not isinstance(error, sqlite3.Error) or code is None:
        return None
    if code & 0xFF in _BUSY:
        return IndexBusyError(f"the index in {folder} is in use by another process ({error}); try again in a moment")
    if code in _NO_ROOM:
        return IndexUnwritableError(
            f"there is no room for the index in {folder} ({error}); what was committed is kept: free some space and "
            "run it again"
        )
    if code & 0xFF in _NO_PERMISSION:
        return IndexUnwritableError(
            f"the index in {folder} cannot be used as it lies there ({error}); mend the permissions of the folder and "
            "its files, or choose another folder with --index"
        )
    return None


class _Sealed(sqlite3.Connection):
    """Reads a file in a folder that cannot be written, and opens it anew when somebody who can has changed it."""

    def __init__(self, path: Path) -> None:
        super().__init__(":memory:")
        self._path = path
        self._settings: list[str] = []
        self._renew()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction was begun."""
        return self._now.in_transaction

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As any connection does, on the file as it is now."""
        if sql.startswith("PRAGMA"):
            self._settings.append(sql)
        if self._seal != _seal(self._path):
            self._now.close()
            self._renew()
        self._now.row_factory = self.row_factory
        return self._now.execute(sql, parameters)

    def commit(self) -> None:
        """End a transaction."""
        self._now.commit()

    def rollback(self) -> None:
        """End a transaction."""
        self._now.rollback()

    def close(self) -> None:
        """Let go of the file."""
        self._now.close()
        super().close()

    def _renew(self) -> None:
        self._seal = _seal(self._path)
        try:
            self._now = _plain(self._path)  # beside somebody who writes, whose files can be read
        except sqlite3.OperationalError:
            if _size(_log(self._path)):
                raise
            self._now = _connected(f"file:{quote(str(self._path.absolute()))}?immutable=1")
            self._now.execute(_FIRST_READING).fetchone()
        for setting in self._settings:
            self._now.execute(setting)


def _plain(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    connection = _connected(f"file:{quote(str(path.absolute()))}")
    try:
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute(_FIRST_READING).fetchone()  # which needs the files beside it
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connected(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)


def _cannot_write(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode in _NO_ROOM or error.sqlite_errorcode & 0xFF in _NO_PERMISSION


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _seal(path: Path) -> _Seal:
    """Changes with the file, whether it is written to or another takes its place."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, _size(_log(path))
