"""PDF: the text layer, page by page, in reading order, with headings, paragraphs, list items, table rows and margins.

What is put together here is traced: for every character of the text it is known which character of which page it came
from, so that ``pdf_places`` can show any span of the text on the page.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.corpus.building import Content, TextBuilder, UnreadableError
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.pdf_file import has_large_image, metadata_of, opened, opened_page, title_of
from assistant.corpus.pdf_headings import HeadingLevels
from assistant.corpus.pdf_layout import Piece, Words, margin_piece, pieces_of
from assistant.corpus.pdf_lines import PageText, page_text
from assistant.corpus.pdf_margins import margins_of
from assistant.corpus.pdf_order import reading_order
from assistant.corpus.pdf_titles import cover_title
from assistant.corpus.traced import NOWHERE


@dataclass(frozen=True, slots=True)
class TracedContent:
    """What a PDF says and where it says it.

    Attributes:
        content: the document.
        pages: for each code point of its text the index of the page it stands on, from 0; ``NOWHERE`` for what stands
            on none, as the empty lines between blocks.
        characters: for each the number of the page's character it came from, or ``NOWHERE``.
        recognised: indexes of the pages whose text was recognised on an image.
    """

    content: Content
    pages: array[int]
    characters: array[int]
    recognised: frozenset[int]


def parse(data: bytes, options: ReadOptions = DEFAULT_OPTIONS) -> Content:
    """Read a PDF file.

    Raises:
        UnreadableError: encrypted, damaged, or without a text layer on any page.
    """
    return read_traced(data, options).content


def read_traced(data: bytes, options: ReadOptions) -> TracedContent:
    """Read a PDF file, keeping where everything stands; the same bytes and options give the same.

    Raises:
        UnreadableError: as for :func:`parse`.
    """
    with opened(data, options) as document:
        title, metadata = title_of(document), metadata_of(document)
        pages, scanned = _read_pages(document, options)
    if not any(page.lines for page in pages):
        raise UnreadableError("has no text layer (a scan?): index it with --ocr LANG, for instance --ocr eng")
    recognised = frozenset(index for index, page in enumerate(pages) if page.recognised)
    if recognised:
        metadata["ocr_pages"] = ",".join(str(index + 1) for index in sorted(recognised))
        metadata["ocr_language"] = options.ocr
    builder = TextBuilder()
    if recognised:
        builder.warn(f"{_pages(recognised)} recognised by OCR: compare quotations with the page")
    if scanned:
        builder.warn(f"{_pages(scanned)} scanned, without a text layer, and left out: index it with --ocr LANG")
    return _built(builder, pages, title, metadata, recognised)


def _read_pages(document: Any, options: ReadOptions) -> tuple[list[PageText], list[int]]:
    """The text of every page, and the indexes of scanned pages that stay without."""
    pages: list[PageText] = []
    scanned: list[int] = []
    for index in range(len(document)):
        with opened_page(document, index) as (page, textpage):
            text = page_text(page, textpage)
            if not text.lines and has_large_image(page):
                if options.ocr:
                    from assistant.corpus.pdf_ocr import recognised_text

                    text = recognised_text(page, options.ocr)
                else:
                    scanned.append(index)
        pages.append(text)
    return pages, scanned


def _built(
    builder: TextBuilder,
    pages: Sequence[PageText],
    title: str,
    metadata: dict[str, str],
    recognised: frozenset[int],
) -> TracedContent:
    split = _split(pages)
    bodies = [piece for page in split for piece in page if piece.kind != "margin"]
    levels = HeadingLevels([line for page in pages for line in page.lines], bodies)
    placed: list[tuple[int, int, Piece]] = []  # page index, length of the mark that is kept, piece
    for index, page in enumerate(split):
        builder.start_page()
        for piece in page:
            level = levels.of(piece) if piece.kind in ("paragraph", "list_item") else 0
            mark = "" if level else piece.text[: piece.mark]
            kept = mark if any(map(str.isalnum, mark)) else ""  # a number says something, a bullet does not
            builder.add(
                "heading" if level else piece.kind,
                piece.text if level else piece.text[piece.mark :],
                level=level,
                mark=kept,
            )
            placed.append((index, piece.mark if not level and not kept else 0, piece))
    content = builder.content(title or cover_title(split, levels), metadata)
    return _traced(content, placed, recognised)


def _split(pages: Sequence[PageText]) -> list[list[Piece]]:
    """Each page's pieces: the upper margin, what is read, the lower margin."""
    margins = margins_of(pages)
    bodies = []
    for page, (upper, lower) in zip(pages, margins, strict=True):
        aside = {id(line) for edge in (upper, lower) for row in edge for line in row}
        bodies.append(reading_order([line for line in page.lines if id(line) not in aside]))
    words = Words(line for body in bodies for line in body)
    return [
        [*map(margin_piece, upper), *pieces_of(body, words), *map(margin_piece, lower)]
        for body, (upper, lower) in zip(bodies, margins, strict=True)
    ]


def _traced(content: Content, placed: Sequence[tuple[int, int, Piece]], recognised: frozenset[int]) -> TracedContent:
    """The content with the source of each of its characters; each piece became one block."""
    pages = array("i", [NOWHERE]) * len(content.text)
    characters = array("i", [NOWHERE]) * len(content.text)
    for block, (page, dropped, piece) in zip(content.blocks, placed, strict=True):
        traced = piece.traced.part(dropped)
        start = block.end - len(traced)
        if content.text[start : block.end] != traced.text:
            raise ValueError("a block differs from the piece it was made of")
        pages[start : block.end] = array("i", [page]) * len(traced)
        characters[start : block.end] = array("i", traced.sources)
    return TracedContent(content, pages, characters, recognised)


def _pages(indexes: Sequence[int] | frozenset[int]) -> str:
    noun, verb = ("page", "is") if len(indexes) == 1 else ("pages", "are")
    return f"{noun} {_ranges(indexes)} {verb}"


def _ranges(indexes: Sequence[int] | frozenset[int]) -> str:
    """Page numbers, from 1, as people write them: ``1, 3–5``."""
    runs: list[list[int]] = []
    for index in sorted(indexes):
        if runs and index == runs[-1][1] + 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    return ", ".join(f"{first + 1}" if first == last else f"{first + 1}–{last + 1}" for first, last in runs)
