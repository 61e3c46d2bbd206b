"""Gold quotations: found exactly, or up to white space and typography, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Document, Passage
from assistant.evaluation.gold import GoldSpan, relevant_passages, resolve
from assistant.evaluation.question_set import GoldQuote


def found(text: str, quote: str, start: int | None = None) -> GoldSpan | None:
    return resolve(GoldQuote("d", quote, start), Document("d", "d", "d", text, ""))


def test_an_exact_quotation_is_found_where_it_stands():
    assert found("It joined in 1995.", "in 1995") == GoldSpan("d", 10, 17)


@pytest.mark.parametrize(
    ("text", "quote", "matched"),
    [
        pytest.param("to  the\n\tend.", "to the end", "to  the\n\tend", id="white space"),
        pytest.param("to\u00a0the end", "to the end", "to\u00a0the end", id="no-break space"),
        pytest.param("he said “yes”", 'said "yes"', "said “yes”", id="typographic double quotes"),
        pytest.param('he said "yes"', "said “yes”", 'said "yes"', id="straight double quotes"),
        pytest.param("« oui » dit-il", '" oui " dit', "« oui » dit", id="guillemets"),
        pytest.param("Kazakhstan’s army", "Kazakhstan's army", "Kazakhstan’s army", id="apostrophe"),
        pytest.param("1994–1995 —", "1994-1995 -", "1994–1995 —", id="dashes"),
        pytest.param("a (b) [c]* +", "a (b)  [c]* +", "a (b) [c]* +", id="characters special to patterns"),
    ],
)
def test_typography_and_white_space_do_not_matter(text, quote, matched):
    span = found(text, quote)
    assert span is not None
    assert not span.exact
    assert text[span.start : span.end] == matched


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        pytest.param("It joined in 1995.", "it joined", id="case"),
        pytest.param("It joined in 1995.", "joined 1995", id="a word left out"),
        pytest.param("database", "data base", id="white space where there is none"),
        pytest.param("cafe", "café", id="an accent"),
        pytest.param("anything", "   ", id="nothing"),
    ],
)
def test_nothing_fuzzier_is_found(text, quote):
    assert found(text, quote) is None


def test_exact_goes_before_typographic():
    assert found("it’s, it's", "it's") == GoldSpan("d", 6, 10)


def test_white_space_around_a_quotation_does_not_count():
    assert found("one two", "  two\n") == GoldSpan("d", 4, 7)


def test_a_repeated_quotation_is_found_at_its_first_place_and_counted():
    assert found("yes no yes", "yes") == GoldSpan("d", 0, 3, occurrences=2)
    assert found("a  b, a\nb", "a b") == GoldSpan("d", 0, 4, exact=False, occurrences=2)


def test_an_offset_chooses_among_occurrences():
    assert found("yes no yes", "yes", start=7) == GoldSpan("d", 7, 10)


def test_a_wrong_offset_falls_back_to_searching():
    assert found("yes no yes", "yes", start=3) == GoldSpan("d", 0, 3, occurrences=2)


@given(st.text(min_size=1), st.data())
def test_every_piece_of_a_text_is_found_in_it(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    span = found(text, quote)
    if not quote.strip():
        assert span is None
    else:
        assert span is not None
        assert text[span.start : span.end] == quote.strip()


def passages(*spans: tuple[int, int]) -> list[Passage]:
    return [Passage(f"d#{start}-{end}", "d", start, end, "x" * (end - start)) for start, end in spans]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([(0, 10), (10, 30)], ["d#10-30"], id="one holds it whole"),
        pytest.param([(0, 25), (10, 30), (20, 30)], ["d#0-25", "d#10-30"], id="two hold it whole"),
        pytest.param([(0, 15), (15, 30)], ["d#15-30"], id="cut: the larger part"),
        pytest.param([(0, 16), (16, 30)], ["d#0-16"], id="cut in halves: the first"),
        pytest.param([(0, 5), (25, 30)], ["d#12-20"], id="none touches it: an id never found"),
        pytest.param([], ["d#12-20"], id="no passages"),
    ],
)
def test_passages_that_ought_to_be_found(spans, expected):
    assert relevant_passages(GoldSpan("d", 12, 20), passages(*spans)) == expected
