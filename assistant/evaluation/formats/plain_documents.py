"""Text that comes inside a question set, as a Document with one block per blank-line-separated paragraph."""

from __future__ import annotations

import re

from assistant.datatypes import Block, Document

_BLANK_LINES = re.compile(r"\n[^\S\n]*\n")


def paragraphs(text: str) -> tuple[Block, ...]:
    """The paragraphs of ``text``: spans without surrounding white space, in order, none empty."""
    blocks = []
    start = 0
    for end, following in [*(match.span() for match in _BLANK_LINES.finditer(text)), (len(text), len(text))]:
        piece = text[start:end]
        words = piece.strip()
        if words:
            first = start + len(piece) - len(piece.lstrip())
            blocks.append(Block("paragraph", first, first + len(words)))
        start = following
    return tuple(blocks)


def plain_document(identity: str, title: str, text: str, source: str, sha256: str) -> Document:
    """A text/plain Document whose text is ``text``, unchanged; the title stays out of it."""
    return Document(
        id=identity,
        source=source,
        title=title,
        text=text,
        sha256=sha256,
        media_type="text/plain",
        blocks=paragraphs(text),
    )
