"""The page: its panes, put together and wired to each other."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from assistant.ui.chat import build_chat
from assistant.ui.contract import PageAssistant
from assistant.ui.escaping import text_to_html
from assistant.ui.evaluate_view import build_evaluate
from assistant.ui.examples import EXAMPLES
from assistant.ui.index_view import build_index_view
from assistant.ui.rendering import render_status
from assistant.ui.source import build_source
from assistant.ui.views import build_views

TITLE = "Footnote"
NOTE = "nothing leaves this computer"
CONCURRENT_CALLS = 4
"""Questions and openings that run at the same time; more wait their turn."""


def build_page(
    assistant: PageAssistant,
    *,
    title: str = TITLE,
    examples: Sequence[str] = EXAMPLES,
    note: str = NOTE,
    k: int = 5,
) -> gr.Blocks:
    """Return the chat page, not yet served. ``assistant.ui.start`` or ``launch`` serve it with its own look.

    Args:
        assistant: answers the questions; called from several threads.
        title: the name at the top and in the browser's tab.
        examples: questions offered while the conversation is empty.
        note: last part of the status line.
        k: most quotations in an answer.
    """
    examples = tuple(examples)

    def heading() -> str:
        return f'<h1>{text_to_html(title)}</h1><p class="fn-status">{render_status(assistant.info(), note)}</p>'

    page: gr.Blocks = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with page:
        with gr.Row(elem_id="fn-header"):
            top = gr.HTML(heading(), elem_id="fn-title", js_on_load=None, apply_default_css=False)
            build_views()
            new = gr.Button("New conversation", elem_id="fn-new", min_width=0)
        with gr.Row(elem_id="fn-main"):
            with gr.Column(elem_id="fn-chat"):
                chat = build_chat(assistant, examples, k)
            with gr.Column(elem_id="fn-side"):
                source = build_source(assistant, chat.conversation, chat.view)
        with gr.Column(elem_id="fn-view-evaluate", elem_classes="fn-view"):
            build_evaluate(assistant, chat)
        with gr.Column(elem_id="fn-view-index", elem_classes="fn-view"):
            build_index_view(assistant, source)
        page.load(heading, None, top, show_progress="hidden", api_visibility="private")
        new.click(
            lambda: (*chat.forget(), None, ""),
            None,
            [*chat.outputs, *source.outputs],
            cancels=list(chat.asking),
            show_progress="hidden",
            api_visibility="private",
        )
    page.queue(default_concurrency_limit=CONCURRENT_CALLS)
    return page
