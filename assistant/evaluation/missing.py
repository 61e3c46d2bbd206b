"""Gold that no longer stands in the documents: what changed them makes a question set lie, so it is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from assistant.datatypes import Document
from assistant.evaluation.gold import resolve
from assistant.evaluation.question_set import GoldQuote, Question
from assistant.evaluation.report import Unresolved

NO_DOCUMENT = "no such document"
NO_WORDS = "the document does not hold these words"


def missing_gold(questions: Iterable[Question], document: Callable[[str], Document | None]) -> list[Unresolved]:
    """Gold quotations that have no place, and relevant documents that do not exist, in the order of the questions.

    Args:
        questions: what is checked.
        document: id -> the document, or None. Each is asked for once, and one at a time is held.

    Returns:
        One for each; the quotation of a document that is judged as a whole is empty.
    """
    wanted: dict[str, list[tuple[int, Question, GoldQuote]]] = {}
    for number, question in enumerate(questions):
        if question.answerable:
            relevant = (GoldQuote(identity, "") for identity, grade in question.relevant.items() if grade > 0)
            for gold in (*question.answers, *relevant):
                wanted.setdefault(gold.document, []).append((number, question, gold))
    found = []
    for identity, quotes in wanted.items():
        held = document(identity)
        for number, question, gold in quotes:
            if held is None or (gold.quote and resolve(gold, held) is None):
                reason = NO_DOCUMENT if held is None else NO_WORDS
                found.append((number, Unresolved(question.id, gold.document, gold.quote, reason)))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]
