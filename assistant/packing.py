"""Sentences -> parts of even size within a budget of encoder tokens: overlong ones cut, short ones packed. Pure."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from assistant.datatypes import Span

TokenCounter: TypeAlias = Callable[[Sequence[str]], list[int]]
"""Number of encoder tokens of each text, without special tokens."""

TORN_BLOCK_PENALTY = 0.1
"""Cost of ending a passage inside a paragraph or list item, in units of a passage's squared slack."""

_CLAUSE_ENDS = frozenset(".!?;:,)]}。！？；：，、」』…—")


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, or a part of one that is too long, with its cost, and whether its block began before it."""

    start: int
    end: int
    tokens: int
    inside: bool = True


def priced(text: str, blocks: list[list[Span]], tokens: int, characters: int, count: TokenCounter) -> list[Piece]:
    """The sentences of some blocks with their token counts; those over the budget are cut at clauses, then words.

    Args:
        text: of the document.
        blocks: the spans of the sentences of each block.
        tokens, characters: the budget.
        count: the encoder's token counter.
    """
    counts = iter(count([text[start:end] for spans in blocks for start, end in spans]))
    pending: list[Piece] = []
    for spans in blocks:
        costs = [next(counts) for _ in spans]
        for place, ((start, end), cost) in enumerate(zip(spans, costs, strict=True)):
            pending.append(Piece(start, end, cost, inside=place > 0))
    pending.reverse()
    pieces: list[Piece] = []
    while pending:
        piece = pending.pop()
        length = piece.end - piece.start
        if (piece.tokens <= tokens and length <= characters) or length < 2:
            pieces.append(piece)
            continue
        halves = _halved(text, piece.start, piece.end)
        costs = count([text[start:end] for start, end in halves])
        parts = [Piece(start, end, cost) for (start, end), cost in zip(halves, costs, strict=True)]
        parts[0] = replace(parts[0], inside=piece.inside)
        pending += reversed(parts)
    return pieces


def _halved(text: str, start: int, end: int) -> list[Span]:
    """Two parts of an overlong sentence, cut as near the middle as a cell, clause, word or character allows."""
    middle = (start + end) // 2
    reach = max((end - start) // 4, 1)
    low, high = max(start + 1, middle - reach), min(end - 1, middle + reach)
    inside = range(low, high + 1)
    bars = [at for at in inside if text[at - 1 : at + 2] == " | "]
    if bars:
        bar = min(bars, key=lambda at: (abs(at - middle), at))
        return [span for part in ((start, bar), (bar + 1, end)) if (span := _trimmed(text, *part))]
    cuts = [at for at in inside if text[at].isspace() and text[at - 1] in _CLAUSE_ENDS]
    cuts = cuts or [at for at in inside if text[at].isspace()]
    cuts = cuts or [at for at in inside if text[at - 1] in _CLAUSE_ENDS]
    cuts = cuts or [at for at in inside if not unicodedata.combining(text[at])] or [middle]
    cut = min(cuts, key=lambda at: (abs(at - middle), at))
    return [span for part in ((start, cut), (cut, end)) if (span := _trimmed(text, *part))]


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without surrounding white space; None if nothing is left."""
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    end -= len(part) - len(part.rstrip())
    return (start, end) if start < end else None


def packed(pieces: list[Piece], tokens: int, characters: int) -> list[Span]:
    """Index ranges of pieces that share a part: the division of least waste.

    Dynamic programming over the sum of squared slack, ``((budget - size) / budget) ** 2`` for each part, plus a
    penalty for each part that ends inside a block.

    Args:
        pieces: in reading order.
        tokens, characters: the budget of a part.
    """
    costs, starts = [0.0], [0]
    for last in range(1, len(pieces) + 1):
        torn = last < len(pieces) and pieces[last].inside
        best, chosen = math.inf, last - 1
        size = 0
        for first in range(last - 1, -1, -1):
            size += pieces[first].tokens
            fits = size <= tokens and pieces[last - 1].end - pieces[first].start <= characters
            if not fits and first < last - 1:
                break
            slack = max(tokens - size, 0) / tokens
            cost = costs[first] + slack * slack + (TORN_BLOCK_PENALTY if torn else 0.0)
            if cost < best:
                best, chosen = cost, first
        costs.append(best)
        starts.append(chosen)
    ranges = []
    last = len(pieces)
    while last:
        ranges.append((starts[last], last))
        last = starts[last]
    return ranges[::-1]
