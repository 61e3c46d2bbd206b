"""The views of the main area and the buttons in the header that switch between them."""

from __future__ import annotations

import gradio as gr

from assistant.ui.theme import static

VIEWS = {"ask": "Ask", "evaluate": "Evaluate", "index": "Index"}
"""Name -> label; the column of a view has the id in ``views.css``."""


def build_views() -> gr.HTML:
    """Build the buttons inside the current Blocks context. A view is told that it is shown by ``footnote:view``."""
    buttons = "".join(
        f'<button type="button" data-view="{name}"{" aria-current=page" * (name == "ask")}>{label}</button>'
        for name, label in VIEWS.items()
    )
    return gr.HTML(
        f'<nav aria-label="Views">{buttons}</nav>',
        elem_id="fn-views",
        js_on_load=static("views.js"),
        apply_default_css=False,
    )
