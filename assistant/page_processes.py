"""Pages drawn by processes that can be ended: a PDF that crashes or hangs what draws it costs its own picture only."""

from __future__ import annotations

import threading
import time
import weakref
from typing import Literal, TypeAlias

from assistant.corpus import ReadLimits, ReadOptions
from assistant.corpus.building import UnreadableError
from assistant.corpus.limits import shown_size
from assistant.corpus.page_request import DRAWN, IMAGE, Box, DrawnPage, PagePicture, PageRequest
from assistant.corpus.process import NONSENSE, LostError, Process
from assistant.corpus.wire import WireError, from_wire, parsed
from assistant.corpus.worker import FAILED, Settings
from assistant.errors import ReaderError

LIMITS = ReadLimits(seconds=20.0, memory_bytes=1 << 30, workers=2)
"""What drawing one page may cost, and how many are drawn at the same time."""
REMEMBERED = 60.0
"""Seconds for which a page that cost its process is not tried again."""
_MODULE = "assistant.corpus.page_worker"
_LOOK_SECONDS = 0.05
_MOST_REMEMBERED = 1_000
_Said: TypeAlias = tuple[
    tuple[Literal["image/png", "image/jpeg"], int, int] | None, tuple[tuple[Box, ...] | None, ...], bool
]
_Page: TypeAlias = tuple[str, int]


class PageProcesses:
    """Processes that draw pages, started when they are first needed; safe to share between threads.

    Args:
        options: passwords of encrypted files.
        limits: what a page may cost.
    """

    def __init__(self, options: ReadOptions, limits: ReadLimits = LIMITS) -> None:
        self._settings = Settings(limits, options)
        self._most = limits.workers or 1
        self._processes: list[Process] = []
        self._idle: list[Process] = []
        self._given_up: dict[_Page, tuple[float, str]] = {}
        self._changed = threading.Condition()
        self._finalizer = weakref.finalize(self, _end, self._processes)

    def start(self) -> None:
        """Start one process without waiting for it.

        Raises:
            ReaderError: if the system does not let it start.
        """
        process = self._take()
        try:
            process.start()
        finally:
            self._give_back(process)

    def draw(self, request: PageRequest) -> DrawnPage:
        """What was asked for.

        Raises:
            UnreadableError: the file cannot be shown, or costs too much; one line without the file's name.
        """
        page = request.words.sha256, request.page
        with self._changed:
            until, reason = self._given_up.get(page, (0.0, ""))
        if until > time.monotonic():
            raise UnreadableError(reason)
        process = self._take()
        try:
            return self._drawn(process, request)
        except LostError as error:
            reason = self._told(error, request.page)
            with self._changed:
                self._given_up[page] = time.monotonic() + REMEMBERED, reason
                while len(self._given_up) > _MOST_REMEMBERED:
                    del self._given_up[next(iter(self._given_up))]
            raise UnreadableError(reason) from error
        except ReaderError as error:
            raise UnreadableError(f"cannot be drawn now, {error}") from error
        finally:
            self._give_back(process)

    def close(self) -> None:
        """End the processes; those that are needed later are started anew."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._idle) == len(self._processes), LIMITS.seconds)
            _end(self._processes)

    def _drawn(self, process: Process, request: PageRequest) -> DrawnPage:
        over = threading.Event()
        watchdog = threading.Thread(target=_watch, args=(process, over), name="page-watchdog", daemon=True)
        watchdog.start()
        try:
            return _asked(process, request)
        except LostError as error:
            if not error.again:
                raise
            return _asked(process, request)  # an earlier page may be to blame: a fresh process tells
        finally:
            over.set()
            watchdog.join()

    def _told(self, error: LostError, page: int) -> str:
        limits = self._settings.limits
        if error.cause == "time":
            return f"takes longer than {limits.seconds:g} s to draw on page {page}, which was given up"
        if error.cause == "memory":
            return f"takes more than {shown_size(limits.memory_bytes)} of memory to draw on page {page}"
        return f"crashes the program that draws pages, on page {page}"

    def _take(self) -> Process:
        """The process that was used last of those that are free; another where none is and there may be more."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle or len(self._processes) < self._most)
            if self._idle:
                return self._idle.pop()
            self._processes.append(Process(self._settings, _MODULE))
            return self._processes[-1]

    def _give_back(self, process: Process) -> None:
        with self._changed:
            self._idle.append(process)
            self._changed.notify_all()


def _asked(process: Process, request: PageRequest) -> DrawnPage:
    process.send(request)
    process.forget_peak()
    image: bytes | None = None
    while True:
        kind, body = process.receive()
        try:
            if kind == IMAGE:
                image = body
            elif kind == FAILED:
                process.served += 1
                raise UnreadableError(from_wire(str, parsed(body)))
            elif kind == DRAWN:
                said: _Said = from_wire(_Said, parsed(body))
                break
            else:
                raise WireError(f"a message of kind {kind!r}")
        except WireError:
            process.give_up(NONSENSE)
    shape, boxes, last = said
    if len(boxes) != len(request.spans) or (shape is None) != (image is None):
        process.give_up(NONSENSE)
    process.served += 1
    if last:
        process.kill("has drawn enough")
        process.stop()
    return DrawnPage(None if shape is None or image is None else PagePicture(image, *shape), boxes)


def _watch(process: Process, over: threading.Event) -> None:
    while not over.wait(_LOOK_SECONDS):
        process.watch()


def _end(processes: list[Process]) -> None:
    for process in processes:
        process.kill("was given up")
        process.stop()
