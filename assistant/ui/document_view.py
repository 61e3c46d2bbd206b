"""A document as HTML around one quotation, the quoted words in ``<mark>``: pure functions.

The text is shown as it is, white space and all; structure is added around it, never into it, so that the
``textContent`` of the marks is the quotation, exactly. Large documents are shown through a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from assistant.datatypes import Block, Citation, Document
from assistant.ui.escaping import text_to_html
from assistant.ui.rendering import heading_path

WHOLE = 60_000
"""Documents up to this many characters are shown whole."""
STEP = 20_000
"""Characters shown on each side of a quotation in a larger document, and added by each "show more"."""
_LINE = 2_000
"""How far a window's edge is moved to fall between two lines."""

Direction: TypeAlias = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A source as it is shown: which quotation of which answer, and the window around it.

    Attributes:
        number, mark: the exchange and the footnote mark it was opened from; 0 and 0 for a passage of no answer.
        citation: the quotation.
        start, end: the part of the document's text that is shown; holds the whole quotation.
        visit: counts up with each opening, so that the browser scrolls again to a source already shown.
    """

    number: int
    mark: int
    citation: Citation
    start: int
    end: int
    visit: int


def window_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of ``text`` to show for a quotation at ``[start, end)``."""
    if len(text) <= WHOLE:
        return 0, len(text)
    return _line_start(text, start - STEP), _line_end(text, end + STEP)


def grown(text: str, start: int, end: int, direction: Direction) -> tuple[int, int]:
    """Return the window ``[start, end)`` with one more step of ``text`` above or below."""
    if direction == "above":
        return _line_start(text, start - STEP), end
    return start, _line_end(text, end + STEP)


def render_source(document: Document, opened: Opened) -> str:
    """Return the source pane's content: where the quotation stands, then the text with its words marked."""
    above = _more("above", opened.start) if opened.start > 0 else ""
    below = _more("below", len(document.text) - opened.end) if opened.end < len(document.text) else ""
    name = text_to_html(f"Text of {document.id}")
    return (
        f'<article class="fn-source" data-number="{opened.number}" data-mark="{opened.mark}" '
        f'data-visit="{opened.visit}" aria-labelledby="fn-source-title">{_header(document, opened)}'
        f'<div class="fn-scroll" role="region" aria-label="{name}" tabindex="0">'
        f'{above}<div class="fn-text" dir="auto">{render_text(document, opened)}</div>{below}</div></article>'
    )


def render_missing(reason: str, visit: int) -> str:
    """Return the source pane's content where a source cannot be shown: one sentence for people."""
    return (
        f'<article class="fn-source" data-visit="{visit}" aria-labelledby="fn-source-title"><header>{_CLOSE}'
        '<h2 id="fn-source-title">This source cannot be shown</h2></header>'
        f'<p class="fn-problem" role="alert">{text_to_html(reason)}</p></article>'
    )


def render_text(document: Document, opened: Opened) -> str:
    """Return the window's text with the quotation in one or more ``<mark>``, the first with id ``fn-cited``."""
    first, last = opened.citation.start, opened.citation.end
    headings = [each for each in document.blocks if each.kind == "heading" and opened.start <= each.start < opened.end]
    pages = {at: page for page, at in enumerate(document.page_starts, start=1) if opened.start <= at < opened.end}
    kind = text_to_html(document.page_kind.capitalize())
    cuts = {opened.start, opened.end, first, last, *pages}
    cuts.update(edge for each in headings for edge in (each.start, min(each.end, opened.end)))
    heading_at = {each.start: each for each in headings}
    parts: list[str] = []
    heading: Block | None = None
    for start, end in pairwise(sorted(cuts)):
        heading = heading_at.get(start, heading if heading and start < heading.end else None)
        piece = text_to_html(document.text[start:end])
        if first <= start < last:
            name = ' id="fn-cited" tabindex="-1"' if start == first else ""
            piece = f"<mark{name}>{piece}</mark>"
        if heading is not None:
            piece = f'<span class="fn-heading" role="heading" aria-level="{min(heading.level + 2, 6)}">{piece}</span>'
        if start in pages:
            parts.append(f'<span class="fn-page" data-page="{kind} {pages[start]}"></span>')
        parts.append(piece)
    return "".join(parts)


_CLOSE = (
    '<button type="button" class="fn-close" data-close aria-label="Close the source">'
    '<span class="fn-narrow" aria-hidden="true">‹ Conversation</span>'
    '<span class="fn-wide" aria-hidden="true">×</span></button>'
)


def _header(document: Document, opened: Opened) -> str:
    heading = heading_path(opened.citation)
    page = "" if opened.citation.page is None else f"{document.page_kind.capitalize()} {opened.citation.page}"
    page += ", recognised by OCR" if opened.citation.ocr else ""
    page = page or (f"Line {opened.citation.line}" if opened.citation.line else "")
    kicker = f"Footnote {opened.mark}" if opened.mark else "Passage"
    place = "".join(f"<span><bdi>{text_to_html(part)}</bdi></span>" for part in (document.id, page, heading) if part)
    return (
        f'<header>{_CLOSE}<p class="fn-kicker">{kicker}</p>'
        f'<h2 id="fn-source-title" dir="auto">{text_to_html(document.title or document.id)}</h2>'
        f'<p class="fn-place">{place}</p></header>'
    )


def _more(direction: Direction, left: int) -> str:
    return (
        f'<button type="button" class="fn-more" data-more="{direction}">Show more {direction}'
        f"<span> ({left:,} characters)</span></button>"
    )


def _line_start(text: str, at: int) -> int:
    """Return the start of a line shortly before ``at``, or ``at`` itself where lines are very long."""
    if at <= 0:
        return 0
    newline = text.rfind("\n", max(0, at - _LINE), at)
    return at if newline < 0 else newline + 1


def _line_end(text: str, at: int) -> int:
    """Return the end of a line shortly after ``at``, or ``at`` itself where lines are very long."""
    if at >= len(text):
        return len(text)
    newline = text.find("\n", at, at + _LINE)
    return at if newline < 0 else newline + 1
