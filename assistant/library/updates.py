"""Changes to an index while it answers questions: one after the other, in a thread of their own.

Writing goes through a second connection. The one that questions are answered from keeps the state it has and is moved
on when a later one is complete, so that no question waits and none sees half a change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from assistant.corpus import FoundFile, FoundFiles, Readers, ReadLimits, ReadOptions, find_files
from assistant.corpus.archives import SEPARATOR
from assistant.encoders import Encoder
from assistant.errors import DocumentError, FootnoteError, IndexBusyError
from assistant.index import Store, one_writer, open_store
from assistant.indexing import IndexReport, Progress, update_index
from assistant.library.jobs import Job, Jobs, JobState
from assistant.library.shelf import REMOVED, put_away
from assistant.passages import SplitLimits
from assistant.sources import source_name

BATCH = 32
"""Files that are read together."""
SHOWN_EVERY = 5.0
"""Seconds after which what was added so far can be asked about, and at least ten times what that costs."""
LONGEST_WAIT = 600.0
"""Seconds that a change waits for another process that is changing the index."""
_Outcome: TypeAlias = tuple[int, JobState, str]
"""Number of a job, its last state and its note."""
WAITS = "waits for another process that is changing the index"
FAULT = "stopped by a fault of ours; the details are in the server's log"


class Updates:
    """The thread that changes an index, started with the first change.

    Args:
        store: the open store that questions are answered from.
        encoder: its encoder.
        limits: its passage limits.
        folder: of the documents.
        read_limits, options: how files are read.
        failed: files known not to be readable.

    Attributes:
        jobs: what was asked for.
        failed: source -> reason, for the files under the folder that could not be read.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        limits: SplitLimits,
        folder: Path,
        read_limits: ReadLimits,
        options: ReadOptions,
        failed: Sequence[DocumentError] = (),
    ) -> None:
        self.jobs = Jobs()
        self.failed = {self._source(error.source, store.folder): error.reason for error in failed}
        self._store = store
        self._encoder = encoder
        self._limits = limits
        self._folder = folder
        self._read_limits = read_limits
        self._options = options
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def ensure_running(self) -> None:
        """Start the thread with the first change."""
        with self._starting:
            if self._thread is None:
                self._start()

    def close(self) -> None:
        """End the thread after the job it is at."""
        self.jobs.close()
        if self._thread is not None:
            self._thread.join()

    # the thread

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._work, name="footnote-updates", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        closed = False
        try:
            while batch := self.jobs.next(BATCH):
                with self._told(batch):
                    self._work_at(batch)
            closed = True
        finally:
            if not closed:  # a fault of ours ends this thread, not the jobs that wait
                self._start()

    def _work_at(self, batch: Sequence[Job]) -> None:
        with self._alone(batch):
            self._store.hold()
            try:
                with closing(open_store(self._store.address)) as writer:
                    outcomes = self._change(writer, batch)
                    writer.info()  # derives what searching needs, before anybody looks for it
            finally:
                self._store.let_go()
        for outcome in outcomes:  # who is told that it is done can ask about it
            self.jobs.update(*outcome)

    @contextmanager
    def _alone(self, batch: Sequence[Job]) -> Iterator[None]:
        """No other process changes the index inside; questions go on being answered while it is waited for."""
        deadline = time.monotonic() + LONGEST_WAIT

        def told(_line: str) -> None:  # it names a folder, which is nobody's business on the page
            for job in batch:
                self.jobs.update(job.number, "working", WAITS)

        with ExitStack() as held:
            while True:
                try:
                    held.enter_context(one_writer(self._store.folder, 1.0, told))
                    break
                except IndexBusyError:
                    if self.jobs.closed or time.monotonic() > deadline:
                        raise
            yield

    @contextmanager
    def _told(self, batch: Sequence[Job]) -> Iterator[None]:
        """No job stays on its way: what was not told of is told to have failed."""
        reason = FAULT
        try:
            yield
            reason = ""
        except FootnoteError as error:
            reason = str(error)
        except OSError as error:
            reason = f"{error.strerror or error}; mend that and try again"
        finally:
            ours = {job.number for job in batch}
            for job in self.jobs.all():
                if job.number in ours and not job.over:
                    self.jobs.update(job.number, "failed" if reason else "done", reason)

    def _change(self, writer: Store, batch: Sequence[Job]) -> list[_Outcome]:
        if batch[0].kind == "add":
            return self._add(writer, batch)
        return [self._remove(writer, batch[0]) if batch[0].kind == "remove" else self._refresh(writer, batch[0])]

    def _add(self, writer: Store, batch: Sequence[Job]) -> list[_Outcome]:
        by_name = {job.path.name: job for job in batch if job.path is not None}
        files = tuple(FoundFile(job.path, name) for name, job in by_name.items() if job.path is not None)
        moment = _Moment(writer, self._store)

        def told(_done: int, _known: int, document_id: str) -> None:
            if document_id in by_name:
                self.jobs.update(by_name[document_id].number, "working", "is read")
            moment.passes()

        report = self._update(writer, FoundFiles(files), [file.path for file in files], told)
        outcomes: list[_Outcome] = []
        for job in batch:
            source = source_name(job.path or self._folder, writer.folder)
            reasons = {e.source: e.reason for e in report.failed if _belongs(e.source, source)}
            self.failed = {**self._failed_but(source), **reasons}
            warnings = [warning for of, warning in report.warnings if _belongs(of, source)]
            read = bool(_documents_of(writer, source))
            outcomes.append((job.number, *_outcome(source, reasons, warnings, read)))
        return outcomes

    def _refresh(self, writer: Store, job: Job) -> _Outcome:
        moment = _Moment(writer, self._store)

        def told(done: int, known: int, _document_id: str) -> None:
            self.jobs.update(job.number, "working", f"{done:,} of {known:,}")
            moment.passes()

        report = self._update(writer, find_files(self._folder), [self._folder], told)
        self.failed = {self._source(e.source, writer.folder): e.reason for e in report.failed}
        counts = {
            "added": len(report.added),
            "changed": len(report.changed),
            "removed": len(report.removed),
            "unchanged": report.unchanged,
            "not readable": len(report.failed),
        }
        note = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        return job.number, "done", note or "no documents there"

    def _remove(self, writer: Store, job: Job) -> _Outcome:
        path = job.path or self._folder
        source = source_name(path, writer.folder)
        if path.exists() or path.is_symlink():
            put_away(path, self._folder)
        writer.delete_documents(_documents_of(writer, source))
        self.failed = self._failed_but(source)
        return job.number, "done", f"moved to {REMOVED}"

    def _update(self, writer: Store, found: FoundFiles, paths: Sequence[Path], progress: Progress) -> IndexReport:
        with Readers(self._read_limits, self._options) as readers:
            return update_index(
                writer, writer.folder, paths, found, self._encoder, self._limits, readers=readers, progress=progress
            )

    def _failed_but(self, source: str) -> dict[str, str]:
        return {each: reason for each, reason in self.failed.items() if not _belongs(each, source)}

    @staticmethod
    def _source(named: str, index: Path) -> str:
        """A file as the index names it; it may be named by its path."""
        archive, separator, member = named.partition(SEPARATOR)
        return source_name(Path(archive), index) + separator + member if Path(archive).exists() else named


class _Moment:
    """Moves questions on to what was committed so far, now and then while much is added."""

    def __init__(self, writer: Store, store: Store) -> None:
        self._writer = writer
        self._store = store
        self._next = time.monotonic() + SHOWN_EVERY

    def passes(self) -> None:
        """Move on if it is time."""
        began = time.monotonic()
        if began < self._next:
            return
        self._writer.info()
        self._store.hold()
        now = time.monotonic()
        self._next = now + max(SHOWN_EVERY, 10 * (now - began))


def _belongs(source: str, of: str) -> bool:
    """Whether a source is a file, or lies in it if that is an archive."""
    return source == of or source.startswith(of + SEPARATOR)


def _documents_of(store: Store, source: str) -> set[str]:
    """Ids of the documents of a file: it itself, or the members of an archive."""
    return {each.id for each in store.holdings(sources=[source], within=[source + SEPARATOR])}


def _outcome(source: str, reasons: dict[str, str], warnings: Sequence[str], read: bool) -> tuple[JobState, str]:
    """State and note of a file that was looked at: of an archive, some of its members may have failed."""
    if source in reasons or (reasons and not read):
        return "failed", reasons.get(source) or next(iter(reasons.values()))
    if reasons:
        first, reason = next(iter(reasons.items()))
        return "done", f"{len(reasons):,} of its files cannot be read: {first.partition(SEPARATOR)[2]} {reason}"
    return "done", warnings[0] if warnings else ""
