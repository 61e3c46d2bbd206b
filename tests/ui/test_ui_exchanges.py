"""The conversation's state: numbers that stay, history that is passed on, marks that are looked up safely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Answer, Citation, Turn
from assistant.ui.asking import judged
from assistant.ui.exchanges import EXCHANGES_KEPT, Conversation, Exchange, next_number, put, source_of, turns


def citation(quote: str) -> Citation:
    return Citation(quote, "a.txt", "a.txt", "A", "", None, 0, len(quote), 1.0, "a.txt#0-9", "0" * 64)


def answered(number: int, *quotes: str) -> Exchange:
    found = Answer(f"Q{number}", "answered", 0.9, "", tuple(map(citation, quotes)), (citation("near"),))
    return Exchange(number, f"Q{number}", found)


CONVERSATION: Conversation = (answered(4, "a", "b"), Exchange(5, "Q5", problem="No."), answered(6), Exchange(7, "Q7"))


def test_history_is_what_was_answered_oldest_first() -> None:
    assert turns(CONVERSATION) == [Turn("Q4", ("a", "b")), Turn("Q6", ())]


@pytest.mark.parametrize(
    ("number", "mark", "quote"), [(4, 1, "a"), (4, 2, "b"), (4, 3, "near"), (6, 1, "near")], ids=str
)
def test_a_mark_leads_to_its_quotation(number: int, mark: int, quote: str) -> None:
    assert source_of(CONVERSATION, number, mark) == citation(quote)


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()) | st.just({"a": 1})


@given(JSON, JSON)
def test_anything_else_from_a_browser_leads_nowhere(number: object, mark: object) -> None:
    known = type(number) is int and type(mark) is int and (number, mark) in {(4, 1), (4, 2), (4, 3), (6, 1)}
    assert (source_of(CONVERSATION, number, mark) is not None) == known


def test_an_exchange_takes_the_place_of_its_number() -> None:
    assert put(put((), Exchange(1, "q")), answered(1, "a")) == (answered(1, "a"),)


def test_old_exchanges_are_dropped_and_numbers_go_on() -> None:
    conversation: Conversation = ()
    for _ in range(EXCHANGES_KEPT + 5):
        conversation = put(conversation, Exchange(next_number(conversation), "q"))
    assert [conversation[0].number, conversation[-1].number] == [6, EXCHANGES_KEPT + 5]


@pytest.mark.parametrize(
    ("verdict", "mark"),
    [("right", 0), ("right", 9), ("right", "1"), ("wrong", None), ("not_in_documents", 1), ("drop", 1), (None, 0)],
)
def test_what_a_browser_says_without_sense_is_not_kept(verdict: object, mark: object) -> None:
    """``judged`` gives None before it touches the assistant."""
    exchange = Exchange(1, "Why?", Answer("Why?", "not_found", 0.1, "", ()))
    assert judged(None, exchange, verdict, mark) is None  # type: ignore[arg-type]
    assert judged(None, Exchange(1, "Why?"), "not_in_documents", 0) is None  # type: ignore[arg-type]
