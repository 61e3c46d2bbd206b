"""Documents as they were read, and what is told of them without their text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Span: TypeAlias = tuple[int, int]
"""Half-open, in code points of ``Document.text``."""

BlockKind: TypeAlias = Literal["heading", "paragraph", "list_item", "table_row", "code", "margin"]


@dataclass(frozen=True, slots=True)
class Block:
    """One structural piece of a document: a heading, paragraph, list item, table row, code block or margin.

    A margin is a running head, foot or page number: it is in the text, but in no passage. Blocks are in reading order
    and do not overlap; what lies between them is layout (blank lines, bullets, numbers of list items).

    Attributes:
        kind: what the piece is.
        start, end: span in ``Document.text``, without surrounding white space, bullets or heading marks.
        headings: the headings above this block, outermost first; a heading does not list itself.
        level: 1 (outermost) and up for a heading, 0 for everything else.
    """

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from: what a citation needs of it beside the words.

    Attributes:
        source: the file, as a path that can be opened again.
        sha256: digest of the file's bytes when it was read.
        page_starts: offset in the text where each page begins; empty where the format has no pages.
        page_kind: what a page is called there: ``page``, ``slide``, ``sheet``, ``chapter`` …
        ocr_pages: numbers of the pages, from 1, whose text was recognised on an image.
    """

    source: str
    sha256: str
    page_starts: tuple[int, ...] = ()
    page_kind: str = "page"
    ocr_pages: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Number of the page (from 1) that holds ``offset``; None where the format has no pages."""
        return bisect_right(self.page_starts, offset) or None if self.page_starts else None

    def is_recognised(self, start: int, end: int) -> bool:
        """Whether any of the pages of a span was recognised on an image."""
        first, last = self.page_at(start), self.page_at(end - 1)
        return first is not None and last is not None and any(first <= page <= last for page in self.ocr_pages)


def ocr_pages_from(listed: str | None) -> tuple[int, ...]:
    """The page numbers in a document's ``metadata["ocr_pages"]``: ``1,2,5``; none where there is no such entry."""
    return tuple(map(int, listed.split(","))) if listed else ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its text, where its parts are, and which bytes it came from.

    Attributes:
        id: stable name within a corpus: the path relative to the corpus folder, with forward slashes.
        source: the file it was read from, as a path that can be opened again.
        title: the title the document gives itself, else its file name without the suffix.
        text: all of its text; every span in the system counts code points of this string.
        sha256: hexadecimal digest of the source file's bytes.
        media_type: e.g. ``text/plain``.
        blocks: structure, in reading order.
        page_starts: offset in ``text`` where each page begins; empty where the format has no pages.
        metadata: what the file says of itself beside its title: ``author``, ``date`` (as written there),
            ``language`` and the like; ``links`` is a JSON list of addresses, ``ocr_pages`` the pages (``1,2,5``) that
            were recognised on images.
        page_kind: what ``page_starts`` count: ``page``, ``slide``, ``sheet``, ``chapter`` …
        warnings: what was left out of the text, one line each.
    """

    id: str
    source: str
    title: str
    text: str
    sha256: str
    media_type: str = "text/plain"
    blocks: tuple[Block, ...] = ()
    page_starts: tuple[int, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    page_kind: str = "page"
    warnings: tuple[str, ...] = ()

    @property
    def origin(self) -> Origin:
        """Where the document comes from, without its text."""
        return Origin(
            self.source, self.sha256, self.page_starts, self.page_kind, ocr_pages_from(self.metadata.get("ocr_pages"))
        )

    def page_at(self, offset: int) -> int | None:
        """Number of the page (from 1) that holds ``offset``; None where the format has no pages."""
        return self.origin.page_at(offset)


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """What a list of documents shows of one: everything but its text.

    Attributes:
        id, source, title, page_kind: as for :class:`Document`.
        characters: length of its text, in code points.
        pages: how many there are; 0 where the format has none.
    """

    id: str
    source: str
    title: str
    characters: int
    pages: int = 0
    page_kind: str = "page"
