"""Gold: from document and quotation to a place in the document's text.

A quotation is found exactly, or else up to white space and typography: any run of white space equals any
other, and typographic quotation marks and dashes equal the straight ones. Nothing fuzzier: a quote that does
not occur is reported, never approximated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.datatypes import Document, Passage
from assistant.evaluation.question_set import GoldQuote

_CLASSES = (
    "'‘’‚‛‹›",
    '"“”„‟«»',
    "-‐‑‒–—―−",  # hyphen-minus, hyphens, figure, en and em dash, bar, minus sign
)
_SAME_AS = {char: f"[{re.escape(members)}]" for members in _CLASSES for char in members}


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A gold quotation with its place: ``document.text[start:end]`` answers the question.

    Attributes:
        document: id of the document.
        start, end: span in the document's text; never empty.
        exact: False where it equals the quotation only up to white space and typography.
        occurrences: how often the quotation occurs; above 1 the first is taken, or the one the set points at.
    """

    document: str
    start: int
    end: int
    exact: bool = True
    occurrences: int = 1


def resolve(gold: GoldQuote, document: Document) -> GoldSpan | None:
    """Find the quotation in the document: at the offset the set names, else exactly, else up to typography.

    Returns:
        Its first occurrence, or None where the document does not hold it.
    """
    text, quote = document.text, gold.quote
    if gold.start is not None and text.startswith(quote, gold.start):
        return GoldSpan(document.id, gold.start, gold.start + len(quote))
    quote = quote.strip()
    if not quote:
        return None
    start = text.find(quote)
    if start >= 0:
        return GoldSpan(document.id, start, start + len(quote), occurrences=text.count(quote))
    found = [match.span() for match in _typographic(quote).finditer(text)]
    if not found:
        return None
    return GoldSpan(document.id, *found[0], exact=False, occurrences=len(found))


def _typographic(quote: str) -> re.Pattern[str]:
    """A pattern for the quotation up to white space and typography; offsets stay the document's."""
    words = ("".join(_SAME_AS.get(char, re.escape(char)) for char in word) for word in quote.split())
    return re.compile(r"\s+".join(words))


def overlap(first: tuple[int, int], second: tuple[int, int]) -> int:
    """Characters that two spans share."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))


def relevant_passages(gold: GoldSpan, passages: Sequence[Passage]) -> list[str]:
    """Ids of the passages that a search ought to return for a gold span.

    Args:
        gold: the span.
        passages: all the passages of the gold span's document.

    Returns:
        Those that hold the whole span; where none does, the one that overlaps it most (the first of equals).
        A span that no passage touches gives the id of a passage that does not exist, so that it counts as
        never found.
    """
    span = (gold.start, gold.end)
    whole = [passage.id for passage in passages if passage.start <= gold.start and gold.end <= passage.end]
    if whole:
        return whole
    best = max(passages, key=lambda passage: overlap(span, (passage.start, passage.end)), default=None)
    if best is None or not overlap(span, (best.start, best.end)):
        return [f"{gold.document}#{gold.start}-{gold.end}"]
    return [best.id]
