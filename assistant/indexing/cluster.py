"""A run shared out among the machines of a Ray cluster: the only file that imports ray.

A worker is an actor of one core with an encoder of its own. The driver, which knows what the store held when the run
began, gives each worker a few files at a time and another few before those are done. When a worker is lost, with its
machine or alone, what it had is given to another; nothing is lost or double, since documents are committed one by one
and one that is there is left alone.

Ray Data was tried in place of the actors' queue here: it too survives the loss of a node. But a file that ends its
worker each time is given out for ever or ends the whole run, a worker imports pandas and pyarrow before it begins, and
every part's result goes through Arrow. Actors with ``max_restarts`` were left for a like reason: one that waits for
room to be restarted keeps what was given to it, while others have nothing to do.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.corpus import FoundFile, ReadLimits, ReadOptions
from assistant.errors import FootnoteError, InputError
from assistant.index import ServerAddress, Store, index_address
from assistant.indexing.parts import Job, PartDone
from assistant.indexing.run import UpdateRun
from assistant.passages import SplitLimits
from assistant.sources import absolute, source_name

LOCAL, AUTO = "local", "auto"
"""In place of the address of a cluster: one on this machine for the run, or the one that this machine belongs to."""
PART_FILES, PART_BYTES = 64, 2 << 20
"""Most files of a part, and bytes from which on no file is added: some batches of the encoder, and soon done."""
IN_FLIGHT = 2
"""Parts that a worker has at once, so that it never waits for the driver."""
LOSSES = 3
"""Workers that one part may cost; then its files are given out one by one, and a file that costs as many has failed."""
FAILED_STARTS = 10
"""Workers in a row that may be lost before they have begun."""
STARTED_WITHIN = 300.0
"""Seconds without any worker after which a run is given up."""
_LOOK_SECONDS = 0.5
_CONNECT_SECONDS = 5.0
_ADDRESS = re.compile(r"local|auto|(?:[\w.-]+|\[[\da-fA-F:.]+\]):\d{1,5}")
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is told to anybody
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


class ClusterError(InputError):
    """Ray is not installed, cannot be reached, or has no worker that can do the work."""


def is_address(text: str) -> bool:
    """Whether a text is one of ``local``, ``auto`` and ``HOST:PORT``."""
    return _ADDRESS.fullmatch(text) is not None


@dataclass(slots=True)
class _Part:
    files: Sequence[FoundFile]
    losses: int = 0


@dataclass(slots=True)
class _Hired:
    """A worker, with what it has in the order in which it got it; while it starts, the reference to its start."""

    actor: Any
    start: Any
    has: dict[Any, _Part] = field(default_factory=dict)

    @property
    def references(self) -> list[Any]:
        return [self.start] if self.start is not None else list(self.has)


class Cluster:
    """Ray for one run; a context manager that ends what it began.

    Args:
        address: ``local``, ``auto`` or ``HOST:PORT``; a session of Ray that this process has is used as it is.
        index: that is written, on a server.
        read_limits, options: as files are read.
        told: hears in a line of each worker that is lost.

    Raises:
        ClusterError: if ray is not installed, the address is none, or the index is one in a folder.
    """

    def __init__(
        self,
        address: str,
        index: str | Path,
        read_limits: ReadLimits | None,
        options: ReadOptions,
        told: Callable[[str], None] | None = None,
    ) -> None:
        if not isinstance(index_address(index), ServerAddress):
            raise ClusterError(
                f"the index in {index} is one file with one writer, and --ray writes from many processes; put it on a "
                "server with --index postgresql://USER@HOST/DATABASE (docs/scale.md), or run it without --ray"
            )
        if not is_address(address):
            raise ClusterError(f"{address[:80]!r} is no address of a Ray cluster; use local, auto or HOST:PORT")
        self._address = address
        self._read_limits = read_limits or ReadLimits()
        self._options = options
        self._told = told
        self._ray = _ray()
        self._ours = False

    def __enter__(self) -> Cluster:
        if not self._ray.is_initialized():
            self._connect()
            self._ours = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._ours:
            self._ray.shutdown()

    def store_documents(
        self, store: Store, run: UpdateRun, limits: SplitLimits, gone: Collection[str]
    ) -> Iterator[str]:
        """Have workers read, split, encode and commit the documents of a run.

        Args:
            store: that they write to.
            run: learns what came of each file.
            limits: of passages.
            gone: ids of documents whose files are gone, which may have moved.

        Yields:
            The id of each document after it is committed.

        Raises:
            ClusterError: if there are no workers, or they do not see the files.
            FootnoteError: what stops a worker: the index cannot be written, the encoder not be loaded.
        """
        address = ServerAddress(store.address)
        job = Job(address, absolute(store.folder), limits, self._read_limits, self._options, tuple(gone))
        files = run.shared_out()
        team = _Team(self._ray, job, self._told)
        try:
            for part in team.done(_parts(files, 4 * self._cores())):
                yield from run.took(part)
        finally:
            team.dismiss()

    def _cores(self) -> int:
        return _cores(self._ray)

    def _connect(self) -> None:
        """Begin a session.

        Raises:
            ClusterError: if that cannot be done.
        """
        own = self._address == LOCAL
        if not own and self._address != AUTO:
            _check_answers(self._address)
        options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
        if own:  # open to nobody else, and without a page
            options |= {"include_dashboard": False, "_node_ip_address": "127.0.0.1", "object_store_memory": 128 << 20}
        try:
            self._ray.init(self._address, **options)
        except (ConnectionError, RuntimeError, ValueError, OSError, self._ray.exceptions.RayError) as error:
            said = " ".join(str(error).split())[:200]
            mend = "start one with: ray start --head" if self._address == AUTO else "see docs/scale.md"
            raise ClusterError(f"there is no Ray cluster at {self._address} ({said}); {mend}") from error


class _Team:
    """The workers of a run, and what each of them has."""

    def __init__(self, ray: Any, job: Job, told: Callable[[str], None] | None = None) -> None:
        from assistant.indexing.worker import Worker

        self._ray = ray
        self._job = job
        self._told = told
        self._actors = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Worker)
        self._hired: list[_Hired] = []
        self._coming: deque[_Part] = deque()
        self._failed_starts = 0
        self._idle_since = time.monotonic()

    def done(self, parts: Sequence[_Part]) -> Iterator[PartDone]:
        """What came of each part, in the order in which they are done; each once."""
        self._coming.extend(parts)
        while self._coming or any(each.has for each in self._hired):
            self._hire()
            self._give()
            waited = {reference: each for each in self._hired for reference in each.references}
            ready, _ = self._ray.wait(list(waited), timeout=_LOOK_SECONDS) if waited else ([], [])
            if not waited:
                time.sleep(_LOOK_SECONDS)
            for reference in ready:
                if waited[reference] in self._hired:  # else lost with what came before
                    yield from self._took(waited[reference], reference)

    def dismiss(self) -> None:
        """End all workers."""
        for each in self._hired:
            self._ray.kill(each.actor)
        self._hired = []

    def _hire(self) -> None:
        """Have a worker for each core that the cluster has now, as long as there is something for it to do."""
        wanted = min(_cores(self._ray), len(self._coming) + sum(bool(each.has) for each in self._hired))
        for _ in range(len(self._hired), wanted):
            actor = self._actors.remote(self._job)
            self._hired.append(_Hired(actor, actor.open.remote()))
        if any(each.start is None for each in self._hired):
            self._idle_since = time.monotonic()
        elif time.monotonic() > self._idle_since + STARTED_WITHIN:
            raise ClusterError(
                f"the Ray cluster has had no free core for {STARTED_WITHIN:.0f} s; see: ray status, and run it again "
                "when there is one"
            )

    def _give(self) -> None:
        for many in range(IN_FLIGHT):
            for each in self._hired:
                if self._coming and each.start is None and len(each.has) == many:
                    part = self._coming.popleft()
                    each.has[each.actor.write.remote(part.files, again=part.losses > 0)] = part

    def _took(self, worker: _Hired, reference: Any) -> Iterator[PartDone]:
        errors = self._ray.exceptions
        try:
            value = self._ray.get(reference)
        except errors.RayTaskError as error:
            raise (error.cause if isinstance(error.cause, FootnoteError) else error) from None
        except errors.RayError as error:  # it ended, or its machine did, or what it said is gone with that
            yield from self._lost(worker, error)
            return
        if reference == worker.start:
            worker.start, self._failed_starts = None, 0
            return
        del worker.has[reference]
        for path in value.absent:
            if Path(path).exists():
                raise ClusterError(
                    f"{value.host} does not see {path}; every machine of the cluster needs the documents under the "
                    "same path: put them in a shared folder"
                )
        yield value

    def _lost(self, worker: _Hired, error: Any) -> Iterator[PartDone]:
        """Give what a lost worker had to others; what it had first may have been its end."""
        self._hired.remove(worker)
        if worker.start is not None:
            self._failed_starts += 1
            if getattr(error, "actor_init_failed", False) or self._failed_starts >= FAILED_STARTS:
                said = " ".join(str(error).split())[-300:]
                raise ClusterError(
                    f"workers cannot be started ({said}); install the same version of footnote-assistant on every "
                    "machine of the cluster"
                ) from error
            return
        self._ray.kill(worker.actor)  # it may only have been out of reach
        if self._told:
            self._told(f"a worker of the Ray cluster was lost; the files it had ({_had(worker)}) go to others")
        for number, part in enumerate(worker.has.values()):
            part.losses += number == 0
            if part.losses < LOSSES:
                self._coming.appendleft(part)
            elif len(part.files) > 1:
                self._coming.extend(_Part([file]) for file in part.files)
            else:
                reason = f"ended {LOSSES} workers: split it, or give the machines more memory"
                yield PartDone(errors=((source_name(part.files[0].path, self._job.folder), reason),))


def _had(worker: _Hired) -> int:
    return sum(len(part.files) for part in worker.has.values())


def _parts(files: Sequence[FoundFile], least: int) -> list[_Part]:
    """Files in parts of a few each, at least so many parts where there are so many files."""
    most = max(1, min(PART_FILES, len(files) // least))
    parts: list[_Part] = []
    now: list[FoundFile] = []
    size = 0
    for file in files:
        now.append(file)
        size += _size(file.path)
        if len(now) >= most or size >= PART_BYTES:
            parts.append(_Part(now))
            now, size = [], 0
    return [*parts, *([_Part(now)] if now else [])]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _cores(ray: Any) -> int:
    return max(1, int(ray.cluster_resources().get("CPU", 0)))


def _check_answers(address: str) -> None:
    """Raise ClusterError at once where nobody listens; Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"nobody answers at {address} ({getattr(error, 'strerror', None) or error}); start the cluster there with: "
            "ray start --head, or correct the address"
        ) from error


def _ray() -> Any:
    """The ray module, told to keep to itself.

    Raises:
        ClusterError: if it is not installed.
    """
    os.environ.update(_ENVIRONMENT)
    try:
        import ray
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "ray":
            raise
        raise ClusterError(
            "--ray needs ray, which is not installed; run: pip install 'footnote-assistant[ray,server]'"
        ) from error
    return ray
