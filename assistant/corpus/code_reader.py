"""Source code, settings and logs: kept exactly as written; blocks are what stands between blank lines.

A block begins after a blank line with the next line at the outermost level, so that a definition stays whole, and is
divided at any blank line where it grows too long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.corpus.building import Content, SpanRecorder
from assistant.corpus.decoding import decode

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_INSIDE = re.compile(r"[\s)\]}]|else\b|elif\b|except\b|finally\b|end\b")
_MOST_LINES = 60


def parse(data: bytes) -> Content:
    """Read a text with a syntax.

    Raises:
        UnreadableError: not text, or in an encoding that cannot be told.
    """
    text = decode(data)
    recorder = SpanRecorder(text)
    for start, end in _groups(text):
        recorder.add("code", start, end)
    return Content("", text, recorder.blocks)


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """Spans of lines that belong together."""
    start, lines, blank = 0, 0, False
    for match in _LINE.finditer(text):
        if not match.group().strip():
            blank = True
            continue
        if blank and lines and (lines >= _MOST_LINES or not _INSIDE.match(match.group())):
            yield start, match.start()
            start, lines = match.start(), 0
        blank = False
        lines += 1
    yield start, len(text)
