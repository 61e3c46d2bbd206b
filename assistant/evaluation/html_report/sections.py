"""The parts of a report that are shown in its page and in the chat page: figures, metrics, plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.evaluation.html_report import plots
from assistant.evaluation.html_report.questions import missed
from assistant.evaluation.html_report.series import known, percentile, recall_by_k, reliability, risk_coverage
from assistant.evaluation.judging import LOWER_IS_BETTER
from assistant.evaluation.report import Latency, Metric, Report


def figures(report: Report) -> str:
    """How many questions, misses and milliseconds, as a list of figures."""
    misses = sum(map(missed, report.results))
    pairs = [
        ("questions", f"{report.counts.get('asked', len(report.results)):,}"),
        ("misses", f"{misses:,}"),
        *[(name, f"{number:,}") for name, number in report.counts.items() if name != "asked" and number],
        ("median", f"{report.p50_ms:.1f} ms"),
        ("95th percentile", f"{report.p95_ms:.1f} ms"),
    ]
    return f'<dl class="figures">{"".join(f"<div><dt>{escape(n)}</dt><dd>{v}</dd></div>" for n, v in pairs)}</dl>'


def metrics_table(metrics: Mapping[str, Metric]) -> str:
    """Every metric with its interval, as numbers and as a bar."""
    rows = "".join(_metric_row(name, metric) for name, metric in metrics.items())
    return (
        '<table class="metrics"><thead><tr><th scope="col">Metric</th><th scope="col" class="number">Value</th>'
        '<th scope="col" class="number">95 % interval</th><th scope="col" class="number">n</th>'
        f'<th scope="col" class="wide"><span class="unseen">Bar</span></th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _metric_row(name: str, metric: Metric) -> str:
    lower = ' <small class="lower">lower is better</small>' if name in LOWER_IS_BETTER else ""
    return (
        f'<tr><th scope="row">{escape(name)}{lower}</th><td class="number value">{metric.value:.3f}</td>'
        f'<td class="number">{metric.low:.3f} – {metric.high:.3f}</td><td class="number">{metric.n}</td>'
        f'<td class="wide">{plots.metric_bar(metric.value, metric.low, metric.high, max(1.0, metric.high))}</td></tr>'
    )


def plots_section(report: Report, timings: Mapping[str, Sequence[float]]) -> str:
    """Every plot that the report has the numbers for.

    Args:
        report: what was measured.
        timings: milliseconds per question by stage, the whole first; empty for the percentiles of the report.
    """
    drawn = []
    recall = recall_by_k(report.results, report.depth)
    if recall:
        drawn.append(_figure("Recall by k", plots.recall_plot(recall), "The band is the 95 % bootstrap interval."))
    answers = known(report.results)
    if any(result.gold for result in report.results):
        curve = plots.risk_plot(risk_coverage(answers), _operating_points(report))
        note = "Share of wrong first quotations. Dashed: all answered. Upright: what the outcomes let through."
        drawn.append(_figure("Risk and coverage", curve, note))
        note = "Share of right first quotations by confidence; on the dashed line it keeps its word."
        drawn.append(_figure("Reliability", plots.reliability_plot(reliability(answers)), note))
    drawn.append(_latency(report, {stage: values for stage, values in timings.items() if values}))
    return f'<section class="plots" aria-label="Plots">{"".join(drawn)}</section>'


def _operating_points(report: Report) -> list[plots.Mark]:
    """Coverage of the outcome ``answered``, and of it together with ``weak``, among the answers of known worth."""
    outcomes = [result.outcome for result in report.results if result.correct is not None]
    answered, weak = (outcomes.count(name) / len(outcomes) for name in ("answered", "weak"))
    return [plots.Mark(answered, "answered"), *[plots.Mark(answered + weak, "or weak")] * bool(weak)]


def _latency(report: Report, timings: Mapping[str, Sequence[float]]) -> str:
    """Percentiles of every stage, and a histogram of the first, which is the whole."""
    rows = {
        stage: {f"p{share * 100:.0f}": percentile(values, share) for share in (0.5, 0.95, 0.99)}
        for stage, values in timings.items()
    } or {
        stage: {"p50": spent.p50, "p95": spent.p95, "p99": spent.p99}
        for stage, spent in {
            "question": Latency(report.p50_ms, report.p95_ms, report.p99_ms),
            **report.stages_ms,
        }.items()
    }
    heads = "".join(f'<th scope="col" class="number">{name}</th>' for name in next(iter(rows.values())))
    body = "".join(
        f'<tr><th scope="row">{escape(stage)}</th>'
        + "".join(f'<td class="number">{value:.1f}</td>' for value in row.values())
        + "</tr>"
        for stage, row in rows.items()
    )
    table = f'<table class="stages"><thead><tr><th scope="col">ms</th>{heads}</tr></thead><tbody>{body}</tbody></table>'
    whole = next(iter(timings.values()), None)
    marks = [plots.Mark(value, name) for name, value in list(next(iter(rows.values())).items())[:2]]
    bars = plots.percentile_plot(rows, "ms")
    pair = f"{plots.histogram(whole, marks, 'ms')}<div>{bars}{table}</div>" if whole else bars + table
    return (
        '<figure class="latency"><figcaption><h2>Latency</h2><p>The bar ends at the median, the line at the last '
        f'percentile of the table.</p></figcaption><div class="pair">{pair}</div></figure>'
    )


def _figure(title: str, svg: str, note: str) -> str:
    return f"<figure><figcaption><h2>{escape(title)}</h2><p>{escape(note)}</p></figcaption>{svg}</figure>"
