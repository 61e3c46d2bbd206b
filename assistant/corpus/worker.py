"""The worker process: reads one file at a time for its parent.

It answers on what was its standard output; that, its input and its errors then lead nowhere, so that no parser can
talk into the conversation. Messages are JSON (:mod:`assistant.corpus.wire`).
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from assistant.corpus.files import SkippedFile
from assistant.corpus.limits import ReadLimits
from assistant.corpus.options import ReadOptions
from assistant.corpus.pieces import Piece, pieces
from assistant.corpus.reading import Outcome, Unchanged, needed_memory, read_piece
from assistant.corpus.wire import from_wire, parsed, receive, send, to_wire
from assistant.datatypes import Document
from assistant.errors import DocumentError

READY, AT, DOCUMENT, FAILED, SKIPPED, UNCHANGED, END = b"R", b"A", b"D", b"F", b"S", b"U", b"E"
"""What a worker says: it is ready; it now reads this source; four outcomes; the file is done (and itself with it)."""

FILES_EACH = 256
"""Files after which a worker makes way for a fresh one, so that what a library leaks stays small."""

GRACE = 10.0
"""Seconds past its limit after which a worker whose parent is gone ends itself."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every file that a worker reads: the first it is told."""

    limits: ReadLimits
    options: ReadOptions


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read.

    Attributes:
        path: the file.
        document_id, source: as for ``Document``; an archive's members have their names appended.
        known: source -> SHA-256 of documents that are left alone while they are the same.
        options: in place of those that hold for every file.
    """

    path: str
    document_id: str
    source: str
    known: Mapping[str, str] = field(default_factory=dict)
    options: ReadOptions | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A task, and how many of its outcomes were given already, by a worker that is gone."""

    task: Task
    skip: int = 0


def main() -> None:
    """Read what is asked for on standard input until it ends, or until nobody waits for the answer any more."""
    with contextlib.suppress(BrokenPipeError):
        _converse(*conversation())


def _converse(requests: BinaryIO, replies: BinaryIO) -> None:
    first = receive(requests)
    if first is None:
        return
    settings: Settings = from_wire(Settings, parsed(first[1]))
    limits = settings.limits
    fence(limits)
    send(replies, READY, [])
    for left in reversed(range(FILES_EACH)):
        message = receive(requests)
        if message is None:
            return
        request: Request = from_wire(Request, parsed(message[1]))
        _read(request, settings, replies)
        last = not left or resident() > limits.memory_bytes // 2
        send(replies, END, last)
        if last:
            return


def _read(request: Request, settings: Settings, replies: BinaryIO) -> None:
    task, limits = request.task, settings.limits
    alarm(limits.seconds + GRACE)
    for number, piece in enumerate(pieces(Path(task.path), task.document_id, task.source, limits)):
        if number < request.skip:
            continue
        alone = isinstance(piece, Piece) and piece.source == task.source  # a file: what follows says all at once
        if isinstance(piece, Piece):
            if not alone:
                alarm(0)
                send(replies, AT, piece.source)
                alarm(limits.seconds + GRACE)
            outcome = _outcome(piece, task, settings)
        else:
            outcome = piece
        alarm(0)
        _tell(replies, outcome, flush=not alone)
        alarm(limits.seconds + GRACE)
    alarm(0)


def _outcome(piece: Piece, task: Task, settings: Settings) -> Outcome:
    if piece.source not in task.known:
        _forget_peak()
    try:
        return read_piece(piece, task.known, settings.limits, task.options or settings.options)
    except MemoryError:
        return DocumentError(piece.source, needed_memory(settings.limits))


def _tell(replies: BinaryIO, outcome: Outcome, flush: bool) -> None:
    if isinstance(outcome, Unchanged):
        send(replies, UNCHANGED, [0, outcome.source], flush)
        return
    peak = _memory("VmHWM")
    if isinstance(outcome, Document):
        send(replies, DOCUMENT, [peak, to_wire(outcome)], flush)
    elif isinstance(outcome, SkippedFile):
        send(replies, SKIPPED, [peak, str(outcome.path), outcome.reason], flush)
    else:
        send(replies, FAILED, [peak, outcome.source, outcome.reason], flush)


def conversation() -> tuple[BinaryIO, BinaryIO]:
    """Requests and replies: the pipes to the parent, out of the way of everybody else in this process."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, replies


def fence(limits: ReadLimits) -> None:
    """Let the system refuse memory beyond the limit, where it can; no crash leaves a core file."""
    try:
        import resource
    except ImportError:  # not on this system: the parent watches alone
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ceiling = _memory("VmSize") + limits.memory_bytes
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (ceiling if hard < 0 else min(ceiling, hard), hard))


def alarm(seconds: float) -> None:
    """End this process after so many seconds, whatever it does then; 0 is never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _memory(name: str) -> int:
    """A line of this process's status in bytes; 0 where the system has none."""
    try:
        with Path("/proc/self/status").open("rb") as file:
            for line in file:
                if line.startswith(name.encode()):
                    return int(line.split()[1]) << 10
    except (OSError, ValueError, IndexError):
        pass
    return 0


def resident() -> int:
    """Memory that this process has in use, in bytes; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return 0


def _forget_peak() -> None:
    """Let the system measure the peak of this process's memory anew."""
    with contextlib.suppress(OSError), Path("/proc/self/clear_refs").open("wb") as file:
        file.write(b"5")
