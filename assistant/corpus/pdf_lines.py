"""The lines of a PDF page with their geometry, read from pdfium's character list.

This is the one file that talks to pdfium's raw interface. pdfium decides what a line is; of each line three
characters are measured, which is as good as measuring all and far cheaper.
"""

from __future__ import annotations

import ctypes
import math
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

_HYPHEN = 0x02  # stands for a hyphen that pdfium took away where a word is broken at a line's end
_BOLD = re.compile(rb"bold|black|heavy|CMBX", re.IGNORECASE)
_LEADING_CONTROL = re.compile("^[\x80-\x9f] +")
_CONTROL = re.compile("[\x80-\x9f]")
_BULLETS = {
    0xF0B7: 0x2022,
    0xF0A7: 0x25AA,
    0xF0D8: 0x2022,
    0xF076: 0x2022,
    0xF06F: 0x25E6,
}  # Symbol and Wingdings


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page.

    Attributes:
        text: its characters, trimmed; not empty.
        left, right: horizontal extent, in points from the left.
        baseline: height of its baseline, in points from the bottom.
        size: font size, in points on the page.
        bold: whether all of it is set in bold type.
        broken: whether its last word goes on in the next line; the hyphen is not in ``text``.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: bool
    broken: bool


def page_lines(textpage: Any) -> list[Line]:
    """All lines of a page, in the order of the page's content.

    Args:
        textpage: a ``pypdfium2.PdfTextPage``.
    """
    raw = textpage.raw
    codes = [pdfium.FPDFText_GetUnicode(raw, i) for i in range(textpage.count_chars())]
    lines: list[Line] = []
    start = 0
    for i, code in enumerate([*codes, 0x0A]):
        if code in (0x0A, 0x0D, _HYPHEN):
            line = _line(raw, codes, start, i, broken=code == _HYPHEN)
            if line:
                lines.append(line)
            start = i + 1
    return lines


def _line(raw: Any, codes: list[int], start: int, end: int, *, broken: bool) -> Line | None:
    text = _decode(codes[start:end])
    visible = [i for i in range(start, end) if not chr(codes[i]).isspace() and codes[i] > 0x20]
    if not text or not visible:
        return None
    first, middle, last = visible[0], visible[len(visible) // 2], visible[-1]
    left, right = _extent(raw, first)[0], _extent(raw, last)[1]
    size = sorted(_size(raw, i) for i in (first, middle, last))[1]
    bold = all(_is_bold(raw, i) for i in (first, middle, last))
    return Line(text, min(left, right), max(left, right), _baseline(raw, middle), size, bold, broken)


def _decode(codes: list[int]) -> str:
    """Code units to trimmed text: surrogate pairs joined, lone halves dropped."""
    units = "".join(chr(_BULLETS.get(code, code)) for code in codes if 0 < code <= 0x10FFFF)
    text = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").strip()
    # Control codes come from fonts without a proper map: bullets where one stands before a line's first word,
    # else nearly always the punctuation that Windows has at these places.
    text = _LEADING_CONTROL.sub("• ", text)
    return _CONTROL.sub(lambda match: match[0].encode("latin-1").decode("cp1252", "ignore"), text)


def _extent(raw: Any, index: int) -> tuple[float, float]:
    left, right, bottom, top = (pdfium.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(raw, index, left, right, bottom, top)
    return left.value, right.value


def _baseline(raw: Any, index: int) -> float:
    x, y = pdfium.c_double(), pdfium.c_double()
    pdfium.FPDFText_GetCharOrigin(raw, index, x, y)
    return float(y.value)


def _is_bold(raw: Any, index: int) -> bool:
    """By the font's name: the weight that pdfium gives is missing or wrong for many embedded fonts."""
    name = ctypes.create_string_buffer(256)
    pdfium.FPDFText_GetFontInfo(raw, index, name, len(name), None)
    return bool(_BOLD.search(name.value))


def _size(raw: Any, index: int) -> float:
    """Font size on the page: many files set size 1 and scale the text matrix."""
    matrix = pdfium.FS_MATRIX()
    scale = math.hypot(matrix.c, matrix.d) if pdfium.FPDFText_GetMatrix(raw, index, matrix) else 1.0
    return float(pdfium.FPDFText_GetFontSize(raw, index)) * scale
