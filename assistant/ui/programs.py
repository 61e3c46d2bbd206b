"""The page's one named endpoint, for programs that use ``gradio_client``: the same JSON as everywhere."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.events import api

from assistant.errors import FootnoteError
from assistant.plain import answer_json
from assistant.ui.contract import PageAssistant

MOST_PASSAGES = 100


def offer_ask(assistant: PageAssistant) -> None:
    """Add the endpoint ``/ask`` to the current Blocks."""

    def ask(question: str, history: list[str] | None = None, k: int = 5) -> dict[str, Any]:
        """Answer a question with quotations, as ``footnote ask --json`` does."""
        if not isinstance(question, str) or not isinstance(k, int) or not 1 <= k <= MOST_PASSAGES:
            raise gr.Error(f"question is a text, and k from 1 to {MOST_PASSAGES}", print_exception=False)
        earlier = [each for each in history or () if isinstance(each, str)]
        try:
            return answer_json(assistant.ask(question, earlier, k))
        except FootnoteError as error:
            raise gr.Error(str(error), print_exception=False) from error

    api(ask, api_name="ask")
