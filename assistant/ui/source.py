"""The source pane: the document beside the chat, open at the quoted words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import gradio as gr

from assistant.datatypes import Citation, Document
from assistant.errors import DocumentError, FootnoteError, SourceChangedError
from assistant.page_views import PDF
from assistant.ui.contract import PageAssistant
from assistant.ui.document_view import render_missing, render_source
from assistant.ui.events import event_value
from assistant.ui.exchanges import Conversation, exchange_of, source_of
from assistant.ui.finding import find
from assistant.ui.opening import Opened, Origin, found, grown, looked, opened_at, page_span, turned
from assistant.ui.page_sheet import render_sheet
from assistant.ui.permalink import linked
from assistant.ui.theme import static

UNKNOWN = "This footnote is no longer part of the conversation. Please ask the question again."
CHANGED = "The quoted words are no longer at this place in {document}. Please ask the question again."
AS_TEXT = "{reason}. This is its text as it was indexed."
BOXED = 100
"""Matches on one page that get boxes."""

Shown: TypeAlias = tuple[Any, ...]
"""What the pane's components are set to: the source, its markup, the count of openings."""
Move: TypeAlias = Callable[[Opened, Document, gr.EventData], Opened]


@dataclass(frozen=True, slots=True)
class SourcePane:
    """The pane's components that the page wires to others.

    Attributes:
        opened, view, visits: its state, its markup, and how many sources have been opened.
        open_at: opens a document from elsewhere: given the source that is open, the count of openings,
            ``document``, ``start``, ``end`` and ``sha256`` as in a permalink (the document alone: at its beginning),
            and where it is opened from, returns what ``all_outputs`` are set to. The values may be anything.
        show: a passage of no answer, the count of openings, where from -> what ``all_outputs`` are set to.
        tell: a sentence for people, the count of openings, where from -> the same, where nothing can be shown.
    """

    opened: gr.State
    view: gr.HTML
    visits: gr.State
    open_at: Callable[[Opened | None, int, dict[str, object], Origin], Shown]
    show: Callable[[Citation, int, Origin], Shown]
    tell: Callable[[str, int, Origin], Shown]

    @property
    def outputs(self) -> list[Any]:
        """What closing writes to, in order."""
        return [self.opened, self.view]

    @property
    def all_outputs(self) -> list[Any]:
        """What opening writes to, in order."""
        return [*self.outputs, self.visits]


def build_source(assistant: PageAssistant, conversation: gr.State, conversation_view: gr.HTML) -> SourcePane:
    """Build the pane inside the current Blocks context; footnotes of ``conversation_view`` open in it."""
    opened = gr.State(None)
    view = gr.HTML("", elem_id="fn-source", js_on_load=static("source.js"), apply_default_css=False)
    visits = gr.State(0)

    def open_footnote(now: Conversation, before: Opened | None, visit: int, event: gr.EventData) -> Shown:
        return opened_footnote(assistant, now, before, visit, event_value(event, "number"), event_value(event, "mark"))

    def step(now: Conversation, before: Opened | None, visit: int, event: gr.EventData) -> Shown:
        answered = [exchange for exchange in now if exchange.sources]
        if not answered:
            return (gr.skip(),) * 3
        exchange = exchange_of(now, before.number) if before else None
        mark = event_value(event, "mark") if exchange else 1
        return opened_footnote(assistant, now, before, visit, (exchange or answered[-1]).number, mark)

    def open_at(before: Opened | None, visit: int, values: dict[str, object], origin: Origin) -> Shown:
        return opened_place(assistant, before, visit, values, origin)

    def open_link(before: Opened | None, visit: int, event: gr.EventData) -> Shown:
        names = ("document", "start", "end", "sha256")
        return opened_place(assistant, before, visit, {name: event_value(event, name) for name in names})

    def show(passage: Citation, visit: int, origin: Origin) -> Shown:
        return opened_passage(assistant, passage, visit, origin)

    def moving(move: Move) -> Callable[..., Shown]:
        def moved(source: Opened | None, visit: int, event: gr.EventData) -> Shown:
            if source is None:
                return gr.skip(), gr.skip()
            try:
                document = document_of(assistant, source.citation)
            except FootnoteError as problem:
                return None, render_missing(str(problem), visit, source.origin)
            source = move(source, document, event)
            return source, shown(assistant, document, source)

        return moved

    pane = SourcePane(opened, view, visits, open_at, show, nothing_to_show)
    # Gradio's "always_last" runs an earlier call again instead of the last; source.js sends one move at a time itself.
    quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "multiple"}
    openings = [conversation, opened, visits]
    conversation_view.cite(open_footnote, openings, pane.all_outputs, **quiet)
    view.step(step, openings, pane.all_outputs, **quiet)
    view.place(open_link, [opened, visits], pane.all_outputs, **quiet)
    for event, move in ((view.more, _more), (view.turn, _turn), (view.find, _find), (view.look, _look)):
        event(moving(move), [opened, visits], pane.outputs, **quiet)
    return pane


def opened_footnote(
    assistant: PageAssistant, now: Conversation, before: Opened | None, visit: int, number: object, mark: object
) -> Shown:
    """Open what a footnote points to; the numbers come from the browser and may be anything."""
    citation, exchange = source_of(now, number, mark), exchange_of(now, number)
    if citation is None or exchange is None or type(mark) is not int:
        return nothing_to_show(UNKNOWN, visit)
    try:
        document = document_of(assistant, citation)
    except FootnoteError as problem:
        return nothing_to_show(str(problem), visit)
    look = before.look if before else "page"
    source = opened_at(
        document, citation, visit + 1, number=exchange.number, mark=mark, marks=len(exchange.sources), look=look
    )
    return source, shown(assistant, document, source), visit + 1


def nothing_to_show(reason: str, visit: int, origin: Origin = "conversation") -> Shown:
    """Say in a sentence why there is nothing to be shown."""
    return None, render_missing(reason, visit + 1, origin), visit + 1


def opened_passage(assistant: PageAssistant, passage: Citation, visit: int, origin: Origin) -> Shown:
    """Open a passage that no answer quoted."""
    try:
        document = document_of(assistant, passage)
    except FootnoteError as problem:
        return nothing_to_show(str(problem), visit, origin)
    source = opened_at(document, passage, visit + 1, look="page", origin=origin)
    return source, shown(assistant, document, source), visit + 1


def opened_place(
    assistant: PageAssistant,
    before: Opened | None,
    visit: int,
    values: dict[str, object],
    origin: Origin = "conversation",
) -> Shown:
    """Open what a link names; its values may be anything."""
    try:
        document, citation = linked(values, assistant.document)
    except FootnoteError as problem:
        return nothing_to_show(str(problem), visit, origin)
    source = opened_at(document, citation, visit + 1, look=before.look if before else "page", origin=origin)
    return source, shown(assistant, document, source), visit + 1


def shown(assistant: PageAssistant, document: Document, source: Opened) -> str:
    """The pane's content: the page as it looks where there is one and it is wanted, else the text."""
    pictured = document.media_type == PDF and source.page is not None
    if source.page is None or not pictured or source.look == "text":
        return render_source(document, source, pictured=pictured)
    matches = find(document.text, source.words)
    here = _on_page(matches, page_span(document, source.page), source.match)
    try:
        view = assistant.page_view(
            document, source.page, [(source.citation.start, source.citation.end), *(matches[each] for each in here)]
        )
    except DocumentError as problem:
        note = AS_TEXT.format(reason=str(problem).rstrip("."))
        return render_source(document, source, note=note, pictured=pictured)
    current = here.index(source.match) if source.match in here else None
    return render_source(document, source, render_sheet(document, source, view, current), pictured=pictured)


def document_of(assistant: PageAssistant, citation: Citation) -> Document:
    """Return the document a quotation was taken from, checked to hold it still.

    Raises:
        FootnoteError: the document is gone, or other words stand at the quotation's place.
    """
    document = assistant.document(citation.document)
    if document.text[citation.start : citation.end] != citation.quote:
        raise SourceChangedError(CHANGED.format(document=citation.document))
    return document


def _on_page(matches: Sequence[tuple[int, int]], page: tuple[int, int], current: int) -> list[int]:
    """Which matches a page shows any of; of very many those around the current one."""
    here = [number for number, (start, end) in enumerate(matches) if start < page[1] and page[0] < end]
    first = max(0, here.index(current) - BOXED // 2) if current in here else 0
    return here[first : first + BOXED]


def _more(source: Opened, document: Document, event: gr.EventData) -> Opened:
    direction = event_value(event, "direction")
    if direction not in ("above", "below"):
        return source
    start, end = grown(document.text, source.start, source.end, "above" if direction == "above" else "below")
    return replace(source, start=start, end=end)


def _turn(source: Opened, document: Document, event: gr.EventData) -> Opened:
    return turned(source, document, event_value(event, "page"))


def _find(source: Opened, document: Document, event: gr.EventData) -> Opened:
    return found(source, document, event_value(event, "words"), event_value(event, "direction"))


def _look(source: Opened, document: Document, event: gr.EventData) -> Opened:
    return looked(source, document, event_value(event, "look"), event_value(event, "page"))
