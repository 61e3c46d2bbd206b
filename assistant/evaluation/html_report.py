"""A report as one HTML file that loads nothing: metrics with intervals, and every question, worst first."""

from __future__ import annotations

from html import escape

from assistant.evaluation.report import Metric, QuestionResult, Report

_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } .wide { overflow-x: auto }
th, td { border-bottom: 1px solid #8885; padding: .3rem .6rem; text-align: left; vertical-align: top }
td { min-width: 6rem; overflow-wrap: anywhere }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
svg { display: block } .bar { fill: #4a7dbd } .interval { stroke: currentColor; stroke-width: 2 }
small { opacity: .75 }
"""
_WIDTH = 240
_WORST_BY = ("ndcg@10", "quote_hit@1", "false_answer_rate")


def render_html(report: Report) -> str:
    """The report as an HTML document; every text in it is escaped."""
    counts = ", ".join(f"{number} {name}" for name, number in report.counts.items())
    title = f"Evaluation of {escape(report.name)}"
    metrics = "".join(_metric_row(name, metric) for name, metric in report.metrics.items())
    questions = "".join(_question_row(result) for result in sorted(report.results, key=_badness))
    unresolved = "".join(
        f"<li>{escape(item.id)}: “{escape(item.quote)}” in {escape(item.document)}: {escape(item.reason)}</li>"
        for item in report.unresolved
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{_STYLE}</style></head><body>
<h1>{title}</h1>
<p>Questions: {escape(counts)}. Time per question: {report.p50_ms:.1f} ms (median),
{report.p95_ms:.1f} ms (95th percentile).<br>
<small>Set SHA-256 {escape(report.sha256)}. Intervals: 95 %, bootstrap.</small></p>
<div class="wide"><table><thead><tr><th>Metric<th>Value<th>95 % interval<th>Questions<th></tr></thead>
<tbody>{metrics}</tbody></table></div>
{f"<h2>Gold without a place</h2><ul>{unresolved}</ul>" if unresolved else ""}
<h2>Questions, worst first</h2>
<div class="wide"><table><thead><tr><th>Id<th>Question<th>Outcome<th>Confidence<th>Metrics
<th>First quotation<th>Relevant<th>Ranking</tr></thead><tbody>{questions}</tbody></table></div>
</body></html>
"""


def _metric_row(name: str, metric: Metric) -> str:
    low, high = metric.low * _WIDTH, metric.high * _WIDTH
    bar = (
        f'<svg width="{_WIDTH}" height="16" role="img" aria-label="{metric.value:.3f}">'
        f'<rect class="bar" width="{metric.value * _WIDTH:.1f}" height="16"/>'
        f'<line class="interval" x1="{low:.1f}" x2="{high:.1f}" y1="8" y2="8"/></svg>'
    )
    return (
        f'<tr><td>{escape(name)}<td class="number">{metric.value:.3f}'
        f'<td class="number">{metric.low:.3f} – {metric.high:.3f}<td class="number">{metric.n}<td>{bar}</tr>'
    )


def _question_row(result: QuestionResult) -> str:
    history = "".join(f"<small>{escape(earlier)}</small><br>" for earlier in result.history)
    values = "<br>".join(f"{escape(name)}&nbsp;{value:.2f}" for name, value in result.metrics.items())
    quote = f"{escape(result.quote.quote)}<br><small>{escape(result.quote.document)}</small>" if result.quote else ""
    ranking = "<br>".join(
        f"<b>{escape(identity)}</b>" if result.relevant.get(identity, 0) > 0 else escape(identity)
        for identity, _ in result.ranking[:10]
    )
    relevant = "<br>".join(escape(identity) for identity, grade in result.relevant.items() if grade > 0)
    return (
        f"<tr><td>{escape(result.id)}<td>{history}{escape(result.question)}<td>{escape(result.outcome)}"
        f'<td class="number">{result.confidence:.2f}<td>{values}<td>{quote}<td>{relevant}<td>{ranking}</tr>'
    )


def _badness(result: QuestionResult) -> tuple[float, ...]:
    """Sorts the worst first: the lower ranking and quotation score, the worse; false answers like misses."""
    ndcg, hit, false_answer = (result.metrics.get(name) for name in _WORST_BY)
    first = 1.0 if ndcg is None else ndcg
    return (first if false_answer is None else 1 - false_answer, 1.0 if hit is None else hit)
