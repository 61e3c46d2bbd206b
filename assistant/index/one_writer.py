"""One writer at a time: a lock that the operating system lets go of when its holder ends, however it ends.

SQLite itself lets one connection write at a time, for as long as one transaction takes. A run of an update is many of
them, and compares before it writes: two runs at once would undo each other's work.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from assistant.errors import IndexBusyError, IndexUnwritableError

LOCK = "writer.lock"
"""File in the folder of the index that is locked, and says who locked it. It stays, and means nothing by itself."""
DEFAULT_WAIT = 60.0
"""Seconds that a second writer waits for the first."""
OnWait: TypeAlias = Callable[[str], None]
"""Called once with a line that says for whom is waited."""

_LOOK_AGAIN = 0.05


@contextmanager
def one_writer(folder: Path, wait: float = DEFAULT_WAIT, on_wait: OnWait | None = None) -> Iterator[bool]:
    """Be the one who changes an index, inside the block; not to be entered twice by one thread.

    Args:
        folder: of the index; made where it is missing.
        wait: seconds to wait for another writer, in this process or another.
        on_wait: told for whom, if there is one.

    Yields:
        Whether it had to be waited for: what was looked at before may then have changed.

    Raises:
        IndexBusyError: another writer was not done in time.
        IndexUnwritableError: the folder cannot be written.
    """
    file = _opened(folder)
    try:
        waited = _wait_for(file, folder, wait, on_wait)
        _sign(file)
        yield waited
    finally:
        os.close(file)  # lets go of the lock


def _opened(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    except OSError as error:
        raise IndexUnwritableError(
            f"cannot write in {folder} ({error.strerror}); mend its permissions, or choose another folder with --index"
        ) from error


def _wait_for(file: int, folder: Path, wait: float, on_wait: OnWait | None) -> bool:
    deadline = time.monotonic() + wait
    waited = False
    while not _locked(file):
        holder = _holder(file)
        if time.monotonic() >= deadline:
            raise IndexBusyError(
                f"the index in {folder} is being changed by {holder}; run it again when that is done, "
                f"or let it wait longer with --wait {max(10 * round(wait), 600)}"
            )
        if not waited and on_wait:
            on_wait(f"the index in {folder} is being changed by {holder}; waiting for it, {wait:.0f} s at most")
        waited = True
        time.sleep(_LOOK_AGAIN)
    return waited


if sys.platform == "win32":

    def _locked(file: int) -> bool:
        """Take the lock, unless somebody has it: on a byte far behind the text, which others can go on reading."""
        import msvcrt

        os.lseek(file, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _locked(file: int) -> bool:
        """Take the lock, unless somebody has it."""
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _sign(file: int) -> None:
    """Say in the locked file who has it; a full disk keeps nobody from writing what still fits."""
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    signed = json.dumps({"process": os.getpid(), "machine": platform.node(), "since": now})
    try:
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, signed.encode())
    except OSError:
        return


def _holder(file: int) -> str:
    """Who says in the file that they have the lock."""
    try:
        os.lseek(file, 0, os.SEEK_SET)
        signed = json.loads(os.read(file, 4096))
        process, machine = int(signed["process"]), str(signed["machine"])
        since = datetime.fromisoformat(signed["since"])
    except (OSError, ValueError, TypeError, KeyError):
        return "another process"
    elsewhere = "" if machine == platform.node() else f" on {machine[:100]!r}"
    return f"process {process}{elsewhere} since {since:%H:%M:%S}"
