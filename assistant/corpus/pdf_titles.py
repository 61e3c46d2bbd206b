"""What a PDF without a title in its metadata is called: what stands on its first page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.corpus.pdf_headings import HeadingLevels
from assistant.corpus.pdf_layout import Piece

_MOST = 3
_LONGEST = 120
_BETWEEN = " – "
_KINDS = ("paragraph", "list_item")


def cover_title(pages: Sequence[Sequence[Piece]], levels: HeadingLevels) -> str:
    """The heading in the largest type on the first page that has any; empty where there is none.

    A cover sets several things in its largest type – who, and what – that no other page is set in: these together.
    """
    found = [
        [(levels.of(piece), piece.text) for piece in page if piece.kind in _KINDS and levels.of(piece)]
        for page in pages
    ]
    first = next((page for page in found if page), [])
    if not first:
        return ""
    largest = min(level for level, _ in first)
    parts = [text for level, text in first if level == largest]
    whole = _BETWEEN.join(parts)
    elsewhere = sum(level == largest for page in found for level, _ in page) > len(parts)
    return parts[0] if elsewhere or len(parts) > _MOST or len(whole) > _LONGEST else whole
