"""Conversations as MTRAG keeps them (arXiv:2501.03468), one JSON object a line; the last question is the one asked.

Three layouts are read: ``{"_id", "text", "history": [{"speaker", "text"}, ...]}``; ``text`` that holds the turns
itself, each on a line that begins with ``|user|:`` or ``|agent|:``; and ``{"task_id", "turns": [...]}``, where the list
may also be called ``input``. Rows hold no gold; a qrels file beside them does.
"""

from __future__ import annotations

import re
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
from assistant.evaluation.formats.qrels import Qrels, read_qrels
from assistant.evaluation.question_set import Question, QuestionSet

_SPEAKER = re.compile(r"^\|(\w+)\|:[^\S\n]*", re.MULTILINE)
_TURNS = ("turns", "input")
_KEYS = {"_id", "task_id", *_TURNS}


def is_conversations(path: Path) -> bool:
    """Whether the first line is a row of conversations rather than of our own format.

    Raises:
        QuestionSetError: the first line is not a JSON object.
    """
    _, record, _ = next(json_lines(path), (None, {}, ""))
    return "question" not in record and not _KEYS.isdisjoint(record)


def read_conversations(path: Path, qrels: Path | None = None) -> QuestionSet:
    """Read conversations, with their judgements where there are any; they are asked of an existing index.

    Raises:
        QuestionSetError: a line is wrong, an id occurs twice, or a judgement names an unknown one.
    """
    ids = Distinct("question")
    rows = []
    for place, record, _ in json_lines(path):
        identity = text_field(place, record, "task_id" if "_id" not in record and "task_id" in record else "_id")
        ids.add(place, identity)
        rows.append((identity, *_turns(place, record), is_answerable(place, record)))
    judged = read_qrels(qrels, Qrels(ids, path.name)) if qrels else {}
    questions = tuple(
        Question(identity, question, history, answerable=answerable, relevant=judged.get(identity, {}))
        for identity, question, history, answerable in rows
    )
    return QuestionSet(path.stem, digest([path, qrels] if qrels else [path]), questions)


def is_answerable(place: Place, record: dict[str, Any]) -> bool:
    """Whether a row is not marked unanswerable, in our words, SQuAD's or MTRAG's.

    Raises:
        QuestionSetError: a mark is neither true nor false.
    """
    mark = record.get("answerability", record.get("Answerability"))
    return (
        flag_field(place, record, "answerable", default=True)
        and not flag_field(place, record, "is_impossible", default=False)
        and mark not in ("UNANSWERABLE", ["UNANSWERABLE"])
    )


def _turns(place: Place, record: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The question, and the questions before it."""
    key = next((key for key in _TURNS if key in record), None)
    if key:
        turns = list_field(place, record, key)
        asked = list(history_field(place, {"history": turns}))
        last = turns[-1] if turns else None
    else:
        text = text_field(place, record, "text")
        if not _SPEAKER.match(text):
            return text, history_field(place, record)
        parts = _SPEAKER.split(text)[1:]
        turns = [{"speaker": who, "text": said.strip()} for who, said in zip(parts[::2], parts[1::2], strict=True)]
        asked = [*history_field(place, record), *history_field(place, {"history": turns})]
        last = turns[-1]
    if not asked or not history_field(place, {"history": [last]}):
        raise place.error(
            f"{shown(last)} as the last turn",
            "a question of the user's",
            'End the conversation with {"speaker": "user", "text": "…"}.',
        )
    return asked[-1], tuple(asked[:-1])
