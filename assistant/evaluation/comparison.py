"""Two reports on the same questions: what changed, and whether chance could explain it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import QuestionSetError
from assistant.evaluation.statistics import mean, mean_interval, randomisation_p_value

_MEND = "Write one with footnote evaluate SET --json > FILE."


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in two reports, over the questions that both measured it on.

    Attributes:
        metric: its name.
        now, baseline: means over the shared questions.
        difference: ``now - baseline``; whether a rise is good depends on the metric.
        low, high: 95 % bootstrap interval of the mean difference per question.
        p_value: two-sided, of the paired randomisation test; above 0, at most 1.
        n: number of shared questions.
    """

    metric: str
    now: float
    baseline: float
    difference: float
    low: float
    high: float
    p_value: float
    n: int


def load_report_json(path: str | Path) -> dict[str, Any]:
    """Read what ``evaluate --json`` printed.

    Raises:
        QuestionSetError: the file cannot be read or holds something else.
    """
    try:
        report = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be read ({error.strerror}). {_MEND}") from error
    except (ValueError, RecursionError) as error:
        raise QuestionSetError(
            f"{path}: found text that is not JSON, expected an evaluation report. {_MEND}"
        ) from error
    _rows(report, str(path))
    return dict(report)


def compare(now: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[Difference]:
    """Compare two reports, paired by question id, in the metric order of ``now``.

    Only metrics that are means over questions are compared; ROC area and calibration error belong to a whole
    set.

    Args:
        now: ``Report.to_json()`` of the run in question.
        baseline: the same of an earlier run.

    Raises:
        QuestionSetError: one of the two is not a report, or they share no measured question.
    """
    current, earlier = _rows(now, "this report"), _rows(baseline, "the baseline")
    paired: dict[str, list[tuple[float, float]]] = {}
    for identity, values in current.items():
        for metric, value in values.items():
            before = earlier.get(identity, {}).get(metric)
            if before is not None:
                paired.setdefault(metric, []).append((value, before))
    if not paired:
        raise QuestionSetError(
            f"found no question measured both now and in the baseline (set {now.get('set')!r} against "
            f"{baseline.get('set')!r}), expected two reports on the same set. {_MEND}"
        )
    order = [*now.get("metrics", {}), *paired]
    return [_difference(name, paired[name]) for name in dict.fromkeys(order) if name in paired]


def _difference(metric: str, pairs: list[tuple[float, float]]) -> Difference:
    differences = [value - before for value, before in pairs]
    return Difference(
        metric,
        mean([value for value, _ in pairs]),
        mean([before for _, before in pairs]),
        mean(differences),
        *mean_interval(differences),
        randomisation_p_value(differences),
        len(pairs),
    )


def _rows(report: object, name: str) -> dict[str, dict[str, float]]:
    """Question id -> metric -> value."""
    try:
        rows = report["per_question"]  # type: ignore[index]
        return {str(row["id"]): {metric: float(value) for metric, value in row["metrics"].items()} for row in rows}
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise QuestionSetError(
            f'{name}: found no "per_question" rows with id and metrics, expected an evaluation report. {_MEND}'
        ) from error
