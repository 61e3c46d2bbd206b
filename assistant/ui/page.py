"""The page: its panes, put together and wired to each other."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from assistant.index.conversations import ConversationFile
from assistant.ui.account import render_account
from assistant.ui.chat import build_chat
from assistant.ui.contract import PageAssistant
from assistant.ui.escaping import text_to_html
from assistant.ui.examples import EXAMPLES
from assistant.ui.keys import build_keys
from assistant.ui.programs import offer_ask
from assistant.ui.rendering import render_status
from assistant.ui.roles import account_behind
from assistant.ui.saved import build_saved
from assistant.ui.source import build_source

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
    conversations: ConversationFile | None = None,
) -> gr.Blocks:
    """Return the chat page, not yet served. ``assistant.ui.start`` or ``launch`` serve it with its own look.

    Args:
        assistant: answers the questions; called from several threads.
        title: the name at the top and in the browser's tab.
        examples: questions offered while the conversation is empty.
        note: last part of the status line.
        k: most quotations in an answer.
        conversations: where conversations are kept; by default in memory, as long as the page is served.
    """
    examples = tuple(examples)
    file = conversations or ConversationFile()

    def heading(request: gr.Request | None = None) -> str:
        status = f'<p class="fn-status">{render_status(assistant.info(), note)}</p>'
        return f"<h1>{text_to_html(title)}</h1>{status}{render_account(account_behind(request))}"

    page: gr.Blocks = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with page:
        offer_ask(assistant)  # first, so that no event of the page takes its name
        build_keys()
        with gr.Row(elem_id="fn-header"):
            top = gr.HTML(heading(), elem_id="fn-title", js_on_load=None, apply_default_css=False)
            new = gr.Button("New conversation", elem_id="fn-new", min_width=0)
        with gr.Row(elem_id="fn-main"):
            with gr.Column(elem_id="fn-chat"):
                chat = build_chat(assistant, examples, k, file)
            with gr.Column(elem_id="fn-side"):
                source = build_source(assistant, chat.conversation, chat.view)
        build_saved(chat, file)
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
