"""A document as HTML around one quotation, the quoted words in ``<mark>``: pure functions.

The text is shown as it is, white space and all; structure is added around it, never into it, so that the
``textContent`` of the marks is the quotation, exactly. Large documents are shown through a window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from assistant.datatypes import Block, Document
from assistant.ui.escaping import text_to_html
from assistant.ui.finding import find
from assistant.ui.opening import Direction, Opened, Origin
from assistant.ui.source_bar import render_close, render_head


def render_source(
    document: Document, opened: Opened, sheet: str = "", *, note: str = "", pictured: bool = False
) -> str:
    """Return the source pane's content: where the quotation stands, then the page or the text with its words marked.

    Args:
        document: that is open.
        opened: where.
        sheet: the page as it looks; the text is shown where there is none.
        note: a sentence above it, for people.
        pictured: whether the document's pages can be shown as they look.
    """
    matches = find(document.text, opened.words)
    name = text_to_html(f"{'Page' if sheet else 'Text'} of {document.id}")
    said = f'<p class="fn-note" role="status">{text_to_html(note)}</p>' if note else ""
    content = sheet or _text(document, opened)
    head = render_head(document, opened, matches, pictured=pictured)
    return (
        f'<article class="fn-source" data-number="{opened.number}" data-mark="{opened.mark}" '
        f'data-marks="{opened.marks}" data-visit="{opened.visit}" data-moves="{opened.moves}" '
        f'data-aim="fn-{opened.aim}" aria-labelledby="fn-source-title">{head}'
        f'<div class="fn-scroll" role="region" aria-label="{name}" tabindex="0">{said}{content}</div></article>'
    )


def render_missing(reason: str, visit: int, origin: Origin = "conversation") -> str:
    """Return the source pane's content where a source cannot be shown: one sentence for people."""
    return (
        f'<article class="fn-source" data-visit="{visit}" aria-labelledby="fn-source-title">'
        f"<header>{render_close(origin)}"
        '<h2 id="fn-source-title">This source cannot be shown</h2></header>'
        f'<p class="fn-problem" role="alert">{text_to_html(reason)}</p></article>'
    )


def render_text(document: Document, opened: Opened) -> str:
    """Return the window's text with the quotation in one or more ``<mark>``, the first with id ``fn-cited``.

    What is looked for stands in ``fn-find``; the place the reader is at begins with id ``fn-match``.
    """
    first, last = max(opened.citation.start, opened.start), min(opened.citation.end, opened.end)
    headings = [each for each in document.blocks if each.kind == "heading" and opened.start <= each.start < opened.end]
    pages = {at: page for page, at in enumerate(document.page_starts, start=1) if opened.start <= at < opened.end}
    here = document.page_starts[opened.page - 1] if opened.page else -1
    kind = text_to_html(document.page_kind.capitalize())
    matches = find(document.text, opened.words)
    within = _within(matches, opened.start, opened.end)
    now = matches[opened.match] if opened.match < len(matches) else (-1, -1)
    cuts = {opened.start, opened.end, *pages, *(at for span in within for at in _clipped(span, opened))}
    cuts.update((first, last) if first < last else ())
    cuts.update(edge for each in headings for edge in (each.start, min(each.end, opened.end)))
    heading_at = {each.start: each for each in headings}
    match_at = {max(start, opened.start): (start, end) for start, end in within}
    parts: list[str] = []
    heading: Block | None = None
    match = (-1, -1)
    for start, end in pairwise(sorted(cuts)):
        heading = heading_at.get(start, heading if heading and start < heading.end else None)
        match = match_at.get(start, match)
        piece = text_to_html(document.text[start:end])
        if start < match[1]:
            name = ' id="fn-match" tabindex="-1"' if match == now and start == max(match[0], opened.start) else ""
            piece = f'<span class="fn-find{" fn-now" if match == now else ""}"{name}>{piece}</span>'
        if first <= start < last:
            name = ' id="fn-cited" tabindex="-1"' if start == first else ""
            piece = f"<mark{name}>{piece}</mark>"
        if heading is not None:
            piece = f'<span class="fn-heading" role="heading" aria-level="{min(heading.level + 2, 6)}">{piece}</span>'
        if start in pages:
            name = ' id="fn-here"' if start == here else ""
            parts.append(
                f'<span class="fn-page" data-page="{kind} {pages[start]}" data-at="{pages[start]}"{name}></span>'
            )
        parts.append(piece)
    return "".join(parts)


def _text(document: Document, opened: Opened) -> str:
    above = _more("above", opened.start) if opened.start > 0 else ""
    below = _more("below", len(document.text) - opened.end) if opened.end < len(document.text) else ""
    return f'{above}<div class="fn-text" dir="auto">{render_text(document, opened)}</div>{below}'


def _within(spans: Sequence[tuple[int, int]], start: int, end: int) -> Sequence[tuple[int, int]]:
    """Those of some spans in order, none overlapping another, that a window shows any of."""
    place = bisect_left(spans, (start, 0))
    place -= bool(place and spans[place - 1][1] > start)
    return spans[place : bisect_left(spans, (end, 0))]


def _clipped(span: tuple[int, int], opened: Opened) -> tuple[int, int]:
    return max(span[0], opened.start), min(span[1], opened.end)


def _more(direction: Direction, left: int) -> str:
    return (
        f'<button type="button" class="fn-more" data-more="{direction}">Show more {direction}'
        f"<span> ({left:,} characters)</span></button>"
    )
