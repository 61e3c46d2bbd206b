"""Our own question-set format, one JSON object a line.

``{"id", "question", "history": [...], "answers": [{"document", "quote"}], "answerable": true}``: gold is
document and quotation, so that the set survives any change of passage size. Further keys are kept out, not
refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.evaluation.formats.fields import (
    Distinct,
    Place,
    digest,
    flag_field,
    history_field,
    json_lines,
    list_field,
    shown,
    text_field,
)
from assistant.evaluation.question_set import GoldQuote, Question, QuestionSet


def read_jsonl(path: Path) -> QuestionSet:
    """Read a question set in our format; it is asked of an existing index.

    Raises:
        QuestionSetError: a line is wrong, or an id occurs twice.
    """
    ids = Distinct("question")
    questions = []
    for place, record, _ in json_lines(path):
        question = _question(place, record)
        ids.add(place, question.id)
        questions.append(question)
    return QuestionSet(path.stem, digest([path]), tuple(questions))


def _question(place: Place, record: dict[str, Any]) -> Question:
    answers = tuple(_gold_quote(place, answer) for answer in list_field(place, record, "answers"))
    answerable = flag_field(place, record, "answerable", default=True)
    if answerable != bool(answers):
        found = "an answerable question without answers" if answerable else "an unanswerable question with answers"
        raise place.error(
            found,
            'a quotation for each answerable question and "answers": [] for the others',
            'Add the quotation that answers it, or correct "answerable".',
        )
    return Question(
        id=text_field(place, record, "id"),
        question=text_field(place, record, "question"),
        history=history_field(place, record),
        answers=tuple(dict.fromkeys(answers)),
        answerable=answerable,
    )


def _gold_quote(place: Place, answer: object) -> GoldQuote:
    if not isinstance(answer, dict):
        raise place.error(
            f'{shown(answer)} in "answers"',
            'objects {"document", "quote"}',
            'Write each answer as {"document": "FILE", "quote": "the exact words"}.',
        )
    return GoldQuote(text_field(place, answer, "document"), text_field(place, answer, "quote"))
