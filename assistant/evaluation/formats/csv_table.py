"""Question sets kept as CSV, see ``table``. Comma, semicolon and tab are recognised."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from assistant.evaluation.formats.fields import Place, text_lines
from assistant.evaluation.formats.table import header, table_set
from assistant.evaluation.question_set import QuestionSet


def read_csv(path: Path) -> QuestionSet:
    """Read a question set from a CSV file; it is asked of an existing index.

    Raises:
        QuestionSetError: a column is missing, a row is wrong, or an id occurs twice.
    """
    return table_set(path, _rows(path))


def _rows(path: Path) -> Iterator[tuple[Place, dict[str, str]]]:
    """Rows by lower-cased column name, each with the line it starts on."""
    for _ in text_lines(path):  # names the first line that is not UTF-8, which the csv module cannot
        pass
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        delimiter = max(",;\t", key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        start = 1
        columns: list[str] = []
        try:
            for cells in reader:
                place = Place(path, f"line {start}")
                start = reader.line_num + 1
                if not columns:
                    columns = header(place, cells)
                elif any(cell.strip() for cell in cells):
                    if len(cells) != len(columns):
                        raise place.error(
                            f"{len(cells)} cells",
                            f"{len(columns)} as in the first line",
                            "Quote cells with commas in them.",
                        )
                    yield place, dict(zip(columns, cells, strict=True))
        except csv.Error as error:
            place = Place(path, f"line {reader.line_num}")
            raise place.error(str(error), "valid CSV", "Correct the quotation marks around that cell.") from error
