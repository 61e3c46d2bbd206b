"""The lines of a PDF page with their geometry, read from pdfium's character list.

This is the one file that talks to pdfium's raw interface for text. pdfium decides what a line is; a line with a wide
gap in it becomes several: cells of a table, or columns. Of the type three characters of a line are looked at, which is
as good as looking at all and far cheaper.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

import pypdfium2.raw as pdfium

from assistant.corpus.traced import NOWHERE, Traced

Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right, top, in points of the page's own space, where y grows upwards and the page is not turned."""

_HYPHEN = 0x02  # stands for a hyphen that pdfium took away where a word is broken at a line's end
_BREAKS = (0x0A, 0x0D, _HYPHEN)
_GAP = 1.5
_ANGLES = 50  # so many characters of a page are asked for theirs
_BOLD = re.compile(rb"bold|black|heavy|CMBX", re.IGNORECASE)
_LEADING_CONTROL = re.compile("^[\x80-\x9f] +")
_BULLETS = {0xF0B7: 0x2022, 0xF0A7: 0x25AA, 0xF0D8: 0x2022, 0xF076: 0x2022, 0xF06F: 0x25E6}  # Symbol and Wingdings
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_QUARTERS = ((1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page, or a part of one that a wide gap sets apart.

    Attributes:
        traced: its characters, cleaned; not empty. The sources are pdfium's character numbers.
        left, right: horizontal extent on the page, turned so that most of its text is upright, in points.
        baseline: height of its baseline on that page, in points; grows upwards.
        size: font size, in points on the page.
        bold: whether all of it is set in bold type.
        hyphen: number of the hyphen that broke its last word, which is not in the text; ``NOWHERE`` if none did.
    """

    traced: Traced
    left: float
    right: float
    baseline: float
    size: float
    bold: bool
    hyphen: int = NOWHERE

    @property
    def text(self) -> str:
        """Its characters."""
        return self.traced.text

    @property
    def broken(self) -> bool:
        """Whether its last word goes on in the next line; the hyphen is not in ``text``."""
        return self.hyphen != NOWHERE


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of a page.

    Attributes:
        lines: in the order of the page's content.
        bottom, top: vertical extent of the page, in the space of the lines.
        recognised: whether the text was recognised on an image of the page.
    """

    lines: tuple[Line, ...] = ()
    bottom: float = 0.0
    top: float = 0.0
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class PlacedCharacters:
    """Where a page's characters stand, by their numbers.

    Attributes:
        boxes: of each; without area for spaces.
        lines: for each the number of the line it is on, whose characters follow each other.
    """

    boxes: Sequence[Box]
    lines: Sequence[int]


def page_text(page: Any, textpage: Any) -> PageText:
    """All lines of a page, in the order of the page's content.

    Args:
        page: a ``pypdfium2.PdfPage``.
        textpage: its ``pypdfium2.PdfTextPage``.
    """
    raw = textpage.raw
    codes = [pdfium.FPDFText_GetUnicode(raw, number) for number in range(textpage.count_chars())]
    boxes = _boxes(textpage)
    turn = _QUARTERS[_quarter(raw, [number for number, code in enumerate(codes) if code > 0x20])]
    lines: list[Line] = []
    start = 0
    for number, code in enumerate([*codes, 0x0A]):
        if code in _BREAKS:
            hyphen = number if code == _HYPHEN else NOWHERE
            lines += _lines(raw, codes, boxes, range(start, number), hyphen, turn)
            start = number + 1
    _, bottom, _, top = _turned(page.get_bbox(), turn)
    return PageText(tuple(lines), bottom, top)


def placed_characters(textpage: Any) -> PlacedCharacters:
    """Where each character of a page stands."""
    raw = textpage.raw
    boxes = _boxes(textpage)
    lines: list[int] = []
    line = 0
    for number, (left, bottom, right, top) in enumerate(boxes):
        lines.append(line)
        code = pdfium.FPDFText_GetUnicode(raw, number)
        line += code in _BREAKS
        if code > 0x20 and (left >= right or bottom >= top):
            boxes[number] = _loose_box(raw, number)
    return PlacedCharacters(boxes, lines)


def _boxes(textpage: Any) -> list[Box]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    found: list[Box] = []
    for number in range(textpage.count_chars()):
        measured = pdfium.FPDFText_GetCharBox(textpage.raw, number, left, right, bottom, top)
        found.append((left.value, bottom.value, right.value, top.value) if measured else (0.0, 0.0, 0.0, 0.0))
    return found


def _loose_box(raw: Any, number: int) -> Box:
    """The box that a character's font gives to it, for one without a shape of its own."""
    rectangle = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(raw, number, rectangle)
    return rectangle.left, rectangle.bottom, rectangle.right, rectangle.top


def _lines(
    raw: Any, codes: list[int], boxes: Sequence[Box], numbers: range, hyphen: int, turn: Sequence[int]
) -> Iterator[Line]:
    """What one of pdfium's lines holds, cut at its wide gaps."""
    visible = [number for number in numbers if codes[number] > 0x20 and not chr(codes[number]).isspace()]
    if not visible:
        return
    shown = {number: _turned(boxes[number], turn) for number in visible}
    size = sorted(_size(raw, number) for number in _three(visible))[1]
    starts = [0]
    if not any(_RIGHT_TO_LEFT.match(chr(codes[number])) for number in visible):
        for place in range(1, len(visible)):
            before, after = shown[visible[place - 1]], shown[visible[place]]
            if max(after[0] - before[2], before[0] - after[2]) > _GAP * size:
                starts.append(place)
    for start, end in zip(starts, [*starts[1:], len(visible)], strict=True):
        part = visible[start:end]
        traced = _decoded(codes, boxes, range(part[0], part[-1] + 1))
        if not traced.text:
            continue
        yield Line(
            traced,
            min(shown[number][0] for number in part),
            max(shown[number][2] for number in part),
            _baseline(raw, part[len(part) // 2], turn),
            sorted(_size(raw, number) for number in _three(part))[1],
            all(_is_bold(raw, number) for number in _three(part)),
            hyphen if end == len(visible) else NOWHERE,
        )


def _quarter(raw: Any, visible: Sequence[int]) -> int:
    """By how many right angles, clockwise, a page is to be turned for most of its text to be upright.

    That is mostly how the page is shown, but a table may lie on its side on a page that does not.
    """
    angles = Counter(
        round(pdfium.FPDFText_GetCharAngle(raw, number) / (math.pi / 2))
        for number in visible[:: len(visible) // _ANGLES + 1]
    )
    return -angles.most_common(1)[0][0] % 4 if angles else 0


def _three(numbers: Sequence[int]) -> tuple[int, int, int]:
    return numbers[0], numbers[len(numbers) // 2], numbers[-1]


def _decoded(codes: list[int], boxes: Sequence[Box], numbers: range) -> Traced:
    """Code units to clean text: surrogate pairs joined, lone halves dropped, what fonts mean by control codes told."""
    pairs: list[tuple[str, int]] = []
    for number in numbers:
        code = _BULLETS.get(codes[number], codes[number])
        if 0 < code <= 0x10FFFF:
            if pairs and 0xDC00 <= code <= 0xDFFF and "\ud800" <= pairs[-1][0] <= "\udbff":
                high, first = pairs.pop()
                pairs.append((chr(0x10000 + (ord(high) - 0xD800 << 10) + code - 0xDC00), first))
            else:
                pairs.append((chr(code), number))
    ordered: list[tuple[str, int]] = []
    for _, glyph in groupby(pairs, key=lambda pair: boxes[pair[1]]):
        letters = list(glyph)  # those of a ligature that runs from right to left come in the order of the eye
        mirrored = len(letters) > 1 and all(_RIGHT_TO_LEFT.match(letter) for letter, _ in letters)
        ordered += reversed(letters) if mirrored else letters
    # Control codes come from fonts without a proper map: bullets where one stands before a line's first word,
    # else nearly always the punctuation that Windows has at these places.
    traced = Traced.of(ordered).replaced(_LEADING_CONTROL, "• ")
    if any("\x80" <= character <= "\x9f" for character in traced.text):
        traced = Traced.of(
            (letter, source)
            for character, source in traced
            for letter in (_windows(character) if "\x80" <= character <= "\x9f" else character)
        )
    return traced.cleaned()


def _windows(character: str) -> str:
    return character.encode("latin-1").decode("cp1252", "ignore")


def _turned(box: Box, turn: Sequence[int]) -> Box:
    """A box as it lies on the page when that is turned."""
    a, b, c, d = turn
    xs = (a * box[0] + c * box[1], a * box[2] + c * box[3])
    ys = (b * box[0] + d * box[1], b * box[2] + d * box[3])
    return min(xs), min(ys), max(xs), max(ys)


def _baseline(raw: Any, number: int, turn: Sequence[int]) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(raw, number, x, y)
    return float(turn[1] * x.value + turn[3] * y.value)


def _is_bold(raw: Any, number: int) -> bool:
    """By the font's name: the weight that pdfium gives is missing or wrong for many embedded fonts."""
    name = ctypes.create_string_buffer(256)
    pdfium.FPDFText_GetFontInfo(raw, number, name, len(name), None)
    return bool(_BOLD.search(name.value))


def _size(raw: Any, number: int) -> float:
    """Font size on the page: many files set size 1 and scale the text matrix."""
    matrix = pdfium.FS_MATRIX()
    scale = math.hypot(matrix.c, matrix.d) if pdfium.FPDFText_GetMatrix(raw, number, matrix) else 1.0
    return float(pdfium.FPDFText_GetFontSize(raw, number)) * scale
