"""One file to one ``Document``; an archive to one for each of its members. Nothing here starts a process."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from assistant.corpus.archives import SEPARATOR, check_package, in_archive, is_archive
from assistant.corpus.building import Content, UnreadableError
from assistant.corpus.families import USUAL_SUFFIXES, Family, family_of
from assistant.corpus.files import AnyPath, SkippedFile
from assistant.corpus.limits import ReadLimits, shown_size
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.pieces import Piece, single
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
    read = _read(single(path, place, document_id, source, limits), "", limits, options)
    if read is None:
        raise DocumentError(source, "is unchanged: read it again")  # no digest is empty
    return read


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
