"""Where workers put what they have read until it is taken, in order, with bounded room."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TypeAlias

from assistant.corpus.worker import Task

Message: TypeAlias = tuple[bytes, bytes, float]
"""Kind and JSON of an outcome, not yet parsed, and the seconds it took."""


class ClosedError(Exception):
    """Nobody will take anything any more."""


@dataclass(slots=True, eq=False)
class Job:
    """A task on its way, and what was said of it and not taken yet."""

    task: Task
    messages: deque[Message] = field(default_factory=deque)
    held: int = 0
    done: bool = False


class Shelf:
    """Outcomes of several jobs at once; the job that is being taken from can always put its next one.

    Args:
        room: bytes that may wait, but for a single larger outcome.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._held = 0
        self._taken_from: Job | None = None
        self._closed = False
        self._error: Exception | None = None
        self._changed = threading.Condition()

    def put(self, job: Job, kind: bytes, body: bytes, seconds: float) -> None:
        """Leave an outcome; waits until there is room.

        Raises:
            ClosedError: nobody takes any more.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._fits(job, len(body)))
            self.check()
            job.messages.append((kind, body, seconds))
            job.held += len(body)
            self._held += len(body)
            self._changed.notify_all()

    def finish(self, job: Job) -> None:
        """Say that nothing more comes of a job."""
        with self._changed:
            job.done = True
            self._changed.notify_all()

    def fail(self, error: Exception) -> None:
        """Say that reading cannot go on; whoever takes next gets the error."""
        with self._changed:
            self._error = self._error or error
            self._changed.notify_all()

    def take(self, job: Job) -> Message | None:
        """The next outcome of a job, waited for; None when there are no more.

        Raises:
            ReaderError: what :meth:`fail` was given.
        """
        with self._changed:
            self._taken_from = job
            self._changed.notify_all()
            self._changed.wait_for(lambda: job.messages or job.done or self._error)
            if self._error:
                raise self._error
            if not job.messages:
                return None
            message = job.messages.popleft()
            job.held -= len(message[1])
            self._held -= len(message[1])
            self._changed.notify_all()
            return message

    def close(self) -> None:
        """Say that nothing will be taken any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def check(self) -> None:
        """Raise ClosedError if nothing will be taken any more."""
        if self._closed:
            raise ClosedError

    def _fits(self, job: Job, size: int) -> bool:
        held = job.held if job is self._taken_from else self._held
        return not held or held + size <= self._room
