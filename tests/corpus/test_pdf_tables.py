"""Rows of tables, told by alignment."""

from __future__ import annotations

import pytest
from made_lines import line

from assistant.corpus.pdf_layout import Words, pieces_of
from assistant.corpus.pdf_lines import Line


def row(number: int, *cells: str, columns: tuple[int, ...] = (72, 250, 350, 450)) -> list[Line]:
    return [line(text, left, 700 - 12 * number) for text, left in zip(cells, columns, strict=False) if text]


def read(*rows: list[Line]) -> list[tuple[str, str]]:
    lines = [each for row in rows for each in row]
    return [(piece.kind, piece.text) for piece in pieces_of(lines, Words(lines))]


def test_cells_of_a_row_stay_together() -> None:
    assert read(
        row(0, "City", "Area", "People"), row(1, "Ulm", "119", "126,000"), row(2, "Bonn", "141", "331,000")
    ) == [
        ("table_row", "City | Area | People"),
        ("table_row", "Ulm | 119 | 126,000"),
        ("table_row", "Bonn | 141 | 331,000"),
    ]


def test_an_empty_cell_does_not_end_a_table() -> None:
    rows = read(row(0, "a", "1", "2"), row(1, "b", "", "3"), row(2, "c", "4", "5"))
    assert [text for _, text in rows] == ["a | 1 | 2", "b | 3", "c | 4 | 5"]


def test_a_label_between_rows_belongs_to_the_table() -> None:
    rows = read(row(0, "a", "1", "2"), row(1, "Other"), row(2, "B", "3", "4"), row(3, "C", "5", "6"))
    assert rows[1] == ("table_row", "Other")


def test_a_label_that_goes_on_in_small_letters_is_one() -> None:
    rows = read(row(0, "a", "1", "2"), row(1, "Cash and"), row(2, "the like", "3", "4"), row(3, "c", "5", "6"))
    assert [text for _, text in rows] == ["a | 1 | 2", "Cash and the like | 3 | 4", "c | 5 | 6"]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (("Sales", "$", "5,000"), "Sales | $ 5,000"),
        (("Sales", "5,000 $", "6,000"), "Sales | 5,000 | $ 6,000"),
        (("Sales", "(10) 243", "7"), "Sales | (10) | 243 | 7"),
        (("Sales", "12 345", "7"), "Sales | 12 345 | 7"),
        (("Share", "12", "%"), "Share | 12 %"),
        (("2022 report", "1", "2"), "2022 report | 1 | 2"),
    ],
    ids=["sign apart", "sign of the next", "two amounts", "thousands", "per cent", "words"],
)
def test_what_is_one_cell(cells: tuple[str, ...], text: str) -> None:
    assert (("table_row", text)) in read(
        row(0, "a", "1", "2"), row(1, "b", "3", "4"), row(2, *cells), row(3, "c", "5", "6")
    )


def test_two_rows_of_two_cells_are_no_table() -> None:
    assert all(kind != "table_row" for kind, _ in read(row(0, "Name", "Ada"), row(1, "Place", "London")))


def test_numbered_items_are_no_table() -> None:
    items = [row(number, f"{number + 1}.", "an item of a list", columns=(72, 100)) for number in range(4)]
    assert read(*items) == [("list_item", f"{number + 1}. an item of a list") for number in range(4)]


def test_prose_in_two_columns_is_no_table() -> None:
    prose = "words that run on to the end of the column and over"
    assert all(kind != "table_row" for kind, _ in read(*(row(n, prose, prose, columns=(72, 400)) for n in range(5))))
