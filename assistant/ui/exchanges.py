"""The conversation as the page keeps it, one per browser tab, on the server only.

A click on a footnote sends two small numbers: which exchange, which mark. What they point to is looked up
here, so no document id and no offset ever comes from the browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from assistant.datatypes import Answer, Citation, Stage, Turn, Verdict
from assistant.suggestions import Suggestion

Doing: TypeAlias = Stage | Literal["waiting"]
"""What is being done for a question; one that waits is behind another of its conversation."""

EXCHANGES_KEPT = 100
"""Older exchanges are dropped from the page."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it: an answer, a problem, or (while neither is there) still a search.

    Attributes:
        number: counts from 1 within a conversation; never reused, also when old exchanges are dropped.
        question: as typed, without surrounding white space.
        answer: the answer, once there is one.
        problem: a sentence for people where there can be no answer; empty otherwise.
        history: the earlier questions that it was asked after, oldest first.
        judged: what the reader said of it: mark of a quotation (0: of the whole answer) -> verdict.
        where: ids of the documents it was asked of; None: of all.
        stage: what is being done for it, while it has no answer.
        suggestions: what can be asked next.
        revision: counts its changes, so that the browser's copy can be told to be the latest.
    """

    number: int
    question: str
    answer: Answer | None = None
    problem: str = ""
    history: tuple[str, ...] = ()
    judged: Mapping[int, Verdict] = field(default_factory=dict)
    where: tuple[str, ...] | None = None
    stage: Doing | None = None
    suggestions: tuple[Suggestion, ...] = ()
    revision: int = 0

    def changed(self, **fields: Any) -> Exchange:
        """Return the exchange with some fields replaced, as its next revision."""
        return replace(self, revision=self.revision + 1, **fields)

    @property
    def sources(self) -> tuple[Citation, ...]:
        """Everything that can be opened, in the order of the marks: the quotations, then the nearest passages."""
        return self.answer.citations + self.answer.nearest if self.answer else ()


Conversation: TypeAlias = tuple[Exchange, ...]
"""Exchanges, oldest first."""


def next_number(conversation: Conversation) -> int:
    """Return the number that the next exchange gets."""
    return conversation[-1].number + 1 if conversation else 1


def put(conversation: Conversation, exchange: Exchange) -> Conversation:
    """Return the conversation with ``exchange`` in the place of its number, or at the end."""
    if any(each.number == exchange.number for each in conversation):
        return tuple(exchange if each.number == exchange.number else each for each in conversation)
    return (*conversation, exchange)[-EXCHANGES_KEPT:]


def before(conversation: Conversation, number: int) -> Conversation:
    """Return what was asked before the exchange of that number."""
    return tuple(each for each in conversation if each.number < number)


def turns(conversation: Conversation) -> list[Turn]:
    """Return the answered exchanges as history for the next question, oldest first."""
    return [
        Turn(each.question, tuple(citation.quote for citation in each.answer.citations))
        for each in conversation
        if each.answer is not None
    ]


def exchange_of(conversation: Conversation, number: object) -> Exchange | None:
    """Return the exchange of a number that came from the browser and may be anything."""
    return next((each for each in conversation if type(number) is int and each.number == number), None)


def source_of(conversation: Conversation, number: object, mark: object) -> Citation | None:
    """Return what mark ``mark`` (from 1) of exchange ``number`` points to.

    Both come from the browser and may be anything: what is not a known pair of numbers gives None.
    """
    if type(number) is not int or type(mark) is not int:
        return None
    for exchange in conversation:
        if exchange.number == number and 1 <= mark <= len(exchange.sources):
            return exchange.sources[mark - 1]
    return None
