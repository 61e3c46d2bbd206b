"""Our own question-set format, one JSON object a line.

``{"id", "question", "history": [...], "answers": [{"document", "quote"}], "answerable": true}``: gold is
document and quotation, so that the set survives any change of passage size. Where a set judges whole documents
instead, ``"relevant": {document: grade}`` says so; an answer may carry ``"start"``, its offset in the document.
Further keys are kept out, not refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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


def write_jsonl(path: Path, questions: Iterable[Question]) -> None:
    """Write questions so that ``read_jsonl`` gives the same ones back.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for question in questions:
            file.write(json.dumps(_record(question), ensure_ascii=False) + "\n")


def _record(question: Question) -> dict[str, Any]:
    answers = [
        {"document": gold.document, "quote": gold.quote} | ({} if gold.start is None else {"start": gold.start})
        for gold in question.answers
    ]
    record = {
        "id": question.id,
        "question": question.question,
        "history": list(question.history),
        "answers": answers,
        "answerable": question.answerable,
    }
    if question.relevant or (question.answerable and not answers):
        record["relevant"] = dict(question.relevant)
    return record


def _question(place: Place, record: dict[str, Any]) -> Question:
    relevant = _relevant(place, record)
    answers = tuple(_gold_quote(place, answer) for answer in list_field(place, record, "answers"))
    answerable = flag_field(place, record, "answerable", default=True)
    judged_otherwise = answerable and "relevant" in record
    if answerable != bool(answers) and not judged_otherwise:
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
        relevant=relevant,
    )


def _relevant(place: Place, record: dict[str, Any]) -> dict[str, int]:
    """Document id -> grade under "relevant"; an empty object says that nothing is known."""
    relevant = record.get("relevant", {})
    if not isinstance(relevant, dict) or any(type(grade) is not int for grade in relevant.values()):
        raise place.error(
            f'"relevant": {shown(relevant)}',
            "document ids with whole numbers",
            'Write it as {"FILE": 1}; above 0 is relevant.',
        )
    return relevant


def _gold_quote(place: Place, answer: object) -> GoldQuote:
    if not isinstance(answer, dict):
        raise place.error(
            f'{shown(answer)} in "answers"',
            'objects {"document", "quote"}',
            'Write each answer as {"document": "FILE", "quote": "the exact words"}.',
        )
    start = answer.get("start")
    if start is not None and (type(start) is not int or start < 0):
        raise place.error(f'"start": {shown(start)}', "a character offset of 0 or more", "Correct it, or leave it out.")
    return GoldQuote(text_field(place, answer, "document"), text_field(place, answer, "quote"), start)
