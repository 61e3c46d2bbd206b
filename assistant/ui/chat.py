"""The conversation pane: the question box, and what was asked and found so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from assistant.datatypes import Verdict
from assistant.errors import FootnoteError
from assistant.ui.contract import PageAssistant
from assistant.ui.escaping import text_to_html
from assistant.ui.exchanges import Conversation, Exchange, exchange_of, next_number, put, turns
from assistant.ui.rendering import render_conversation
from assistant.ui.theme import static

EMPTY_HINT = "Type a question first."
KEPT = "Kept on this computer."
FAILED = "Something went wrong while searching. Please ask again; the details are in the server's log."
QUESTION_KEPT = 1_000
"""Characters of a refused question that stay in the conversation."""


@dataclass(frozen=True, slots=True)
class ChatPane:
    """The pane's components that the page wires to others."""

    conversation: gr.State
    view: gr.HTML
    question: gr.Textbox
    hint: gr.HTML
    asking: tuple[Any, ...]
    forget: Callable[[], tuple[Any, ...]]
    pose: Callable[[Sequence[str]], Iterator[tuple[Any, ...]]]

    @property
    def outputs(self) -> list[Any]:
        """What asking and forgetting write to, in order."""
        return [self.conversation, self.view, self.question, self.hint]


def build_chat(assistant: PageAssistant, examples: Sequence[str], k: int) -> ChatPane:
    """Build the pane inside the current Blocks context and wire its questions to ``assistant``."""
    conversation = gr.State(())
    view = gr.HTML(
        render_conversation((), examples),
        elem_id="fn-conversation",
        js_on_load=static("conversation.js"),
        apply_default_css=False,
    )
    with gr.Row(elem_id="fn-composer"):
        question = gr.Textbox(
            label="Your question",
            show_label=False,
            container=False,
            placeholder="Ask a question",
            lines=1,
            max_lines=6,
            autofocus=True,
            elem_id="fn-question",
            html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
        )
        send = gr.Button("Ask", variant="primary", elem_id="fn-ask", min_width=0)
    hint = gr.HTML(_hint(""), elem_id="fn-hint", js_on_load=None, apply_default_css=False)

    def shown(now: Conversation, box: Any, message: str = "") -> tuple[Any, ...]:
        return now, render_conversation(now, examples), box, _hint(message)

    def ask(typed: str | None, before: Conversation, alone: bool = False) -> Iterator[tuple[Any, ...]]:
        text = (typed or "").strip()
        if not text:
            yield gr.skip(), gr.skip(), gr.skip(), _hint(EMPTY_HINT)
            return
        exchange = Exchange(next_number(before), text)
        yield shown(put(before, replace(exchange, question=text[:QUESTION_KEPT])), "")
        done = answered(assistant, exchange, () if alone else before, k)
        yield shown(put(before, done), text if done.problem else gr.skip())  # a refused question can be mended

    def ask_example(before: Conversation, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        place = event_value(event, "example")
        if type(place) is int and 0 <= place < len(examples):
            yield from ask(examples[place], before)
        else:
            yield (gr.skip(),) * 4

    def ask_alone(before: Conversation, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        number = event_value(event, "number")
        asked = [each.question for each in before if type(number) is int and each.number == number]
        if asked:
            yield from ask(asked[0], before, alone=True)
        else:
            yield (gr.skip(),) * 4

    def judge(before: Conversation, event: gr.EventData) -> tuple[Any, ...]:
        exchange = exchange_of(before, event_value(event, "number"))
        if exchange is None:
            return (gr.skip(),) * 4
        try:
            done = judged(assistant, exchange, event_value(event, "verdict"), event_value(event, "mark"))
        except FootnoteError as problem:
            return gr.skip(), gr.skip(), gr.skip(), _hint(text_to_html(str(problem)))
        if done is None:
            return (gr.skip(),) * 4
        return shown(tuple(done if each is exchange else each for each in before), gr.skip(), KEPT)

    def pose(questions: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Ask questions one after the other in a conversation of their own."""
        now: Conversation = ()
        for question in questions:
            for step in ask(question, now):
                yield step
                latest = step[0]
            now = latest

    def fail(now: Conversation) -> tuple[Any, ...]:
        if now and now[-1].answer is None and not now[-1].problem:
            now = put(now, replace(now[-1], problem=FAILED))
        return shown(now, gr.skip())

    pane = ChatPane(conversation, view, question, hint, (), lambda: shown((), ""), pose)
    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    asking = (
        gr.on([question.submit, send.click], ask, [question, conversation], pane.outputs, **quiet),
        view.example(ask_example, [conversation], pane.outputs, **quiet),
        view.alone(ask_alone, [conversation], pane.outputs, **quiet),
    )
    view.judge(judge, [conversation], pane.outputs, **quiet)
    for event in asking:
        event.failure(fail, [conversation], pane.outputs, **quiet)
    return replace(pane, asking=asking)


def answered(assistant: PageAssistant, exchange: Exchange, before: Conversation, k: int) -> Exchange:
    """Return ``exchange`` with the assistant's answer, or with the problem it reports."""
    try:
        history = turns(before)
        answer = assistant.ask(exchange.question, history, k)
    except FootnoteError as problem:
        return replace(exchange, question=exchange.question[:QUESTION_KEPT], problem=str(problem))
    return replace(exchange, answer=answer, history=tuple(turn.question for turn in history))


def judged(assistant: PageAssistant, exchange: Exchange, verdict: object, mark: object) -> Exchange | None:
    """Keep what a reader said, and return the exchange with it; None if the browser sent anything else."""
    if exchange.answer is None or type(mark) is not int:
        return None
    citation = exchange.sources[mark - 1] if 1 <= mark <= len(exchange.sources) else None
    known: Verdict
    if verdict == "not_in_documents" and mark == 0:
        known, others = "not_in_documents", {}
    elif verdict in ("right", "wrong") and citation is not None:
        known = "right" if verdict == "right" else "wrong"
        others = {each: said for each, said in exchange.judged.items() if each != 0}
    else:
        return None
    assistant.give_feedback(exchange.question, known, citation, exchange.history)
    return replace(exchange, judged={**others, mark: known})


def event_value(event: gr.EventData, name: str) -> object:
    """Return one value that the browser sent with an event; None where it sent something else."""
    data = event._data  # the attribute access that Gradio offers instead raises on missing names
    return data.get(name) if isinstance(data, dict) else None


def _hint(message: str) -> str:
    return f'<p role="status">{message}</p>'
