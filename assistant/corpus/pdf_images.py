"""A PDF's pages as images, and where rectangles lie on them."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pypdfium2 import PdfPosConv

from assistant.corpus.building import UnreadableError
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.pdf_file import opened, opened_page
from assistant.corpus.pdf_places import Rectangle

LARGEST_SIDE = 10_000
"""Pixels: an image that would be wider or higher is made smaller."""


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle on the image of a page: half-open, in pixels from the upper left corner."""

    left: int
    top: int
    right: int
    bottom: int


def page_image(data: bytes, page: int, scale: float = 2.0, options: ReadOptions = DEFAULT_OPTIONS) -> bytes:
    """A page as it is shown, as a PNG.

    Args:
        data: the file's bytes.
        page: its number, from 1.
        scale: pixels per point; 1 is 72 dots per inch.
        options: passwords.

    Raises:
        UnreadableError: the file cannot be read or has no such page.
    """
    with opened(data, options) as document, opened_page(document, _index(document, page)) as (shown, _):
        buffer = io.BytesIO()
        _rendered(shown, scale).to_pil().save(buffer, "PNG")
    return buffer.getvalue()


def on_image(
    data: bytes, places: Iterable[Rectangle], scale: float = 2.0, options: ReadOptions = DEFAULT_OPTIONS
) -> tuple[PixelBox, ...]:
    """Where rectangles lie on the images that :func:`page_image` makes of their pages at the same scale.

    Raises:
        UnreadableError: as for :func:`page_image`.
    """
    boxes = []
    with opened(data, options) as document:
        for place in places:
            with opened_page(document, _index(document, place.page)) as (shown, _):
                fit = _fitting(shown, scale)
                width, height = (math.ceil(side * fit) for side in shown.get_size())
                boxes.append(_pixels(shown, place, width, height))
    return tuple(boxes)


def _pixels(page: Any, place: Rectangle, width: int, height: int) -> PixelBox:
    to_image = PdfPosConv(page, (0, 0, width, height, 0)).to_bitmap
    corners = to_image(place.left, place.bottom), to_image(place.right, place.top)
    xs, ys = zip(*corners, strict=True)
    return PixelBox(min(xs), min(ys), max(max(xs), min(xs) + 1), max(max(ys), min(ys) + 1))


def _rendered(page: Any, scale: float) -> Any:
    return page.render(scale=_fitting(page, scale))


def _fitting(page: Any, scale: float) -> float:
    return float(min(scale, LARGEST_SIDE / max(page.get_size())))


def _index(document: Any, page: int) -> int:
    if not 1 <= page <= len(document):
        raise UnreadableError(f"has no page {page}, only {len(document)}: give one of these")
    return page - 1
