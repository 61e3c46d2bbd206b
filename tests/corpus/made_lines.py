"""Lines of a page made by hand: text, and where it stands."""

from __future__ import annotations

from assistant.corpus.pdf_lines import Line, PageText
from assistant.corpus.traced import Traced


def line(text: str, left: float = 72, baseline: float = 700, *, width: float | None = None, size: float = 10) -> Line:
    """A line whose characters are half as wide as its font is high, unless its width is given."""
    traced = Traced(text, tuple(range(len(text))))
    return Line(traced, left, left + (0.5 * size * len(text) if width is None else width), baseline, size, bold=False)


def page(*lines: Line) -> PageText:
    """A page of 600 by 800 points."""
    return PageText(lines, bottom=0, top=800)
