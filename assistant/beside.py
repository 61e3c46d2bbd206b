"""A second core for one question: what can be done beside the thread that asks, if nobody else is at it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")
THREADS_VARIABLE = "FOOTNOTE_THREADS"
"""Environment variable with the number of cores this process may use, where several share a machine."""


class Beside:
    """One thread that does one thing at a time. Safe to share between threads: who finds it busy does without.

    So a question alone has two cores, and many at once have one each, as if this were not there.

    Args:
        cores: how many this process may use; with one there is no second thread. By default they are counted.
    """

    def __init__(self, cores: int | None = None) -> None:
        self._pool = ThreadPoolExecutor(1, "beside") if (cores or usable_cores()) > 1 else None
        self._idle = threading.Semaphore()
        self._process = os.getpid()

    @contextmanager
    def doing(self, work: Callable[[], _T]) -> Iterator[Callable[[], _T]]:
        """Begin some work, if the thread is idle; when the block is left, it has ended.

        Args:
            work: must not wait for what the calling thread does in the block.

        Yields:
            To be called once at most: what the work came to, or its exception; work that was not begun is done then.
        """
        forked = self._process != os.getpid()  # the thread is the parent's
        if self._pool is None or forked or not self._idle.acquire(blocking=False):
            yield work
            return
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._idle.release())
        try:
            yield future.result
        finally:
            wait([future])


def usable_cores() -> int:
    """How many cores this process may use: those of ``FOOTNOTE_THREADS``, else all that the system gives it."""
    said = os.environ.get(THREADS_VARIABLE, "")
    if said.isdecimal() and int(said):
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
