"""The conversation pane: the question box, and what was asked and found so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from assistant.errors import FootnoteError
from assistant.index.conversations import ConversationFile
from assistant.ui.asking import QUESTION_KEPT, asked, judged, with_suggestions
from assistant.ui.contract import PageAssistant
from assistant.ui.desk import Desk
from assistant.ui.escaping import text_to_html
from assistant.ui.events import event_value, owner_of
from assistant.ui.exchanges import Exchange, before, exchange_of
from assistant.ui.handing import build_handing
from assistant.ui.theme import static

EMPTY_HINT = "Type a question first."
KEPT = "Kept on this computer."
FAILED = "Something went wrong while searching. Please ask again; the details are in the server's log."
EDITING = "Enter asks the mended question in the place of question {number}."
NOTHING_TO_UNDO = "There is nothing to undo."
TOO_MANY = "Wait for an answer first, please: {number} questions are still to be answered."
ASKING_AT_ONCE = 4
"""Questions of all tabs that are worked on at the same time."""
WAITING = 8
"""Questions of one conversation that may wait for their answer."""

__all__ = ["ChatPane", "build_chat", "event_value"]


@dataclass(frozen=True, slots=True)
class ChatPane:
    """The pane's components that the page wires to others.

    Attributes:
        conversation: the exchanges, for panes that look up what a footnote points to.
        desk: the tab's ``Desk``, which the conversation is a copy of.
        view, question, hint: what is seen.
        forget: the desk that is left -> ``outputs`` for a new conversation.
        show: returns ``outputs`` for a desk that another pane has opened.
        pose: asks questions one after the other in a new conversation, given the desk that is left; yields ``outputs``.
    """

    conversation: gr.State
    desk: gr.State
    view: gr.HTML
    question: gr.Textbox
    hint: gr.HTML
    forget: Callable[[Desk], tuple[Any, ...]]
    show: Callable[[Desk, str], tuple[Any, ...]]
    pose: Callable[[Sequence[str], Desk, gr.Request], Iterator[tuple[Any, ...]]]

    @property
    def outputs(self) -> list[Any]:
        """What asking and forgetting write to, in order."""
        return [self.conversation, self.desk, self.view, self.question, self.hint]


def build_chat(
    assistant: PageAssistant,
    examples: Sequence[str],
    k: int,
    file: ConversationFile,
    scope: gr.State | None = None,
    above_box: Callable[[], object] | None = None,
) -> ChatPane:
    """Build the pane inside the current Blocks context and wire its questions to ``assistant``.

    Args:
        assistant: answers.
        examples: questions offered while the conversation is empty.
        k: most quotations in an answer.
        file: where conversations are kept.
        scope: holds the ids of the documents to ask; none of them, the default, stands for all.
        above_box: builds what another pane shows above the question box.
    """
    workers = ThreadPoolExecutor(ASKING_AT_ONCE, thread_name_prefix="asking")
    desks = gr.State(Desk())
    conversation = gr.State(())
    scope = scope or gr.State(None)
    view = gr.HTML(
        Desk().news(examples),
        html_template="",
        elem_id="fn-conversation",
        js_on_load=static("conversation.js"),
        apply_default_css=False,
    )
    if above_box:
        above_box()
    with gr.Row(elem_id="fn-composer"):
        question = gr.Textbox(
            label="Your question",
            show_label=False,
            container=False,
            placeholder="Ask a question",
            lines=1,
            max_lines=6,
            autofocus=True,
            interactive=True,  # its text is sent by conversation.js, as an event of the view
            elem_id="fn-question",
            html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
        )
        gr.Button("Ask", variant="primary", elem_id="fn-ask", min_width=0)
    with gr.Row(elem_id="fn-under"):
        hint = gr.HTML(_hint(""), elem_id="fn-hint", js_on_load=None, apply_default_css=False)
        gr.HTML(static("tools.html"), elem_id="fn-tools", js_on_load=None, apply_default_css=False)
    nothing = (gr.skip(),) * 5

    def shown(
        desk: Desk, box: Any = None, message: str = "", everything: bool = False, mend: str = ""
    ) -> tuple[Any, ...]:
        """``box`` is put into the question box; ``mend`` only if nothing has been typed there in the meantime."""
        if desk.left:
            return nothing
        box = gr.skip() if box is None else box
        return desk.exchanges, gr.skip(), {**desk.news(examples, everything), "mend": mend}, box, _hint(message)

    def work(desk: Desk, exchange: Exchange, alone: bool, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        owner = owner_of(request)
        desk.update(replace(exchange, question=exchange.question[:QUESTION_KEPT]))
        desk.keep(file, owner)  # a question is there after a reload also when its answer never came
        with desk.turns.working(exchange.number):
            if desk.turns.has_to_wait(exchange.number):
                exchange = exchange.changed(stage="waiting")
                desk.update(exchange)
                yield shown(desk)
                desk.turns.wait(exchange.number)
            earlier = () if alone else before(desk.exchanges, exchange.number)
            for step in asked(assistant, workers, exchange, earlier, k):
                if not desk.update(step):
                    return  # taken back in the meantime
                done = step.answer is not None or bool(step.problem)
                trouble = desk.keep(file, owner) if done else ""
                yield shown(desk, None, text_to_html(trouble), mend=exchange.question if step.problem else "")

    def ask(desk: Desk, where: object, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        typed = event_value(event, "question")
        text = typed.strip() if isinstance(typed, str) else ""
        if not text:
            yield (*nothing[:4], _hint(EMPTY_HINT))
        elif desk.turns.count >= WAITING:
            yield shown(desk, None, TOO_MANY.format(number=WAITING), mend=text)
        else:
            yield from work(desk, desk.begin(text, _documents(where), desk.editing), False, request)

    def pose(questions: Sequence[str], old: Desk, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        old.leave()
        desk = Desk()
        yield desk.exchanges, desk, *shown(desk, "", everything=True)[2:]
        for question in questions:
            yield from work(desk, desk.begin(question, None), False, request)

    def ask_example(desk: Desk, where: object, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        place = event_value(event, "example")
        if type(place) is int and 0 <= place < len(examples) and not desk.exchanges:
            yield from work(desk, desk.begin(examples[place], _documents(where)), False, request)
        else:
            yield nothing

    def ask_alone(desk: Desk, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        old = exchange_of(desk.exchanges, event_value(event, "number"))
        if old is None:
            yield nothing
        else:
            yield from work(desk, desk.begin(old.question, old.where), True, request)

    def ask_again(desk: Desk, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        old = exchange_of(desk.exchanges, event_value(event, "number"))
        if old is None or (old.answer is None and not old.problem):
            yield nothing
        else:
            alone = bool(before(desk.exchanges, old.number)) and not old.history and old.answer is not None
            yield from work(desk, desk.begin(old.question, old.where, old.number), alone, request)

    def ask_everywhere(desk: Desk, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        old = exchange_of(desk.exchanges, event_value(event, "number"))
        if old is None or old.where is None or (old.answer is None and not old.problem):
            yield nothing
        else:
            yield from work(desk, desk.begin(old.question, None, old.number), False, request)

    def ask_suggestion(desk: Desk, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        old = exchange_of(desk.exchanges, event_value(event, "number"))
        place = event_value(event, "place")
        if old is None or type(place) is not int or not 0 <= place < len(old.suggestions):
            yield nothing
        else:
            chosen = old.suggestions[place]
            yield from work(desk, desk.begin(chosen.text, (chosen.document,)), True, request)

    def suggest(desk: Desk, request: gr.Request) -> tuple[Any, ...]:
        last = desk.exchanges[-1] if desk.exchanges else None
        if last is None or last.suggestions:
            return nothing

        def wanted() -> bool:
            return desk.exchanges[-1:] == (last,)

        more = with_suggestions(assistant, last, before(desk.exchanges, last.number), wanted)
        if more is last or exchange_of(desk.exchanges, last.number) is not last or not desk.update(more):
            return nothing
        desk.keep(file, owner_of(request))
        return (*shown(desk)[:4], gr.skip())

    def edit(desk: Desk, event: gr.EventData) -> tuple[Any, ...]:
        old = exchange_of(desk.exchanges, event_value(event, "number"))
        desk.editing = old.number if old else 0
        if old is None:
            return (*nothing[:4], _hint(""))
        return (*nothing[:3], old.question, _hint(EDITING.format(number=old.number)))

    def undo(desk: Desk, request: gr.Request) -> tuple[Any, ...]:
        text = desk.take_back()
        if text is None:
            return (*nothing[:4], _hint(NOTHING_TO_UNDO))
        trouble = desk.keep(file, owner_of(request))
        return shown(desk, text, text_to_html(trouble))

    def judge(desk: Desk, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        exchange = exchange_of(desk.exchanges, event_value(event, "number"))
        if exchange is None:
            return nothing
        try:
            done = judged(assistant, exchange, event_value(event, "verdict"), event_value(event, "mark"))
        except FootnoteError as problem:
            return (*nothing[:4], _hint(text_to_html(str(problem))))
        if done is None or not desk.update(done):
            return nothing
        desk.keep(file, owner_of(request))
        return shown(desk, None, KEPT)

    def resume(desk: Desk, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        key = event_value(event, "key")
        try:
            if isinstance(key, str) and key:
                desk.open(file, owner_of(request), key)
        except FootnoteError as problem:
            return shown(desk, None, text_to_html(str(problem)), everything=True)
        return shown(desk, None, everything=True)

    def fail(desk: Desk, request: gr.Request) -> tuple[Any, ...]:
        for each in desk.exchanges:
            if each.answer is None and not each.problem and each.number in desk.turns.broken():
                desk.update(each.changed(problem=FAILED, stage=None))
        desk.keep(file, owner_of(request))
        return shown(desk)

    outputs = [conversation, desks, view, question, hint]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    once: dict[str, Any] = {**quiet, "concurrency_limit": None}  # those that wait take no other reader's turn
    each_time: dict[str, Any] = {**once, "trigger_mode": "multiple"}
    asking = [
        view.ask(ask, [desks, scope], outputs, **each_time),
        view.example(ask_example, [desks, scope], outputs, **each_time),
        view.alone(ask_alone, [desks], outputs, **once),
        view.retry(ask_again, [desks], outputs, **each_time),
        view.everywhere(ask_everywhere, [desks], outputs, **each_time),
        view.suggest(ask_suggestion, [desks], outputs, **once),
    ]
    for event in asking:
        event.then(suggest, [desks], outputs, **quiet)
    view.judge(judge, [desks], outputs, **quiet)
    view.edit(edit, [desks], outputs, **quiet)
    view.undo(undo, [desks], outputs, **quiet)
    view.resume(resume, [desks], outputs, **quiet)
    for event in asking:
        event.failure(fail, [desks], outputs, **quiet)
    build_handing(view, desks, file)

    def forget(old: Desk) -> tuple[Any, ...]:
        old.leave()
        desk = Desk()
        return (), desk, desk.news(examples), "", _hint("")

    def show(desk: Desk, message: str) -> tuple[Any, ...]:
        seen = shown(desk, None, message, everything=True)
        return (seen[0], desk, *seen[2:])

    return ChatPane(
        conversation,
        desks,
        view,
        question,
        hint,
        forget,
        show,
        pose,
    )


def _documents(scope: object) -> tuple[str, ...] | None:
    """The ids that another pane's state holds; it comes from there, never from the browser."""
    return tuple(sorted(scope)) or None if isinstance(scope, (tuple, list, set, frozenset)) else None


def _hint(message: str) -> str:
    return f'<p role="status">{message}</p>'
