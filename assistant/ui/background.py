"""Heavy work that is done once for each state of the index, in a thread of its own, for everybody who looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """The result of some work, kept for as long as its key stays the same.

    Args:
        work: takes long; what it raises is raised for everybody who waits, and it is tried again when asked next.
        name: of the thread.
    """

    def __init__(self, work: Callable[[], T], name: str) -> None:
        self._work = work
        self._worker = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._key: object = None
        self._future: Future[T] | None = None

    def get(self, key: object) -> Future[T]:
        """Return the result for a key, which may still be worked on."""
        with self._lock:
            known = self._future
            failed = known is not None and known.done() and known.exception() is not None
            if known is None or key != self._key or failed:
                known = self._future = self._worker.submit(self._work)
                self._key = key
            return known

    def latest(self) -> T | None:
        """Return the last result if it is there."""
        with self._lock:
            known = self._future
        return known.result() if known and known.done() and known.exception() is None else None
