"""Document -> passages: whole sentences packed to a token budget, with offsets recorded while splitting.

The sentences under one heading are packed into parts of even size; a passage is a window of two neighbouring parts,
and the next passage begins with the second of them. So whatever two parts say together is said by one passage, while
each part is encoded once.

Pure: no file, no model; the encoder's token counter is passed in. The laws, tested over every format:
``document.text[p.start:p.end] == p.text``; passages are in order, and only neighbours overlap, by a whole part; no
passage spans a heading or a margin; every sentence of the document's other blocks lies in a passage.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import sentencex

from assistant.datatypes import Block, Document, Passage

Span: TypeAlias = tuple[int, int]
TokenCounter: TypeAlias = Callable[[Sequence[str]], list[int]]

VERSION = 2
"""Raised when the same input would be split differently; part of the index fingerprint."""

TORN_BLOCK_PENALTY = 0.1
"""Cost of ending a passage inside a paragraph or list item, in units of a passage's squared slack."""

WRAPPED_AT_MOST = 140
"""Longest line, in characters, of text that is taken for wrapped."""

_CLAUSE_ENDS = frozenset(".!?;:,)]}。！？；：，、」』…—")


@dataclass(frozen=True, slots=True)
class SplitLimits:
    """How large passages may grow.

    Attributes:
        tokens: budget of encoder tokens for a passage's own text, half of it for each of its two parts.
        context_tokens: at most so many further tokens for title and heading path.
        characters_per_token: guard for text that a tokenizer folds into few tokens (long runs without
            spaces): a part never exceeds ``part_tokens * characters_per_token`` characters.
    """

    tokens: int = 168
    context_tokens: int = 64
    characters_per_token: int = 10

    def within(self, window: int) -> SplitLimits:
        """The same limits, shrunk so that a part fits an encoder that reads ``window`` tokens, two of them special."""
        context = min(self.context_tokens, max(window // 4, 1))
        part = max(1, min(self.part_tokens, window - 2 - context))
        return SplitLimits(2 * part, context, self.characters_per_token)

    @property
    def part_tokens(self) -> int:
        """Budget of encoder tokens for a part."""
        return max(self.tokens // 2, 1)

    @property
    def part_characters(self) -> int:
        """Longest part, in characters."""
        return self.part_tokens * self.characters_per_token

    @property
    def fingerprint(self) -> str:
        """Names the splitter and its settings; equal fingerprints split alike."""
        return f"sentences-v{VERSION}:{self.tokens}+{self.context_tokens}x{self.characters_per_token}"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that is too long, with its cost, and whether its block began before it."""

    start: int
    end: int
    tokens: int
    inside: bool = True


def split_document(document: Document, limits: SplitLimits, count_tokens: TokenCounter) -> list[Passage]:
    """Split a document into passages.

    Args:
        document: what to split.
        limits: the token budget.
        count_tokens: number of encoder tokens of each text, without special tokens.

    Returns:
        Passages in reading order; empty for a document without text.
    """
    passages: list[Passage] = []
    for headings, blocks in _sections(document):
        spans = [sentence_spans(document.text, block) for block in blocks]
        pieces = _priced(document.text, spans, limits, count_tokens)
        parts = [pieces[first:last] for first, last in _packed(pieces, limits)]
        windows = [[one, next_] for one, next_ in pairwise(parts)] or [parts]
        passages += [_passage(document, headings, window) for window in windows if window]
    return passages


def joined(one: Passage, other: Passage) -> Passage:
    """Two passages of one document that overlap or touch, as one.

    Raises:
        ValueError: if there is text between them, or they belong to different documents.
    """
    first, second = sorted((one, other), key=lambda passage: passage.start)
    if first.document != second.document or second.start > first.end:
        raise ValueError(f"{first.id} and {second.id} are no neighbours")
    if second.end <= first.end:
        return first
    text = first.text + second.text[first.end - second.start :]
    return replace(
        first,
        id=f"{first.document}#{first.start}-{second.end}",
        end=second.end,
        text=text,
        sentences=tuple(dict.fromkeys((*first.sentences, *second.sentences))),
        parts=tuple(dict.fromkeys((*first.parts, *second.parts))),
    )


def apart(passage: Passage, span: Span) -> Passage:
    """The parts of a passage that lie outside a span of its document.

    Raises:
        ValueError: if no part does.
    """
    parts = tuple(part for part in passage.parts if part[1] <= span[0] or span[1] <= part[0])
    if not parts:
        raise ValueError(f"{passage.id} has no part outside of {span}")
    start, end = parts[0][0], parts[-1][1]
    return replace(
        passage,
        id=f"{passage.document}#{start}-{end}",
        start=start,
        end=end,
        text=passage.text[start - passage.start : end - passage.start],
        sentences=tuple(each for each in passage.sentences if start <= each[0] and each[1] <= end),
        parts=parts,
    )


def sentence_spans(text: str, block: Block) -> list[Span]:
    """Spans of the sentences of one block, without surrounding white space.

    Code and other text whose line breaks are meant is split on lines first; wrapped prose is not. A row of a table is
    one sentence.
    """
    content = text[block.start : block.end]
    if block.kind == "table_row":
        parts = [content]
    elif block.kind == "code":
        parts = content.splitlines(keepends=True)
    elif _is_wrapped(content):
        parts = _segmented(content)
    else:
        parts = [part for line in content.splitlines(keepends=True) for part in _segmented(line)]
    spans, offset = [], block.start
    for part in parts:
        start = offset + len(part) - len(part.lstrip())
        end = offset + len(part.rstrip())
        if start < end:
            spans.append((start, end))
        offset += len(part)
    return spans


def _is_wrapped(content: str) -> bool:
    """Whether the line breaks look like an editor's: every line but the last about as long as the longest."""
    lengths = [len(line.strip()) for line in content.splitlines()]
    return len(lengths) < 2 or (max(lengths) <= WRAPPED_AT_MOST and min(lengths[:-1]) >= 0.6 * max(lengths) >= 24)


def _segmented(content: str) -> list[str]:
    """Sentences that add up to the content exactly; the content whole if the segmenter altered anything."""
    parts: list[str] = list(sentencex.segment("en", content))
    return parts if "".join(parts) == content else [content]


def _sections(document: Document) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Runs of blocks under one heading, with the heading path they stand under.

    A heading with nothing below it, neither text nor a deeper heading, is a section of its own, so that its
    words can be found. Margins belong to no section, and end the one before.
    """
    run: list[Block] = []
    blocks = document.blocks

    def next_block(position: int) -> Block | None:
        after = (blocks[place] for place in range(position + 1, len(blocks)))
        return next((block for block in after if block.kind != "margin"), None)

    for position, block in enumerate(blocks):
        if block.kind == "margin":  # what it stands between is not passed over it: a passage is one run of the text
            if run:
                yield run[-1].headings, run
                run = []
            continue
        if block.kind != "heading":
            if run and run[-1].headings != block.headings:
                yield run[-1].headings, run
                run = []
            run.append(block)
            continue
        if run:
            yield run[-1].headings, run
            run = []
        following = next_block(position)
        if following is None or (following.kind == "heading" and following.level <= block.level):
            yield block.headings, [block]
    if run:
        yield run[-1].headings, run


def _priced(text: str, blocks: list[list[Span]], limits: SplitLimits, count: TokenCounter) -> list[_Piece]:
    """The sentences of some blocks with their token counts; those over the budget are cut at clauses, then words."""
    counts = iter(count([text[start:end] for spans in blocks for start, end in spans]))
    pending: list[_Piece] = []
    for spans in blocks:
        costs = [next(counts) for _ in spans]
        for place, ((start, end), tokens) in enumerate(zip(spans, costs, strict=True)):
            pending.append(_Piece(start, end, tokens, inside=place > 0))
    pending.reverse()
    pieces: list[_Piece] = []
    while pending:
        piece = pending.pop()
        length = piece.end - piece.start
        if (piece.tokens <= limits.part_tokens and length <= limits.part_characters) or length < 2:
            pieces.append(piece)
            continue
        halves = _halved(text, piece.start, piece.end)
        priced = count([text[start:end] for start, end in halves])
        parts = [_Piece(start, end, tokens) for (start, end), tokens in zip(halves, priced, strict=True)]
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


def _packed(pieces: list[_Piece], limits: SplitLimits) -> list[Span]:
    """Index ranges of pieces that share a part: the division of least waste.

    Dynamic programming over the sum of squared slack, ``((budget - size) / budget) ** 2`` for each part, plus a
    penalty for each part that ends inside a block.
    """
    budget = limits.part_tokens
    most = limits.part_characters
    costs, starts = [0.0], [0]
    for last in range(1, len(pieces) + 1):
        torn = last < len(pieces) and pieces[last].inside
        best, chosen = math.inf, last - 1
        size = 0
        for first in range(last - 1, -1, -1):
            size += pieces[first].tokens
            fits = size <= budget and pieces[last - 1].end - pieces[first].start <= most
            if not fits and first < last - 1:
                break
            slack = max(budget - size, 0) / budget
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


def _passage(document: Document, headings: tuple[str, ...], parts: list[list[_Piece]]) -> Passage:
    start, end = parts[0][0].start, parts[-1][-1].end
    return Passage(
        id=f"{document.id}#{start}-{end}",
        document=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        title=document.title,
        headings=headings,
        page=document.page_at(start),
        sentences=tuple((piece.start, piece.end) for part in parts for piece in part),
        parts=tuple((part[0].start, part[-1].end) for part in parts),
    )
