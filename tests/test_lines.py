"""Offsets and lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lines import line_at


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
