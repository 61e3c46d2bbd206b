"""Suggestions are slices of the cited documents: headings near the quoted words, and the paragraph after them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Block, BlockKind, Citation, Document
from assistant.suggestions import LONGEST, OPENING, suggestions

LINES: tuple[tuple[BlockKind, str], ...] = (
    ("heading", "The zoo"),
    ("heading", "History"),
    ("paragraph", "It was founded in 1901 by three friends."),
    ("heading", "Animals"),
    ("paragraph", "Wolves are grey."),
    ("paragraph", "Foxes are red, and they " + "sleep by day " * 12),
    ("heading", "Empty chapter"),
    ("heading", "Prices"),
    ("paragraph", "A ticket costs 4 crowns."),
)


def made(lines: tuple[tuple[BlockKind, str], ...] = LINES, name: str = "zoo.txt", title: str = "The zoo") -> Document:
    text, blocks, path = "", [], ()
    for kind, line in lines:
        level = 1 if kind == "heading" else 0
        blocks.append(Block(kind, len(text), len(text) + len(line), () if level else path, level))
        path = (line,) if level else path
        text += f"{line}\n\n"
    return Document(name, name, title, text, "0" * 64, blocks=tuple(blocks))


def cite(document: Document, quote: str) -> Citation:
    start = document.text.index(quote)
    return Citation(quote, document.id, "", "", "", None, start, start + len(quote), 1.0, "", "0" * 64)


ZOO = made()


def texts(*quotes: str, asked: tuple[str, ...] = ()) -> list[str]:
    return [each.text for each in suggestions([cite(ZOO, quote) for quote in quotes], {ZOO.id: ZOO}, asked)]


def test_the_next_heading_comes_first_then_the_next_paragraph_then_what_is_before() -> None:
    found = suggestions([cite(ZOO, "Wolves are grey.")], {ZOO.id: ZOO})
    assert [each.kind for each in found] == ["heading", "passage", "heading"]
    assert [each.text for each in found][::2] == ["Prices", "History"]
    assert found[1].text.startswith("Foxes are red")
    assert found[1].text.endswith(("sleep", "by", "day"))
    assert len(found[1].text) <= OPENING


def test_a_heading_with_nothing_under_it_and_the_title_are_not_suggested() -> None:
    assert "Empty chapter" not in texts("Wolves are grey.")
    assert "The zoo" not in texts("It was founded in 1901")


def test_the_section_one_is_in_is_not_suggested() -> None:
    assert "Animals" not in texts("Wolves are grey.")


def test_what_was_asked_or_quoted_already_is_not_suggested() -> None:
    assert texts("Wolves are grey.", asked=("history?", "PRICES")) == [texts("Wolves are grey.")[1]]
    assert not any(text.startswith("Foxes") for text in texts("Wolves are grey.", "Foxes are red"))


def test_the_documents_take_turns() -> None:
    other = made((("heading", "Ships"), ("paragraph", "A ship."), ("heading", "Sails"), ("paragraph", "White.")), "b")
    found = suggestions([cite(ZOO, "Wolves are grey."), cite(other, "A ship.")], {ZOO.id: ZOO, other.id: other})
    assert [each.document for each in found][:2] == ["zoo.txt", "b"]


def test_a_document_that_is_gone_or_has_no_structure_gives_none() -> None:
    assert suggestions([cite(ZOO, "Wolves are grey.")], {}) == []
    bare = Document("bare", "bare", "bare", "Wolves are grey.", "0" * 64)
    assert suggestions([cite(bare, "Wolves")], {"bare": bare}) == []


KINDS = st.sampled_from(("heading", "paragraph", "list_item", "margin", "code"))


@given(st.lists(st.tuples(KINDS, st.text(min_size=1, max_size=200)), min_size=1, max_size=12), st.data())
def test_every_suggestion_is_a_slice_of_its_document(lines: list[tuple[BlockKind, str]], data: st.DataObject) -> None:
    document = made(tuple(lines))
    start = data.draw(st.integers(0, len(document.text) - 1))
    quote = document.text[start : start + 20]
    citation = Citation(quote, document.id, "", "", "", None, start, start + len(quote), 1.0, "", "0" * 64)
    for each in suggestions([citation], {document.id: document}):
        assert document.text[each.start : each.end] == each.text
        assert 0 < len(each.text) <= max(LONGEST, OPENING)
        assert each.end <= citation.start or each.start >= citation.end
