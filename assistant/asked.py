"""What is asked, checked before anything is done for it: a question, the earlier ones, how many passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from assistant.datatypes import Turn
from assistant.errors import QuestionError

QUESTION_LIMIT = 5_000
"""Longest question, in characters."""

History: TypeAlias = Sequence[str | Turn]
"""Earlier questions, or turns with what was quoted, oldest first."""


def check_question(question: str) -> str:
    """The question without surrounding white space, and without halves of surrogate pairs.

    Raises:
        QuestionError: if it is empty or too long.
    """
    if not question.strip():
        raise QuestionError('the question is empty; ask one, e.g.: footnote ask "When was it founded?"')
    if len(question) > QUESTION_LIMIT:
        raise QuestionError(
            f"the question has {len(question):,} characters, at most {QUESTION_LIMIT:,} are allowed; "
            "shorten it and ask again"
        )
    return _whole(question.strip())


def check_count(k: int) -> None:
    """Raise QuestionError if so many passages cannot be given."""
    if k < 1:
        raise QuestionError(f"k is {k}, at least 1 passage must be asked for; use: -k 5")


def turns_of(history: History) -> list[Turn]:
    """Earlier questions as turns, without halves of surrogate pairs.

    Raises:
        TypeError: if it is one string.
        QuestionError: if one of the questions is too long.
    """
    if isinstance(history, str):
        raise TypeError("history is a sequence of questions, not one string")
    turns = [turn if isinstance(turn, Turn) else Turn(turn) for turn in history]
    longest = max((len(turn.question) for turn in turns), default=0)
    if longest > QUESTION_LIMIT:
        raise QuestionError(
            f"an earlier question has {longest:,} characters, at most {QUESTION_LIMIT:,} are allowed; "
            "leave it out and ask again"
        )
    return [Turn(_whole(turn.question), tuple(map(_whole, turn.quotes))) for turn in turns]


def _whole(text: str) -> str:
    """The text with a mark in place of each half of a surrogate pair, which no encoder takes."""
    return text.encode(errors="replace").decode()
