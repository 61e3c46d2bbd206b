"""The Evaluate view: a question set is chosen, run beside the conversation, and looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.errors import FootnoteError
from assistant.evaluation import QuestionSet, render_html
from assistant.ui.chat import ChatPane, event_value
from assistant.ui.contract import PageAssistant
from assistant.ui.desk import Desk
from assistant.ui.escaping import text_to_html
from assistant.ui.evaluation_rendering import render_picker, render_progress, render_result, worst
from assistant.ui.evaluation_runs import Runs
from assistant.ui.question_sets import SetChoice, choices, feedback_jsonl, sent_set
from assistant.ui.source import SourcePane
from assistant.ui.theme import static

LOOK_SECONDS = 0.25
"""How often the progress of a run is looked at."""

_NUMBERS = count(1)


class _Sets:
    """The sets that everybody can choose from, and what each sent from the browser; of each the latest is kept."""

    def __init__(self, assistant: PageAssistant) -> None:
        self._assistant = assistant
        self._sent: dict[str, QuestionSet] = {}

    def send(self, who: str, name: object, data: object) -> None:
        self._sent[who] = sent_set(name, data)

    def of(self, who: str) -> tuple[SetChoice, ...]:
        try:
            beside: list[Path] = self._assistant.question_sets()
        except FootnoteError:
            beside = []  # the index is said to be damaged where it is asked
        return choices(beside, self._sent.get(who), self._assistant.feedback())


def build_evaluate(assistant: PageAssistant, chat: ChatPane, source: SourcePane) -> None:
    """Build the view inside the current Blocks context; questions of a report open in ``chat``, ``source`` closed."""
    runs, sets = Runs(assistant), _Sets(assistant)
    offered, chosen = gr.State(()), gr.State(0)
    plain: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
    picker = gr.HTML(
        '<h2 class="fn-view-title">Evaluate</h2>',
        elem_id="fn-picker",
        js_on_load=static("evaluate.js"),
        apply_default_css=False,
    )
    progress = gr.HTML("", elem_id="fn-run", **plain)
    result = gr.HTML("", elem_id="fn-result", js_on_load=static("report.js"), apply_default_css=False)
    file = gr.HTML("", elem_id="fn-file", js_on_load=static("download.js"), apply_default_css=False)

    problems: dict[str, str] = {}  # by who has it: a run that ends must not wipe it off

    def shown(who: str, now: tuple[SetChoice, ...], number: int, *, started: bool = False) -> str:
        run, problem = runs.of(who), problems.get(who, "")
        number = number if number < len(now) else 0
        running = started or bool(run and run.running)
        stopping = bool(run and run.running and run.stopping)
        said = len(assistant.feedback())
        return render_picker(now, number, running=running, stopping=stopping, judgements=said, problem=problem)

    def look(number: int, request: gr.Request) -> tuple[Any, ...]:
        who = who_asks(request)
        now = sets.of(who)
        problems.pop(who, None)
        return now, shown(who, now, number)

    def upload(before: tuple[SetChoice, ...], number: int, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        who = who_asks(request)
        try:
            sets.send(who, event_value(event, "name"), event_value(event, "data"))
        except FootnoteError as problem:
            problems[who] = str(problem)
            return before, number, shown(who, before, number)
        problems.pop(who, None)
        now = sets.of(who)
        return now, 0, shown(who, now, 0)

    def start(now: tuple[SetChoice, ...], number: int, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        who, place = who_asks(request), event_value(event, "set")
        if type(place) is not int or not 0 <= place < len(now):
            return number, shown(who, now, number)
        try:
            runs.start(who, now[place].load())
        except FootnoteError as problem:
            problems[who] = str(problem)
            return place, shown(who, now, place)
        problems.pop(who, None)
        return place, shown(who, now, place, started=True)  # as the reader saw it, however short the run was

    def stop(request: gr.Request) -> str:
        runs.stop(who_asks(request))
        return render_progress(runs.of(who_asks(request)))

    async def watch(now: tuple[SetChoice, ...], number: int, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        who, seen = who_asks(request), None
        while (run := runs.of(who)) is not None and run.running:
            if run != seen:
                stopped = run.stopping and not (seen and seen.stopping)  # also from another tab
                picked = shown(who, now, number) if stopped else gr.skip()
                yield picked, render_progress(run), gr.skip() if seen else ""
            seen = run
            await asyncio.sleep(LOOK_SECONDS)
        yield shown(who, now, number), render_progress(run), render_result(run)

    def open_question(desk: Desk, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        run, place = runs.of(who_asks(request)), event_value(event, "question")
        listed = worst(run.report) if run and run.report else []
        if type(place) is int and 0 <= place < len(listed):
            closed: tuple[Any, Any] = (None, "")  # it may show a footnote of the conversation that is left
            for step in chat.pose([*listed[place].history, listed[place].question], desk, request):
                yield (*step, *closed)
                closed = (gr.skip(), gr.skip())
        else:
            yield (gr.skip(),) * len(opened)

    def report(request: gr.Request) -> Any:
        run = runs.of(who_asks(request))
        if run is None or run.report is None:
            return gr.skip()
        text = render_html(run.report, text_of=lambda document: assistant.document(document).text)
        return file_of(f"{run.name}.html", "text/html", text)

    def said() -> str:
        return file_of("feedback.questions.jsonl", "application/x-ndjson", feedback_jsonl(assistant.feedback()))

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    watching: dict[str, Any] = {**quiet, "concurrency_limit": None}
    views = [picker, progress, result]
    opened = [*chat.outputs, *source.outputs]
    picker.look(look, [chosen], [offered, picker], **quiet).then(watch, [offered, chosen], views, **watching)
    picker.upload(upload, [offered, chosen], [offered, chosen, picker], **quiet)
    picker.run(start, [offered, chosen], [chosen, picker], **quiet).then(watch, [offered, chosen], views, **watching)
    picker.stop(stop, None, progress, **quiet)
    picker.feedback(said, None, file, **quiet)
    result.report(report, None, file, **quiet)
    result.open(open_question, [chat.desk], opened, trigger_mode="multiple", **watching)


def who_asks(request: gr.Request) -> str:
    """Return whose run it is: the name somebody logged in with, or empty where nobody has to."""
    name = request.username
    return name if isinstance(name, str) else ""


def file_of(name: str, media_type: str, text: str) -> str:
    """Return what ``download.js`` makes a file of; numbered, since a value that stays the same does nothing."""
    about = f'data-name="{text_to_html(name)}" data-type="{text_to_html(media_type)}"'
    return f'<data hidden data-number="{next(_NUMBERS)}" {about}>{text_to_html(text)}</data>'
