"""Offset -> line: where a place stands in a text that has no pages. Pure."""

from __future__ import annotations

import re

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def line_at(text: str, offset: int) -> int:
    """Number of the line, from 1, that holds ``offset``; a line break ends its own line.

    Lines are those of an editor: ended by LF, CR LF or CR.
    """
    before = text[:offset]
    breaks = len(_LINE_BREAK.findall(before))
    return breaks + (0 if before.endswith("\r") and text[offset : offset + 1] == "\n" else 1)
