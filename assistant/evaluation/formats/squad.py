"""SQuAD 1.1 and 2.0 JSON: every paragraph becomes one document, every answer a quotation with its offset.

Sources: Rajpurkar et al. 2016 (arXiv:1606.05250), 2018 (arXiv:1806.03822). Answers of one question are
alternatives by different annotators; equal ones are kept once. A paragraph's id is its article's title and
its number there, from 0.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from assistant.datatypes import Document
from assistant.evaluation.formats.fields import (
    Distinct,
    Place,
    digest,
    flag_field,
    list_field,
    parse_json,
    shown,
    text_field,
    unreadable,
)
from assistant.evaluation.formats.plain_documents import plain_document
from assistant.evaluation.question_set import GoldQuote, Question, QuestionSet

_MEND = "Give a file in SQuAD's layout: data, paragraphs, context, qas."


def read_squad(path: Path) -> QuestionSet:
    """Read a SQuAD file with its paragraphs as documents.

    Raises:
        QuestionSetError: not SQuAD's layout, or a question id occurs twice.
    """
    whole = Place(path, "")
    try:
        content = parse_json(whole, path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise whole.error(
            f"a byte that is not UTF-8 at {error.start}", "UTF-8 text", "Save the file as UTF-8."
        ) from error
    ids = Distinct("question")
    numbers: Counter[str] = Counter()
    documents: list[Document] = []
    questions: list[Question] = []
    for article_place, article in _objects(whole, content, "data"):
        title = text_field(article_place, article, "title", empty=True) if "title" in article else ""
        for place, paragraph in _objects(article_place, article, "paragraphs"):
            document = _document(place, paragraph, title, numbers[title])
            numbers[title] += 1
            documents.append(document)
            for question_place, record in _objects(place, paragraph, "qas"):
                question = _question(question_place, record, document)
                ids.add(question_place, question.id)
                questions.append(question)
    return QuestionSet(path.stem, digest([path]), tuple(questions), tuple(documents))


def _objects(place: Place, parent: object, key: str) -> list[tuple[Place, dict[str, Any]]]:
    """The objects in the list under ``key``, each with its path such as ``data[0].paragraphs[3]``."""
    if not isinstance(parent, dict) or key not in parent:
        raise place.error(f'no "{key}"', f'an object with "{key}"', _MEND)
    found = []
    for number, child in enumerate(list_field(place, parent, key)):
        where = Place(place.file, f"{place.where}.{key}[{number}]".lstrip("."))
        if not isinstance(child, dict):
            raise where.error(shown(child), "an object", _MEND)
        found.append((where, child))
    return found


def _document(place: Place, paragraph: dict[str, Any], title: str, number: int) -> Document:
    text = text_field(place, paragraph, "context")
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return plain_document(f"{title}/{number}" if title else str(number), title, text, str(place.file), sha256)


def _question(place: Place, record: dict[str, Any], document: Document) -> Question:
    impossible = flag_field(place, record, "is_impossible", default=False)
    answers = [] if impossible else [_gold_quote(p, a, document) for p, a in _objects(place, record, "answers")]
    if not (impossible or answers):
        raise place.error(
            "no answers",
            'an answer, or "is_impossible": true',
            "Add the answer or mark the question as impossible.",
        )
    return Question(
        id=text_field(place, record, "id"),
        question=text_field(place, record, "question").strip(),
        answers=tuple(dict.fromkeys(answers)),
        answerable=not impossible,
    )


def _gold_quote(place: Place, answer: dict[str, Any], document: Document) -> GoldQuote:
    start = answer.get("answer_start")
    if not isinstance(start, int) or isinstance(start, bool) or not 0 <= start < len(document.text):
        raise place.error(
            f'"answer_start": {shown(start)}',
            f"a character offset from 0 to {len(document.text) - 1}",
            "Correct the offset; it counts characters of the context.",
        )
    return GoldQuote(document.id, text_field(place, answer, "text"), start)
