"""Ctrl-C in a command that keeps what is done: it finishes its outputs, and the exit code still says 130."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FrameType
from typing import ParamSpec

import typer

from assistant.cli.output import warn

_P = ParamSpec("_P")


def ends_with_130(command: Callable[_P, None]) -> Callable[_P, None]:
    """The command, with exit code 130 where Ctrl-C came and it went on to write what it had."""

    @wraps(command)
    def stoppable(*args: _P.args, **options: _P.kwargs) -> None:
        with _interruptions() as seen:
            command(*args, **options)
        if seen:
            warn("stopped; the questions done by then are reported")
            raise typer.Exit(130)

    return stoppable


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """A list that grows with each Ctrl-C; whoever had the signal before is called too."""
    seen: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield seen  # the signal is not ours to take, or is ignored on purpose
        return

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        before(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)
