"""Which files there are to read: folders expanded in a fixed order, every file with its document id."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from assistant.corpus.families import USUAL_SUFFIXES, family_of
from assistant.errors import DocumentError

AnyPath: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that can be read.

    Attributes:
        path: the file.
        document_id: its path relative to the folder it was found under, with forward slashes; the bare name
            of a file that was named itself; the whole path where another root has a file in the same place.
    """

    path: Path
    document_id: str


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file met in a folder that is no document: not an error, but worth a line in a report."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What a search of some paths came to.

    Attributes:
        files: the files to read: roots in the order given, ids sorted within each, no file and no id twice.
        skipped: files of unsupported types met inside folders.
        errors: paths that were named but cannot be read, and folders that cannot be listed.
    """

    files: tuple[FoundFile, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    errors: tuple[DocumentError, ...] = ()


def find_files(paths: AnyPath | Iterable[AnyPath]) -> FoundFiles:
    """Expand files and folders, recursively, into the files that can be read.

    Hidden files and folders, lock files of office programs and question sets (``questions.jsonl``,
    ``*.questions.jsonl``) are passed over. Links are followed once; loops do no harm.

    Args:
        paths: one path or several, files or folders.

    Returns:
        The files with their ids, what was skipped, and an error for each named path that is no document.
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    search = _Search()
    for path in paths:
        search.root(Path(path))
    return FoundFiles(tuple(search.files.values()), tuple(search.skipped), tuple(search.errors))


def is_question_set(path: Path) -> bool:
    """Whether a file's name marks it as a question set rather than a document."""
    name = path.name.lower()
    return name == "questions.jsonl" or name.endswith(".questions.jsonl")


class _Search:
    """One run of ``find_files``: what was found so far, and the real paths already seen."""

    def __init__(self) -> None:
        self.files: dict[str, FoundFile] = {}
        self.skipped: list[SkippedFile] = []
        self.errors: list[DocumentError] = []
        self._seen: set[str] = set()

    def root(self, path: Path) -> None:
        """Take a path that was named by the caller."""
        if path.is_dir():
            for file in sorted(self._walk(path), key=lambda file: file.relative_to(path).parts):
                self._take(file, file.relative_to(path).as_posix())
        elif is_question_set(path):
            self._fail(path, "is a question set, not a document: give it to 'footnote evaluate'")
        elif not path.exists():
            self._fail(path, "does not exist: check the path")
        elif not path.is_file():
            self._fail(path, "is not a regular file: copy its content into one")
        elif family_of(path) is None:
            self._fail(path, f"{_unsupported(path)}: convert it to one of {' '.join(USUAL_SUFFIXES)} …")
        elif self._is_new(path):
            self._take(path, path.name)

    def _walk(self, root: Path) -> Iterator[Path]:
        """Every supported file under a folder; real entries before links, so that ids name real places."""
        folders, links = [root], list[Path]()
        while folders or links:
            if not folders:
                link = links.pop(0)
                if not link.exists():
                    self.skipped.append(SkippedFile(link, "is a link to nothing"))
                elif link.is_dir():
                    folders.append(link)
                elif self._is_document(link):
                    yield link
                continue
            folder = folders.pop()
            for entry in self._entries(folder):
                if entry.is_symlink():
                    links.append(entry)
                elif entry.is_dir():
                    folders.append(entry)
                elif self._is_document(entry):
                    yield entry

    def _entries(self, folder: Path) -> list[Path]:
        if not self._is_new(folder):
            return []
        try:
            entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
        except OSError as error:
            self._fail(folder, f"cannot be listed ({error.strerror}): change its permissions")
            return []
        return [entry for entry in entries if not entry.name.startswith((".", "~$"))]

    def _is_document(self, path: Path) -> bool:
        if is_question_set(path):
            return False
        if not path.is_file():
            self.skipped.append(SkippedFile(path, "is not a regular file"))
        elif family_of(path) is None:
            self.skipped.append(SkippedFile(path, _unsupported(path)))
        else:
            return self._is_new(path)
        return False

    def _is_new(self, path: Path) -> bool:
        real = os.path.realpath(path)
        new = real not in self._seen
        self._seen.add(real)
        return new

    def _take(self, path: Path, document_id: str) -> None:
        if any("\ud800" <= character <= "\udfff" for character in document_id):
            self._fail(path, "has a name that is not valid Unicode: rename it")
            return
        while document_id in self.files:  # the same place below another root: its whole path tells them apart
            whole = path.as_posix()
            document_id = whole if document_id != whole else f"{document_id}~"
        self.files[document_id] = FoundFile(path, document_id)

    def _fail(self, path: Path, reason: str) -> None:
        self.errors.append(DocumentError(str(path).encode(errors="replace").decode(), reason))


def _unsupported(path: Path) -> str:
    return f"is of a type that is not supported ({path.suffix})" if path.suffix else "has no file name suffix"
