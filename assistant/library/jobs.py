"""Changes that were asked for: what each is, and how far it is."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

JobKind: TypeAlias = Literal["add", "remove", "refresh"]
JobState: TypeAlias = Literal["waiting", "working", "done", "failed"]
Fault: TypeAlias = Literal["", "name", "type", "size", "full", "folder"]
"""Why a file was not even taken: its name, type or size, too many that wait, a folder that cannot be written."""

KEPT = 100
"""Finished jobs that are listed."""
REMEMBERED = 2_000
"""Finished jobs that can still be asked after by their number."""
MOST_WAITING = 1_000
"""Jobs that may wait at the same time."""


@dataclass(frozen=True, slots=True)
class Job:
    """One change.

    Attributes:
        number: counts from 1.
        kind: whether a file was added, a document is to be removed, or the whole folder to be looked at again.
        name: what it is about, for people.
        path: the file; None for the whole folder.
        state: how far it is.
        note: what came of it, or how far it is: one line for people; why not, where it failed.
        fault: why the file was not taken, where it was not.
    """

    number: int
    kind: JobKind
    name: str
    path: Path | None = None
    state: JobState = "waiting"
    note: str = ""
    fault: Fault = ""

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ("done", "failed")


class Jobs:
    """The changes that were asked for, oldest first; safe to share between threads.

    Attributes:
        revision: counts up with every change of any job.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._jobs: dict[int, Job] = {}
        self._unlisted: dict[int, Job] = {}
        self._last = 0
        self._closed = False
        self._changed = threading.Condition()

    def all(self) -> tuple[Job, ...]:
        """Every job that is waiting, on its way, or one of the last that are over."""
        with self._changed:
            return tuple(self._jobs.values())

    def has_room(self) -> bool:
        """Whether another job may wait."""
        return sum(job.state == "waiting" for job in self.all()) < MOST_WAITING

    def get(self, number: int) -> Job | None:
        """A job by its number, listed or not; None for no job."""
        with self._changed:
            return self._jobs.get(number) or self._unlisted.get(number)

    def put(
        self,
        kind: JobKind,
        name: str,
        path: Path | None = None,
        state: JobState = "waiting",
        note: str = "",
        fault: Fault = "",
    ) -> Job:
        """Queue a job; one that is over already is only told of."""
        with self._changed:
            self._last += 1
            job = Job(self._last, kind, name, path, state, note, fault)
            self._jobs[job.number] = job
            self._forget()
            self._tell()
            return job

    def next(self, most: int) -> tuple[Job, ...]:
        """The next job, waited for, now on its way; files to add come together, up to ``most``. Nothing once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting())
            batch: list[Job] = []
            for job in [] if self._closed else self._waiting():
                alike = not batch or (job.kind == batch[0].kind == "add" and len(batch) < most)
                if not alike:
                    break
                batch.append(replace(job, state="working"))
            self._jobs.update((job.number, job) for job in batch)
            self._tell()
            return tuple(batch)

    def update(self, number: int, state: JobState, note: str = "") -> None:
        """Say how far a job is."""
        with self._changed:
            if number in self._jobs:
                self._jobs[number] = replace(self._jobs[number], state=state, note=note)
                self._tell()

    def wait(self, seconds: float) -> bool:
        """Wait until every job is over; False if that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: all(job.over for job in self._jobs.values()), seconds)

    def forget_finished(self) -> None:
        """List the jobs that are over no longer."""
        with self._changed:
            self._unlist([number for number, job in self._jobs.items() if job.over])
            self._tell()

    def close(self) -> None:
        """Begin no further job."""
        with self._changed:
            self._closed = True
            self._tell()

    def _waiting(self) -> list[Job]:
        return [job for job in self._jobs.values() if job.state == "waiting"]

    def _forget(self) -> None:
        over = [job.number for job in self._jobs.values() if job.over]
        self._unlist(over[: max(len(over) - KEPT, 0)])

    def _unlist(self, numbers: Sequence[int]) -> None:
        self._unlisted.update((number, self._jobs.pop(number)) for number in numbers)
        while len(self._unlisted) > REMEMBERED:
            del self._unlisted[next(iter(self._unlisted))]

    def _tell(self) -> None:
        self.revision += 1
        self._changed.notify_all()
