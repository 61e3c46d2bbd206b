"""Which pieces of a PDF are headings, told by type: larger than most of the text, or bold where most is not. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from assistant.corpus.pdf_layout import SENTENCE_END, Piece
from assistant.corpus.pdf_lines import Line

_RATIO = 1.15
_LONGEST = 200
_MOST_LINES = 3
_LONGEST_BOLD = 100
_DEEPEST = 6
_BULLETS = tuple("•◦▪▫‣●○■□∙⁃–-*")


class HeadingLevels:
    """Heading levels of one document: each clearly larger size is one, the largest first; bold text comes last."""

    def __init__(self, lines: Iterable[Line], pieces: Iterable[Piece]) -> None:
        sizes, bold = Counter[float](), Counter[bool]()
        for line in lines:
            sizes[_rounded(line.size)] += len(line.text)
            bold[line.bold] += len(line.text)
        self._usual = sizes.most_common(1)[0][0] if sizes else 0.0
        self._bold_stands_out = bold[True] < bold[False] / 2
        larger = {_rounded(piece.size) for piece in pieces if self._is_larger(piece)}
        self._levels = {size: level for level, size in enumerate(sorted(larger, reverse=True), start=1)}

    def of(self, piece: Piece) -> int:
        """The level of a heading, from 1; 0 for what is none."""
        if self._is_larger(piece):
            return min(self._levels[_rounded(piece.size)], _DEEPEST)
        if self._bold_stands_out and piece.bold and _is_title(piece, _LONGEST_BOLD, letters=4):
            return 0 if SENTENCE_END.search(piece.text) else min(len(self._levels) + 1, _DEEPEST)
        return 0

    def _is_larger(self, piece: Piece) -> bool:
        return _rounded(piece.size) >= self._usual * _RATIO and _is_title(piece, _LONGEST)


def _is_title(piece: Piece, longest: int, letters: int = 2) -> bool:
    """Short, of few lines, and with a word in it: neither a page number nor a drop cap."""
    short = len(piece.text) <= longest and piece.lines <= _MOST_LINES
    return short and sum(map(str.isalpha, piece.text)) >= letters and not piece.text.startswith(_BULLETS)


def _rounded(size: float) -> float:
    return round(size * 2) / 2
