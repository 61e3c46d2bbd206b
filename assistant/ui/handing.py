"""Handing text to the reader: to the clipboard, or as a file. The browser makes both of a text the server sends."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic_ns
from typing import Any

import gradio as gr

from assistant.errors import StoreError
from assistant.index.conversations import Conversations
from assistant.ui.copying import COPY_FORMS, copied
from assistant.ui.desk import Desk, read_exchanges
from assistant.ui.events import event_value, owner_of
from assistant.ui.exchanges import Conversation, exchange_of
from assistant.ui.exporting import EXPORT_FORMS, exported
from assistant.ui.theme import static


def build_handing(view: gr.HTML, desks: gr.State, file: Conversations) -> None:
    """Wire ``view``'s events ``copy`` and ``export`` to a component that nobody sees."""
    courier = gr.HTML(None, html_template="", elem_id="fn-courier", js_on_load=static("courier.js"))

    def copy(desk: Desk, event: gr.EventData) -> Any:
        exchange = exchange_of(desk.exchanges, event_value(event, "number"))
        form = known(event_value(event, "form"), COPY_FORMS)
        if exchange is None or exchange.answer is None or form is None:
            return gr.skip()
        return {"stamp": monotonic_ns(), "do": "copy", "text": copied(exchange.answer, form, exchange.where)}

    def export(desk: Desk, event: gr.EventData, request: gr.Request) -> Any:
        form = known(event_value(event, "form"), EXPORT_FORMS)
        if form is None or not desk.exchanges:
            return gr.skip()
        whole, title = _whole(desk, file, owner_of(request))
        made = exported(whole, title, form)
        return {"stamp": monotonic_ns(), "do": "save", "name": made.name, "type": made.media_type, "text": made.text}

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    view.copy(copy, [desks], courier, **quiet)
    view.export(export, [desks], courier, **quiet)


def known(value: object, names: Sequence[Any]) -> Any:
    """Return ``value`` if it is one of ``names``, else None."""
    return next((name for name in names if isinstance(value, str) and name == value), None)


def _whole(desk: Desk, file: Conversations, owner: str) -> tuple[Conversation, str]:
    """The conversation with its name, the exchanges that have left the page included."""
    try:
        found = file.load(owner, desk.key) if desk.key else None
        if found is not None:
            return read_exchanges(found[1]), found[0].title
    except StoreError:
        pass  # what is on the page can be saved also where the file cannot be read
    return desk.exchanges, desk.title
