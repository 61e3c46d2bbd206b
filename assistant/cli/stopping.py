"""Ctrl-C in a command that keeps what is done: it finishes its outputs, and the exit code still says 130."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from types import FrameType
from typing import ParamSpec

import typer

from assistant.cli.output import warn

_P = ParamSpec("_P")


@dataclass
class _Interruptions:
    """How often Ctrl-C came, and whether there is anything left that it could usefully stop."""

    seen: int = 0
    finishing: bool = False


_current: ContextVar[_Interruptions | None] = ContextVar("interruptions", default=None)


def ends_with_130(command: Callable[_P, None]) -> Callable[_P, None]:
    """The command, with exit code 130 where Ctrl-C came and it went on to write what it had."""

    @wraps(command)
    def stoppable(*args: _P.args, **options: _P.kwargs) -> None:
        with _interruptions() as found:
            command(*args, **options)
        if found.seen:
            warn("stopped; the questions done by then are reported")
            raise typer.Exit(130)

    return stoppable


def finish() -> None:
    """Say that the work is done and only its outputs are to be written: a first Ctrl-C from here on stops nothing.

    What took an hour must not be lost because Ctrl-C came in the second in which intervals are drawn. A second one
    stops that too.
    """
    found = _current.get()
    if found is not None:
        found.finishing = True


@contextmanager
def _interruptions() -> Iterator[_Interruptions]:
    """What Ctrl-C did meanwhile; whoever had the signal before is called too."""
    found = _Interruptions()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield found  # the signal is not ours to take, or is ignored on purpose
        return

    def note(number: int, frame: FrameType | None) -> None:
        found.seen += 1
        if found.seen > 1 or not found.finishing:
            before(number, frame)

    token = _current.set(found)
    signal.signal(signal.SIGINT, note)
    try:
        yield found
    finally:
        signal.signal(signal.SIGINT, before)
        _current.reset(token)
