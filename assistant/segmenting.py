"""The sentences of a block of text, as spans of the document. Pure."""

from __future__ import annotations

import re

import sentencex

from assistant.datatypes import Block, Span

FLOWING = frozenset(["text/markdown", "text/x-rst"])
"""Media types whose paragraphs go on over a line break: it says nothing but how the source was wrapped."""
WRAPPED_AT_MOST = 140
"""Longest line, in characters, of text that is taken for wrapped."""
_HARD_BREAK = re.compile(r"(?<=  \n)|(?<=\\\n)")
"""After two spaces or a backslash at the end of a line, which Markdown reads as a break that is meant."""


def sentence_spans(text: str, block: Block, flowing: bool = False) -> list[Span]:
    """Spans of the sentences of one block, without surrounding white space.

    Code and other text whose line breaks are meant is split on lines first; wrapped prose is not. A row of a table is
    one sentence.

    Args:
        text: of the document.
        block: the block of it.
        flowing: whether line breaks in paragraphs are known to mean nothing, instead of judged by their looks.
    """
    content = text[block.start : block.end]
    if block.kind == "table_row":
        parts = [content]
    elif block.kind == "code":
        parts = content.splitlines(keepends=True)
    elif flowing:
        parts = [part for piece in _HARD_BREAK.split(content) for part in _segmented(piece)]
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
