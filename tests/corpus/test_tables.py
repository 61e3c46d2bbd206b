"""Rows of tables: how they read, and where a table on a sheet begins and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.building import TextBuilder
from assistant.corpus.sheet_regions import regions
from assistant.corpus.tables import Cell, add_table, cells


def rows_of(*rows: list[Cell], names: int | None = None) -> list[str]:
    builder = TextBuilder()
    add_table(builder, rows, names)
    return builder.content().text.splitlines()


@pytest.mark.parametrize(
    ("first", "second", "third", "row"),
    [
        (["Name", "Age"], ["Ann", "30"], ["Bob", "41"], "Name: Ann | Age: 30"),
        (
            ["Name", "Town", "Job"],
            ["Ann", "Rome", "Cook"],
            ["Bob", "Oslo", "Smith"],
            "Name: Ann | Town: Rome | Job: Cook",
        ),
        (["", "Food", "Energy"], ["Leaves", "Ash", "50"], ["Grain", "Corn", "200"], "Leaves | Food: Ash | Energy: 50"),
        (["Name", "Age"], ["Ann", ""], ["Bob", "41"], "Name: Ann"),
        (["Name:", "Old?"], ["Ann", "30"], ["Bob", "41"], "Name: Ann | Old? 30"),
        (["Ann", "cook"], ["Bob", "smith"], ["Eve", "spy"], "Bob | smith"),
        (["2020", "10"], ["2021", "11"], ["2022", "12"], "2021 | 11"),
        (["same", "same", "same"], ["a", "b", "c"], ["d", "e", "f"], "a | b | c"),
        (["Total:", "x"], ["Tax:", "3"], ["Rest:", "4"], "Total:: Tax: | x: 3"),
    ],
)
def test_a_row_says_the_names_of_its_columns_where_the_first_row_looks_like_names(
    first: list[str], second: list[str], third: list[str], row: str
) -> None:
    found = rows_of(cells(first), cells(second), cells(third))
    assert found[0] == " | ".join(text for text in first if text)
    assert found[1] == row.replace("Total:: ", "Total: ")


def test_what_a_file_marks_as_names_needs_no_guess() -> None:
    assert rows_of(cells(["1", "2"], names=True), cells(["a", "b"])) == ["1 | 2", "1: a | 2: b"]


def test_a_cell_across_the_table_is_its_title() -> None:
    title = [Cell("Ducks"), Cell("Ducks", spanned=True)]
    found = rows_of(title, cells(["Year", "Ducks"]), cells(["2019", "120"]), cells(["2020", "130"]))
    assert found == ["Ducks", "", "Year | Ducks", "Year: 2019 | Ducks: 120", "Year: 2020 | Ducks: 130"]


def test_names_in_two_rows_are_said_together() -> None:
    first = [Cell("Age"), Cell("Size"), Cell("Size", spanned=True)]
    found = rows_of(first, cells(["", "low", "high"]), cells(["1", "2", "3"]), cells(["4", "5", "6"]))
    assert found == [
        "Age | Size",
        "low | high",
        "Age: 1 | Size low: 2 | Size high: 3",
        "Age: 4 | Size low: 5 | Size high: 6",
    ]


def test_a_merged_cell_is_said_for_each_column_it_spans_and_once_where_columns_have_no_names() -> None:
    merged = [Cell("both"), Cell("both", spanned=True), Cell("c")]
    assert rows_of(cells(["A", "B", "C"]), merged, names=1)[1] == "A: both | B: both | C: c"
    assert rows_of(merged, cells(["1", "2", "3"]), names=0)[0] == "both | c"


@given(st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_each_filled_cell_is_in_exactly_one_region_and_regions_have_empty_cells_around(
    filled: set[tuple[int, int]],
) -> None:
    places = [place for region in regions(filled) for row in region.rows() for place in row]
    assert len(places) == len(set(places))
    assert filled <= set(places)
    owner = {place: number for number, region in enumerate(regions(filled)) for row in region.rows() for place in row}
    for row, column in filled:
        for beside in ((row + 1, column), (row, column + 1)):
            if beside in filled:
                assert owner[beside] == owner[row, column]
