"""One file to one ``Document``; an archive to one for each of its members. Nothing here starts a process."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import TypeAlias

from assistant.corpus.archives import (
    SEPARATOR,
    Budget,
    check_package,
    in_archive,
    is_archive,
    members,
    opened,
    unpacked,
)
from assistant.corpus.building import Content, UnreadableError
from assistant.corpus.families import USUAL_SUFFIXES, Family, family_of
from assistant.corpus.files import AnyPath, SkippedFile, is_question_set, unsupported
from assistant.corpus.limits import ReadLimits, shown_size
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.sniffing import sniff
from assistant.datatypes import Document
from assistant.errors import DocumentError

_LONGEST_FAULT = 160
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A document whose bytes are the ones an index was made from: it was not parsed again."""

    source: str


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

Outcome: TypeAlias = Document | DocumentError | SkippedFile | Unchanged
"""What became of a piece."""


def read_document(
    path: AnyPath,
    *,
    document_id: str | None = None,
    source: str | None = None,
    limits: ReadLimits | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> Document:
    """Read one file, or one member of an archive (``archive.zip!/name.txt``), in this process.

    Args:
        path: the file; its suffix says which reader reads it.
        document_id: the document's stable name; the bare file name by default.
        source: what ``Document.source`` is to be; the path as given by default.
        limits: what it may cost; seconds and memory are only watched over in a worker.
        options: passwords and the like.

    Returns:
        The document: never without text, its digest over the very bytes the text was read from.

    Raises:
        DocumentError: whatever keeps the file from being read, in one line.
    """
    path, limits = Path(path), limits or ReadLimits()
    source = str(path) if source is None else source
    if is_archive(path):
        raise DocumentError(source, f"is an archive: name a document in it, {path.name}{SEPARATOR}…")
    place = in_archive(path)
    if document_id is None:
        document_id = f"{place[0].name}{SEPARATOR}{place[1]}" if place else path.name
    read = _read(_single(path, place, document_id, source, limits), "", limits, options)
    if read is None:
        raise DocumentError(source, "is unchanged: read it again")  # no digest is empty
    return read


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
        yield _single(path, place, document_id, source, limits)
    else:
        yield from _archive_pieces(path, document_id, source, limits, Budget(limits), 1)


def _single(path: Path, place: tuple[Path, str] | None, document_id: str, source: str, limits: ReadLimits) -> Piece:
    """A file, or what :func:`in_archive` found, as a piece."""
    load = partial(_member_bytes, *place, limits) if place else partial(_bytes_of, path, limits)
    return Piece(document_id, source, path, load)


def read_piece(piece: Piece, known: Mapping[str, str], limits: ReadLimits, options: ReadOptions) -> Outcome:
    """Read one piece.

    Args:
        piece: what to read.
        known: source -> SHA-256 of documents that need not be read while they are the same.
        limits: what it may cost.
        options: passwords and the like.
    """
    try:
        return _read(piece, known.get(piece.source, ""), limits, options) or Unchanged(piece.source)
    except DocumentError as error:
        return error


def _read(piece: Piece, known: str, limits: ReadLimits, options: ReadOptions) -> Document | None:
    """The document; None if its digest is the known one.

    Raises:
        DocumentError: whatever keeps it from being read.
    """
    family = family_of(piece.name)
    try:
        if family is None:
            raise UnreadableError(f"is not one of the supported types ({' '.join(USUAL_SUFFIXES)} …): convert it")
        data = piece.load()
        digest = hashlib.sha256(data).hexdigest()
        if digest == known:
            return None
        content = _parse(family, data, piece.name.suffix, limits, options)
    except UnreadableError as error:
        raise DocumentError(piece.source, str(error)) from error.__cause__
    return Document(
        id=piece.document_id,
        source=piece.source,
        title=_title(content.title, piece.name.stem),
        text=content.text,
        sha256=digest,
        media_type=family.media_type,
        blocks=content.blocks,
        page_starts=content.page_starts,
        metadata=content.metadata,
        page_kind=content.page_kind,
        warnings=content.warnings,
    )


def _title(title: str, stem: str) -> str:
    """A document's title, with the file's name where that has a year beside words: ``Form 10-Q (2023 Q1 ACME)``.

    The parts of a series have the same title, or none that people would use; how they name the files tells them apart.
    """
    telling = _YEAR.search(stem) and _WORD.search(stem) and stem.casefold() not in title.casefold()
    return f"{title} ({stem})" if title and telling else title or stem


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


def _parse(family: Family, data: bytes, suffix: str, limits: ReadLimits, options: ReadOptions) -> Content:
    signature = sniff(data)
    if signature and not signature.suffix:
        raise UnreadableError(f"is {signature.name} named {suffix}: {signature.advice}")
    if signature and signature.suffix not in family.suffixes:
        raise UnreadableError(f"is {signature.name} named {suffix}: rename it to {signature.suffix}")
    if data.startswith(b"PK\x03\x04"):
        check_package(data, limits)
    try:
        content = family.parse(data, options)
    except UnreadableError:
        raise
    except MemoryError as error:
        raise UnreadableError(needed_memory(limits)) from error
    # The one broad catch, at the boundary to other people's parsers: on damaged files they raise whatever
    # their innards trip over (KeyError, AttributeError, RecursionError ...), and one bad file must not stop
    # the rest.
    except Exception as error:
        fault = (str(error).strip().splitlines() or [""])[0][:_LONGEST_FAULT]
        what = f"{type(error).__name__}: {fault}" if fault else type(error).__name__
        raise UnreadableError(f"is not {family.name} file that can be read ({what}): save it again") from error
    _check_content(content, limits)
    return content


def needed_memory(limits: ReadLimits) -> str:
    """Why a file was given up that took too much memory."""
    return (
        f"needed more than {shown_size(limits.memory_bytes)} of memory to read: "
        "split it, or raise ReadLimits.memory_bytes"
    )


def _check_content(content: Content, limits: ReadLimits) -> None:
    if not any(character.isalnum() for block in content.blocks for character in content.text[block.start : block.end]):
        raise UnreadableError("holds no text: fill it or remove it")
    if len(content.page_starts) > limits.pages:
        raise UnreadableError(
            f"has {len(content.page_starts):,} pages, at most {limits.pages:,} are read: "
            "split it, or raise ReadLimits.pages"
        )
    if len(content.text) > limits.characters:
        raise UnreadableError(
            f"has {len(content.text):,} characters of text, at most {limits.characters:,} are read: "
            "split it, or raise ReadLimits.characters"
        )
