"""What readers make: text and blocks whose offsets are recorded while building and never searched for.

``SpanRecorder`` marks blocks in a text that is kept exactly as it was (.txt, .md); ``TextBuilder`` appends
pieces and so makes the text itself (.html, .pdf, .docx). Both keep the laws of ``Document.blocks``: in order,
not overlapping, never empty, without surrounding white space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.datatypes import Block, BlockKind

# Never meant to be read: control characters but tab and line feed, soft hyphens, zero-width breaks, byte
# order marks, halves of surrogate pairs, which no encoding can store, and what Unicode calls noncharacters.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_TIGHT = {"list_item", "table_row", "code", "margin"}


class UnreadableError(Exception):
    """A file's bytes cannot be read as a document; the message is the reason, in one short line."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader gets out of a file's bytes: a Document less its name and digest.

    Attributes:
        title: the title the document gives itself; empty where it gives none.
        text: all of its text.
        blocks: structure, in reading order.
        page_starts: offset where each page begins; empty where the format has no pages.
        metadata: what the file says of itself beside its title: author, date, language and the like.
        page_kind: what ``page_starts`` count: ``page``, ``slide``, ``sheet``, ``chapter`` …
        warnings: what was left out, one line each.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    page_starts: tuple[int, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    page_kind: str = "page"
    warnings: tuple[str, ...] = ()


def one_line(text: str) -> str:
    """The text with every run of white space as one space and nothing invisible: fit for a title."""
    return " ".join(_INVISIBLE.sub("", text.replace("\x0b", " ").replace("\x0c", " ")).split())


def clean(text: str) -> str:
    """The text without invisible characters, runs of spaces as one, lines trimmed; line breaks stay."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()


def clean_code(text: str) -> str:
    """The text without invisible characters; indentation inside stays, only the ends are trimmed."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


class SpanRecorder:
    """Records blocks of a text in reading order, keeping track of the headings above.

    Attributes:
        text: the text all spans refer to; it is never changed.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._blocks: list[Block] = []
        self._above: list[tuple[int, str]] = []

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks so far."""
        return tuple(self._blocks)

    def add(self, kind: BlockKind, start: int, end: int, *, level: int = 0, label: str = "") -> None:
        """Record ``text[start:end]`` less surrounding white space; what is then empty is left out.

        Args:
            kind: what the piece is.
            start: where it starts, at or after the end of the block before.
            end: where it ends, exclusive.
            level: 1 and up for a heading, 0 otherwise.
            label: how a heading reads in the path of headings; its own text if empty.
        """
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        piece = piece.strip()
        if not piece:
            return
        if kind == "heading":
            while self._above and self._above[-1][0] >= level:
                self._above.pop()
        path = tuple(label for _, label in self._above)
        self._blocks.append(Block(kind, start, start + len(piece), path, level))
        if kind == "heading":
            self._above.append((level, one_line(label) or one_line(piece)))


class TextBuilder:
    """Builds a text piece by piece and records each piece as a block.

    Pieces are divided by an empty line; list items, table rows and code lines that follow one of their kind
    by a line break only.

    Args:
        page_kind: what ``start_page`` counts.
    """

    def __init__(self, page_kind: str = "page") -> None:
        self._parts: list[str] = []
        self._length = 0
        self._pieces: list[tuple[BlockKind, int, int, int]] = []
        self._page_starts: list[int] = []
        self._page_kind = page_kind
        self._warnings: list[str] = []
        self._new_part = True

    @property
    def empty(self) -> bool:
        """Whether nothing was appended yet."""
        return not self._parts

    def warn(self, warning: str) -> None:
        """Say that something was left out; said twice it counts once."""
        self._warnings.append(warning)

    def add(self, kind: BlockKind, text: str, *, level: int = 0, mark: str = "") -> None:
        """Append a piece, cleaned of invisible characters; what is then empty is left out.

        Args:
            kind: what the piece is.
            text: its text.
            level: 1 and up for a heading, 0 otherwise.
            mark: what stands before it and is no part of it, as the number of a list item, with the space after it.
        """
        text = clean_code(text) if kind == "code" else clean(text)
        if not text:
            return
        if self._parts:
            tight = kind in _TIGHT and self._pieces[-1][0] == kind and not self._new_part
            self._append("\n" if tight else "\n\n")
        self._append(mark)
        start = self._length
        self._append(text)
        self._pieces.append((kind, start, self._length, level))
        self._new_part = False

    def part(self) -> None:
        """Say that what follows does not go on what precedes: an empty line will divide them."""
        self._new_part = True

    def add_content(self, content: Content, *, below: int = 0) -> None:
        """Append what another reader read: its blocks, in order, with headings ``below`` so many levels deeper."""
        for block in content.blocks:
            level = block.level + below if block.level else 0
            self.add(block.kind, content.text[block.start : block.end], level=level)
        self._warnings += content.warnings

    def start_page(self) -> None:
        """Say that what follows stands on a new page; also before the first page."""
        self._page_starts.append(self._length + 2 if self._parts else 0)
        self._new_part = True

    def content(self, title: str = "", metadata: Mapping[str, str | None] | None = None) -> Content:
        """The text with its blocks and pages; the title defaults to none, and empty metadata is left out."""
        text = "".join(self._parts)
        recorder = SpanRecorder(text)
        for kind, start, end, level in self._pieces:
            recorder.add(kind, start, end, level=level)
        starts = tuple(min(start, len(text)) for start in self._page_starts)
        said = {name: one_line(value or "") for name, value in (metadata or {}).items()}
        return Content(
            one_line(title),
            text,
            recorder.blocks,
            starts,
            {name: value for name, value in said.items() if value},
            self._page_kind,
            tuple(dict.fromkeys(self._warnings)),
        )

    def _append(self, part: str) -> None:
        self._parts.append(part)
        self._length += len(part)
