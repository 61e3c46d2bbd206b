"""Everything on the page that asks a question: typed, an example, a suggestion, or one that was asked before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeAlias

import gradio as gr

from assistant.index.conversations import Conversations
from assistant.ui.asking import QUESTION_KEPT, asked, with_suggestions
from assistant.ui.chat_view import NOTHING, ChatView, Seen, told
from assistant.ui.contract import PageAssistant
from assistant.ui.desk import Desk
from assistant.ui.escaping import text_to_html
from assistant.ui.events import event_value, owner_of
from assistant.ui.exchanges import Exchange, before, exchange_of

EMPTY_HINT = "Type a question first."
FAILED = "Something went wrong while searching. Please ask again; the details are in the server's log."
TOO_MANY = "Wait for an answer first, please: {number} questions are still to be answered."
ASKING_AT_ONCE = 4
"""Questions of all tabs that are worked on at the same time."""
WAITING = 8
"""Questions of one conversation that may wait for their answer."""

Steps: TypeAlias = Iterator[Seen]
"""What the pane shows, one after the other, until the answer is there."""


class Questions:
    """Asks what readers want asked; each method is what an event of the pane does.

    What comes from the browser is a number or a text and may be anything; what it stands for is looked up here.

    Args:
        assistant: answers.
        view: shows it.
        file: where conversations are kept.
        k: most quotations in an answer.
    """

    def __init__(self, assistant: PageAssistant, view: ChatView, file: Conversations, k: int) -> None:
        self._assistant = assistant
        self._view = view
        self._file = file
        self._k = k
        self._workers = ThreadPoolExecutor(ASKING_AT_ONCE, thread_name_prefix="asking")

    def typed(self, desk: Desk, where: object, event: gr.EventData, request: gr.Request) -> Steps:
        """Ask what was typed, or in the place of the question that is being edited."""
        value = event_value(event, "question")
        text = value.strip() if isinstance(value, str) else ""
        if not text:
            yield told(EMPTY_HINT)
        elif desk.turns.count >= WAITING:
            yield self._view.seen(desk, None, TOO_MANY.format(number=WAITING), mend=text)
        else:
            yield from self._work(desk, desk.begin(text, documents_in(where), desk.editing), False, request)

    def example(self, desk: Desk, where: object, event: gr.EventData, request: gr.Request) -> Steps:
        """Ask one of the questions that are offered while the conversation is empty."""
        place, examples = event_value(event, "example"), self._view.examples
        if type(place) is int and 0 <= place < len(examples) and not desk.exchanges:
            yield from self._work(desk, desk.begin(examples[place], documents_in(where)), False, request)
        else:
            yield NOTHING

    def alone(self, desk: Desk, event: gr.EventData, request: gr.Request) -> Steps:
        """Ask a question again without those before it, as a new one."""
        old = _exchange(desk, event)
        if old is None:
            yield NOTHING
        else:
            yield from self._work(desk, desk.begin(old.question, old.where), True, request)

    def again(self, desk: Desk, event: gr.EventData, request: gr.Request) -> Steps:
        """Ask a question that is over again, in its own place."""
        old = _exchange(desk, event)
        if old is None or not _is_over(old):
            yield NOTHING
        else:
            alone = bool(before(desk.exchanges, old.number)) and not old.history and old.answer is not None
            yield from self._work(desk, desk.begin(old.question, old.where, old.number), alone, request)

    def everywhere(self, desk: Desk, event: gr.EventData, request: gr.Request) -> Steps:
        """Ask a question of some documents again of all of them, in its own place."""
        old = _exchange(desk, event)
        if old is None or old.where is None or not _is_over(old):
            yield NOTHING
        else:
            yield from self._work(desk, desk.begin(old.question, None, old.number), False, request)

    def suggestion(self, desk: Desk, event: gr.EventData, request: gr.Request) -> Steps:
        """Ask what was suggested under an answer, of the document that it was taken from."""
        old, place = _exchange(desk, event), event_value(event, "place")
        if old is None or type(place) is not int or not 0 <= place < len(old.suggestions):
            yield NOTHING
        else:
            chosen = old.suggestions[place]
            yield from self._work(desk, desk.begin(chosen.text, (chosen.document,)), True, request)

    def pose(self, questions: Sequence[str], old: Desk, request: gr.Request) -> Steps:
        """Ask several one after the other in a conversation of their own, in the place of ``old``."""
        old.leave()
        desk = Desk()
        yield self._view.of_new(desk)
        for question in questions:
            yield from self._work(desk, desk.begin(question, None), False, request)

    def suggest(self, desk: Desk, request: gr.Request) -> Seen:
        """Put suggestions under the latest answer, unless something else is asked meanwhile."""
        last = desk.exchanges[-1] if desk.exchanges else None
        if last is None or last.suggestions:
            return NOTHING

        def wanted() -> bool:
            return desk.exchanges[-1:] == (last,)

        more = with_suggestions(self._assistant, last, before(desk.exchanges, last.number), wanted)
        if more is last or exchange_of(desk.exchanges, last.number) is not last or not desk.update(more):
            return NOTHING
        desk.keep(self._file, owner_of(request))
        return (*self._view.seen(desk)[:4], gr.skip())

    def fail(self, desk: Desk, request: gr.Request) -> Seen:
        """Say of the questions whose asking broke off that it did."""
        for each in desk.exchanges:
            if not _is_over(each) and each.number in desk.turns.broken():
                desk.update(each.changed(problem=FAILED, stage=None))
        desk.keep(self._file, owner_of(request))
        return self._view.seen(desk)

    def _work(self, desk: Desk, exchange: Exchange, alone: bool, request: gr.Request) -> Steps:
        owner = owner_of(request)
        desk.update(replace(exchange, question=exchange.question[:QUESTION_KEPT]))
        desk.keep(self._file, owner)  # a question is there after a reload also when its answer never came
        with desk.turns.working(exchange.number):
            if desk.turns.has_to_wait(exchange.number):
                exchange = exchange.changed(stage="waiting")
                desk.update(exchange)
                yield self._view.seen(desk)
                desk.turns.wait(exchange.number)
            earlier = () if alone else before(desk.exchanges, exchange.number)
            for step in asked(self._assistant, self._workers, exchange, earlier, self._k):
                if not desk.update(step):
                    return  # taken back in the meantime
                trouble = desk.keep(self._file, owner) if _is_over(step) else ""
                mend = exchange.question if step.problem else ""
                yield self._view.seen(desk, None, text_to_html(trouble), mend=mend)


def documents_in(scope: object) -> tuple[str, ...] | None:
    """The ids that another pane's state holds; it comes from there, never from the browser."""
    return tuple(sorted(scope)) or None if isinstance(scope, (tuple, list, set, frozenset)) else None


def _exchange(desk: Desk, event: gr.EventData) -> Exchange | None:
    return exchange_of(desk.exchanges, event_value(event, "number"))


def _is_over(exchange: Exchange) -> bool:
    return exchange.answer is not None or bool(exchange.problem)
