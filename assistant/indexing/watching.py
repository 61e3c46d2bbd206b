"""Folders looked at again and again: which files are new, changed or gone since an index was last brought up to date.

Looking is all it does: drives over a network tell nobody of changes, and a drive that is gone sends no word. A file is
due when two looks in a row find it the same, so that none is read while it is copied.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from assistant.corpus import FoundFile, FoundFiles, find_files
from assistant.errors import DocumentError, IndexBusyError, IndexUnwritableError, NoDocumentsError, ReaderError

EVERY = 2.0
"""Seconds between two looks, and at least ten times what a look takes."""
RETRY_LOOKS = 30
"""Looks after which an update that found the index in use, or no room for it, is tried again."""
PASSING = (NoDocumentsError, DocumentError, IndexBusyError, IndexUnwritableError, ReaderError)
"""What may mend itself or be mended meanwhile: it is told, and the watch goes on."""

_Stamp: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What an update is to look at.

    Attributes:
        paths: what is given to it: the folders, so that what is gone is removed, or single files.
        found: the files to read; None where the folders are to be searched.
    """

    paths: tuple[Path, ...]
    found: FoundFiles | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    files: Mapping[FoundFile, _Stamp]
    problems: frozenset[str]


class Watch:
    """Remembers what was seen; :meth:`look` tells what is due.

    Args:
        paths: files and folders.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._known: dict[FoundFile, _Stamp] = {}
        self._problems: frozenset[str] = frozenset()
        self._last: _Seen | None = None
        self._looks_to_retry: int | None = 0

    def look(self) -> Due | None:
        """Look once; what is due now is not due again until it changes."""
        now, last = _seen(self._paths), self._last
        self._last = now
        if self._looks_to_retry is not None:
            self._looks_to_retry -= 1
        if last is None or (self._looks_to_retry is not None and self._looks_to_retry <= 0):
            return self._everything(now)
        if self._known.keys() - now.files.keys() - last.files.keys() or self._problems != now.problems == last.problems:
            return self._everything(now)
        settled = {file: stamp for file, stamp in now.files.items() if last.files.get(file) == stamp}
        changed = {file: stamp for file, stamp in settled.items() if self._known.get(file) != stamp}
        if not changed or self._looks_to_retry is not None:
            return None
        self._known.update(changed)
        return Due(tuple(file.path for file in changed), FoundFiles(tuple(changed)))

    def retry(self) -> None:
        """The update failed for what may pass: everything is due again after a while."""
        self._looks_to_retry = RETRY_LOOKS

    def _everything(self, now: _Seen) -> Due:
        self._known, self._problems, self._looks_to_retry = dict(now.files), now.problems, None
        return Due(self._paths)


def keep_watching(
    watch: Watch,
    update: Callable[[Due], None],
    told: Callable[[str], None],
    *,
    every: float = EVERY,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Look and update until somebody interrupts it.

    Args:
        watch: what is looked at.
        update: brings the index up to date.
        told: hears in one line why an update could not be made; it is made when that has passed.
        every: seconds between two looks.
        sleep: waits.

    Raises:
        FootnoteError: what does not pass: the index is damaged, or another encoder's.
    """
    while True:
        began = time.perf_counter()
        due = watch.look()
        looked = time.perf_counter() - began
        if due:
            try:
                update(due)
            except PASSING as error:
                told(str(error))
                if isinstance(error, (IndexBusyError, IndexUnwritableError, ReaderError)):
                    watch.retry()
        sleep(max(every, 10 * looked))


def _seen(paths: Sequence[Path]) -> _Seen:
    found = find_files(paths)
    files = {}
    for file in found.files:
        try:
            status = file.path.stat()
        except OSError:
            continue  # gone between the two, or its drive is
        files[file] = status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    return _Seen(files, frozenset(str(error) for error in found.errors))
