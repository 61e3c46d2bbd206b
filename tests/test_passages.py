from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Block, Document
from assistant.merging import joined
from assistant.passages import SplitLimits, split_document
from assistant.segmenting import sentence_spans


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def document(*parts: tuple[str, str], level: int = 1) -> Document:
    """A document of (kind, text) parts, two line feeds between them."""
    text, blocks, headings = "", [], ()
    for kind, content in parts:
        if kind == "heading":
            headings = ()
        start = len(text)
        blocks.append(Block(kind, start, start + len(content), headings, level if kind == "heading" else 0))
        if kind == "heading":
            headings = (content,)
        text += content + "\n\n"
    return Document("d.txt", "d.txt", "Title", text, "0" * 64, blocks=tuple(blocks))


def split(doc: Document, tokens: int = 8) -> list[str]:
    """The parts, each of at most so many words."""
    passages = split_document(doc, SplitLimits(tokens=2 * tokens), words)
    return [doc.text[start:end] for start, end in dict.fromkeys(part for p in passages for part in p.parts)]


def test_a_row_of_a_table_is_one_sentence_and_is_cut_between_cells_only() -> None:
    row = "Name: Dr. Ann Lee, M.D. of Rome | Town: St. Ives. In Cornwall | Job: cook"
    doc = Document("d", "d", "", row, "0", blocks=(Block("table_row", 0, len(row)),))
    assert [row[slice(*span)] for span in sentence_spans(row, doc.blocks[0])] == [row]
    passages = split_document(doc, SplitLimits(tokens=20), words)
    cells = {row[slice(*span)] for passage in passages for span in passage.sentences}
    assert cells == {"Name: Dr. Ann Lee, M.D. of Rome", "Town: St. Ives. In Cornwall | Job: cook"}


def test_sentences_are_packed_up_to_the_budget():
    assert split(document(("paragraph", "One two three. Four five six. Seven eight nine.")), 6) == [
        "One two three. Four five six.",
        "Seven eight nine.",
    ]


def test_passages_are_of_even_size():
    text = "The dog ran. The cat slept. The cow ate. Stop."
    assert split(document(("paragraph", text)), 9) == ["The dog ran. The cat slept.", "The cow ate. Stop."]


def test_wrapped_lines_are_one_sentence_meant_lines_are_several():
    wrapped = (
        "The first line of a paragraph that an editor has\nwrapped at fifty characters or so goes on here and\nends."
    )
    assert len(split(document(("paragraph", wrapped)), 99)) == 1
    assert sentence_spans(wrapped, Block("paragraph", 0, len(wrapped))) == [(0, len(wrapped))]
    assert sentence_spans("Opening hours\nMon 9-5", Block("paragraph", 0, 21)) == [(0, 13), (14, 21)]


def test_in_markdown_a_line_break_ends_no_sentence_unless_it_is_meant() -> None:
    text = "Reading happens within\n[limits](reading.md). It\nends.\nFirst line  \nsecond line\\\nthird"
    spans = sentence_spans(text, Block("paragraph", 0, len(text)), flowing=True)
    assert [text[start:end] for start, end in spans] == [
        "Reading happens within\n[limits](reading.md).",
        "It\nends.",
        "First line",
        "second line\\",
        "third",
    ]
    blocks = (Block("paragraph", 0, len(text)),)
    written = Document("d.md", "d.md", "", text, "0" * 64, "text/markdown", blocks)
    (passage,) = split_document(written, SplitLimits(), words)
    assert passage.sentences == tuple(spans)


def test_no_passage_spans_a_heading_and_each_knows_the_path_above_it():
    doc = document(("heading", "First"), ("paragraph", "One."), ("heading", "Second"), ("paragraph", "Two."))
    passages = split_document(doc, SplitLimits(), words)
    assert [(p.headings, p.text) for p in passages] == [(("First",), "One."), (("Second",), "Two.")]


def test_a_passage_is_a_window_of_two_parts_and_the_next_begins_with_the_second():
    doc = document(("paragraph", "It was red. It was hot. It was old."))
    passages = split_document(doc, SplitLimits(tokens=6), words)
    assert [p.text for p in passages] == ["It was red. It was hot.", "It was hot. It was old."]
    assert [p.parts for p in passages] == [((0, 11), (12, 23)), ((12, 23), (24, 35))]


def test_blocks_under_one_heading_share_a_passage_with_the_layout_between_them():
    assert split(document(("paragraph", "One."), ("list_item", "Two."))) == ["One.\n\nTwo."]


def test_margins_are_in_no_passage():
    doc = document(
        ("margin", "The report."),
        ("paragraph", "One two three."),
        ("margin", "Page 1."),
        ("margin", "The report."),
        ("paragraph", "Four five six."),
    )
    passages = split_document(doc, SplitLimits(tokens=16), words)
    assert [passage.text for passage in passages] == ["One two three.", "Four five six."]


def test_a_margin_does_not_make_a_heading_one_with_nothing_below_it():
    doc = document(("heading", "A part"), ("margin", "Page 1."), ("paragraph", "One two three."))
    assert split(doc) == ["One two three."]


def test_a_list_item_that_fits_in_a_passage_is_not_torn():
    doc = document(("list_item", "It was red and hot."), ("list_item", "It fell. It was cold."))
    assert split(doc, 8) == ["It was red and hot.", "It fell. It was cold."]


def test_a_heading_with_nothing_below_it_can_be_found_too():
    assert split(document(("heading", "Opening hours"), ("heading", "Contact"), ("paragraph", "Call us."))) == [
        "Opening hours",
        "Call us.",
    ]


def test_an_overlong_sentence_is_cut_at_a_clause():
    text = "one two three four five six, seven eight nine ten eleven twelve"
    assert split(document(("paragraph", text)), 8) == [
        "one two three four five six,",
        "seven eight nine ten eleven twelve",
    ]


def test_code_is_split_on_lines():
    block = Block("code", 0, 21)
    assert sentence_spans("x = f(1. )\n\n  y = 2. ", block) == [(0, 10), (14, 20)]


def test_a_run_without_spaces_cannot_outgrow_the_limit():
    parts = split(document(("paragraph", "x" * 1000)), 8)
    assert max(map(len, parts)) <= 80
    assert "".join(parts) == "x" * 1000


def test_page_of_a_passage_is_where_it_starts():
    doc = Document("d", "d", "", "One.\fTwo.", "0", blocks=(Block("paragraph", 5, 9),), page_starts=(0, 5))
    assert split_document(doc, SplitLimits(), words)[0].page == 2


@pytest.mark.parametrize("window", [8, 64, 256, 512])
def test_limits_leave_room_for_context_and_special_tokens(window):
    limits = SplitLimits(tokens=1000).within(window)
    assert limits.part_tokens + limits.context_tokens + 2 <= max(window, 4)


KINDS = st.sampled_from(["heading", "paragraph", "list_item", "code", "margin"])
CONTENT = st.text(alphabet="ab .!?\n,é中😀", min_size=1, max_size=80).map(str.strip).filter(bool)


@given(st.lists(st.tuples(KINDS, CONTENT), max_size=8), st.integers(1, 12))
def test_laws_of_splitting(parts, tokens):
    doc = document(*parts)
    passages = split_document(doc, SplitLimits(tokens=tokens), words)
    assert all(doc.text[p.start : p.end] == p.text for p in passages)
    assert all(a.parts[-1:] == b.parts[:1] or a.end <= b.start for a, b in pairwise(passages))
    assert all((p.start, p.end) == (p.parts[0][0], p.parts[-1][1]) and len(p.parts) <= 2 for p in passages)
    assert all(p.sentences[0][0] == p.start and p.sentences[-1][1] == p.end for p in passages)
    for block in doc.blocks:
        if block.kind == "heading":
            assert not any(p.start < block.start and block.end < p.end for p in passages)
            continue
        if block.kind == "margin":
            assert not any(p.start < block.end and block.start < p.end for p in passages)
            continue
        covered = {
            i
            for p in passages
            for start, end in p.sentences
            if block.start <= start < block.end
            for i in range(start, end)
        }
        lost = [doc.text[i] for i in range(block.start, block.end) if i not in covered]
        assert all(character.isspace() for character in lost)


def test_neighbours_are_joined_with_what_they_share_once():
    doc = document(("paragraph", "It was red. It was hot. It was old."))
    first, second = split_document(doc, SplitLimits(tokens=6), words)
    whole = joined(second, first)
    assert whole.text == doc.text[whole.start : whole.end] == "It was red. It was hot. It was old."
    assert (whole.id, len(whole.sentences), len(whole.parts)) == ("d.txt#0-35", 3, 3)
    assert joined(whole, first) == whole


def test_passages_with_text_between_them_are_not_joined():
    doc = document(("paragraph", "It was red. It was hot. It was old. It was new."))
    first, _, last = split_document(doc, SplitLimits(tokens=6), words)
    with pytest.raises(ValueError, match="no neighbours"):
        joined(first, last)
