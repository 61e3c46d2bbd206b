"""Question sets kept in a workbook, see ``table``. The first worksheet is read, as values, not formulas."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from assistant.evaluation.formats.fields import Place, shown, unreadable
from assistant.evaluation.formats.table import header, table_set
from assistant.evaluation.question_set import QuestionSet

_MEND = "Open it in a spreadsheet program and save it as .xlsx, without a password."


def read_xlsx(path: Path) -> QuestionSet:
    """Read a question set from the first worksheet of a workbook; it is asked of an existing index.

    Raises:
        QuestionSetError: it is no workbook, a column is missing, a row is wrong, or an id occurs twice.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    from assistant.corpus.building import UnreadableError
    from assistant.corpus.zipped import open_package

    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        open_package(data, "a workbook (.xlsx)").close()  # sets are uploaded too: one that explodes is refused
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return table_set(path, _rows(path, workbook.worksheets))
    except UnreadableError as error:
        raise Place(path, "").error(f"a file that {error}", "a workbook", _MEND) from error
    except (
        OSError,
        zipfile.BadZipFile,
        InvalidFileException,
        ParseError,
        KeyError,
        ValueError,
        TypeError,
        EOFError,
    ) as error:
        raise Place(path, "").error(
            f"a file that does not open ({type(error).__name__})", "a workbook", _MEND
        ) from error


def _rows(path: Path, sheets: list[Any]) -> Iterator[tuple[Place, dict[str, str]]]:
    """Rows by lower-cased column name, numbered as the spreadsheet program shows them."""
    if not sheets:
        raise Place(path, "").error("no worksheet", "one with the questions", _MEND)
    columns: list[str] = []
    for number, row in enumerate(sheets[0].iter_rows(), start=1):
        place = Place(path, f"sheet {shown(sheets[0].title)}, row {number}")
        cells = [_text(place, cell) for cell in row]
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            width = max(number for number, cell in enumerate(cells, start=1) if cell.strip())
            columns = header(place, cells[:width])
            continue
        if any(cell.strip() for cell in cells[len(columns) :]):
            raise place.error(f"{len(cells)} cells", f"{len(columns)} as in the first row", "Name that column.")
        cells += [""] * (len(columns) - len(cells))
        yield place, dict(zip(columns, cells, strict=False))


def _text(place: Place, cell: Any) -> str:
    """What a cell says: its text, or a number as it is written without a format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str) and cell.data_type != "e":
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise place.error(
        f"{shown(str(value))} in column {cell.column_letter}",
        "text",
        "Format that cell as text and write what the document says.",
    )
