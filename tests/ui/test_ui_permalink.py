"""Links to places: what is made opens the same place; what is anything else gets one plain sentence."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Block, Document
from assistant.errors import UnknownDocumentError
from assistant.ui.permalink import LinkError, citation_at, link_to, linked

DIGEST = "ab" * 32
TEXT = "Title\n\nSome words, then others.\nA second line."
BLOCKS = (
    Block("heading", 0, 5, level=1),
    Block("paragraph", 7, 32, ("Title",)),
    Block("paragraph", 33, 47, ("Title",)),
)
DOCUMENT = Document(
    "folder/ä & b=c?.txt",
    "corpus/x.txt",
    "Title",
    TEXT,
    DIGEST,
    blocks=BLOCKS,
)
PLACE = {"document": DOCUMENT.id, "start": "7", "end": "17", "sha256": DIGEST}


def document_of(name: str) -> Document:
    if name != DOCUMENT.id:
        raise UnknownDocumentError("the index in /secret/folder has none")
    return DOCUMENT


@given(st.integers(0, len(TEXT) - 1), st.data())
def test_a_link_opens_the_place_it_was_made_of(start: int, data: st.DataObject) -> None:
    made = citation_at(DOCUMENT, start, data.draw(st.integers(start + 1, len(TEXT))))
    document, citation = linked(dict(parse_qsl(link_to(made)[1:])), document_of)
    assert document is DOCUMENT
    assert citation == made
    assert TEXT[citation.start : citation.end] == citation.quote


def test_a_linked_place_knows_its_heading_and_line() -> None:
    citation = citation_at(DOCUMENT, 33, 40)
    assert (citation.heading, citation.line, citation.page) == ("Title", 4, None)


def test_the_document_alone_opens_at_its_beginning() -> None:
    citation = linked({"document": DOCUMENT.id, "start": None}, document_of)[1]
    assert (citation.start, citation.end, citation.quote) == (0, 0, "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"document": "gone.txt"}, "names “gone.txt”, which is not among the documents"),
        ({"sha256": "cd" * 32}, "has changed since this link was made"),
        ({"end": "48"}, "points beyond the end"),
        ({"end": "999999999999"}, "points beyond the end"),
        ({"start": "17"}, "incomplete or damaged"),
        ({"start": "-1"}, "incomplete or damaged"),
        ({"start": "٣"}, "incomplete or damaged"),
        ({"end": "9" * 5_000}, "incomplete or damaged"),
        ({"end": None}, "incomplete or damaged"),
        ({"start": 7}, "incomplete or damaged"),
        ({"sha256": "x"}, "incomplete or damaged"),
        ({"document": ""}, "incomplete or damaged"),
        ({"document": ["a"]}, "incomplete or damaged"),
        ({"document": "x" * 10_000}, "incomplete or damaged"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_anything_else_is_refused_in_one_plain_sentence(changes: dict[str, object], said: str) -> None:
    with pytest.raises(LinkError, match=said) as refused:
        linked({**PLACE, **changes}, document_of)
    assert "/secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
