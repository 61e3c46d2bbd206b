"""One page of a PDF that was read before: where its text stands, and how it looks, without reading the other pages.

``pdf_places`` builds the whole text anew, which takes a minute for a long file. Here only one page is read: the words
that are known of it – its blocks, as they were stored – settle what else depends on the other pages, namely which lines
are margins and which broken words keep their hyphen. A block counts only where the page gives it again character by
character; what it does not give again has no box.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops
from pypdfium2 import PdfPosConv

from assistant.corpus.options import ReadOptions
from assistant.corpus.page_request import PagePicture
from assistant.corpus.pdf_layout import Piece, Words, margin_piece, pieces_of
from assistant.corpus.pdf_lines import Box, PageText, PlacedCharacters, page_text, placed_characters
from assistant.corpus.pdf_margins import margins_saying
from assistant.corpus.pdf_order import reading_order
from assistant.corpus.pdf_places import line_boxes
from assistant.corpus.traced import NOWHERE, Traced
from assistant.datatypes import Block, Document

WIDTH = 1_400
"""Pixels of a page's image: enough for half a wide screen of twice the usual density."""
_HIGHEST = 4_000
_LARGE = 1_000_000
_DENSE = 100_000


@dataclass(frozen=True, slots=True)
class PagePlaces:
    """Where the characters of a page stand.

    Attributes:
        start: offset of the page's text in that of its document.
        sources: for each code point of the page's text the number of the page's character, or ``NOWHERE``.
        placed: the page's characters.
        lost: spans of the blocks that the page did not give again; these have no sources.
    """

    start: int
    sources: array[int]
    placed: PlacedCharacters
    lost: tuple[tuple[int, int], ...]


def page_places(page: Any, textpage: Any, document: Document, index: int, options: ReadOptions) -> PagePlaces:
    """Where a page's text stands.

    Args:
        page: a ``pypdfium2.PdfPage`` of the bytes that the document was read from.
        textpage: its ``pypdfium2.PdfTextPage``.
        document: as it was read.
        index: of the page, from 0.
        options: those it was read with.
    """
    starts = (*document.page_starts, len(document.text) + 1)
    first, last = starts[index], min(starts[index + 1], len(document.text))
    blocks = [block for block in document.blocks if first <= block.start < starts[index + 1]]
    if index + 1 in document.origin.ocr_pages and options.ocr:
        from assistant.corpus.pdf_ocr import recognised_characters, recognised_text

        text, placed = recognised_text(page, options.ocr), recognised_characters(page, options.ocr)
    else:
        text, placed = page_text(page, textpage), placed_characters(textpage)
    sources = array("i", [NOWHERE]) * (last - first)
    given = dict(_given(document.text, blocks, _pieces(text, document.text[first:last], document, blocks)))
    for block, traced in given.items():
        end = block.end - first
        sources[end - len(traced) : end] = array("i", traced.sources)
    return PagePlaces(first, sources, placed, tuple((each.start, each.end) for each in blocks if each not in given))


def boxes_of(places: PagePlaces, page: Any, start: int, end: int) -> tuple[Box, ...] | None:
    """Boxes around a span on the image of its page, one for each line, in the order of the text.

    Each is (left, top, right, bottom) in fractions of the image's width and height. None where the page did not give
    all of the span again.

    Args:
        places: of the page.
        page: the ``pypdfium2.PdfPage``.
        start, end: span in the document's text; what lies on other pages is passed over.
    """
    first, last = max(start, places.start), min(end, places.start + len(places.sources))
    if first >= last:
        return ()
    if any(a < last and first < b for a, b in places.lost):
        return None
    numbers = [number for number in places.sources[first - places.start : last - places.start] if number != NOWHERE]
    to_image = PdfPosConv(page, (0, 0, _DENSE, _DENSE, 0)).to_bitmap
    found = []
    for left, bottom, right, top in line_boxes(places.placed, numbers):
        xs, ys = zip(to_image(left, bottom), to_image(right, top), strict=True)
        found.append((min(xs) / _DENSE, min(ys) / _DENSE, max(xs) / _DENSE, max(ys) / _DENSE))
    return tuple(found)


def picture_of(page: Any, width: int = WIDTH) -> PagePicture:
    """The image of a ``pypdfium2.PdfPage``, grey where the page is, JPEG where that is much smaller."""
    wide, high = page.get_size()
    image = page.render(scale=min(width / wide, _HIGHEST / high)).to_pil().convert("RGB")
    red, green, blue = image.split()
    if not any(ImageChops.difference(red, other).getbbox() for other in (green, blue)):
        image = red
    data, media_type = _saved(image, "PNG", compress_level=3), "image/png"
    if len(data) > _LARGE:
        data, media_type = min((data, media_type), (_saved(image, "JPEG", quality=85), "image/jpeg"), key=_size)
    return PagePicture(data, media_type, image.width, image.height)


def _size(saved: tuple[bytes, str]) -> int:
    return len(saved[0])


def _saved(image: Image.Image, coding: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, coding, **options)
    return buffer.getvalue()


def _pieces(text: PageText, said: str, document: Document, blocks: Sequence[Block]) -> list[Piece]:
    """A page's pieces in reading order, with the margins and whole words that the stored text has."""
    margins = {document.text[block.start : block.end] for block in blocks if block.kind == "margin"}
    upper, lower = margins_saying(text, margins)
    aside = {id(line) for edge in (upper, lower) for row in edge for line in row}
    body = reading_order([line for line in text.lines if id(line) not in aside])
    return [*map(margin_piece, upper), *pieces_of(body, Words.of_text(said)), *map(margin_piece, lower)]


def _given(text: str, blocks: Sequence[Block], pieces: Sequence[Piece]) -> Iterator[tuple[Block, Traced]]:
    """The blocks that the pieces give again, in order, with their characters and those of a mark that was kept."""
    at = 0
    for block in blocks:
        for number in range(at, len(pieces)):
            traced = _as_stored(text, block, pieces[number])
            if traced is not None:
                yield block, traced
                at = number + 1
                break


def _as_stored(text: str, block: Block, piece: Piece) -> Traced | None:
    """The piece, with its mark where that was kept, if it is what the block says."""
    for dropped in {0, piece.mark}:
        start = block.end - (len(piece.text) - dropped)
        if 0 <= start <= block.start and text[start : block.end] == piece.text[dropped:]:
            return piece.traced.part(dropped)
    return None
