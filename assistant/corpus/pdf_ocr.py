"""Scanned pages of a PDF, read by tesseract: lines with the places of their words.

An extra: needs ``pip install 'footnote-assistant[ocr]'`` and tesseract itself, which Debian has as ``tesseract-ocr``.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import Any

from pypdfium2 import PdfPosConv

from assistant.corpus.building import UnreadableError
from assistant.corpus.pdf_lines import Box, Line, PageText, PlacedCharacters
from assistant.corpus.traced import NOWHERE, Traced, joined

SECONDS = 120
"""Time limit for one page."""

_SCALE = 300 / 72
_LARGEST_SIDE = 6_000
_KEPT = 4
_SIZE = 0.75  # of a font, in heights of its line
_LARGE = 1.4


@dataclass(frozen=True, slots=True)
class _Word:
    """A recognised word: its text, the line it is on, and where, in pixels from the upper left corner."""

    text: str
    line: tuple[int, int, int]
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class _Recognised:
    """The words of a page in reading order, and the size of the image they were read from."""

    words: tuple[_Word, ...]
    width: int
    height: int
    scale: float


def recognised_text(page: Any, language: str) -> PageText:
    """The lines of a page as tesseract reads them; characters are numbered through all of its words.

    Args:
        page: a ``pypdfium2.PdfPage``.
        language: as tesseract names it: ``eng``, ``deu+eng``.

    Raises:
        UnreadableError: tesseract is missing, lacks the language, or needs more than ``SECONDS``.
    """
    found = _recognised(page, language)
    heights = [max(word.bottom - word.top for word in words) for words, _ in _lines(found.words)]
    usual = median(heights) if heights else 0
    lines = [
        _line(words, first, found, height if height > _LARGE * usual else usual)
        for (words, first), height in zip(_lines(found.words), heights, strict=True)
    ]
    return PageText(tuple(lines), 0.0, found.height / found.scale, recognised=True)


def recognised_characters(page: Any, language: str) -> PlacedCharacters:
    """Where the characters of a recognised page stand: each word's box in even shares.

    Raises:
        UnreadableError: as for :func:`recognised_text`.
    """
    found = _recognised(page, language)
    to_page = PdfPosConv(page, (0, 0, found.width, found.height, 0)).to_page
    boxes: list[Box] = []
    lines: list[int] = []
    for number, (words, _) in enumerate(_lines(found.words)):
        for word in words:
            share = (word.right - word.left) / len(word.text)
            for place in range(len(word.text)):
                left, right = (round(word.left + share * (place + near)) for near in (0, 1))
                one, other = to_page(left, word.bottom), to_page(max(right, left + 1), word.top)
                xs, ys = zip(one, other, strict=True)
                boxes.append((min(xs), min(ys), max(xs), max(ys)))
                lines.append(number)
    return PlacedCharacters(boxes, lines)


def _recognised(page: Any, language: str) -> _Recognised:
    scale = min(_SCALE, _LARGEST_SIDE / max(page.get_size()))
    image = page.render(scale=scale, grayscale=True).to_pil()
    buffer = io.BytesIO()
    image.save(buffer, "BMP")
    width, height = (math.ceil(side * scale) for side in page.get_size())
    return _Recognised(_words(buffer.getvalue(), language), width, height, scale)


@lru_cache(maxsize=_KEPT)
def _words(image: bytes, language: str) -> tuple[_Word, ...]:
    try:
        import pytesseract
    except ImportError as error:
        raise UnreadableError("is a scan: for --ocr run: pip install 'footnote-assistant[ocr]'") from error
    from PIL import Image

    try:
        table = pytesseract.image_to_data(
            Image.open(io.BytesIO(image)), lang=language, timeout=SECONDS, output_type=pytesseract.Output.DICT
        )
    except pytesseract.TesseractNotFoundError as error:
        raise UnreadableError(
            "is a scan: for --ocr install tesseract (Debian: apt-get install tesseract-ocr)"
        ) from error
    except pytesseract.TesseractError as error:
        raise UnreadableError(
            f"is a scan that tesseract cannot read in {language!r}: install that language "
            f"(Debian: apt-get install tesseract-ocr-{language.split('+')[0]}) or give another with --ocr"
        ) from error
    except RuntimeError as error:  # so pytesseract tells that the time is up
        raise UnreadableError(f"has a page that took tesseract over {SECONDS} s: index it without --ocr") from error
    return tuple(_rows(table))


def _rows(table: Mapping[str, Sequence[Any]]) -> Iterator[_Word]:
    """The words in tesseract's table, less what is blank."""
    for row, text in enumerate(table["text"]):
        word = "".join(str(text).split())
        if word:
            block, paragraph, number = (int(table[name][row]) for name in ("block_num", "par_num", "line_num"))
            left, top, width, height = (int(table[name][row]) for name in ("left", "top", "width", "height"))
            yield _Word(word, (block, paragraph, number), left, top, left + width, top + height)


def _lines(words: Sequence[_Word]) -> Iterator[tuple[list[_Word], int]]:
    """The words of each line, with the number of the first one's first character."""
    line: list[_Word] = []
    first = number = 0
    for word in words:
        if line and line[-1].line != word.line:
            yield line, first
            line, first = [], number
        line.append(word)
        number += len(word.text)
    if line:
        yield line, first


def _line(words: Sequence[_Word], first: int, found: _Recognised, height: float) -> Line:
    traced: list[Traced] = []
    number = first
    for word in words:
        traced.append(Traced(word.text, tuple(range(number, number + len(word.text)))))
        number += len(word.text)
    text = joined(traced, " ")
    broken = len(text) > 1 and text.text.endswith("-") and text.text[-2].isalpha()
    return Line(
        (text.part(0, len(text) - 1) if broken else text).cleaned(),
        words[0].left / found.scale,
        words[-1].right / found.scale,
        (found.height - median(word.bottom for word in words)) / found.scale,
        _SIZE * height / found.scale,
        bold=False,
        hyphen=number - 1 if broken else NOWHERE,
    )
