"""Texts of gold and of retrieved passages, with the gold in them marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import TypeAlias

from assistant.errors import UnknownDocumentError
from assistant.evaluation.gold import GoldSpan
from assistant.stopwords import ENGLISH

TextOf: TypeAlias = Callable[[str], str | None]
"""Document id -> its text; None, or UnknownDocumentError, where it is not known."""

Place: TypeAlias = tuple[str, int, int]
"""Document id, start, end."""

SHOWN = 480
"""Longest piece of text that is shown, in characters."""
AROUND = 90
"""Characters shown on either side of a gold quotation."""

_PLACE = re.compile(r"(.*)#(\d{1,15})-(\d{1,15})", re.DOTALL)
_WORD = re.compile(r"\w+")


def remembered(text_of: TextOf | None) -> TextOf:
    """The same look-up, remembering the last documents and answering None for unknown ones."""

    @lru_cache(maxsize=64)
    def look_up(document: str) -> str | None:
        try:
            return text_of(document) if text_of else None
        except UnknownDocumentError:
            return None

    return look_up


def place_of(identity: str) -> Place | None:
    """The place that the id of a passage or of a gold quotation names; None for any other id."""
    match = _PLACE.fullmatch(identity)
    return (match[1], int(match[2]), int(match[3])) if match else None


def telling_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of some texts that say something, casefolded: no stop words, nothing of one or two letters."""
    words = {word.casefold() for text in texts for word in _WORD.findall(text)}
    return frozenset(word for word in words - ENGLISH if len(word) > 2 or word.isdigit())


def marked(text: str, offset: int, gold: Sequence[tuple[int, int]], words: frozenset[str]) -> str:
    """Text as HTML: gold places in ``<mark>``, gold words outside of them in ``<span class="word">``.

    Args:
        text: a piece of a document.
        offset: where in the document it begins.
        gold: spans in the document; may overlap each other and reach beyond the piece.
        words: casefolded.
    """
    html, done = [], 0
    for start, end in sorted(gold):
        first, last = max(start - offset, done), min(end - offset, len(text))
        if first < last:
            html += [_with_words(text[done:first], words), f"<mark>{escape(text[first:last])}</mark>"]
            done = last
    return "".join([*html, _with_words(text[done:], words)])


def excerpt(text: str, place: tuple[int, int], gold: Sequence[tuple[int, int]], words: frozenset[str]) -> str:
    """A place of a document as HTML, cut around the gold in it where it is long.

    Args:
        text: of the whole document.
        place: span in it; what lies outside the text is ignored.
        gold, words: as for :func:`marked`.
    """
    start, end = place[0], min(place[1], len(text))
    if end - start > SHOWN:
        inside = [first for first, last in gold if first < end and last > start]
        start = max(start, min(min(inside, default=start) - AROUND, end - SHOWN))
        end = min(end, start + SHOWN)
    before, after = "… " * (start > place[0]), " …" * (end < min(place[1], len(text)))
    return f"{before}{marked(text[start:end], start, gold, words)}{after}"


def gold_excerpt(span: GoldSpan, text: str) -> str:
    """A gold quotation as HTML, marked, with a few words around it."""
    start, end = max(span.start - AROUND, 0), min(span.end + AROUND, len(text))
    before, after = "… " * (start > 0), " …" * (end < len(text))
    shown = marked(text[start:end], start, [(span.start, span.end)], frozenset())
    return f"{before}{shown}{after}"


def _with_words(text: str, words: frozenset[str]) -> str:
    if not words:
        return escape(text)
    html, done = [], 0
    for match in _WORD.finditer(text):
        if match[0].casefold() in words:
            html += [escape(text[done : match.start()]), f'<span class="word">{escape(match[0])}</span>']
            done = match.end()
    return "".join([*html, escape(text[done:])])
