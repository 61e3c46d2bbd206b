"""The page: its panes, put together and wired to each other.

Three panes on a wide screen: library, conversation, source. On a narrower one library and source are sheets over the
conversation. The views Evaluate and Index take the place of the three.
"""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from assistant.index.conversations import ConversationFile, Conversations
from assistant.library import Library
from assistant.ui.account import render_account
from assistant.ui.chat import build_chat
from assistant.ui.contract import PageAssistant
from assistant.ui.escaping import text_to_html
from assistant.ui.evaluate_view import build_evaluate
from assistant.ui.examples import EXAMPLES
from assistant.ui.index_view import build_index_view
from assistant.ui.keys import build_keys
from assistant.ui.library import MayEdit, build_library
from assistant.ui.programs import offer_ask
from assistant.ui.rendering import render_status
from assistant.ui.roles import account_behind
from assistant.ui.saved import build_saved
from assistant.ui.scope import build_scope
from assistant.ui.source import build_source
from assistant.ui.theme import static

TITLE = "Footnote"
NOTE = "nothing leaves this computer"
VIEWS = {"": "Conversation", "evaluate": "Evaluate", "index": "Index"}
"""Name -> label on the tab; the column of a view has the id ``fn-view-NAME`` and the class ``fn-view``."""
CONCURRENT_CALLS = 4
"""Questions and openings that run at the same time; more wait their turn."""


def build_page(
    assistant: PageAssistant,
    *,
    title: str = TITLE,
    examples: Sequence[str] = EXAMPLES,
    note: str = NOTE,
    k: int = 5,
    conversations: Conversations | None = None,
    library: Library | None = None,
    may_edit: MayEdit = lambda _request: True,
) -> gr.Blocks:
    """Return the chat page, not yet served. ``assistant.ui.start`` or ``launch`` serve it with its own look.

    Args:
        assistant: answers the questions; called from several threads.
        title: the name at the top and in the browser's tab.
        examples: questions offered while the conversation is empty.
        note: last part of the status line.
        k: most quotations in an answer.
        conversations: where conversations are kept; by default in memory, as long as the page is served.
        library: of the documents; by default the assistant's, only to be read.
        may_edit: who may change the library, if it can be changed.
    """
    examples, library = tuple(examples), library or Library(assistant)
    file: Conversations = conversations or ConversationFile()

    def heading(request: gr.Request | None = None) -> str:
        status = f'<p class="fn-status">{render_status(assistant.info(), note)}</p>'
        return f"<h1>{text_to_html(title)}</h1>{status}{render_account(account_behind(request))}"

    page: gr.Blocks = gr.Blocks(title=title, analytics_enabled=False, fill_width=True)
    with page:
        offer_ask(assistant)  # first, so that no event of the page takes its name
        build_keys()
        scope = build_scope()
        with gr.Row(elem_id="fn-header"):
            gr.HTML(render_tabs(), elem_id="fn-tabs", js_on_load=static("layout.js"), apply_default_css=False)
            top = gr.HTML(heading(), elem_id="fn-title", js_on_load=None, apply_default_css=False)
            new = gr.Button("New conversation", elem_id="fn-new", min_width=0)
        with gr.Row(elem_id="fn-main"):
            with gr.Column(elem_id="fn-library"):
                shelf = build_library(library, scope, may_edit, top, heading)
            with gr.Column(elem_id="fn-chat"):
                chat = build_chat(assistant, examples, k, file, scope.chosen, scope.show_here)
            with gr.Column(elem_id="fn-side"):
                source = build_source(assistant, chat.conversation, chat.view)
        shelf.open_in(source)
        build_saved(chat, file)
        with gr.Column(elem_id="fn-view-evaluate", elem_classes="fn-view"):
            build_evaluate(assistant, chat, source)
        with gr.Column(elem_id="fn-view-index", elem_classes="fn-view"):
            build_index_view(assistant, source)
        page.load(shelf.draw, shelf.inputs, shelf.outputs, show_progress="hidden", api_visibility="private")
        new.click(
            lambda desk: (*chat.forget(desk), None, ""),
            [chat.desk],
            [*chat.outputs, *source.outputs],
            show_progress="hidden",
            api_visibility="private",
        )
    page.queue(default_concurrency_limit=CONCURRENT_CALLS)
    return page


def render_tabs() -> str:
    """Return the button that shows the library, and a tab for each view."""
    button = (
        '<button type="button" id="fn-show-library" data-library aria-controls="fn-library" aria-expanded="false">'
        '<span aria-hidden="true">☰</span> <span>Documents</span></button>'
    )
    tabs = "".join(
        f'<button type="button" data-view="{name}" aria-pressed="{str(not name).lower()}">'
        f"{text_to_html(label)}</button>"
        for name, label in VIEWS.items()
    )
    return f'{button}<nav aria-label="Views">{tabs}</nav>'
