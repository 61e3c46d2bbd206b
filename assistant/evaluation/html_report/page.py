"""The page around plots and questions, and the policy that forbids it to load anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from assistant.evaluation.html_report.passages import TextOf, remembered
from assistant.evaluation.html_report.questions import TEXTS_FOR, question_table
from assistant.evaluation.html_report.sections import figures, metrics_table, plots_section
from assistant.evaluation.report import Report
from assistant.standalone import standalone_page

_CUT = 200
"""Longest name of a set that is shown."""


def render_html(
    report: Report,
    *,
    text_of: TextOf | None = None,
    timings: Mapping[str, Sequence[float]] | None = None,
) -> str:
    """The report as one HTML document that loads nothing and runs no script but its own.

    Every text in it is escaped. Without script all questions stand unfolded; with it the table is sorted,
    filtered and unfolded.

    Args:
        report: what was measured.
        text_of: document id -> text, for the passages of the questions; without it their places are shown.
        timings: milliseconds per question by stage, the whole first, for the plot of the latency; without it
            the two percentiles of the report are shown.
    """
    style, script = _asset("report.css"), _asset("report.js")
    title = f"Evaluation of {report.name[:_CUT]}{'…' * (len(report.name) > _CUT)}"
    body = f"""<header><h1 dir="auto">{escape(title)}</h1>{figures(report)}</header>
<section aria-labelledby="metrics-title"><h2 id="metrics-title">Metrics</h2>{metrics_table(report.metrics)}</section>
{plots_section(report, timings or {})}
{_unresolved(report)}
<section aria-labelledby="questions-title"><h2 id="questions-title">Questions</h2>
{_controls(report)}
{question_table(report.results, remembered(text_of))}</section>
<footer><p>Set SHA-256 <code>{escape(report.sha256)}</code>. {_footer(report)}</p></footer>"""
    return standalone_page(title, body, style, script)


@cache
def _asset(name: str) -> str:
    return (files("assistant.evaluation.html_report") / name).read_text(encoding="utf-8")


def _unresolved(report: Report) -> str:
    if not (report.unresolved or report.ambiguous):
        return ""
    rows = "".join(
        f'<li><bdi>{escape(item.id)}</bdi>: <q dir="auto">{escape(item.quote)}</q> in '
        f"<bdi>{escape(item.document)}</bdi>: {escape(item.reason)}</li>"
        for item in report.unresolved
    )
    twice = ", ".join(f"<bdi>{escape(identity)}</bdi>" for identity in report.ambiguous)
    ambiguous = f"<p>Quotations that occur more than once, the first place taken: {twice}.</p>" if twice else ""
    return f'<section class="unresolved"><h2>Gold to mend</h2>{f"<ul>{rows}</ul>" if rows else ""}{ambiguous}</section>'


def _controls(report: Report) -> str:
    outcomes = "".join(
        f'<option value="{name}">{name.replace("_", " ")}</option>' for name in ("answered", "weak", "not_found")
    )
    total = len(report.results)
    return (
        '<div class="controls" role="search">'
        '<label>Find <input id="find" type="search" autocomplete="off" spellcheck="false" '
        'placeholder="words, ids, documents"></label>'
        f'<label>Outcome <select id="outcome"><option value="">all</option>{outcomes}</select></label>'
        '<label class="check"><input id="misses" type="checkbox"> Only misses</label>'
        '<button type="button" id="unfold-all" aria-pressed="false">Unfold all</button>'
        f'<p id="shown" role="status">{total:,} of {total:,} questions</p></div>'
    )


def _footer(report: Report) -> str:
    cut = f" Passage texts are given for the {TEXTS_FOR} worst questions." if len(report.results) > TEXTS_FOR else ""
    return f"{report.depth} passages asked for. Intervals: 95 %, bootstrap; of reliability Wilson’s.{cut}"
