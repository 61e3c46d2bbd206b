"""The Evaluate view as HTML: pure functions from values to markup, every text escaped on its way in."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evaluation import QuestionResult, Report
from assistant.evaluation.html_report.questions import MISSES, first_rank, verdict, worst_first
from assistant.evaluation.html_report.sections import figures, metrics_table, plots_section
from assistant.found_sets import SUFFIXES
from assistant.ui.escaping import shortened, text_to_html
from assistant.ui.evaluation_runs import Run
from assistant.ui.question_sets import LARGEST, SetChoice
from assistant.ui.rendering import counted

WORST = 50
"""Questions that are listed."""
_QUESTION = 240
"""Characters of a question that are shown."""


def render_picker(
    choices: Sequence[SetChoice],
    chosen: int,
    *,
    running: bool,
    stopping: bool = False,
    judgements: int,
    problem: str = "",
) -> str:
    """Return what a set is chosen and run with.

    Args:
        choices: the sets, in the order of their numbers.
        chosen: number of the one that stands in the box.
        running: whether one is being run.
        stopping: whether that is to end after the question being asked.
        judgements: how often readers said something of an answer.
        problem: a sentence for people; empty where there is none.
    """
    options = "".join(
        f'<option value="{number}"{" selected" * (number == chosen)}>{text_to_html(choice.label)}</option>'
        for number, choice in enumerate(choices)
    )
    idle = " disabled" * (running or not choices)
    act = f'<button type="button" class="fn-primary" data-run{idle}>Run</button>'
    if running:
        name = "Stopping…" if stopping else "Stop"
        act = f'<button type="button" class="fn-primary" data-stop{" disabled" * stopping}>{name}</button>'
    none = "" if choices else _no_sets()
    said = (
        f'<button type="button" class="fn-quiet" data-feedback>Download what readers said '
        f"({counted(judgements, 'judgement')})</button>"
        if judgements
        else ""
    )
    alert = f'<p class="fn-problem" role="alert">{text_to_html(problem)}</p>' if problem else ""
    return (
        '<h2 class="fn-view-title">Evaluate</h2>'
        '<p class="fn-lead">Asks every question of a set and measures what is found. Questions go on being answered '
        "meanwhile.</p>"
        '<div class="fn-picker"><label for="fn-set">Question set</label>'
        f'<select id="fn-set"{idle}>{options}</select>{act}'
        f'<label class="fn-quiet fn-upload">Upload a set<input type="file" accept="{",".join(SUFFIXES)}" '
        f'data-most="{LARGEST}"{" disabled" * running}></label>{said}</div>{none}{alert}'
    )


def render_progress(run: Run | None) -> str:
    """Return how far a run is; nothing before the first."""
    if run is None:
        return ""
    if not run.running:
        return f'<p class="fn-problem" role="alert">{text_to_html(run.problem)}</p>' if run.problem else ""
    told = f"{run.done:,} of {counted(run.planned, 'question')}"
    state = "Stopping after this question" if run.stopping else f"Asking {run.name}"
    return (
        f'<div class="fn-progress"><p><span>{text_to_html(state)}</span> <span>{told}</span></p>'
        f'<progress max="{run.planned}" value="{run.done}" aria-label="Questions asked">{told}</progress></div>'
    )


def render_result(run: Run | None) -> str:
    """Return what a run found: figures, metrics, plots, the worst questions; nothing while there is none."""
    if run is None or run.report is None:
        return ""
    report = run.report
    unresolved = "".join(
        f"<li><bdi>{text_to_html(item.id)}</bdi>: {text_to_html(item.reason)}, "
        f"<bdi>{text_to_html(item.document)}</bdi></li>"
        for item in report.unresolved[:WORST]
    )
    mend = (
        f"<section><h3>Gold to mend</h3><p>Of {counted(len(report.unresolved), 'quotation')} no place was found in the "
        f"documents; they are not counted.</p><ul>{unresolved}</ul></section>"
        if unresolved
        else ""
    )
    return (
        f'<div class="fn-report"><header><h3 dir="auto">{text_to_html(report.name)}</h3>'
        '<button type="button" class="fn-quiet" data-report>Download the full report</button></header>'
        f"{figures(report)}{_worst(report)}"
        f'<section aria-label="Metrics"><h3>Metrics</h3>{metrics_table(report.metrics)}</section>'
        f"{plots_section(report, {})}{mend}</div>"
    )


def worst(report: Report) -> list[QuestionResult]:
    """The questions that are listed, in the order of their numbers on the page."""
    return worst_first(report.results)[:WORST]


def _worst(report: Report) -> str:
    rows = "".join(_question(number, each) for number, each in enumerate(worst(report)))
    return (
        '<section aria-label="Worst questions"><h3>Worst questions</h3>'
        "<p>A click asks the question in the conversation, after the earlier questions that belong to it.</p>"
        f'<ol class="fn-worst">{rows}</ol></section>'
    )


def _question(number: int, result: QuestionResult) -> str:
    found = verdict(result)
    rank = first_rank(result)
    facts = [result.outcome.replace("_", " "), f"confidence {result.confidence:.2f}"]
    if "ndcg@10" in result.metrics:
        facts.append(f"first rank {rank}" if rank else "not ranked")
    earlier = "".join(
        f'<span class="fn-earlier" dir="auto">After “{text_to_html(shortened(each, _QUESTION))}”</span>'
        for each in result.history
    )
    miss = ' class="fn-miss"' * (found in MISSES)
    return (
        f'<li><button type="button" data-open="{number}">{earlier}'
        f'<span dir="auto">{text_to_html(shortened(result.question, _QUESTION))}</span></button>'
        f"<p><span{miss}>{found}</span>{''.join(f'<span>{text_to_html(fact)}</span>' for fact in facts)}</p></li>"
    )


def _no_sets() -> str:
    return (
        '<p class="fn-lead">There is no question set beside the documents yet. Put a <code>questions.jsonl</code> '
        "there, upload one, or judge answers in the conversation: what readers say becomes a set.</p>"
    )
