"""What a sweep found, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import typer

from assistant.cli.output import counted

if TYPE_CHECKING:
    from assistant.evaluation import QuestionSet
    from assistant.evaluation.sweep import Point, Setting

_NO_EFFECT = "–"


def sweep_json(questions: QuestionSet, metric: str, points: Sequence[Point], *, finished: bool) -> dict[str, Any]:
    """What ``--json`` prints."""
    from assistant.evaluation.judging import LOWER_IS_BETTER
    from assistant.evaluation.sweep import on_frontier

    return {
        "set": questions.name,
        "sha256": questions.sha256,
        "questions": len(questions.questions),
        "metric": metric,
        "lower_is_better": metric in LOWER_IS_BETTER,
        "finished": finished,
        "points": [
            {**point.to_json(), "frontier": best}
            for point, best in zip(points, on_frontier(points, metric), strict=True)
        ],
    }


def print_points(questions: QuestionSet, metric: str, points: Sequence[Point]) -> None:
    """One line per setting, best first; knobs that do not vary stand above the table."""
    from assistant.evaluation.judging import LOWER_IS_BETTER
    from assistant.evaluation.sweep import Setting, on_frontier

    knobs = [knob.name for knob in fields(Setting)]
    values = {knob: {_value(point.setting, knob) for point in points} for knob in knobs}
    varying = [knob for knob in knobs if len(values[knob] - {_NO_EFFECT}) > 1]
    fixed = ", ".join(
        f"{knob} {min(values[knob] - {_NO_EFFECT} or {_NO_EFFECT})}" for knob in knobs if knob not in varying
    )
    typer.echo(f"{questions.name}: {counted(len(questions.questions), 'question')}, {counted(len(points), 'setting')}")
    typer.echo(f"{fixed}\n")
    turn = 1 if metric in LOWER_IS_BETTER else -1
    flagged = zip(points, on_frontier(points, metric), strict=True)
    rows = [["", *varying, metric, "95 % interval", "p50 ms", "p95 ms"]]
    for point, best in sorted(flagged, key=lambda pair: (turn * pair[0].metric.value, pair[0].p50_ms)):
        found = point.metric
        rows.append(
            [
                "*" if best else "",
                *[_value(point.setting, knob) for knob in varying],
                f"{found.value:.4f}",
                f"{found.low:.4f} – {found.high:.4f}",
                f"{point.p50_ms:.1f}",
                f"{point.p95_ms:.1f}",
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    typer.echo("\n* on the frontier: no other setting is better and as fast, or faster and as good")


def _value(setting: Setting, knob: str) -> str:
    """A knob's value as the table shows it."""
    return _NO_EFFECT if knob == "late_weight" and not setting.rerank else str(getattr(setting, knob))
