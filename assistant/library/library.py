"""What a reader sees of the documents, and what an editor may do to them."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from assistant.corpus import DEFAULT_OPTIONS, ReadLimits, ReadOptions
from assistant.corpus.archives import SEPARATOR
from assistant.datatypes import DocumentSummary, StoreInfo
from assistant.errors import DocumentError, UnknownDocumentError
from assistant.index import EmbeddedStore
from assistant.library.entries import Catalogue, Entry
from assistant.library.jobs import Fault, Job
from assistant.library.shelf import (
    ClosedLibraryError,
    FolderError,
    LibraryError,
    TooLargeError,
    UnreadTypeError,
    clear_abandoned,
    take_in,
)
from assistant.library.updates import Updates
from assistant.passages import SplitLimits
from assistant.sources import source_name

if TYPE_CHECKING:
    from assistant.engine import Assistant

NO_FOLDER = "Documents cannot be added here: the server was started without their folder (footnote serve --corpus)."
FULL = "so many files wait already that no more are taken; add it again when some are done"


class Listed(Protocol):
    """What a library needs of an assistant to list its documents."""

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document."""

    def info(self) -> StoreInfo:
        """What the index holds."""


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
        self._catalogue = Catalogue(folder if updates else None, index)
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
        clear_abandoned(place)
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
                failed = self._updates.failed if self._updates else {}
                self._listed = stamp, self._catalogue.entries(self._assistant.summaries(), failed, self.jobs())
            return self._listed[1]

    def entry(self, number: int) -> Entry | None:
        """The entry of a number, if there is one."""
        return next((entry for entry in self.entries() if entry.number == number), None)

    def jobs(self) -> tuple[Job, ...]:
        """Changes that were asked for, oldest first."""
        return self._updates.jobs.all() if self._updates else ()

    # changing it

    def add(self, content: BinaryIO, name: str) -> Job:
        """Take a file into the folder of documents and have it read.

        What is wrong with the file is not raised but said by the job.

        Args:
            content: of the file.
            name: as the person who gave it calls it.

        Raises:
            LibraryError: the library can only be read.
        """
        updates = self._changing()
        try:
            if not updates.jobs.has_room():
                return updates.jobs.put("add", name, state="failed", note=FULL, fault="full")
            path, there = take_in(content, self._folder, name, self.largest)
        except DocumentError as error:
            return updates.jobs.put("add", error.source, state="failed", note=error.reason, fault=_fault(error))
        except FolderError as error:
            return updates.jobs.put("add", name, state="failed", note=str(error), fault="folder")
        source = source_name(path, self._index)
        if there and any(each.source == source for each in self._assistant.summaries()):
            return updates.jobs.put("add", path.name, path, state="done", note="is here already")
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

    def remove_document(self, name: str, whole_archive: bool = False) -> Job:
        """Have a document removed by its id, or a file that could not be read by its place in the folder.

        Args:
            name: the id, or the place.
            whole_archive: what lies in an archive may be removed, and everything else in it with it.

        Raises:
            UnknownDocumentError: there is none of that name.
            LibraryError: it may not be removed.
        """
        self._changing()
        entries = self.entries()
        entry = next((each for each in entries if each.document == name), None)
        entry = entry or next((each for each in entries if each.name == name), None)
        if entry is None:
            raise UnknownDocumentError(f"the library has no document {name!r}; list them with: GET /api/documents")
        if SEPARATOR in entry.name and not whole_archive:
            raise LibraryError(
                f"{name} lies in {entry.file or 'an archive'}, which can only be removed as a whole; "
                "say so with ?whole_archive=true"
            )
        job = self.remove(entry.number)
        if job is None:
            raise LibraryError(
                f"{name} does not lie in {self._folder.name}; remove it where it is, and run: footnote index"
            )
        return job

    def job(self, number: int) -> Job | None:
        """A change by its number; None if there was none, or it is long over."""
        return self._updates.jobs.get(number) if self._updates else None

    def documents_of(self, job: Job) -> tuple[str, ...]:
        """Ids of the documents that a file which was added has become by now; of an archive several."""
        if job.kind != "add" or job.path is None:
            return ()
        source = source_name(job.path, self._index)
        listed = self._assistant.summaries()
        return tuple(each.id for each in listed if each.source.partition(SEPARATOR)[0] == source)

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
            raise ClosedLibraryError(self.closed)
        return self._updates


def _fault(error: DocumentError) -> Fault:
    if isinstance(error, UnreadTypeError):
        return "type"
    return "size" if isinstance(error, TooLargeError) else "name"
