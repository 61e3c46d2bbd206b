"""What a reader sees of each document, and of each file that is to become one or could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from assistant.corpus.archives import SEPARATOR
from assistant.datatypes import DocumentSummary
from assistant.library.jobs import Job
from assistant.sources import absolute, source_name, source_path

Status: TypeAlias = Literal["indexed", "waiting", "reading", "failed"]


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


class Catalogue:
    """Makes the entries of a library; the same file has the same number as long as this lives.

    Args:
        folder: of the documents, where they can be changed; None where not.
        index: folder of the index.
    """

    def __init__(self, folder: Path | None, index: Path) -> None:
        self._folder = folder
        self._index = index
        self._numbers: dict[str, int] = {}

    def entries(
        self, documents: Iterable[DocumentSummary], failed: Mapping[str, str], jobs: Iterable[Job]
    ) -> tuple[Entry, ...]:
        """The entries by folder and name.

        Args:
            documents: of the index.
            failed: source -> reason, for the files that cannot be read.
            jobs: changes that were asked for.
        """
        entries: dict[str, Entry] = {}
        for each in documents:
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
        for job in jobs:
            source = source_name(job.path, self._index) if job.path else ""
            if job.kind == "add" and source and not job.over and source not in entries:
                status: Status = "waiting" if job.state == "waiting" else "reading"
                entries[source] = Entry(self._number(source), job.name, status)
        return tuple(sorted(entries.values(), key=_place))

    def _number(self, source: str) -> int:
        return self._numbers.setdefault(source, len(self._numbers) + 1)

    def _name(self, source: str) -> str:
        """A file that is no document by its place in the folder of documents."""
        return source.removeprefix(f"{source_name(self._folder, self._index)}/") if self._folder else source

    def _file(self, source: str) -> str:
        """The file that is moved away if what came of it is removed, by its place in the folder; empty for none."""
        if self._folder is None:
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
