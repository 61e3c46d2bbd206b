"""Which documents are asked: chosen in the library, shown above the question, forgotten with one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import gradio as gr

from assistant.ui.escaping import text_to_html
from assistant.ui.theme import static

Chosen: TypeAlias = frozenset[str]
"""Ids of the documents that are asked; empty for all of them."""


@dataclass(frozen=True, slots=True)
class ScopePart:
    """The state and the line that shows it; the line is rendered where the composer wants it."""

    chosen: gr.State
    view: gr.HTML

    def show_here(self) -> None:
        """Put the line at this place of the current Blocks context."""
        self.view.render()  # type: ignore[no-untyped-call]  # Gradio leaves it untyped


def build_scope() -> ScopePart:
    """Make the state and its line, the line not yet rendered."""
    view = gr.HTML("", elem_id="fn-scope", js_on_load=static("scope.js"), apply_default_css=False, render=False)
    return ScopePart(gr.State(frozenset()), view)


def render_scope(chosen: Chosen, documents: int, name: str = "") -> str:
    """Return the line above the question; nothing while all documents are asked.

    Args:
        chosen: ids of the documents.
        documents: how many there are.
        name: of the only one that is chosen, if it is one.
    """
    if not chosen:
        return ""
    which = f" <bdi>{text_to_html(name)}</bdi>" if name and len(chosen) == 1 else ""
    return (
        f'<p role="status">Asking <b>{len(chosen):,} of {documents:,}</b> documents{which} '
        '<button type="button" data-clear>Ask all documents</button></p>'
    )
