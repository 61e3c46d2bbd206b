"""Where a span of a PDF's text stands on its pages: exact rectangles, one for each line.

Nothing of this is stored. The text is built from the file once more – the same bytes and options give the same text –
and with it the character of the page that each of its characters came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

from assistant.corpus.building import UnreadableError
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.pdf_file import opened, opened_page
from assistant.corpus.pdf_lines import Box, PlacedCharacters, placed_characters
from assistant.corpus.pdf_reader import TracedContent, read_traced
from assistant.corpus.traced import NOWHERE

_KEPT = 4


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A part of a page.

    Attributes:
        page: number of the page, from 1.
        left, bottom, right, top: in points of the page's own space: y grows upwards, and a page that is shown turned is
            not turned here.
    """

    page: int
    left: float
    bottom: float
    right: float
    top: float


def rectangles(
    data: bytes, start: int, end: int, options: ReadOptions = DEFAULT_OPTIONS, *, sha256: str = ""
) -> tuple[Rectangle, ...]:
    """Where a span of the text stands: one rectangle for each line, in the order of the text.

    A rectangle touches the box of every character of the span on its line and, where boxes allow, of no other.

    Args:
        data: the file's bytes.
        start, end: span in the text that ``pdf_reader.parse`` makes of them.
        options: those the file was read with.
        sha256: digest of the bytes the span was told of, checked if given.

    Raises:
        UnreadableError: the file is another, cannot be read, or has no such span.
    """
    if sha256 and hashlib.sha256(data).hexdigest() != sha256:
        raise UnreadableError("has changed since it was read: run 'footnote index' again")
    traced = _traced(data, options)
    length = len(traced.content.text)
    if not 0 <= start < end <= length:
        raise UnreadableError(f"has no characters {start} to {end}, only {length}: run 'footnote index' again")
    found: list[Rectangle] = []
    with opened(data, options) as document:
        spots = zip(traced.pages[start:end], traced.characters[start:end], strict=True)
        standing = [spot for spot in spots if spot[1] != NOWHERE]
        for page, several in groupby(standing, key=lambda spot: spot[0]):
            numbers = [number for _, number in several]
            with opened_page(document, page) as (shown, textpage):
                if page in traced.recognised:
                    from assistant.corpus.pdf_ocr import recognised_characters

                    placed = recognised_characters(shown, options.ocr)
                else:
                    placed = placed_characters(textpage)
            found += [Rectangle(page + 1, *box) for box in line_boxes(placed, numbers)]
    return tuple(found)


@lru_cache(maxsize=_KEPT)
def _traced(data: bytes, options: ReadOptions) -> TracedContent:
    return read_traced(data, options)


def line_boxes(placed: PlacedCharacters, numbers: Sequence[int]) -> Iterator[Box]:
    """One box for each line of some characters of a page; one for each part of a line that others stand between."""
    for _, several in groupby(numbers, key=lambda number: placed.lines[number]):
        own = set(several)
        boxes = [box for number in sorted(own) if _has_area(box := placed.boxes[number])]
        if not boxes:
            continue
        others = [box for number, box in enumerate(placed.boxes) if number not in own and _has_area(box)]
        whole = _trimmed(_around(boxes), boxes, others)
        if any(_meet(whole, other) for other in others):
            yield from (_trimmed(_around(part), part, others) for part in _parts(boxes))
        else:
            yield whole


def _parts(boxes: Sequence[Box]) -> list[list[Box]]:
    """The boxes of a line, divided where two that follow each other are further apart than they are high."""
    parts = [[boxes[0]]]
    for last, box in pairwise(boxes):
        apart = max(box[0] - last[2], last[0] - box[2])
        parts += [[]] if apart > max(last[3] - last[1], box[3] - box[1]) else []
        parts[-1].append(box)
    return parts


def _trimmed(whole: Box, own: Sequence[Box], others: Sequence[Box]) -> Box:
    """A box around some characters, without what it has in common with others as far as that can be."""
    for other in others:
        if not _meet(whole, other):
            continue
        left, bottom, right, top = whole
        cuts = ((other[2], bottom, right, top), (left, other[3], right, top), (left, bottom, other[0], top))
        fit = [
            cut
            for cut in (*cuts, (left, bottom, right, other[1]))
            if cut[0] < cut[2] and cut[1] < cut[3] and all(_meet(cut, box) for box in own)
        ]
        whole = max(fit, key=_area, default=whole)
    return whole


def _around(boxes: Sequence[Box]) -> Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _has_area(box: Box) -> bool:
    return box[0] < box[2] and box[1] < box[3]
