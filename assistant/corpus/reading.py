"""One file to one ``Document``, and many files to many, a bad one never stopping the rest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.corpus.building import Content, UnreadableError
from assistant.corpus.families import USUAL_SUFFIXES, Family, family_of
from assistant.corpus.files import AnyPath, FoundFiles, find_files
from assistant.corpus.sniffing import sniff
from assistant.datatypes import Document
from assistant.errors import DocumentError

_LONGEST_FAULT = 160


def read_document(path: AnyPath, *, document_id: str | None = None, source: str | None = None) -> Document:
    """Read one file.

    Args:
        path: the file; its suffix says which reader reads it.
        document_id: the document's stable name; the bare file name by default.
        source: what ``Document.source`` is to be; the path as given by default.

    Returns:
        The document: never without text, its digest over the very bytes the text was read from.

    Raises:
        DocumentError: whatever keeps the file from being read, in one line.
    """
    path = Path(path)
    source = str(path) if source is None else source
    family = family_of(path)
    try:
        if family is None:
            raise UnreadableError(f"is not one of the supported types ({' '.join(USUAL_SUFFIXES)} …): convert it")
        data = _bytes_of(path)
        content = _parse(family, data, path.suffix)
    except UnreadableError as error:
        raise DocumentError(source, str(error)) from error.__cause__
    return Document(
        id=path.name if document_id is None else document_id,
        source=source,
        title=content.title or path.stem,
        text=content.text,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=family.media_type,
        blocks=content.blocks,
        page_starts=content.page_starts,
        metadata=content.metadata,
        page_kind=content.page_kind,
        warnings=content.warnings,
    )


def read_documents(paths: AnyPath | Iterable[AnyPath] | FoundFiles) -> Iterator[Document | DocumentError]:
    """Read every document under some paths, one at a time.

    Args:
        paths: files and folders, or what ``find_files`` made of them (which also knows how many there are).

    Yields:
        First an error for each path that cannot be a document, then for each file, in order, its document or
        the error that says why it cannot be read.
    """
    found = paths if isinstance(paths, FoundFiles) else find_files(paths)
    yield from found.errors
    for file in found.files:
        try:
            yield read_document(file.path, document_id=file.document_id)
        except DocumentError as error:
            yield error


def _bytes_of(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableError("does not exist: check the path") from error
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise UnreadableError(f"cannot be read ({why}): check the file and its permissions") from error
    if not data:
        raise UnreadableError("is empty (0 bytes): fill it or remove it")
    return data


def _parse(family: Family, data: bytes, suffix: str) -> Content:
    signature = sniff(data)
    if signature and not signature.suffix:
        raise UnreadableError(f"is {signature.name} named {suffix}: {signature.advice}")
    if signature and signature.suffix not in family.suffixes:
        raise UnreadableError(f"is {signature.name} named {suffix}: rename it to {signature.suffix}")
    try:
        content = family.parse(data)
    except UnreadableError:
        raise
    # The one broad catch, at the boundary to other people's parsers: on damaged files they raise whatever
    # their innards trip over (KeyError, AttributeError, RecursionError ...), and one bad file must not stop
    # the rest.
    except Exception as error:
        fault = (str(error).strip().splitlines() or [""])[0][:_LONGEST_FAULT]
        what = f"{type(error).__name__}: {fault}" if fault else type(error).__name__
        raise UnreadableError(f"is not {family.name} file that can be read ({what}): save it again") from error
    if not any(character.isalnum() for block in content.blocks for character in content.text[block.start : block.end]):
        raise UnreadableError("holds no text: fill it or remove it")
    return content
