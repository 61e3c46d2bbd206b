"""The views of the main area and the buttons in the header that switch between them."""

from __future__ import annotations

import gradio as gr

from assistant.ui.theme import static

VIEWS = {"": "Conversation", "evaluate": "Evaluate", "index": "Index"}
"""Name -> label; the column of a view has the id ``fn-view-NAME`` and the class ``fn-view``."""


def build_views() -> gr.HTML:
    """Build the buttons inside the current Blocks context. The event ``footnote:view`` leads to a view."""
    buttons = "".join(
        f'<button type="button" data-view="{name}" aria-pressed="{str(not name).lower()}">{label}</button>'
        for name, label in VIEWS.items()
    )
    return gr.HTML(
        f'<nav aria-label="Views">{buttons}</nav>',
        elem_id="fn-views",
        js_on_load=static("views.js"),
        apply_default_css=False,
    )
