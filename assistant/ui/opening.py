"""What of a document is open in the source pane, and how a reader moves through it: pure functions of values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from assistant.datatypes import Citation, Document
from assistant.ui.finding import LONGEST, find, next_match

WHOLE = 60_000
"""Documents up to this many characters are shown whole."""
STEP = 20_000
"""Characters shown on each side of a quotation in a larger document, and added by each "show more"."""
_LINE = 2_000
"""How far a window's edge is moved to fall between two lines."""

Direction: TypeAlias = Literal["above", "below"]
Look: TypeAlias = Literal["page", "text"]
Aim: TypeAlias = Literal["cited", "match", "here", "stay"]
"""What the browser scrolls to: the quotation, the match, the page's beginning, or nothing."""
Origin: TypeAlias = Literal["conversation", "library", "index"]
"""Where on the page a source was opened from, and where closing it leads back to."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A source as it is shown: which quotation of which answer, the window around it, and where the reader went since.

    Attributes:
        number, mark: the exchange and the footnote mark it was opened from; 0 where it came from elsewhere.
        citation: the quotation; its words are empty where a whole document was opened.
        start, end: the part of the document's text that is shown; at first it holds the whole quotation.
        visit: counts up with each opening, so that the browser scrolls again to a source already shown.
        marks: how many footnotes the exchange has.
        look: whether the reader wants the page's picture, where there is one, or the text.
        page: number of the page the reader is on, from 1; None where the format has none.
        words: what is looked for in the document; empty if nothing is.
        match: which of the places that say so the reader is at, from 0.
        aim: what to scroll to.
        moves: counts up with each move, so that the browser scrolls once for each.
        origin: where it was opened from.
    """

    number: int
    mark: int
    citation: Citation
    start: int
    end: int
    visit: int
    marks: int = 1
    look: Look = "page"
    page: int | None = None
    words: str = ""
    match: int = 0
    aim: Aim = "cited"
    moves: int = 0
    origin: Origin = "conversation"


def opened_at(
    document: Document,
    citation: Citation,
    visit: int,
    *,
    number: int = 0,
    mark: int = 0,
    marks: int = 1,
    look: Look,
    origin: Origin = "conversation",
) -> Opened:
    """A document open at a quotation."""
    window = window_around(document.text, citation.start, citation.end)
    page = document.page_at(citation.start)
    return Opened(number, mark, citation, *window, visit=visit, marks=marks, look=look, page=page, origin=origin)


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


def turned(opened: Opened, document: Document, page: object) -> Opened:
    """The source at the beginning of a page, if there is one of that number."""
    if type(page) is not int or not 1 <= page <= len(document.page_starts):
        return opened
    start = document.page_starts[page - 1]
    aim: Aim = "cited" if document.page_at(opened.citation.start) == page and opened.citation.quote else "here"
    if opened.look == "text":
        aim = "here"
    return _moved(opened, document, start, start, page=page, aim=aim)


def found(opened: Opened, document: Document, words: object, direction: object) -> Opened:
    """The source at the next or previous place that says some words; at the first from here on if they are others.

    Empty words end the search.
    """
    if not isinstance(words, str):
        return opened
    words = words.strip()[:LONGEST]
    matches = find(document.text, words)
    if not matches:
        return replace(opened, words=words, match=0, aim="stay", moves=opened.moves + 1)
    if words == opened.words:
        match = (opened.match + (-1 if direction == -1 else 1)) % len(matches)
    else:
        match = next_match(matches, _whereabouts(opened, document))
    start, end = matches[match]
    there = _moved(opened, document, start, end, page=document.page_at(start), aim="match")
    return replace(there, words=words, match=match)


def looked(opened: Opened, document: Document, look: object, page: object) -> Opened:
    """The source as text or as page, on the page that the reader was on."""
    if look not in ("page", "text"):
        return opened
    wanted: Look = "page" if look == "page" else "text"
    there = replace(turned(replace(opened, look="page"), document, page), look=wanted, moves=opened.moves + 1)
    matches = find(document.text, there.words)
    if not matches or document.page_at(matches[there.match][0]) != there.page:
        return there
    return _moved(there, document, *matches[there.match], page=there.page, aim="match")


def page_span(document: Document, page: int) -> tuple[int, int]:
    """The span of a page's text."""
    starts = (*document.page_starts, len(document.text))
    return starts[page - 1], starts[page]


def _whereabouts(opened: Opened, document: Document) -> int:
    """Where what the reader sees begins: the page, or the quotation in a text without pages."""
    if opened.page is not None:
        return document.page_starts[opened.page - 1]
    return opened.citation.start


def _moved(opened: Opened, document: Document, start: int, end: int, *, page: int | None, aim: Aim) -> Opened:
    """The source with the window over a span, moved only where it has to be."""
    window = opened.start, opened.end
    if not opened.start <= start <= end <= opened.end or start == opened.end:
        window = window_around(document.text, start, end)
    return replace(opened, start=window[0], end=window[1], page=page, aim=aim, moves=opened.moves + 1)


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
