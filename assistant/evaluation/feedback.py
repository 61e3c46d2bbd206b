"""What readers said of answers -> a question set."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.datatypes import Feedback
from assistant.evaluation.question_set import GoldQuote, Question


def questions_from(feedback: Iterable[Feedback]) -> list[Question]:
    """The questions that feedback knows the answer of, in the order they were first judged.

    Of one question, asked after the same conversation, the later word counts: a quotation called right is gold until
    it is called wrong, and a question that nothing answers is unanswerable until a quotation is called right. A
    question of which only wrong quotations are known is left out.

    Args:
        feedback: oldest first.
    """
    gold: dict[tuple[str, tuple[str, ...]], dict[tuple[str, int, int], GoldQuote] | None] = {}
    for said in feedback:
        key = (said.question, said.history)
        place = (said.document, said.start, said.end)
        known = gold.get(key, {})
        if said.verdict == "not_in_documents":
            gold[key] = None
        elif said.verdict == "right":
            gold[key] = {**(known or {}), place: GoldQuote(said.document, said.quote, said.start)}
        elif known is not None:
            gold[key] = {each: quote for each, quote in known.items() if each != place}
    found = [(key, quotes) for key, quotes in gold.items() if quotes is None or quotes]
    return [
        Question(
            f"feedback-{number}",
            question,
            history=history,
            answers=tuple(quotes.values()) if quotes else (),
            answerable=quotes is not None,
        )
        for number, ((question, history), quotes) in enumerate(found, 1)
    ]
