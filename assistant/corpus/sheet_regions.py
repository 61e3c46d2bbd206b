"""Where the tables of a sheet are: groups of filled cells that touch, as rectangles. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, TypeAlias

Place: TypeAlias = tuple[int, int]
"""Row and column, from 1."""


class Region(NamedTuple):
    """A rectangle of a sheet, its edges included."""

    top: int
    left: int
    bottom: int
    right: int

    def rows(self) -> list[list[Place]]:
        """The places of its cells, row by row."""
        columns = range(self.left, self.right + 1)
        return [[(row, column) for column in columns] for row in range(self.top, self.bottom + 1)]


def regions(filled: Collection[Place]) -> list[Region]:
    """Rectangles around filled cells that touch side by side, from top to bottom, then from left to right.

    Each filled cell is in exactly one of them: rectangles that would overlap are one.

    Args:
        filled: the cells that hold something.
    """
    free = set(filled)
    return _apart([_grown(start, free) for start in sorted(filled) if start in free])


def _grown(start: Place, free: set[Place]) -> Region:
    """The rectangle around the cells that are reached from one, side by side; they are taken out of ``free``."""
    top, left = bottom, right = start
    edge = [start]
    free.discard(start)
    while edge:
        row, column = edge.pop()
        for place in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if place in free:
                free.discard(place)
                edge.append(place)
                top, bottom = min(top, place[0]), max(bottom, place[0])
                left, right = min(left, place[1]), max(right, place[1])
    return Region(top, left, bottom, right)


def _apart(boxes: list[Region]) -> list[Region]:
    """The rectangles with those that overlap made one, until none do."""
    while True:
        kept: list[Region] = []
        open_: list[Region] = []  # those that reach down to the row the sweep has come to
        for box in sorted(boxes):
            beside = []
            for other in open_:
                if other.bottom < box.top:
                    kept.append(other)
                elif other.left <= box.right and box.left <= other.right:
                    box = Region(*map(min, box[:2], other[:2]), *map(max, box[2:], other[2:]))
                else:
                    beside.append(other)
            open_ = [*beside, box]
        kept += open_
        if len(kept) == len(boxes):
            return sorted(kept)
        boxes = kept
