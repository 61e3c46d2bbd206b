"""One state while questions are answered, and the latest one soon: whatever other processes commit meanwhile.

A question reads the store many times. All of it reads one snapshot, so that no document is seen half in its old and
half in its new version. With the next question the store moves on to what was committed since; where deriving the
indexes of a state takes long, it does so less often, and other questions are answered from the state before meanwhile.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

from assistant.index.derived import Derived, derived
from assistant.index.state import State
from assistant.index.truth import Truth

QUICK_SECONDS = 0.25
"""What takes no longer is done before any question that has something to move on to."""
PATIENCE = 10.0
"""What takes longer takes at most one part in so many of the time while somebody writes all the while."""
IDLE_SECONDS = 10.0
"""A snapshot that nobody reads is let go of after so long: the log of the truth cannot shrink before."""


class Followed(Protocol):
    """A store that can be moved from state to state."""

    @property
    def derived_now(self) -> Derived | None:
        """The derived indexes it has."""
        ...

    def take(self, truth: Truth | None, now: Derived | None) -> None:
        """Read the snapshot that a truth was opened on, or whatever was committed last, when nobody is reading."""
        ...


class Follower:
    """Moves a store on. Safe to share between threads.

    Args:
        store: what is moved.
        truth: its truth.
    """

    def __init__(self, store: Followed, truth: Truth) -> None:
        self._store = store
        self._truth = truth
        self._moving = threading.Lock()
        self._held = False
        self._pinned: State | None = None
        self._next_move = 0.0
        self._used = 0.0
        self._timer: threading.Timer | None = None

    def move_on(self) -> None:
        """Before a question: make sure that a snapshot is read, of the latest state if it is time for that.

        Raises:
            IndexMismatchError: if the index was made anew by something else.
        """
        self._used = time.monotonic()
        if self._held or not self._moving.acquire(blocking=self._pinned is None):
            return  # somebody else is at it: this question is answered from the state before
        try:
            if not self._held:
                self._move()
        finally:
            self._moving.release()

    def hold(self, held: bool) -> None:
        """Leave the store to somebody else who moves it, or take it up again."""
        with self._moving:
            self._held = held
            self._pinned = None

    def close(self) -> None:
        """Let go of nothing any more."""
        with self._moving:
            self._held = True
            if self._timer:
                self._timer.cancel()

    def _move(self) -> None:
        began, opens = time.monotonic(), self._store.derived_now is None
        if self._pinned is not None and (began < self._next_move or not self._is_behind()):
            return
        known = None if self._truth.follow_file() else self._store.derived_now
        ahead = self._truth.ahead()
        try:
            now = derived(ahead, known)
            self._store.take(ahead, now)
        except BaseException:
            ahead.close()
            raise
        self._pinned = now.state
        took = time.monotonic() - began
        slow = took > QUICK_SECONDS and not opens  # the files are loaded once
        self._next_move = began + took + (PATIENCE * took if slow else 0.0)
        self._watch_idleness()

    def _is_behind(self) -> bool:
        return self._truth.was_replaced() or self._truth.state_of(None) != self._pinned

    def _watch_idleness(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(IDLE_SECONDS, self._when_idle)
            self._timer.daemon = True
            self._timer.start()

    def _when_idle(self) -> None:
        with self._moving:
            self._timer = None
            if self._held or self._pinned is None:
                return
            if time.monotonic() - self._used < IDLE_SECONDS:
                self._watch_idleness()
                return
            self._store.take(None, None)
            self._pinned = None
