"""Question sets kept in a spreadsheet: CSV with columns question, answer (a quotation) and document.

An ``id`` column is used where there is one; otherwise a question's id is its number among the rows, from 1.
Rows with neither answer nor document are unanswerable questions. Comma, semicolon and tab are recognised.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from assistant.evaluation.formats.fields import Distinct, Place, digest, shown, text_lines
from assistant.evaluation.question_set import GoldQuote, Question, QuestionSet

_COLUMNS = ("question", "answer", "document")
_MEND = "Name the columns question,answer,document in the first line."


def read_csv(path: Path) -> QuestionSet:
    """Read a question set from a CSV file; it is asked of an existing index.

    Raises:
        QuestionSetError: a column is missing, a row is wrong, or an id occurs twice.
    """
    ids = Distinct("question")
    questions = []
    for number, (place, row) in enumerate(_rows(path), start=1):
        question = _question(place, row, str(number))
        ids.add(place, question.id)
        questions.append(question)
    return QuestionSet(path.stem, digest([path]), tuple(questions))


def _question(place: Place, row: dict[str, str], number: str) -> Question:
    text, answer, document = (row[column].strip() for column in _COLUMNS)
    if not text:
        raise place.error("an empty question", "a question in every row", "Fill it in or remove the row.")
    if bool(answer) != bool(document):
        filled, empty = ("answer", "document") if answer else ("document", "answer")
        raise place.error(
            f"a row with {filled} but no {empty}",
            "both, or neither for an unanswerable question",
            f"Fill in the {empty}.",
        )
    answers = (GoldQuote(document, answer),) if answer else ()
    return Question(row.get("id", "").strip() or number, text, answers=answers, answerable=bool(answers))


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
                    columns = _header(place, cells)
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


def _header(place: Place, cells: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in cells]
    if any(columns.count(name) != 1 for name in _COLUMNS):
        raise place.error(f"columns {shown(','.join(cells))}", "question, answer and document, once each", _MEND)
    return columns
