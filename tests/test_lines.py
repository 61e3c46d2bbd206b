"""Offsets and lines."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lines import line_at, line_ends


@pytest.mark.parametrize(
    ("text", "offset", "line"),
    [
        ("", 0, 1),
        ("one", 2, 1),
        ("one\ntwo", 3, 1),
        ("one\ntwo", 4, 2),
        ("a\r\nb", 2, 1),
        ("a\r\nb", 3, 2),
        ("a\rb", 2, 2),
    ],
)
def test_a_line_break_ends_its_own_line(text: str, offset: int, line: int) -> None:
    assert line_at(text, offset) == line


@given(lines=st.lists(st.text("ab", min_size=1), min_size=1), ending=st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_character_is_on_its_line(lines: list[str], ending: str) -> None:
    text = ending.join(lines)
    at = 0
    for number, line in enumerate(lines, 1):
        assert {line_at(text, at + i) for i in range(len(line))} == {number}
        at += len(line) + len(ending)


@given(text=st.text("a\r\n\v\u2028"))
def test_the_ends_of_lines_tell_the_line_of_every_place(text: str) -> None:
    ends = line_ends(text)
    assert [1 + bisect_right(ends, at) for at in range(len(text))] == [line_at(text, at) for at in range(len(text))]
