"""Document -> passages: whole sentences packed to a token budget, with offsets recorded while splitting.

The sentences under one heading are packed into parts of even size; a passage is a window of two neighbouring parts,
and the next passage begins with the second of them. So whatever two parts say together is said by one passage, while
each part is encoded once.

Pure: no file, no model; the encoder's token counter is passed in. The laws, tested over every format:
``document.text[p.start:p.end] == p.text``; passages are in order, and only neighbours overlap, by a whole part; no
passage spans a heading or a margin; every sentence of the document's other blocks lies in a passage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.datatypes import Block, Document, Passage
from assistant.packing import Piece, TokenCounter, packed, priced
from assistant.segmenting import FLOWING, sentence_spans

VERSION = 3
"""Raised when the same input would be split differently; part of the index fingerprint."""


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
    budget = limits.part_tokens, limits.part_characters
    for headings, blocks in _sections(document):
        spans = [sentence_spans(document.text, block, document.media_type in FLOWING) for block in blocks]
        pieces = priced(document.text, spans, *budget, count_tokens)
        parts = [pieces[first:last] for first, last in packed(pieces, *budget)]
        windows = [[one, next_] for one, next_ in pairwise(parts)] or [parts]
        passages += [_passage(document, headings, window) for window in windows if window]
    return passages


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


def _passage(document: Document, headings: tuple[str, ...], parts: list[list[Piece]]) -> Passage:
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
