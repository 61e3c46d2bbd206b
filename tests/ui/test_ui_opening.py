"""Moving through an open source: pages, matches, windows; whatever the browser sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Document
from assistant.ui.document_view import render_text
from assistant.ui.opening import WHOLE, Opened, found, looked, opened_at, page_span, turned
from assistant.ui.permalink import citation_at

LINE = "Line {:05d}: the sea was calm and the harbour slept.\n"
TEXT = "".join(LINE.format(number) for number in range(4_000))
STARTS = tuple(range(0, len(TEXT), len(LINE.format(0)) * 40))
BOOK = Document("book.pdf", "book.pdf", "Book", TEXT, "0" * 64, page_starts=STARTS)


def at(words: str, document: Document = BOOK) -> Opened:
    start = document.text.index(words)
    return opened_at(document, citation_at(document, start, start + len(words)), 1, look="text")


def test_a_source_opens_on_the_page_of_its_quotation() -> None:
    opened = at("Line 02000")
    assert opened.page == 51
    assert len(TEXT) > WHOLE > opened.end - opened.start
    assert opened.start <= opened.citation.start < opened.citation.end <= opened.end


@given(st.one_of(st.integers(-5, 200), st.booleans(), st.none(), st.text(max_size=3), st.floats()))
def test_only_pages_that_there_are_can_be_turned_to(page: object) -> None:
    opened = at("Line 02000")
    there = turned(opened, BOOK, page)
    if type(page) is int and 1 <= page <= len(STARTS):
        assert there.page == page
        assert there.start <= page_span(BOOK, page)[0] < there.end
        assert 'id="fn-here"' in render_text(BOOK, there)
    else:
        assert there == opened


def test_turning_within_the_window_does_not_move_it() -> None:
    opened = at("Line 02000")
    there = turned(opened, BOOK, 52)
    assert (there.start, there.end) == (opened.start, opened.end)


def test_a_search_begins_where_the_reader_is_and_goes_round() -> None:
    opened = found(at("Line 02000"), BOOK, "LINE 0", 1)
    assert opened.match == 2_000
    assert found(opened, BOOK, "line 0", -1).match == 2_000  # other words: a new search
    assert found(opened, BOOK, "LINE 0", 1).match == 2_001
    back = found(found(at("Line 00000"), BOOK, "calm", 1), BOOK, "calm", -1)
    assert (back.match, back.page) == (3_999, 100)
    assert found(back, BOOK, "calm", 1).match == 0


def test_a_match_is_shown_marked_in_its_window() -> None:
    opened = found(at("Line 02000"), BOOK, "line 00007", 1)
    markup = render_text(BOOK, opened)
    assert '<span class="fn-find fn-now" id="fn-match" tabindex="-1">Line 00007</span>' in markup
    assert "fn-cited" not in markup


def test_a_search_that_finds_nothing_moves_nothing() -> None:
    before = at("Line 02000")
    opened = found(before, BOOK, "elephant", 1)
    assert (opened.words, opened.aim, opened.page, opened.start) == ("elephant", "stay", before.page, before.start)
    assert found(opened, BOOK, "", 1).words == ""
    assert found(opened, BOOK, 7, 1) == opened


def test_changing_the_look_stays_on_the_page() -> None:
    opened = turned(at("Line 02000"), BOOK, 7)
    as_page = looked(opened, BOOK, "page", 9)
    assert (as_page.look, as_page.page, as_page.aim) == ("page", 9, "here")
    assert looked(as_page, BOOK, "text", 51).aim == "cited"
    assert looked(as_page, BOOK, "<script>", 9) == as_page


@given(st.text("ab \n", max_size=80), st.text("ab", min_size=1, max_size=2), st.data())
def test_marks_of_matches_never_change_the_text_or_the_quotation(text: str, words: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    document = Document("a.txt", "a.txt", "A", text, "0" * 64)
    opened = found(opened_at(document, citation_at(document, start, end), 1, look="text"), document, words, 1)
    markup = render_text(document, opened)
    plain, quoted = "", ""
    inside = False
    for piece in markup.replace(">", "<").split("<"):
        if piece.startswith(("mark", "/mark")):
            inside = piece.startswith("mark")
        elif not piece.startswith(("span", "/span")):
            plain += piece
            quoted += piece if inside else ""
    assert plain == text
    assert quoted == text[start:end]


@pytest.mark.parametrize("page", [1, 2, 3])
def test_pages_without_text_can_be_turned_to(page: int) -> None:
    document = Document("a.pdf", "a.pdf", "A", "First.\n\nThird.", "0" * 64, page_starts=(0, 8, 8))
    opened = turned(at("First.", document), document, page)
    assert opened.page == page
    assert 'id="fn-here"' in render_text(document, opened)
