"""The lines of a page in reading order: columns one after the other, what spans them above and below. Pure.

The order in which a file draws its lines is mostly that of reading, and is left alone within whatever is one column.
Where a page has columns – two or more stacks of lines that each fill their width, side by side – it is cut at the
gutter; lines that cross the gutter part the page into bands, and each half of a band is looked at again. A table is
no pair of columns: its cells do not fill their width.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from assistant.corpus.pdf_lines import Line

_ROW = 0.5  # lines that are less than this apart, in font sizes, are on one height
_FEWEST = 3
_NARROWEST = 0.3  # a gutter, in font sizes
_TEXT_WIDTH = 9.0  # a column, in font sizes
_FILLED = 0.6
_TOGETHER = 0.5
_SHARE = 0.12
_DEEPEST = 4


def reading_order(lines: Sequence[Line]) -> list[Line]:
    """A page's lines in the order in which they are read."""
    return _ordered(list(lines), _DEEPEST)


def _ordered(lines: list[Line], depth: int) -> list[Line]:
    gutter = _gutter(lines) if depth and len(lines) >= 2 * _FEWEST else None
    if gutter is None:
        return _downwards(lines)
    ordered: list[Line] = []
    for band in _bands(lines, gutter):
        left, right = _halves(band, gutter)
        if _is_text(left) and _is_text(right):
            ordered += _ordered(left, depth - 1) + _ordered(right, depth - 1)
        else:
            ordered += _downwards(band)
    return ordered


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where a gutter ends and the column to its right begins; None on a page without columns."""
    best: tuple[float, float] | None = None
    lengths = [len(line.text) for line in lines]
    begun = Counter(round(line.left) for line in lines)
    for edge in sorted(edge for edge in begun if sum(begun[edge + near] for near in (-1, 0, 1)) >= _FEWEST):
        sides = _sides(lines, edge)
        before, after = (
            sum(length for length, side in zip(lengths, sides, strict=True) if side == wanted) / sum(lengths)
            for wanted in (-1, 1)
        )
        worth = min(before, after) - (1 - before - after)
        if min(before, after) < _SHARE or before + after < _TOGETHER or (best and worth <= best[0]):
            continue
        left, right = _halves(lines, edge)
        if _is_text(left) and _is_text(right) and _side_by_side(left, right):
            best = worth, edge
    return best[1] if best else None


def _sides(lines: Sequence[Line], gutter: float) -> list[int]:
    """For each line whether it is to the left (-1), to the right (1) or across a gutter (0)."""
    return [
        1 if line.left >= gutter - 1 else -1 if line.right < gutter - _NARROWEST * line.size else 0 for line in lines
    ]


def _halves(lines: Sequence[Line], gutter: float) -> tuple[list[Line], list[Line]]:
    """The lines that end before a gutter and those that begin after it."""
    sides = _sides(lines, gutter)
    left, right = ([line for line, side in zip(lines, sides, strict=True) if side == wanted] for wanted in (-1, 1))
    return left, right


def _is_text(side: Sequence[Line]) -> bool:
    """Whether some lines look like a column of text: wide enough, and most of them about as wide as the column."""
    if not side:
        return False
    widths = [line.right - line.left for line in side]
    size = median(line.size for line in side) or 1.0
    column = sorted(widths)[-1 - len(widths) // 10]
    return column >= _TEXT_WIDTH * size and median(widths) >= _FILLED * column


def _side_by_side(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two stacks of lines stand beside each other for several lines."""
    low = max(min(line.baseline for line in side) for side in (left, right))
    high = min(max(line.baseline for line in side) for side in (left, right))
    return high - low >= _FEWEST * median(line.size for line in (*left, *right))


def _bands(lines: Sequence[Line], gutter: float) -> list[list[Line]]:
    """Runs of lines from top to bottom that either all cross a gutter or all do not, each in its drawn order."""
    sides = _sides(lines, gutter)
    bands: list[list[int]] = []
    for place in sorted(range(len(lines)), key=lambda place: -lines[place].baseline):
        if bands and (sides[bands[-1][-1]] == 0) == (sides[place] == 0):
            bands[-1].append(place)
        else:
            bands.append([place])
    return [[lines[place] for place in sorted(band)] for band in bands]


def _downwards(lines: Sequence[Line]) -> list[Line]:
    """Runs of lines drawn from top to bottom, the higher run first; runs that overlap stay as they were drawn.

    A run that lies in a gap of another is read there: programs like to draw a page's tables last.
    """
    runs: list[list[int]] = []
    for place, line in enumerate(lines):
        if runs and line.baseline <= lines[place - 1].baseline + _ROW * max(line.size, lines[place - 1].size):
            runs[-1].append(place)
        else:
            runs.append([place])
    stacks: list[tuple[float, float, list[int]]] = []
    for run in _parted(lines, runs):
        high, low = _extent(lines, run)
        met = [other for other in stacks if other[1] < high and low < other[0]]
        stacks = [other for other in stacks if other not in met]
        both = [*met, (high, low, run)]
        places = sorted(place for _, _, several in both for place in several)
        stacks.append((max(each[0] for each in both), min(each[1] for each in both), places))
    return [lines[place] for _, _, places in sorted(stacks, key=lambda stack: -stack[0]) for place in places]


def _parted(lines: Sequence[Line], runs: Sequence[list[int]]) -> list[list[int]]:
    """The runs, each parted at gaps that hold another run whole."""
    extents = [_extent(lines, run) for run in runs]
    parted: list[list[int]] = []
    for run in runs:
        parts = [[run[0]]]
        for above, below in pairwise(run):
            top, bottom = _extent(lines, [above])[1], _extent(lines, [below])[0]
            if any(bottom <= low and high <= top for high, low in extents):
                parts.append([])
            parts[-1].append(below)
        parted += parts
    return parted


def _extent(lines: Sequence[Line], places: Sequence[int]) -> tuple[float, float]:
    """From how high to how low some lines reach: half a font size above and below their baselines."""
    highs = [lines[place].baseline + _ROW * lines[place].size for place in places]
    return max(highs), min(lines[place].baseline - _ROW * lines[place].size for place in places)
