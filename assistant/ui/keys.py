"""What the keyboard does: the one list that the help sheet shows, and the skip links at the top of the page."""

from __future__ import annotations

import gradio as gr

from assistant.ui.escaping import text_to_html
from assistant.ui.theme import static

KEYS: tuple[tuple[str, tuple[tuple[tuple[str, ...], str], ...]], ...] = (
    (
        "Ask",
        (
            (("/",), "Go to the question"),
            (("Enter",), "Ask"),
            (("Shift", "Enter"), "A new line in the question"),
            (("e",), "Edit the latest question and ask it again"),
            (("r",), "Ask the latest question again"),
            (("u",), "Undo the latest question"),
            (("Esc",), "From the question to the latest footnotes"),
        ),
    ),
    (
        "Read",
        (
            (("j",), "Next footnote"),
            (("k",), "Footnote before"),
            (("Enter",), "Open the footnote’s source"),
            (("n",), "Source: next quotation"),
            (("p",), "Source: quotation before"),
            (("Esc",), "Close the source, or any sheet"),
        ),
    ),
    (
        "Keep",
        (
            (("c",), "Copy the latest answer with its citations"),
            (("s",), "Saved conversations"),
            (("x",), "Export the conversation"),
            (("?",), "This help"),
        ),
    ),
)


def build_keys() -> gr.HTML:
    """Build the skip links and the help sheet inside the current Blocks context, best as the first thing in it."""
    return gr.HTML(render_keys(), elem_id="fn-keys", js_on_load=static("keys.js"), apply_default_css=False)


def render_keys() -> str:
    """Return the skip links and the help sheet as HTML."""
    groups = "".join(
        f"<section><h3>{name}</h3><dl>{''.join(_row(keys, what) for keys, what in rows)}</dl></section>"
        for name, rows in KEYS
    )
    return (
        '<nav class="fn-skip" aria-label="Skip"><a href="#fn-question" data-skip="question">Skip to the question</a>'
        '<a href="#fn-conversation" data-skip="answer">Skip to the latest answer</a></nav>'
        '<dialog class="fn-sheet" id="fn-help" aria-labelledby="fn-help-title"><header>'
        '<h2 id="fn-help-title">Keys</h2><button type="button" data-shut>Close</button></header>'
        f'<div class="fn-groups">{groups}</div><label class="fn-switch"><input type="checkbox" data-single checked> '
        "Single letters work as keys while nothing is being typed</label></dialog>"
    )


def _row(keys: tuple[str, ...], what: str) -> str:
    pressed = " + ".join(f"<kbd>{text_to_html(key)}</kbd>" for key in keys)
    return f"<div><dt>{pressed}</dt><dd>{text_to_html(what)}</dd></div>"
