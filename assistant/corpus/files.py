"""Which files there are to read: folders expanded in a fixed order, every file with its document id."""

from __future__ import annotations

import os
import re
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeAlias

from assistant.corpus.archives import is_archive
from assistant.corpus.families import USUAL_SUFFIXES, family_of
from assistant.errors import DocumentError

AnyPath: TypeAlias = str | os.PathLike[str]

_SURROGATES = re.compile("[\ud800-\udfff]")
"""How Python shows the bytes of a name that are not UTF-8."""


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
    ``*.questions.jsonl``) are passed over. Links are followed once, and only to what lies below one of the paths: one
    that leads out of them is skipped with a word, so that nobody who may write into a folder has other files read.
    Loops do no harm.

    Args:
        paths: one path or several, files or folders.

    Returns:
        The files with their ids, what was skipped, and an error for each named path that is no document.
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    roots = [Path(path) for path in paths]
    search = _Search(roots)
    for path in roots:
        search.root(path)
    return FoundFiles(tuple(search.files.values()), tuple(search.skipped), tuple(search.errors))


def is_question_set(path: PurePath) -> bool:
    """Whether a file's name marks it as a question set rather than a document."""
    name = path.name.lower()
    return name == "questions.jsonl" or name.endswith(".questions.jsonl")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file, folder or link met below a root.

    Attributes:
        path: how it is opened.
        parts: its path relative to the root.
        real: where it really is, links resolved.
    """

    path: Path
    parts: tuple[str, ...]
    real: str


class _Search:
    """One run of ``find_files``: what was found so far, and the real paths already seen."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = {os.path.realpath(root) for root in roots if "\0" not in str(root)}
        self.files: dict[str, FoundFile] = {}
        self.skipped: list[SkippedFile] = []
        self.errors: list[DocumentError] = []
        self._seen: set[str] = set()

    def root(self, path: Path) -> None:
        """Take a path that was named by the caller."""
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            self._fail(path, "does not exist: check the path")
            return
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            self._fail(path, f"cannot be opened ({_why(error)}): check the path and its permissions")
            return
        if stat.S_ISDIR(mode):
            for entry in sorted(self._walk(path), key=lambda entry: entry.parts):
                self._take(entry.path, "/".join(entry.parts))
        elif is_question_set(path):
            self._fail(path, "is a question set, not a document: give it to 'footnote evaluate'")
        elif not stat.S_ISREG(mode):
            self._fail(path, "is not a regular file: copy its content into one")
        elif not _is_supported(path):
            self._fail(path, f"{unsupported(path)}: convert it to one of {' '.join(USUAL_SUFFIXES)} …")
        elif self._is_new(os.path.realpath(path)):
            self._take(path, path.name)

    def _walk(self, root: Path) -> Iterator[_Entry]:
        """Every supported file under a folder; real entries before links, so that ids name real places."""
        folders, links = [_Entry(root, (), os.path.realpath(root))], deque[_Entry]()
        while folders or links:
            if folders:
                yield from self._files(folders.pop(), folders, links)
                continue
            link = links.popleft()
            try:
                mode = link.path.stat().st_mode
            except OSError as error:
                nothing = isinstance(error, FileNotFoundError)
                why = "is a link to nothing" if nothing else f"is a link that leads nowhere ({_why(error)})"
                self.skipped.append(SkippedFile(link.path, why))
                continue
            link = _Entry(link.path, link.parts, os.path.realpath(link.path))
            if not self._is_inside(link.real):
                self.skipped.append(
                    SkippedFile(link.path, "is a link out of the folder; name what it leads to as well")
                )
                continue
            if stat.S_ISDIR(mode):
                folders.append(link)
            elif self._is_document(link, stat.S_ISREG(mode)):
                yield link

    def _files(self, folder: _Entry, folders: list[_Entry], links: deque[_Entry]) -> Iterator[_Entry]:
        """The documents directly in a folder; its folders and links are put aside for later."""
        if not self._is_new(folder.real):
            return
        try:
            with os.scandir(folder.path) as scan:
                found = sorted(scan, key=lambda each: each.name)
        except OSError as error:
            self._fail(folder.path, f"cannot be listed ({_why(error)}): change its permissions")
            return
        for each in found:
            if each.name.startswith((".", "~$")):
                continue
            entry = _Entry(folder.path / each.name, (*folder.parts, each.name), f"{folder.real}{os.sep}{each.name}")
            if each.is_symlink():
                links.append(entry)
            elif each.is_dir(follow_symlinks=False):
                folders.append(entry)
            elif self._is_document(entry, each.is_file(follow_symlinks=False)):
                yield entry

    def _is_document(self, entry: _Entry, regular: bool) -> bool:
        if is_question_set(entry.path):
            return False
        if not regular:
            self.skipped.append(SkippedFile(entry.path, "is not a regular file"))
        elif not _is_supported(entry.path):
            self.skipped.append(SkippedFile(entry.path, unsupported(entry.path)))
        else:
            return self._is_new(entry.real)
        return False

    def _is_inside(self, real: str) -> bool:
        return any(real == root or real.startswith(f"{root.rstrip(os.sep)}{os.sep}") for root in self._roots)

    def _is_new(self, real: str) -> bool:
        new = real not in self._seen
        self._seen.add(real)
        return new

    def _take(self, path: Path, document_id: str) -> None:
        if _SURROGATES.search(str(path)):
            self._fail(path, "has a name that is not valid Unicode: rename it")
            return
        while document_id in self.files:  # the same place below another root: its whole path tells them apart
            whole = path.as_posix()
            document_id = whole if document_id != whole else f"{document_id}~"
        self.files[document_id] = FoundFile(path, document_id)

    def _fail(self, path: Path, reason: str) -> None:
        self.errors.append(DocumentError(str(path).encode(errors="replace").decode(), reason))


def _is_supported(path: Path) -> bool:
    return is_archive(path) or family_of(path) is not None


def unsupported(path: PurePath) -> str:
    """Why a file of a type that is not read is passed over."""
    return f"is of a type that is not supported ({path.suffix})" if path.suffix else "has no file name suffix"


def _why(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
