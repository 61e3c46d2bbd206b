"""What to ask next, in the documents' own words: pure functions.

Nothing is invented: each suggestion is a slice of a cited document, a heading near the quoted words or the opening of
the paragraph after them, and is meant to be asked of that document alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Literal

from assistant.datatypes import Block, Citation, Document

HEADINGS = 3
"""Headings tried on each side of the quoted words."""
SHORTEST, LONGEST = 3, 120
"""Characters of a heading that says something and still fits a button."""
OPENING = 90
"""Characters of a neighbouring paragraph that are shown, cut between words."""
_BODY = ("paragraph", "list_item")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Words of a document that can be asked as they are: ``document.text[start:end] == text``.

    Attributes:
        text: the words.
        document: id of the document they stand in, and of which they are to be asked.
        start, end: their span.
        kind: a heading, or the opening of the paragraph that follows the quoted one.
    """

    text: str
    document: str
    start: int
    end: int
    kind: Literal["heading", "passage"]


def suggestions(
    citations: Sequence[Citation], documents: Mapping[str, Document], asked: Sequence[str] = ()
) -> list[Suggestion]:
    """Every suggestion around some quotations, nearest first, the documents taking turns.

    Args:
        citations: the quotations of an answer, best first; those of documents that are not given are passed over.
        documents: the cited documents by id.
        asked: what was asked already and is not suggested again.
    """
    around = [_around(documents[each.document], each) for each in citations if each.document in documents]
    quoted = [(each.document, each.start, each.end) for each in citations]
    seen = {_plain(question) for question in asked}
    found = []
    for each in filter(None, chain.from_iterable(zip_longest(*around))):
        inside = any(each.document == name and start < each.end and each.start < end for name, start, end in quoted)
        if not inside and _plain(each.text) not in seen:
            seen.add(_plain(each.text))
            found.append(each)
    return found


def _around(document: Document, citation: Citation) -> Iterator[Suggestion]:
    """Headings after and before the quoted words in turn, a paragraph between the first and the rest."""
    blocks = [block for block in document.blocks if block.kind != "margin"]
    here = sum(block.start <= citation.start for block in blocks) - 1
    after = [_heading(document, blocks, place) for place in range(here + 1, len(blocks))]
    before = [_heading(document, blocks, place) for place in range(here, -1, -1)][1:]
    above = blocks[here].headings if here >= 0 else ()
    later, earlier = ([each for each in side if each][:HEADINGS] for side in (after, before))
    headings = [each for pair in zip_longest(later, earlier) for each in pair if each and each.text not in above]
    yield from headings[:1]
    yield from _neighbour(document, blocks, here, citation)
    yield from headings[1:]


def _heading(document: Document, blocks: Sequence[Block], place: int) -> Suggestion | None:
    """The heading at a place among the blocks, if there is text under it that can answer."""
    block = blocks[place]
    text = document.text[block.start : block.end]
    if block.kind != "heading" or not SHORTEST <= len(text) <= LONGEST or "\n" in text:
        return None
    below = blocks[place + 1].start if place + 1 < len(blocks) else len(document.text)
    followed = place + 1 < len(blocks) and blocks[place + 1].kind != "heading"
    if not followed and not any(map(str.isalpha, document.text[block.end : below])):
        return None
    if _plain(text) == _plain(document.title):
        return None
    return Suggestion(text, document.id, block.start, block.end, "heading")


def _neighbour(document: Document, blocks: Sequence[Block], here: int, citation: Citation) -> Iterator[Suggestion]:
    """The opening of the paragraph that follows the quoted words under the same heading."""
    following = next((block for block in blocks[here + 1 :] if block.start >= citation.end), None)
    if following is None or following.kind not in _BODY or here < 0:
        return
    if following.headings != blocks[here].headings:
        return
    line = document.text[following.start : following.end].split("\n", 1)[0]
    if len(line) > OPENING:
        line = line[:OPENING].rpartition(" ")[0] or line[:OPENING]
    text = line.rstrip()
    if len(text) >= SHORTEST:
        yield Suggestion(text, document.id, following.start, following.start + len(text), "passage")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".?!… ")
