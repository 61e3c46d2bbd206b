"""Reading order: columns one after the other, one column as it was drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_lines import line

from assistant.corpus.pdf_lines import Line
from assistant.corpus.pdf_order import reading_order


def texts(lines: list[Line]) -> list[str]:
    return [each.text.strip() for each in reading_order(lines)]


def column(name: str, left: float, first: int = 0, count: int = 8) -> list[Line]:
    return [line(f"{name}{number}", left, 700 - 12 * number, width=200) for number in range(first, first + count)]


def names(name: str, first: int = 0, count: int = 8) -> list[str]:
    return [f"{name}{number}" for number in range(first, first + count)]


def interleaved(*columns: list[Line]) -> list[Line]:
    return [each for row in zip(*columns, strict=True) for each in row]


def test_columns_drawn_row_by_row_are_read_one_after_the_other() -> None:
    lines = interleaved(column("left", 72), column("right", 300))
    assert texts(lines) == names("left") + names("right")


def test_three_columns() -> None:
    lines = interleaved(*(column(name, left) for name, left in (("a", 40), ("b", 260), ("c", 480))))
    assert texts(lines) == names("a") + names("b") + names("c")


def test_what_crosses_the_gutter_parts_the_page() -> None:
    title = line("title", 72, 720, width=428)
    middle = line("middle", 72, 700 - 12 * 8, width=428)
    above = interleaved(column("a", 72), column("b", 300))
    below = interleaved(column("c", 72, 9), column("d", 300, 9))
    assert texts([*above, *below, title, middle]) == [
        "title", *names("a"), *names("b"), "middle", *names("c", 9), *names("d", 9),
    ]  # fmt: skip


def test_a_table_is_read_by_rows() -> None:
    rows = [
        line(text, left, 700 - 12 * number)
        for number in range(6)
        for text, left in ((f"label {number}" + " and more" * (number % 3), 72), (f"{number},000", 400))
    ]
    assert texts(rows) == [row.text for row in rows]


def test_a_head_drawn_last_is_read_first() -> None:
    assert texts([*column("line", 72), line("head", 72, 760)]) == ["head", *names("line")]


def test_a_table_drawn_last_is_read_in_the_gap_that_was_left_for_it() -> None:
    text = [*column("above", 72, 0, 3), *column("below", 72, 8, 3)]
    assert texts([*text, *column("row", 72, 4, 3)]) == [
        *names("above", 0, 3),
        *names("row", 4, 3),
        *names("below", 8, 3),
    ]


def test_one_column_stays_as_it_was_drawn() -> None:
    lines = [line("x", 100, 700), line("2", 106, 704, size=6), line("= y", 112, 700), *column("next", 72, 2)]
    assert texts(lines) == [each.text for each in lines]


PLACED = st.tuples(st.integers(0, 500), st.integers(0, 800), st.integers(1, 300))


@given(st.lists(PLACED, max_size=40))
def test_no_line_is_lost_or_doubled(places: list[tuple[int, int, int]]) -> None:
    lines = [line(str(number), left, low, width=wide) for number, (left, low, wide) in enumerate(places)]
    assert sorted(map(id, reading_order(lines))) == sorted(map(id, lines))
