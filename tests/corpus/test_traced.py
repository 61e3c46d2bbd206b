"""Traced text: every character keeps its source through joining, spelling out and cleaning."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.building import clean
from assistant.corpus.traced import NOWHERE, Traced, joined

TEXTS = st.text(st.sampled_from("ab -\t\n\x00\u00a0\u00ad\u200b\ufeffﬁﬄﻻ\U0001f600"), max_size=30)


def traced(text: str) -> Traced:
    return Traced.of((character, place) for place, character in enumerate(text))


@given(TEXTS)
def test_every_character_has_one_source(text: str) -> None:
    cleaned = traced(text).cleaned()
    assert len(cleaned.text) == len(cleaned.sources)


@given(TEXTS)
def test_cleaned_as_the_builder_cleans_so_that_it_finds_nothing_to_change(text: str) -> None:
    cleaned = traced(text).cleaned().text
    assert clean(cleaned) == cleaned
    assert cleaned.split() == clean(traced(text).text).split()


@given(TEXTS)
def test_sources_say_where_a_character_stood(text: str) -> None:
    for character, source in traced(text).cleaned():
        assert character == " " or character in traced(text[source]).text


@given(st.lists(TEXTS, max_size=4), st.sampled_from(["", " ", " | "]))
def test_joined_texts_keep_their_sources(texts: list[str], between: str) -> None:
    whole = joined(map(traced, texts), between)
    assert whole.text == between.join(traced(text).text for text in texts)
    assert [source for source in whole.sources if source != NOWHERE] == [s for t in texts for s in traced(t).sources]


def test_a_ligature_is_letters_of_one_source() -> None:
    assert traced("aﬃx") == Traced("affix", (0, 1, 1, 1, 2))


def test_what_replaces_a_match_has_the_source_of_its_first_character() -> None:
    assert traced("a--b").replaced(re.compile("-+"), "••") == Traced("a••b", (0, 1, 1, 3))


def test_a_part_is_a_slice_of_both() -> None:
    assert traced("abcd").part(1, 3) == Traced("bc", (1, 2))
