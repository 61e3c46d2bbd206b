"""Find in document: whatever the case and the accents, and always a span of the text as it is."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ui.finding import MOST, find, next_match

TEXT = st.text(
    st.sampled_from("aAeéÉßSsﬁfi \n\t\u0301\u00a0ӑşŞшШ漢字שָׁלום한각가ががİı½…")
    | st.characters(exclude_categories=["Cs"]),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("A café, a CAFÉ, a cafe\u0301.", "cafe", ["café", "CAFÉ", "cafe\u0301"]),
        ("plain cafe", "CAFÉ", ["cafe"]),
        ("Straße und STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("ﬁne ﬂow", "fi", ["ﬁ"]),
        ("two  words\nof two\u00a0words", "two words", ["two  words", "two\u00a0words"]),
        ("שָׁלוֹם עולם", "שלום", ["שָׁלוֹם"]),
        ("مُحَمَّد", "محمد", ["مُحَمَّد"]),
        ("漢字かな漢字", "漢字", ["漢字", "漢字"]),
        ("ガス と カス", "カス", ["カス"]),
        ("가 각", "가", ["가"]),
        ("ＡＢＣ abc", "abc", ["ＡＢＣ", "abc"]),
        ("कि का क", "का", ["का"]),
        ("a.c abc", "a.c", ["a.c"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("words", "  \n", []),
        ("words", "others", []),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_found(text: str, words: str, said: list[str]) -> None:
    assert [text[start:end] for start, end in find(text, words)] == said


@given(TEXT, st.data())
def test_every_part_of_a_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    words = text[start:end]
    visible = [character for character in words if not unicodedata.combining(character) and not character.isspace()]
    if words.strip() and visible and len(words) < 100:
        assert find(text, words)


@given(TEXT, TEXT)
def test_spans_are_in_order_within_the_text_and_apart(text: str, words: str) -> None:
    spans = list(find(text, words))
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(st.text("abcABC \n", max_size=60), st.text("abAB", min_size=1, max_size=3))
def test_in_plain_text_it_is_what_a_plain_search_finds(text: str, words: str) -> None:
    expected = [match.span() for match in re.finditer(words, text, re.IGNORECASE)]
    assert list(find(text, words)) == expected


def test_very_many_matches_are_not_all_counted() -> None:
    assert len(find("e" * (MOST + 5), "e")) == MOST


@pytest.mark.parametrize(("at", "match"), [(0, 0), (1, 1), (5, 1), (6, 0)])
def test_the_next_match_is_the_first_from_there_on(at: int, match: int) -> None:
    assert next_match([(0, 3), (5, 8)], at) == match
