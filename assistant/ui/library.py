"""The library pane: the documents, which of them are asked, and for those who may: adding and removing them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import gradio as gr

from assistant.library import Entry, Library, folder_of
from assistant.ui.chat import event_value
from assistant.ui.library_view import (
    QUERY_LIMIT,
    Look,
    matching,
    render_documents,
    render_jobs,
    render_tools,
)
from assistant.ui.opening import Opened
from assistant.ui.scope import Chosen, ScopePart, render_scope
from assistant.ui.source import SourcePane
from assistant.ui.theme import static

MayEdit: TypeAlias = Callable[[gr.Request], bool]
"""Whether whoever made a request may add and remove documents."""

NOT_YOURS = "Only editors can add or remove documents here."
GONE = "This document is no longer in the library."
LARGEST_NUMBER = 1 << 31


@dataclass(frozen=True, slots=True)
class LibraryPane:
    """The pane's parts that the page wires to others.

    Attributes:
        draw: shows the library to whoever makes a request; takes ``inputs``, sets ``outputs``.
        inputs, outputs: of ``draw``.
        open_in: lets documents of the list open in a source pane.
    """

    draw: Callable[[Look, Chosen, gr.Request], tuple[Any, ...]]
    inputs: list[Any]
    outputs: list[Any]
    open_in: Callable[[SourcePane], None]


def build_library(
    library: Library, scope: ScopePart, may_edit: MayEdit, top: gr.HTML, heading: Callable[[gr.Request | None], str]
) -> LibraryPane:
    """Build the pane inside the current Blocks context.

    Args:
        library: what is shown and changed.
        scope: holds what is chosen.
        may_edit: who may change it.
        top, heading: a component that says how many documents there are, and its text.
    """
    tools = gr.HTML(
        render_tools(False, "", library.largest),
        elem_id="fn-library-tools",
        js_on_load=static("library.js"),
        apply_default_css=False,
    )
    progress = gr.HTML(render_jobs(()), elem_id="fn-jobs", js_on_load=None, apply_default_css=False)
    documents = gr.HTML("", elem_id="fn-documents", js_on_load=static("documents.js"), apply_default_css=False)
    look, seen = gr.State(Look()), gr.State(None)

    def editable(request: gr.Request) -> bool:
        return not library.closed and may_edit(request)

    def lists(now: Look, chosen: Chosen, request: gr.Request) -> str:
        return render_documents(library.entries(), now, chosen, editable(request))

    def scoped(chosen: Chosen) -> str:
        entries = library.entries()
        there = sum(entry.document is not None for entry in entries)
        return render_scope(chosen, there, next(iter(chosen)) if len(chosen) == 1 else "")

    def draw(now: Look, chosen: Chosen, request: gr.Request) -> tuple[Any, ...]:
        may = editable(request)
        closed = library.closed or ("" if may else NOT_YOURS)
        return render_tools(may, closed, library.largest), *poll(now, chosen, None, request)

    def poll(now: Look, chosen: Chosen, known: object, request: gr.Request) -> tuple[Any, ...]:
        stamp = library.stamp()
        if known == stamp:
            return (gr.skip(),) * 6
        left = chosen & {entry.document for entry in library.entries()}
        return lists(now, left, request), render_jobs(library.jobs()), stamp, left, scoped(left), heading(request)

    def looked(now: Look, chosen: Chosen, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        query, show = event_value(event, "query"), event_value(event, "show")
        if isinstance(query, str) and show in ("all", "chosen", "problems"):
            now = replace(now, query=query[:QUERY_LIMIT], show=show, first=0)
        return now, lists(now, chosen, request)

    def moved(now: Look, chosen: Chosen, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        first = event_value(event, "first")
        if type(first) is int and 0 <= first < LARGEST_NUMBER:
            now = replace(now, first=first)
        return now, lists(now, chosen, request)

    def folded(now: Look, chosen: Chosen, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        entry = entry_of(event)
        if entry is not None:
            now = replace(now, folded=now.folded ^ {folder_of(entry.name)})
        return now, lists(now, chosen, request)

    def entry_of(event: gr.EventData) -> Entry | None:
        number = event_value(event, "number")
        return library.entry(number) if type(number) is int else None

    def chose(now: Look, chosen: Chosen, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        what, entry = event_value(event, "what"), entry_of(event)
        found = matching(library.entries(), now, chosen)
        if what == "matching":
            meant = [each.document for each in found]
        elif what == "folder" and entry is not None:
            meant = [each.document for each in found if folder_of(each.name) == folder_of(entry.name)]
        else:
            meant = [] if entry is None else [entry.document]
        ids = {each for each in meant if each is not None}
        chosen = chosen | ids if event_value(event, "chosen") is True else chosen - ids
        return chosen, lists(now, chosen, request), scoped(chosen)

    def cleared(now: Look, request: gr.Request) -> tuple[Any, ...]:
        return frozenset(), lists(now, frozenset(), request), ""

    def change(what: Callable[[], object], now: Look, chosen: Chosen, request: gr.Request) -> tuple[Any, ...]:
        if editable(request):
            what()
        return poll(now, chosen, None, request)

    def removed(now: Look, chosen: Chosen, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        entry = entry_of(event)
        return change(lambda: entry and library.remove(entry.number), now, chosen, request)

    def refreshed(now: Look, chosen: Chosen, request: gr.Request) -> tuple[Any, ...]:
        return change(library.refresh, now, chosen, request)

    def forgotten(now: Look, chosen: Chosen, request: gr.Request) -> tuple[Any, ...]:
        return change(library.forget_finished, now, chosen, request)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    latest = {**quiet, "trigger_mode": "always_last"}
    several = {**quiet, "trigger_mode": "multiple", "concurrency_limit": None}
    now = [look, scope.chosen]
    shown = [documents, progress, seen, scope.chosen, scope.view, top]
    tools.poll(poll, [*now, seen], shown, **quiet)
    tools.look(looked, now, [look, documents], **latest)
    tools.remove(removed, now, shown, **several)
    tools.refresh(refreshed, now, shown, **quiet)
    tools.forget(forgotten, now, shown, **quiet)
    documents.window(moved, now, [look, documents], **latest)
    documents.fold(folded, now, [look, documents], **several)
    documents.choose(chose, now, [scope.chosen, documents, scope.view], **several)
    scope.view.clear(cleared, [look], [scope.chosen, documents, scope.view], **quiet)

    def open_in(source: SourcePane) -> None:
        def open_document(before: Opened | None, visit: int, event: gr.EventData) -> tuple[Any, ...]:
            entry = entry_of(event)
            if entry is None or entry.document is None:
                return source.tell(GONE, visit, "library")
            return source.open_at(before, visit, {"document": entry.document}, "library")

        documents.open(open_document, [source.opened, source.visits], source.all_outputs, **latest)

    return LibraryPane(draw, now, [tools, *shown], open_in)
