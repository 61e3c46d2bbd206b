"""A document's pages as they look: where a quotation stands on them, and their images. PDF only; others have none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.corpus import DEFAULT_OPTIONS, ReadLimits, ReadOptions
from assistant.corpus.archives import in_archive
from assistant.corpus.building import UnreadableError
from assistant.corpus.pieces import file_bytes
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.sources import source_path

if TYPE_CHECKING:
    from assistant.corpus.pdf_images import PixelBox
    from assistant.corpus.pdf_places import Rectangle

_PDF = "application/pdf"
_Read = TypeVar("_Read")


def span_rectangles(
    document: Document, start: int, end: int, index: Path, options: ReadOptions = DEFAULT_OPTIONS
) -> tuple[Rectangle, ...]:
    """Where a span of a document stands on its pages, one rectangle for each line; empty where the format has no pages.

    Args:
        document: as it was indexed.
        start, end: span in its text.
        index: folder of its index; its source is relative to the folder above.
        options: passwords; whether pages were recognised, and in which language, the document knows.

    Raises:
        DocumentError: its file is gone, has changed, or asks for a password.
    """
    if document.media_type != _PDF:
        return ()
    from assistant.corpus.pdf_places import rectangles

    as_read = replace(options, ocr=document.metadata.get("ocr_language", ""))
    return _told(document, index, lambda data: rectangles(data, start, end, as_read, sha256=document.sha256))


def page_picture(
    document: Document, page: int, index: Path, scale: float = 2.0, options: ReadOptions = DEFAULT_OPTIONS
) -> bytes:
    """One of a document's pages as a PNG, ``scale`` pixels to the point; arguments as for :func:`span_rectangles`.

    Raises:
        DocumentError: the document has no such page, or its file cannot be read.
    """
    if document.media_type != _PDF:
        raise DocumentError(document.source, "has no page images, only PDFs have: open its text")
    from assistant.corpus.pdf_images import page_image

    return _told(document, index, lambda data: page_image(data, page, scale, options))


def boxes_on_picture(
    document: Document,
    places: tuple[Rectangle, ...],
    index: Path,
    scale: float = 2.0,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> tuple[PixelBox, ...]:
    """Where rectangles lie on the pictures of their pages at the same scale.

    Raises:
        DocumentError: as for :func:`page_picture`.
    """
    if not places:
        return ()
    from assistant.corpus.pdf_images import on_image

    return _told(document, index, lambda data: on_image(data, places, scale, options))


def _told(document: Document, index: Path, read: Callable[[bytes], _Read]) -> _Read:
    """What is read of the document's file; whatever keeps it from being read is told by its name."""
    path = source_path(document.source, index)
    try:
        return read(file_bytes(path, ReadLimits()) if in_archive(path) else path.read_bytes())
    except OSError as error:
        reason = f"cannot be read ({error.strerror}): put it back, or run: footnote index"
        raise DocumentError(document.source, reason) from error
    except UnreadableError as error:
        raise DocumentError(document.source, str(error)) from error
