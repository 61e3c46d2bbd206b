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


def line_ends(text: str) -> list[int]:
    """Where each line that is ended by a break ends, its break included: a place's line is 1 + those up to it.

    ``1 + bisect_right(line_ends(text), offset) == line_at(text, offset)``.
    """
    return [match.end() for match in _LINE_BREAK.finditer(text)]
