"""Whose turn it is: the questions of one conversation are answered one after the other, in the order of their numbers.

A question may lean on the one before it, whose answer has to be there by then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 120.0
"""Seconds that a question waits for those before it; then it is asked without them."""


class Turns:
    """The questions of a conversation that are waiting or being answered, by number."""

    def __init__(self) -> None:
        self._working: list[int] = []
        self._broken: set[int] = set()
        self._changed = threading.Condition()

    @contextmanager
    def working(self, number: int) -> Iterator[None]:
        """While a question waits or is answered; one that an exception ends is remembered as broken."""
        with self._changed:
            self._working.append(number)
            self._broken.discard(number)
        done = False
        try:
            yield
            done = True
        finally:
            with self._changed:
                self._working.remove(number)
                if not done:
                    self._broken.add(number)
                self._changed.notify_all()

    def has_to_wait(self, number: int) -> bool:
        """Whether a question with a smaller number is not done yet."""
        with self._changed:
            return any(each < number for each in self._working)

    def wait(self, number: int, patience: float = PATIENCE) -> None:
        """Return when all questions with a smaller number are done, or patience has ended."""
        with self._changed:
            self._changed.wait_for(lambda: all(each >= number for each in self._working), patience)

    @property
    def count(self) -> int:
        """How many questions wait or are answered."""
        with self._changed:
            return len(self._working)

    def broken(self) -> frozenset[int]:
        """Numbers of the questions that an exception ended."""
        with self._changed:
            return frozenset(self._broken)
