"""What a drawing process is asked for and gives: values, without what draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from assistant.datatypes import Document

IMAGE, DRAWN = b"I", b"V"
"""What it says of a page: the bytes of its image; its media type, width and height, boxes, and whether it ends now."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom in fractions of the image's width and height, from its upper left corner."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as it is shown.

    Attributes:
        data: the image's bytes.
        media_type: ``image/png`` or ``image/jpeg``.
        width, height: in pixels.
    """

    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to draw.

    Attributes:
        path: the file; of one in an archive with the archive's before it.
        stamp: changes when the file does.
        page: its number, from 1.
        words: the page alone as a document: its text, its blocks, the SHA-256 of the whole file.
        spans: in the page's text.
        picture: whether its image is wanted.
    """

    path: str
    stamp: str
    page: int
    words: Document
    spans: tuple[tuple[int, int], ...] = ()
    picture: bool = True


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """What was drawn: the image where one was wanted, and for each span its boxes, None where it has no place."""

    picture: PagePicture | None
    boxes: tuple[tuple[Box, ...] | None, ...]


def page_request(
    path: Path, stamp: str, document: Document, page: int, spans: tuple[tuple[int, int], ...], picture: bool
) -> PageRequest:
    """The request for a page of a document; spans are in the document's text, and those on other pages are empty."""
    starts = (*document.page_starts, len(document.text) + 1)
    first, after = starts[page - 1], starts[page]
    blocks = [each for each in document.blocks if first <= each.start < after]
    last = min(max([after, *(each.end for each in blocks)]), len(document.text))
    metadata = dict(document.metadata)
    metadata.pop("ocr_pages", None)
    if page in document.origin.ocr_pages:
        metadata["ocr_pages"] = "1"
    words = replace(
        document,
        text=document.text[first:last],
        blocks=tuple(replace(each, start=each.start - first, end=each.end - first) for each in blocks),
        page_starts=(0,),
        metadata=metadata,
        warnings=(),
    )
    here = tuple((max(start, first) - first, max(min(end, last), first) - first) for start, end in spans)
    return PageRequest(str(path), stamp, page, words, here, picture)
