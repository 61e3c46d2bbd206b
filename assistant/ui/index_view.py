"""The Index view: how large and how sound the index is, what was done to it, and a map of its passages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gradio as gr

from assistant.datatypes import Citation, Passage
from assistant.errors import FootnoteError
from assistant.passage_map import PassageMap
from assistant.ui.background import Background
from assistant.ui.chat import event_value
from assistant.ui.contract import PageAssistant
from assistant.ui.index_rendering import (
    PASSAGES,
    render_figures,
    render_health,
    render_map,
    render_passages,
    render_records,
)
from assistant.ui.source import SourcePane
from assistant.ui.theme import static

GONE = "This passage is no longer in the index. Open the Index view again for a new map."


@dataclass
class _Checked:
    """How often somebody asked to have the files looked at again."""

    number: int = 0


def build_index_view(assistant: PageAssistant, source: SourcePane) -> None:
    """Build the view inside the current Blocks context; passages of the map open in ``source``."""
    maps: Background[PassageMap] = Background(lambda: assistant.passage_map(), "passage-map")
    checks: Background[tuple[dict[str, str], str]] = Background(lambda: (assistant.stale_sources(), _now()), "health")
    checked = _Checked()
    figures = _html("fn-facts", "index.js")
    board = _html("fn-board", "map.js")
    listed = _html("fn-listed", "passages.js")
    health = _html("fn-health", "health.js")
    records = _html("fn-records")

    def look() -> tuple[str, str]:
        sizes = assistant.file_sizes()
        return render_figures(assistant.info(), sizes), render_records(sizes, assistant.updates())

    async def draw() -> AsyncIterator[Any]:
        future = maps.get(await asyncio.to_thread(_generation, assistant))
        if not future.done():
            yield render_map(None)
        try:
            drawn = await asyncio.shield(asyncio.wrap_future(future))  # others wait for it too
            yield render_map(drawn)
        except FootnoteError as problem:
            yield render_map(None, str(problem))

    async def check() -> AsyncIterator[Any]:
        future = checks.get((await asyncio.to_thread(_generation, assistant), checked.number))
        if not future.done():
            yield render_health(None)
        try:
            stale, at = await asyncio.shield(asyncio.wrap_future(future))
            yield render_health(stale, at=at)
        except FootnoteError as problem:
            yield render_health(None, str(problem))

    async def check_again() -> AsyncIterator[Any]:
        checked.number += 1
        async for step in check():
            yield step

    def list_document(event: gr.EventData) -> Any:
        passage = _passage(assistant, event_value(event, "first"))
        drawn = maps.latest()
        if passage is None or drawn is None:
            return ""
        points = [point for point in drawn.points if point.document == passage.document]
        return render_passages(points, assistant.passages([point.key for point in points[:PASSAGES]]))

    def open_passage(visit: int, event: gr.EventData) -> tuple[Any, ...]:
        key = event_value(event, "passage")
        try:
            citation = citation_of(assistant, key)
        except FootnoteError as problem:
            return source.tell(str(problem), visit, "index")
        return source.tell(GONE, visit, "index") if citation is None else source.show(citation, visit, "index")

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    waiting: dict[str, Any] = {**quiet, "concurrency_limit": None}
    opening: dict[str, Any] = {**quiet, "trigger_mode": "always_last"}
    figures.look(look, None, [figures, records], **quiet)
    figures.look(draw, None, board, **waiting)
    figures.look(check, None, health, **waiting)
    health.check(check_again, None, health, **waiting)
    board.document(list_document, None, listed, **opening)
    for view in (board, listed):
        view.passage(open_passage, [source.visits], source.all_outputs, **opening)


def citation_of(assistant: PageAssistant, key: object) -> Citation | None:
    """Return a passage of the map as a quotation of itself; None where the browser sent no key of one.

    Raises:
        FootnoteError: its document is gone.
    """
    passage = _passage(assistant, key)
    if passage is None:
        return None
    document = assistant.document(passage.document)
    return Citation(
        quote=passage.text,
        document=document.id,
        source=document.source,
        title=document.title,
        heading=" > ".join(passage.headings),
        page=document.page_at(passage.start),
        start=passage.start,
        end=passage.end,
        score=0.0,
        passage=passage.id,
        sha256=document.sha256,
        page_kind=document.page_kind,
        ocr=document.origin.is_recognised(passage.start, passage.end),
    )


def _html(name: str, script: str = "") -> gr.HTML:
    return gr.HTML("", elem_id=name, js_on_load=static(script) if script else None, apply_default_css=False)


def _passage(assistant: PageAssistant, key: object) -> Passage | None:
    return assistant.passages([key]).get(key) if type(key) is int and 0 <= key < 1 << 62 else None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _generation(assistant: PageAssistant) -> int:
    return assistant.info().generation
