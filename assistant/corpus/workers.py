"""Files read by worker processes, several at once, given in the order they were asked for.

A file that hangs, explodes or crashes a parser costs itself and the process that read it; the next one gets a fresh
process. What is read ahead is bounded, in files and in bytes.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import TypeVar

from assistant.corpus.archives import SEPARATOR
from assistant.corpus.files import AnyPath, FoundFiles, SkippedFile, find_files
from assistant.corpus.limits import ReadLimits
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.process import NONSENSE, LostError, Process
from assistant.corpus.reading import Outcome, Unchanged
from assistant.corpus.shelf import ClosedError, Job, Shelf
from assistant.corpus.wire import WireError, document_from_wire, from_wire, parsed
from assistant.corpus.worker import AT, DOCUMENT, END, FAILED, SKIPPED, UNCHANGED, Request, Settings, Task
from assistant.datatypes import Document
from assistant.errors import DocumentError, ReaderError
from assistant.sources import absolute

AHEAD = 16
"""Files each worker may be ahead of what was taken."""
ROOM = 64 << 20
"""Bytes of outcomes that wait to be taken, at most, but for one outcome that is larger."""
LOSSES = 3
"""Members of one archive that may cost their worker before the rest of the archive is left."""

_LOOK_SECONDS = 0.05
_Value = TypeVar("_Value")
_OUTCOMES = frozenset((DOCUMENT, FAILED, SKIPPED, UNCHANGED))


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a file, or of one member of an archive.

    Attributes:
        task: the file.
        outcome: a document, why there is none, or that it is unchanged.
        seconds: what it took.
        peak_bytes: the most memory its worker had in use meanwhile; 0 where the system does not say, and for what is
            unchanged.
    """

    task: Task
    outcome: Outcome
    seconds: float
    peak_bytes: int


class Readers:
    """Worker processes that read files; a context manager that ends them.

    Args:
        limits: what a file may cost, and how many processes there are.
        options: passwords and the like.
    """

    def __init__(self, limits: ReadLimits | None = None, options: ReadOptions = DEFAULT_OPTIONS) -> None:
        self.limits = limits or ReadLimits()
        self.options = options
        self._settings = Settings(self.limits, options)
        self._processes: list[Process] = []

    def __enter__(self) -> Readers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def start(self, files: int) -> None:
        """Start the processes for so many files, to come up while something else is done.

        Raises:
            ReaderError: if they cannot be started.
        """
        for _ in range(len(self._processes), self.limits.workers_for(files)):
            self._processes.append(Process(self._settings))
        for process in self._processes:
            process.start()

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.kill("was given up")
            process.stop()
        self._processes = []

    def read(self, tasks: Iterable[Task]) -> Iterator[Reading]:
        """Read files; the order is that of the tasks, of an archive that of its members.

        Args:
            tasks: taken as they are needed, in the thread that takes the readings.

        Raises:
            ReaderError: if no process can be started.
        """
        shelf, queue = Shelf(ROOM), SimpleQueue[Job | None]()
        threads: list[threading.Thread] = []
        over = threading.Event()
        watchdog = threading.Thread(target=self._watch, args=(over,), daemon=True)
        watchdog.start()
        waiting = deque[Job]()
        coming, finished = iter(tasks), False
        most = self.limits.workers_for(AHEAD)
        try:
            while True:
                while len(waiting) < AHEAD * most and (task := next(coming, None)) is not None:
                    # a worker stays in the folder that was current when it was started
                    waiting.append(Job(replace(task, path=str(absolute(task.path)))))
                    queue.put(waiting[-1])
                    if len(threads) < min(most, len(waiting)):
                        threads.append(self._thread(len(threads), queue, shelf))
                if not waiting:
                    finished = True
                    return
                job = waiting.popleft()
                while (message := shelf.take(job)) is not None:
                    yield _reading(job.task, *message)
        finally:
            shelf.close()
            for _ in threads:
                queue.put(None)
            for thread, process in zip(threads, self._processes, strict=False):
                while thread.is_alive():
                    if not finished:
                        process.kill("was given up")
                    thread.join(_LOOK_SECONDS)
            over.set()
            watchdog.join()

    def _thread(self, number: int, queue: SimpleQueue[Job | None], shelf: Shelf) -> threading.Thread:
        if number == len(self._processes):
            self._processes.append(Process(self._settings))
        thread = threading.Thread(target=_serve, args=(self._processes[number], queue, shelf), daemon=True)
        thread.start()
        return thread

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(_LOOK_SECONDS):
            for process in list(self._processes):
                process.watch()


def read_documents(
    paths: AnyPath | Iterable[AnyPath] | FoundFiles,
    *,
    limits: ReadLimits | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> Iterator[Document | DocumentError]:
    """Read every document under some paths, in worker processes, in order.

    Args:
        paths: files and folders, or what ``find_files`` made of them (which also knows how many there are).
        limits: what a file may cost.
        options: passwords and the like.

    Yields:
        First an error for each path that cannot be a document, then for each file, in order, its document or
        the error that says why it cannot be read; for an archive, those of its members.
    """
    found = paths if isinstance(paths, FoundFiles) else find_files(paths)
    yield from found.errors
    with Readers(limits, options) as readers:
        for reading in readers.read(Task(str(f.path), f.document_id, str(f.path)) for f in found.files):
            if isinstance(reading.outcome, (Document, DocumentError)):
                yield reading.outcome


def _serve(process: Process, queue: SimpleQueue[Job | None], shelf: Shelf) -> None:
    """One thread for each process: gives it jobs and puts what it says on the shelf."""
    try:
        while (job := queue.get()) is not None:
            _read(process, job, shelf)
            shelf.finish(job)
    except ClosedError:
        pass
    except ReaderError as error:
        shelf.fail(error)


def _read(process: Process, job: Job, shelf: Shelf) -> None:
    """Have a job's file read; of an archive that costs its reader a process, the rest is read by another."""
    task, given, losses = job.task, 0, 0
    while losses < LOSSES:
        shelf.check()
        process.send(Request(task, given))
        at, started = task.source, time.monotonic()
        process.forget_peak()
        try:
            while True:
                kind, body = process.receive()
                if kind == END:
                    process.served += 1
                    if _value(process, bool, body):
                        process.kill("has read enough")
                        process.stop()
                    return
                if kind == AT:
                    at, started = _value(process, str, body), time.monotonic()
                    process.forget_peak()
                    continue
                if kind not in _OUTCOMES:
                    process.give_up(NONSENSE)
                shelf.put(job, kind, body, time.monotonic() - started)
                given, at, started = given + 1, task.source, time.monotonic()
        except LostError as error:
            shelf.check()
            if error.again:
                continue
            losses += 1
            _put_failure(shelf, job, at, str(error), time.monotonic() - started, process.peak)
            given += 1
        if at == task.source:
            return
    _put_failure(shelf, job, task.source, f"was left after {LOSSES} of its files had ended their reader: unpack it")


def _value(process: Process, kind: type[_Value], body: bytes) -> _Value:
    try:
        value: _Value = from_wire(kind, parsed(body))
    except WireError:
        process.give_up(NONSENSE)
    return value


def _put_failure(shelf: Shelf, job: Job, source: str, reason: str, seconds: float = 0.0, peak: int = 0) -> None:
    shelf.put(job, FAILED, json.dumps([peak, source, reason]).encode(), seconds)


def _reading(task: Task, kind: bytes, body: bytes, seconds: float) -> Reading:
    """What a worker said of a file, if it makes sense."""
    peak = 0
    try:
        peak, *said = parsed(body)
        outcome = _outcome(task, kind, said)
        if type(peak) is not int:
            raise WireError("no number")
    except (WireError, ValueError, TypeError):
        return Reading(task, DocumentError(task.source, NONSENSE), seconds, 0)
    return Reading(task, outcome, seconds, peak)


def _outcome(task: Task, kind: bytes, said: list[object]) -> Outcome:
    if kind == DOCUMENT:
        document = document_from_wire(*said)
        if not (_within(document.source, task.source) and _within(document.id, task.document_id)):
            raise WireError("a document of another file")
        return document
    first, *rest = [from_wire(str, each) for each in said]
    if not _within(first, task.source) and kind != SKIPPED:
        raise WireError("of another file")
    if kind == UNCHANGED:
        return Unchanged(first)
    return SkippedFile(Path(first), *rest) if kind == SKIPPED else DocumentError(first, *rest)


def _within(name: str, of: str) -> bool:
    return name == of or name.startswith(of + SEPARATOR)
