"""Questions of one conversation take turns; what breaks one leaves the others their turn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.ui.turns import Turns


def test_a_question_waits_for_those_before_it_and_for_no_later_one() -> None:
    turns = Turns()
    with turns.working(2), turns.working(3):
        assert [turns.has_to_wait(number) for number in (1, 2, 3)] == [False, False, True]
        assert turns.count == 2
    assert not turns.has_to_wait(3)
    assert turns.count == 0


def test_waiting_ends_when_the_question_before_is_done() -> None:
    turns = Turns()
    with ThreadPoolExecutor(1) as other:
        with turns.working(1):
            waiting = other.submit(turns.wait, 2)
            assert not waiting.done()
        waiting.result(timeout=10)


def test_waiting_ends_with_patience() -> None:
    turns = Turns()
    with turns.working(1):
        turns.wait(2, patience=0.0)
        assert turns.has_to_wait(2)


def test_a_number_that_is_worked_on_twice_is_done_when_both_are() -> None:
    turns = Turns()
    with turns.working(1):
        with turns.working(1):
            pass
        assert turns.has_to_wait(2)


def test_a_broken_question_is_remembered_until_it_is_asked_again() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.working(1):
        raise ZeroDivisionError
    assert turns.broken() == {1}
    assert not turns.has_to_wait(2)
    with turns.working(1):
        assert turns.broken() == frozenset()
