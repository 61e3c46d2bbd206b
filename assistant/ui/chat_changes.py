"""What a reader does to a conversation beside asking: judge, edit, undo, take up, and begin anew."""

from __future__ import annotations

import gradio as gr

from assistant.errors import FootnoteError
from assistant.index.conversations import Conversations
from assistant.ui.asking import judged
from assistant.ui.chat_view import NOTHING, ChatView, Seen, hint, told
from assistant.ui.contract import PageAssistant
from assistant.ui.desk import Desk
from assistant.ui.escaping import text_to_html
from assistant.ui.events import event_value, owner_of
from assistant.ui.exchanges import exchange_of

KEPT = "Kept on this computer."
EDITING = "Enter asks the mended question in the place of question {number}."
NOTHING_TO_UNDO = "There is nothing to undo."


class Changes:
    """Changes conversations; each method is what an event of the pane does.

    Args:
        assistant: keeps what is said of answers.
        view: shows it.
        file: where conversations are kept.
    """

    def __init__(self, assistant: PageAssistant, view: ChatView, file: Conversations) -> None:
        self._assistant = assistant
        self._view = view
        self._file = file

    def edit(self, desk: Desk, event: gr.EventData) -> Seen:
        """Put a question into the box; what is asked next takes its place."""
        old = exchange_of(desk.exchanges, event_value(event, "number"))
        desk.editing = old.number if old else 0
        if old is None:
            return told("")
        return (*NOTHING[:3], old.question, hint(EDITING.format(number=old.number)))

    def undo(self, desk: Desk, request: gr.Request) -> Seen:
        """Take the latest question back, into the box."""
        text = desk.take_back()
        if text is None:
            return told(NOTHING_TO_UNDO)
        trouble = desk.keep(self._file, owner_of(request))
        return self._view.seen(desk, text, text_to_html(trouble))

    def judge(self, desk: Desk, event: gr.EventData, request: gr.Request) -> Seen:
        """Keep what a reader says of an answer or of one of its quotations."""
        exchange = exchange_of(desk.exchanges, event_value(event, "number"))
        if exchange is None:
            return NOTHING
        try:
            done = judged(self._assistant, exchange, event_value(event, "verdict"), event_value(event, "mark"))
        except FootnoteError as problem:
            return told(text_to_html(str(problem)))
        if done is None or not desk.update(done):
            return NOTHING
        desk.keep(self._file, owner_of(request))
        return self._view.seen(desk, None, KEPT)

    def resume(self, desk: Desk, event: gr.EventData, request: gr.Request) -> Seen:
        """Take up the conversation that the tab had before it was loaded anew."""
        key, trouble = event_value(event, "key"), ""
        try:
            if isinstance(key, str) and key:
                desk.open(self._file, owner_of(request), key)
        except FootnoteError as problem:
            trouble = text_to_html(str(problem))
        return self._view.seen(desk, None, trouble, everything=True)

    def forget(self, old: Desk) -> Seen:
        """Begin a new conversation in the place of ``old``."""
        old.leave()
        return self._view.of_new(Desk())

    def show(self, desk: Desk, message: str) -> Seen:
        """Show a desk that another pane has opened; ``message`` is markup."""
        seen = self._view.seen(desk, None, message, everything=True)
        return (seen[0], desk, *seen[2:])
