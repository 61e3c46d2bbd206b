"""The conversation pane: the question box, and what was asked and found so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.index.conversations import Conversations
from assistant.ui.chat_changes import Changes
from assistant.ui.chat_questions import Questions
from assistant.ui.chat_view import ChatView, Seen, hint
from assistant.ui.contract import PageAssistant
from assistant.ui.desk import Desk
from assistant.ui.events import event_value
from assistant.ui.handing import build_handing
from assistant.ui.theme import static

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
    forget: Callable[[Desk], Seen]
    show: Callable[[Desk, str], Seen]
    pose: Callable[[Sequence[str], Desk, gr.Request], Iterator[Seen]]

    @property
    def outputs(self) -> list[Any]:
        """What asking and forgetting write to, in order."""
        return [self.conversation, self.desk, self.view, self.question, self.hint]


def build_chat(
    assistant: PageAssistant,
    examples: Sequence[str],
    k: int,
    file: Conversations,
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
    shown = ChatView(examples)
    questions, changes = Questions(assistant, shown, file, k), Changes(assistant, shown, file)
    desk, conversation, scope = gr.State(Desk()), gr.State(()), scope or gr.State(None)
    view = gr.HTML(
        Desk().news(examples),
        html_template="",
        elem_id="fn-conversation",
        js_on_load=static("conversation.js"),
        apply_default_css=False,
    )
    if above_box:
        above_box()
    box, line = _composer()
    pane = ChatPane(conversation, desk, view, box, line, changes.forget, changes.show, questions.pose)
    _wire(pane, questions, changes, scope)
    build_handing(view, desk, file)
    return pane


def _composer() -> tuple[gr.Textbox, gr.HTML]:
    """The question box with its button, and the line under it."""
    with gr.Row(elem_id="fn-composer"):
        box = gr.Textbox(
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
        line = gr.HTML(hint(""), elem_id="fn-hint", js_on_load=None, apply_default_css=False)
        gr.HTML(static("tools.html"), elem_id="fn-tools", js_on_load=None, apply_default_css=False)
    return box, line


def _wire(pane: ChatPane, questions: Questions, changes: Changes, scope: gr.State) -> None:
    """Say what each event of the view does."""
    view, desk, outputs = pane.view, [pane.desk], pane.outputs
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    once: dict[str, Any] = {**quiet, "concurrency_limit": None}  # those that wait take no other reader's turn
    each_time: dict[str, Any] = {**once, "trigger_mode": "multiple"}
    asking = [
        view.ask(questions.typed, [*desk, scope], outputs, **each_time),
        view.example(questions.example, [*desk, scope], outputs, **each_time),
        view.alone(questions.alone, desk, outputs, **once),
        view.retry(questions.again, desk, outputs, **each_time),
        view.everywhere(questions.everywhere, desk, outputs, **each_time),
        view.suggest(questions.suggestion, desk, outputs, **once),
    ]
    for event in asking:
        event.then(questions.suggest, desk, outputs, **quiet)
        event.failure(questions.fail, desk, outputs, **quiet)
    view.judge(changes.judge, desk, outputs, **quiet)
    view.edit(changes.edit, desk, outputs, **quiet)
    view.undo(changes.undo, desk, outputs, **quiet)
    view.resume(changes.resume, desk, outputs, **quiet)
