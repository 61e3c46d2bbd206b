"""What question sets kept in a spreadsheet share: columns question, answer (a quotation) and document.

An ``id`` column is used where there is one; otherwise a question's id is its number among the rows, from 1.
Rows with neither answer nor document are unanswerable questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant.evaluation.formats.fields import Distinct, Place, digest, shown
from assistant.evaluation.question_set import GoldQuote, Question, QuestionSet

_COLUMNS = ("question", "answer", "document")
_MEND = "Name the columns question,answer,document in the first line."


def table_set(path: Path, rows: Iterable[tuple[Place, dict[str, str]]]) -> QuestionSet:
    """The question set in the rows of a table.

    Raises:
        QuestionSetError: a row is wrong, or an id occurs twice.
    """
    ids = Distinct("question")
    questions = []
    for number, (place, row) in enumerate(rows, start=1):
        question = _question(place, row, str(number))
        ids.add(place, question.id)
        questions.append(question)
    return QuestionSet(path.stem, digest([path]), tuple(questions))


def header(place: Place, cells: Sequence[str]) -> list[str]:
    """The names of the columns, lower-cased.

    Raises:
        QuestionSetError: one that is needed is missing or there twice.
    """
    columns = [cell.strip().lower() for cell in cells]
    if any(columns.count(name) != 1 for name in _COLUMNS):
        raise place.error(f"columns {shown(','.join(cells))}", "question, answer and document, once each", _MEND)
    return columns


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
