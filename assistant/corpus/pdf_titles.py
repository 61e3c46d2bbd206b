"""What a PDF without a title in its metadata is called: what stands on its first page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.corpus.pdf_headings import HeadingLevels
from assistant.corpus.pdf_layout import Piece


def cover_title(pages: Sequence[Sequence[Piece]], levels: HeadingLevels) -> str:
    """The first heading; empty where there is none."""
    headings = (piece.text for page in pages for piece in page if piece.kind != "margin" and levels.of(piece))
    return next(headings, "")
