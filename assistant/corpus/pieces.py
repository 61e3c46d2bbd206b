"""What a file holds, before any parser sees it: itself, or the documents in an archive, with the bytes of each."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import TypeAlias

from assistant.corpus.archives import SEPARATOR, Budget, in_archive, is_archive, members, opened, unpacked
from assistant.corpus.building import UnreadableError
from assistant.corpus.families import family_of
from assistant.corpus.files import SkippedFile, is_question_set, unsupported
from assistant.corpus.limits import ReadLimits, shown_size
from assistant.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Piece:
    """A document to be, not yet read: a file, or a member of an archive.

    Attributes:
        document_id, source: as for ``Document``.
        name: its suffix says which reader reads it.
        load: gives its bytes, or raises UnreadableError.
    """

    document_id: str
    source: str
    name: PurePath
    load: Callable[[], bytes]


Pieces: TypeAlias = Iterator[Piece | DocumentError | SkippedFile]
"""What a file holds: documents to be, and what cannot be one."""


def pieces(path: Path, document_id: str, source: str, limits: ReadLimits) -> Pieces:
    """The documents to be of a file: itself, or the members of an archive, in a fixed order.

    Nothing is loaded but archives inside archives; what cannot be a document is an error, and a member of a type that
    is not read is skipped.

    Args:
        path: the file, or one member of an archive.
        document_id, source: of the file; members have their names appended.
        limits: on archives.
    """
    place = in_archive(path)
    if place or not is_archive(path):
        yield single(path, place, document_id, source, limits)
    else:
        yield from _archive_pieces(path, document_id, source, limits, Budget(limits), 1)


def file_bytes(path: Path, limits: ReadLimits) -> bytes:
    """The bytes of a file, or of the member of an archive that a path names.

    Raises:
        UnreadableError: there is none, or it is over a limit.
    """
    return single(path, in_archive(path), path.name, str(path), limits).load()


def single(path: Path, place: tuple[Path, str] | None, document_id: str, source: str, limits: ReadLimits) -> Piece:
    """A file, or what :func:`in_archive` found, as a piece."""
    load = partial(_member_bytes, *place, limits) if place else partial(_bytes_of, path, limits)
    return Piece(document_id, source, path, load)


def _archive_pieces(
    archive: Path | bytes, document_id: str, source: str, limits: ReadLimits, budget: Budget, depth: int
) -> Pieces:
    """The pieces of an archive; damage and limits end it with an error that names it."""
    empty = True
    try:
        with opened(archive) as package:
            budget.enter(package, depth)
            for name, member in members(package).items():
                path = PurePath(name)
                here = f"{document_id}{SEPARATOR}{name}", f"{source}{SEPARATOR}{name}"
                if is_question_set(path):
                    continue
                if not is_archive(path) and family_of(path) is None:
                    yield SkippedFile(Path(here[1]), unsupported(path))
                    continue
                empty = False
                budget.unpack(member.file_size)
                if is_archive(path):
                    yield from _nested_pieces(package, member, here, limits, budget, depth + 1)
                else:
                    yield Piece(*here, path, partial(unpacked, package, member, limits))
    except UnreadableError as error:
        yield DocumentError(source, str(error))
        return
    if empty:
        yield SkippedFile(Path(source), "is an archive that holds no documents")


def _nested_pieces(
    package: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    here: tuple[str, str],
    limits: ReadLimits,
    budget: Budget,
    depth: int,
) -> Pieces:
    try:
        data = unpacked(package, member, limits)
    except UnreadableError as error:
        yield DocumentError(here[1], str(error))
        return
    yield from _archive_pieces(data, *here, limits, budget, depth)


def _member_bytes(archive: Path | bytes, name: str, limits: ReadLimits, depth: int = 1) -> bytes:
    """The bytes of a member by its name as in an id, through archives inside the archive."""
    budget = Budget(limits)
    first, _, rest = name.partition(SEPARATOR)
    with opened(archive) as package:
        budget.enter(package, depth)
        member = members(package).get(first)
        if member is None:
            raise UnreadableError("is no longer in its archive: check the name")
        budget.unpack(member.file_size)
        data = unpacked(package, member, limits)
    return _member_bytes(data, rest, limits, depth + 1) if rest else _filled(data)


def _bytes_of(path: Path, limits: ReadLimits) -> bytes:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(min(size, limits.file_bytes) + 1)
            while len(data) > size and len(data) <= limits.file_bytes and (more := file.read(1 << 20)):
                data += more  # it grows while it is read, or does not know its size
    except FileNotFoundError as error:
        raise UnreadableError("does not exist: check the path") from error
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise UnreadableError(f"cannot be read ({why}): check the file and its permissions") from error
    if len(data) > limits.file_bytes:
        raise UnreadableError(
            f"has {shown_size(max(size, len(data)))}, at most {shown_size(limits.file_bytes)} are read: "
            "split it, or raise --max-size"
        )
    return _filled(data)


def _filled(data: bytes) -> bytes:
    if not data:
        raise UnreadableError("is empty (0 bytes): fill it or remove it")
    return data
