"""The source pane: the document beside the chat, open at the quoted words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from assistant.datatypes import Citation, Document
from assistant.errors import FootnoteError
from assistant.ui.chat import event_value
from assistant.ui.contract import PageAssistant
from assistant.ui.document_view import Opened, grown, render_missing, render_source, window_around
from assistant.ui.exchanges import Conversation, source_of
from assistant.ui.theme import static

UNKNOWN = "This footnote is no longer part of the conversation. Please ask the question again."
CHANGED = "The quoted words are no longer at this place in {document}. Please ask the question again."


class SourceChangedError(FootnoteError):
    """A document no longer holds a quotation at the place it was taken from."""


@dataclass(frozen=True, slots=True)
class SourcePane:
    """The pane's components that the page wires to others.

    Attributes:
        opened, view: what is shown.
        visits: counts the openings.
        show: citation, exchange and mark (0 and 0 for a passage of no answer), visits -> ``outputs`` and ``visits``.
        tell: a sentence for people, visits -> the same, where there is nothing to be shown.
    """

    opened: gr.State
    view: gr.HTML
    visits: gr.State
    show: Callable[[Citation, int, int, int], tuple[Any, ...]]
    tell: Callable[[str, int], tuple[Any, ...]]

    @property
    def outputs(self) -> list[Any]:
        """What opening and closing write to, in order."""
        return [self.opened, self.view]


def build_source(assistant: PageAssistant, conversation: gr.State, conversation_view: gr.HTML) -> SourcePane:
    """Build the pane inside the current Blocks context; footnotes of ``conversation_view`` open in it."""
    opened = gr.State(None)
    view = gr.HTML("", elem_id="fn-source", js_on_load=static("source.js"), apply_default_css=False)
    visits = gr.State(0)

    def tell(reason: str, visit: int) -> tuple[Any, ...]:
        return None, render_missing(reason, visit + 1), visit + 1

    def show(citation: Citation, number: int, mark: int, visit: int) -> tuple[Any, ...]:
        try:
            document = document_of(assistant, citation)
        except FootnoteError as problem:
            return tell(str(problem), visit)
        window = window_around(document.text, citation.start, citation.end)
        source = Opened(number, mark, citation, *window, visit=visit + 1)
        return source, render_source(document, source), visit + 1

    def open_footnote(now: Conversation, visit: int, event: gr.EventData) -> tuple[Any, ...]:
        number, mark = event_value(event, "number"), event_value(event, "mark")
        citation = source_of(now, number, mark)
        if citation is None or type(number) is not int or type(mark) is not int:
            return tell(UNKNOWN, visit)
        return show(citation, number, mark, visit)

    def show_more(source: Opened | None, visit: int, event: gr.EventData) -> tuple[Any, ...]:
        direction = event_value(event, "direction")
        if source is None or direction not in ("above", "below"):
            return gr.skip(), gr.skip()
        try:
            document = document_of(assistant, source.citation)
        except FootnoteError as problem:
            return None, render_missing(str(problem), visit)
        start, end = grown(document.text, source.start, source.end, direction)
        source = replace(source, start=start, end=end)
        return source, render_source(document, source)

    pane = SourcePane(opened, view, visits, show, tell)
    quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
    conversation_view.cite(open_footnote, [conversation, visits], [*pane.outputs, visits], **quiet)
    view.more(show_more, [opened, visits], pane.outputs, **quiet)
    return pane


def document_of(assistant: PageAssistant, citation: Citation) -> Document:
    """Return the document a quotation was taken from, checked to hold it still.

    Raises:
        FootnoteError: the document is gone, or other words stand at the quotation's place.
    """
    document = assistant.document(citation.document)
    if document.text[citation.start : citation.end] != citation.quote:
        raise SourceChangedError(CHANGED.format(document=citation.document))
    return document
