"""What was read in a state is kept within bounds, and nothing of one state is taken for another's."""

from dataclasses import replace

from assistant.index.seen import Kept, Seen
from assistant.index.state import State

ONE = State.first()
NEXT = replace(ONE, generation=1)


def kept(*names: str, most: int = 3) -> Kept[str, int]:
    """Values of one byte each, in this order."""
    values: Kept[str, int] = Kept(most)
    values.of(ONE, ())
    for number, name in enumerate(names):
        values.put(name, number, 1)
    return values


def test_what_is_kept_is_found_by_name():
    assert kept("a", "b").of(ONE, ["b", "a", "c"]) == {"b": 1, "a": 0}


def test_nothing_is_kept_of_another_state():
    values = kept("a")
    assert values.of(NEXT, ["a"]) == {}
    assert values.of(ONE, ["a"]) == {}


def test_what_was_not_used_for_longest_makes_room():
    values = kept("a", "b", "c")
    values.of(ONE, ["a"])
    values.put("d", 3, 1)
    assert values.of(ONE, "abcd") == {"a": 0, "c": 2, "d": 3}


def test_a_value_that_is_kept_again_is_counted_once():
    values = kept("a", "a", "a", "a", "b", "c")
    assert values.of(ONE, "abc") == {"a": 3, "b": 4, "c": 5}


def test_a_value_larger_than_all_the_room_is_kept_alone():
    values = kept("a", "b")
    values.put("large", 9, 100)
    assert values.of(ONE, ["a", "b", "large"]) == {"large": 9}


def test_names_that_were_checked_are_those_of_one_state():
    seen: Seen[str] = Seen()
    seen.of(ONE)
    seen.add(["a"])
    assert seen.of(ONE) == {"a"}
    assert seen.of(NEXT) == set()
