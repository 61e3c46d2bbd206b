"""Many may read at once; whoever changes what is read waits for them, and they for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """A lock that is shared by readers and held alone by whoever changes something; a change goes before new readers.

    Not to be entered twice by one thread.
    """

    def __init__(self) -> None:
        self._readers = 0
        self._changing = 0
        self._moved = threading.Condition()

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Inside, nothing is changed."""
        with self._moved:
            self._moved.wait_for(lambda: not self._changing)
            self._readers += 1
        try:
            yield
        finally:
            with self._moved:
                self._readers -= 1
                self._moved.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Inside, nobody reads; one after the other."""
        with self._moved:
            self._changing += 1
            self._moved.wait_for(lambda: not self._readers)
            try:
                yield
            finally:
                self._changing -= 1
                self._moved.notify_all()
