"""The list of saved conversations: open, rename, delete. A sheet over the page, shown by a button in the header."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import gradio as gr

from assistant.errors import StoreError
from assistant.index.conversations import Conversations, Kept
from assistant.ui.chat import ChatPane
from assistant.ui.desk import Desk
from assistant.ui.escaping import text_to_html
from assistant.ui.events import event_value, owner_of
from assistant.ui.rendering import counted
from assistant.ui.theme import static

EMPTY = "Nothing is saved yet. Each conversation is saved by itself, from its first question."
GONE = "This conversation is no longer there."


def build_saved(chat: ChatPane, file: Conversations) -> gr.HTML:
    """Build the sheet inside the current Blocks context; what is opened from it is shown in ``chat``."""
    view = gr.HTML("", html_template="", elem_id="fn-saved", js_on_load=static("saved.js"), apply_default_css=False)

    def listed(desk: Desk, request: gr.Request, problem: str = "") -> str:
        try:
            return render_saved(file.listed(owner_of(request)), desk.key, problem)
        except StoreError as error:
            return render_saved([], "", str(error))

    def rename(desk: Desk, event: gr.EventData, request: gr.Request) -> str:
        key, title = event_value(event, "key"), event_value(event, "title")
        if not isinstance(key, str) or not isinstance(title, str):
            return listed(desk, request)
        try:
            done = file.rename(owner_of(request), key, title)
        except StoreError as error:
            return listed(desk, request, str(error))
        return listed(desk, request, "" if done or not title.strip() else GONE)

    def delete(desk: Desk, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        key = event_value(event, "key")
        kept = (gr.skip(),) * len(chat.outputs)
        if not isinstance(key, str):
            return (listed(desk, request), *kept)
        try:
            done = file.delete(owner_of(request), key)
        except StoreError as error:
            return (listed(desk, request, str(error)), *kept)
        here = done and key == desk.key
        if here:
            desk.leave(deleted=True)
        return (listed(desk, request, "" if done else GONE), *(chat.forget(desk) if here else kept))

    def open_one(desk: Desk, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        key, opened = event_value(event, "key"), Desk()
        try:
            found = isinstance(key, str) and opened.open(file, owner_of(request), key)
        except StoreError as error:
            return (gr.skip(),) * (len(chat.outputs) - 1) + (f'<p role="status">{text_to_html(str(error))}</p>',)
        if not found:
            return chat.show(desk, GONE)
        desk.leave()
        return chat.show(opened, "")

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    view.list(listed, [chat.desk], view, **quiet)
    view.rename(rename, [chat.desk], view, **quiet)
    view.delete(delete, [chat.desk], [view, *chat.outputs], **quiet)
    view.open(open_one, [chat.desk], chat.outputs, **quiet)
    return view


def render_saved(conversations: list[Kept], current: str, problem: str = "") -> str:
    """Return the list as HTML; ``current`` is the key of the one that is open in this tab."""
    items = "".join(_item(each, each.key == current) for each in conversations)
    trouble = f'<p class="fn-problem" role="alert">{text_to_html(problem)}</p>' if problem else ""
    return f"{trouble}<ul>{items}</ul>" if items else f"{trouble}<p>{EMPTY}</p>"


def _item(kept: Kept, current: bool) -> str:
    title = text_to_html(kept.title)
    when = datetime.fromisoformat(kept.changed)
    here = ' aria-current="true"' if current else ""
    facts = f"{counted(kept.questions, 'question')} · "
    return (
        f'<li data-key="{text_to_html(kept.key)}"{here}><button type="button" class="fn-open-saved" data-open>'
        f'<bdi class="fn-saved-title" dir="auto">{title}</bdi><span class="fn-saved-facts">{facts}'
        f'<time datetime="{text_to_html(kept.changed)}">{when:%Y-%m-%d %H:%M} UTC</time></span></button>'
        f'<button type="button" data-rename aria-label="Rename: {title}">Rename</button>'
        f'<button type="button" data-delete aria-label="Delete: {title}">Delete</button></li>'
    )
