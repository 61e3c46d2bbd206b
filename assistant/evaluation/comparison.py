"""Two reports on the same questions: what changed, whether chance could explain it, and on which questions."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import QuestionSetError
from assistant.evaluation.judging import WHOLE_SET_METRICS
from assistant.evaluation.statistics import (
    ALPHA,
    detectable_effect,
    holm,
    mean,
    mean_interval,
    randomisation_p_value,
)

_MEND = "Write one with footnote evaluate SET --json > FILE."
_ASKED = ("question", "history", "answerable")
"""What makes a question the same question."""
_LOSSES = {"ndcg@10": 1, "quote_hit@1": 1, "false_answer_rate": -1, "false_refusal_rate": -1}
"""Metrics by which a question is better or worse, and whether more of it is better."""


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
        p_holm: ``p_value`` corrected for all the metrics compared at once.
        significant: whether ``p_holm`` is below .05.
        detectable: smallest true difference that as many questions, spread like these, would show with 80 % power,
            uncorrected; None where that cannot be known because nothing spreads.
        lost: number of questions, asked as before, that the baseline measured it on and this run could not, for their
            gold has no place any more; they are not among the ``n``.
    """

    metric: str
    now: float
    baseline: float
    difference: float
    low: float
    high: float
    p_value: float
    n: int
    p_holm: float
    significant: bool
    detectable: float | None
    lost: int


@dataclass(frozen=True, slots=True)
class Pairing:
    """How far two reports are about the same questions, told apart by id.

    Attributes:
        shared: number of questions in both.
        only_now, only_baseline: in one of them only; they are not compared.
        altered: of the shared ones, those asked or judged otherwise; they are compared all the same.
    """

    shared: int
    only_now: int
    only_baseline: int
    altered: int


@dataclass(frozen=True, slots=True)
class Setback:
    """A question that came out worse than in the baseline.

    Attributes:
        id, question: as in the question set.
        loss: above 0, what it lost in the sum of nDCG@10 and quote hit, less the wrong answers and refusals.
        now, baseline: those metrics of it, by name.
        ranking, baseline_ranking: ids, best first, as far as the reports hold them.
        gold: ids that are relevant.
    """

    id: str
    question: str
    loss: float
    now: Mapping[str, float]
    baseline: Mapping[str, float]
    ranking: tuple[str, ...]
    baseline_ranking: tuple[str, ...]
    gold: frozenset[str]


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
    lost = _lost(_questions(now), _questions(baseline))
    order = [*now.get("metrics", {}), *paired]
    names = [name for name in dict.fromkeys(order) if name in paired]
    changes = {name: [value - before for value, before in paired[name]] for name in names}
    p_values = [randomisation_p_value(changes[name]) for name in names]
    return [
        Difference(
            name,
            mean([value for value, _ in paired[name]]),
            mean([before for _, before in paired[name]]),
            mean(changes[name]),
            *mean_interval(changes[name]),
            p_value,
            len(paired[name]),
            p_holm,
            p_holm < ALPHA,
            detectable_effect(changes[name]),
            lost[name],
        )
        for name, p_value, p_holm in zip(names, p_values, holm(p_values), strict=True)
    ]


def whole_set_changes(now: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """(metric, baseline, now) for what no single question has a value of, hence no paired test; where both have it."""
    found = []
    for name in WHOLE_SET_METRICS:
        values = [report.get("metrics", {}).get(name, {}).get("value") for report in (baseline, now)]
        if None not in values:
            found.append((name, float(values[0]), float(values[1])))
    return found


def pairing(now: Mapping[str, Any], baseline: Mapping[str, Any]) -> Pairing:
    """How many questions two reports share, and how many of those are not the same any more."""
    current, earlier = _questions(now), _questions(baseline)
    shared = current.keys() & earlier.keys()
    return Pairing(
        len(shared),
        len(current.keys() - shared),
        len(earlier.keys() - shared),
        sum(_altered(current[each], earlier[each], (*_ASKED, "gold")) for each in shared),
    )


def setbacks(now: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[Setback]:
    """The questions that came out worse than in the baseline, the greatest loss first, equal ones by id.

    Args:
        now: ``Report.to_json()`` of the run in question.
        baseline: the same of an earlier run.
    """
    current, earlier = _questions(now), _questions(baseline)
    found = [_setback(identity, row, earlier[identity]) for identity, row in current.items() if identity in earlier]
    return sorted((each for each in found if each.loss > 0), key=lambda each: (-each.loss, each.id))


def _setback(identity: str, row: Mapping[str, Any], before: Mapping[str, Any]) -> Setback:
    names = [name for name in _LOSSES if name in row["metrics"] and name in before["metrics"]]
    relevant = {**before.get("relevant", {}), **row.get("relevant", {})}
    return Setback(
        identity,
        row.get("question", ""),
        math.fsum(_LOSSES[name] * (before["metrics"][name] - row["metrics"][name]) for name in names),
        {name: row["metrics"][name] for name in names},
        {name: before["metrics"][name] for name in names},
        tuple(map(str, row.get("ranking", ()))),
        tuple(map(str, before.get("ranking", ()))),
        frozenset(each for each, grade in relevant.items() if grade > 0),
    )


def _lost(current: Mapping[str, Mapping[str, Any]], earlier: Mapping[str, Mapping[str, Any]]) -> Counter[str]:
    """Metric -> number of questions, asked as before, that only the baseline has it for."""
    return Counter(
        metric
        for identity, before in earlier.items()
        if identity in current and not _altered(current[identity], before, _ASKED)
        for metric in before["metrics"].keys() - current[identity]["metrics"].keys()
    )


def _altered(row: Mapping[str, Any], before: Mapping[str, Any], keys: Sequence[str]) -> bool:
    """Whether a question differs in one of the keys that the baseline has."""
    return any(row.get(key) != before[key] for key in keys if key in before)


def _questions(report: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Question id -> its row, as the report has it."""
    return {str(row["id"]): row for row in report["per_question"]}


def _rows(report: Any, name: str) -> dict[str, dict[str, float]]:
    """Question id -> metric -> value, after a look at all that a comparison reads."""
    try:
        rows = report["per_question"]
        found = {str(row["id"]): {metric: _finite(value) for metric, value in row["metrics"].items()} for row in rows}
        for row in rows:
            for grade in row.get("relevant", {}).values():
                _finite(grade)
            if not isinstance(row.get("ranking", []), list):
                raise TypeError("found a ranking that is no list")
        for metric in report.get("metrics", {}).values():
            _finite(metric.get("value", 0))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise QuestionSetError(
            f'{name}: found no "per_question" rows with id and numbers as metrics, expected a report. {_MEND}'
        ) from error
    return found


def _finite(value: object) -> float:
    """A number that can be compared: with NaN no gate would ever fail."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"found {value!r}, expected a finite number")
    return float(value)
