"""What a reader sees of the documents, and what an editor may do to them."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from assistant.corpus import DEFAULT_OPTIONS, ReadLimits, ReadOptions
from assistant.corpus.archives import SEPARATOR
from assistant.datatypes import DocumentSummary, StoreInfo
from assistant.errors import DocumentError
from assistant.index import EmbeddedStore
from assistant.library.jobs import Job
from assistant.library.shelf import LibraryError, take_in
from assistant.library.updates import Updates
from assistant.passages import SplitLimits
from assistant.sources import absolute, source_name, source_path

if TYPE_CHECKING:
    from assistant.engine import Assistant

Status: TypeAlias = Literal["indexed", "waiting", "reading", "failed"]

NO_FOLDER = "Documents cannot be added here: the server was started without their folder (footnote serve --corpus)."
FULL = "so many files wait already that no more are taken; add it again when some are done"


class Listed(Protocol):
    """What a library needs of an assistant to list its documents."""

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document."""

    def info(self) -> StoreInfo:
        """What the index holds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the library, or a file that is to become one.

    Attributes:
        number: names it to a browser; the same for the same file as long as the library is open.
        name: the document's id, or the file's place in the folder of documents.
        status: whether it can be asked about; a ``failed`` one with characters still can, in its last good version.
        title: as the document gives it.
        reason: why it cannot be read, where it failed.
        characters: length of its text.
        pages, page_kind: how many pages it has, and what they are.
        document: id in the index; None where it is not there.
        file: name of the file that goes if it is removed, an archive for what lies in one; empty if it may not be.
    """

    number: int
    name: str
    status: Status
    title: str = ""
    reason: str = ""
    characters: int = 0
    pages: int = 0
    page_kind: str = "page"
    document: str | None = None
    file: str = ""


class Library:
    """The documents of an open index. Safe to share between threads.

    Args:
        assistant: whose documents they are.
        updates: makes changes; None where the documents can only be read.
        closed: a sentence for people that says why they can only be read.
        folder: of the documents, where they can be changed.
        index: folder of the index, where they can be changed.
        largest: bytes of a file that is taken.
    """

    def __init__(
        self,
        assistant: Listed,
        updates: Updates | None = None,
        *,
        closed: str = NO_FOLDER,
        folder: Path = Path(),
        index: Path = Path(),
        largest: int = 1,
    ) -> None:
        self.closed = "" if updates else closed
        self.largest = largest
        self._assistant = assistant
        self._updates = updates
        self._folder = folder
        self._index = index
        self._numbers: dict[str, int] = {}
        self._listed: tuple[tuple[int, int], tuple[Entry, ...]] | None = None
        self._lock = threading.Lock()

    @classmethod
    def of(
        cls,
        assistant: Assistant,
        folder: str | Path,
        *,
        read_limits: ReadLimits | None = None,
        options: ReadOptions = DEFAULT_OPTIONS,
        failed: Sequence[DocumentError] = (),
    ) -> Library:
        """The library of an assistant and its folder of documents; only to be read, if it cannot be changed.

        Args:
            assistant: whose documents they are.
            folder: where they lie, and where files that are added go.
            read_limits: what reading one file may cost; also the size of a file that is taken.
            options: passwords and the like.
            failed: the files that could not be read when the index was built.
        """
        limits, place = read_limits or ReadLimits(), Path(folder)
        split = SplitLimits().within(assistant.encoder.window)
        store = assistant.store
        closed = ""
        if not isinstance(store, EmbeddedStore):
            closed = "Documents cannot be added here: the index is on another server."
        elif store.makers.splitter != split.fingerprint:
            closed = "Documents cannot be added here: the index has its own passage size (use: footnote index)."
        elif not place.is_dir():
            closed = f"Documents cannot be added here: there is no folder {place.name}."
        elif not (os.access(place, os.W_OK) and os.access(store.folder, os.W_OK)):
            closed = f"Documents cannot be added here: {place.name} is write-protected."
        if closed:
            return cls(assistant, closed=closed)
        updates = Updates(store, assistant.encoder, split, place, limits, options, failed)
        return cls(assistant, updates, folder=place, index=store.folder, largest=limits.file_bytes)

    # what there is

    def stamp(self) -> tuple[int, int]:
        """Changes whenever ``entries`` or ``jobs`` may say something else."""
        return self._assistant.info().generation, self._updates.jobs.revision if self._updates else 0

    def entries(self) -> tuple[Entry, ...]:
        """Every document, and every file that could not be read or is still to be, by folder and name."""
        stamp = self.stamp()
        with self._lock:
            if self._listed is None or self._listed[0] != stamp:
                self._listed = stamp, tuple(sorted(self._entries(), key=_place))
            return self._listed[1]

    def entry(self, number: int) -> Entry | None:
        """The entry of a number, if there is one."""
        return next((entry for entry in self.entries() if entry.number == number), None)

    def jobs(self) -> tuple[Job, ...]:
        """Changes that were asked for, oldest first."""
        return self._updates.jobs.all() if self._updates else ()

    # changing it

    def add(self, file: Path, name: str) -> Job:
        """Take a file into the folder of documents and have it read; the file is moved there.

        Nothing raises: what is wrong with the file is said by the job.

        Args:
            file: what was given; gone afterwards.
            name: as the person who gave it calls it.

        Raises:
            LibraryError: the library can only be read.
        """
        updates = self._changing()
        try:
            if not updates.jobs.has_room():
                raise DocumentError(name, FULL)
            path, there = take_in(file, self._folder, name, self.largest)
        except DocumentError as error:
            file.unlink(missing_ok=True)
            return updates.jobs.put("add", error.source, state="failed", note=error.reason)
        except LibraryError as error:
            return updates.jobs.put("add", name, state="failed", note=str(error))
        source = source_name(path, self._index)
        if there and any(each.source == source for each in self._assistant.summaries()):
            return updates.jobs.put("add", path.name, state="done", note="is here already")
        job = updates.jobs.put("add", path.name, path)
        updates.ensure_running()
        return job

    def remove(self, number: int) -> Job | None:
        """Move an entry's file into the hidden folder ``.removed`` and forget its text; None if it may not be.

        Of what lies in an archive, the archive goes, with everything in it.

        Raises:
            LibraryError: the library can only be read.
        """
        updates, entry = self._changing(), self.entry(number)
        if entry is None or not entry.file:
            return None
        job = updates.jobs.put("remove", entry.file, self._folder / entry.file)
        updates.ensure_running()
        return job

    def refresh(self) -> Job:
        """Look at the whole folder again: new and changed files are read, vanished ones forgotten.

        Raises:
            LibraryError: the library can only be read.
        """
        updates = self._changing()
        waiting = [job for job in updates.jobs.all() if job.kind == "refresh" and job.state == "waiting"]
        job = waiting[0] if waiting else updates.jobs.put("refresh", self._folder.name or "documents")
        updates.ensure_running()
        return job

    def forget_finished(self) -> None:
        """Forget the changes that are over; failed files stay in the list."""
        if self._updates:
            self._updates.jobs.forget_finished()

    def wait(self, seconds: float) -> bool:
        """Wait until every change is over; False if that took too long."""
        return self._updates is None or self._updates.jobs.wait(seconds)

    def close(self) -> None:
        """Begin no further change and wait for the one that is on its way."""
        if self._updates:
            self._updates.close()

    # inside

    def _changing(self) -> Updates:
        if self._updates is None:
            raise LibraryError(self.closed)
        return self._updates

    def _entries(self) -> list[Entry]:
        failed = self._updates.failed if self._updates else {}
        entries: dict[str, Entry] = {}
        for each in self._assistant.summaries():
            reason = failed.get(each.source, "")
            entries[each.source] = Entry(
                self._number(each.source),
                each.id,
                "failed" if reason else "indexed",
                each.title,
                reason,
                each.characters,
                each.pages,
                each.page_kind,
                each.id,
                self._file(each.source),
            )
        for source, reason in failed.items():
            if source not in entries:
                entries[source] = Entry(
                    self._number(source), self._name(source), "failed", reason=reason, file=self._file(source)
                )
        for job in self.jobs():
            source = source_name(job.path, self._index) if job.path else ""
            if job.kind == "add" and source and not job.over and source not in entries:
                status: Status = "waiting" if job.state == "waiting" else "reading"
                entries[source] = Entry(self._number(source), job.name, status)
        return list(entries.values())

    def _number(self, source: str) -> int:
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    def _name(self, source: str) -> str:
        """A file that is no document by its place in the folder of documents."""
        folder = source_name(self._folder, self._index)
        return source.removeprefix(f"{folder}/")

    def _file(self, source: str) -> str:
        """The file that is moved away if what came of it is removed, by its place in the folder; empty for none."""
        if self._updates is None:
            return ""
        path = source_path(source.partition(SEPARATOR)[0], self._index)
        folder = absolute(self._folder)
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""


def folder_of(name: str) -> str:
    """The folder that an entry is shown in: what its name says before the last slash; an archive is a folder."""
    parent = PurePosixPath(name.replace(SEPARATOR, "/")).parent.as_posix()
    return "" if parent == "." else parent


def _place(entry: Entry) -> tuple[str, str, str]:
    return folder_of(entry.name).casefold(), entry.name.casefold(), entry.name
