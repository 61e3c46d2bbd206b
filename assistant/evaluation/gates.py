"""Gates: conditions on metrics that a release must meet, as a command line writes them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from assistant.errors import InputError
from assistant.evaluation.comparison import Difference
from assistant.evaluation.judging import LOWER_IS_BETTER, metric_names

Option: TypeAlias = Literal["--fail-if", "--fail-under"]
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_FORMS: Mapping[Option, tuple[re.Pattern[str], str, float]] = {
    "--fail-if": (re.compile(rf"\s*([^\s<>=]+)\s*([<>]=?)\s*({_NUMBER})\s*", re.ASCII), "ndcg@10 < -0.01", -1.0),
    "--fail-under": (re.compile(rf"\s*([^\s<>=]+)\s*(=)\s*({_NUMBER})\s*", re.ASCII), "recall@5=0.9", 0.0),
}
"""How each option is written, an example, and the least limit that makes sense; the greatest is 1."""
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition under which an evaluation fails.

    Attributes:
        option: ``--fail-if`` looks at the difference to the baseline, ``--fail-under`` at the value itself.
        text: as it was written.
        metric: name of the metric.
        comparison: ``<``, ``<=``, ``>`` or ``>=``: the gate fails where this holds between value and limit.
        limit: what is compared with.
    """

    option: Option
    text: str
    metric: str
    comparison: str
    limit: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate found.

    Attributes:
        gate: the condition.
        value: the difference, or the metric itself, that was held against the limit.
        passed: False where the condition for failing holds, or where questions were lost to the measurement: a run
            that can no longer be judged on them is not known to be as good.
        difference: for ``--fail-if`` the compared metric; None where it has no value per question (ROC area,
            calibration error, risk-coverage area) and hence no test.
    """

    gate: Gate
    value: float
    passed: bool
    difference: Difference | None = None

    def line(self) -> str:
        """Metric, value, limit and p-value in one line."""
        gate = self.gate
        value = _told(self.value, gate.limit, signed=gate.option == "--fail-if")
        if gate.option == "--fail-under":
            return f"{gate.metric} is {value}, the limit is {gate.limit:g} ({gate.option} {gate.text!r})"
        tested = "p not known, as it is measured on the whole set"
        if self.difference is not None:
            found = self.difference
            tested = f"p={found.p_value:.4f}, Holm p={found.p_holm:.4f}, n={found.n}"
            if found.lost:
                tested += f", and {found.lost} measured in the baseline without a place for their gold now"
        return (
            f"{gate.metric} differs from the baseline by {value}, the limit is {gate.limit:+g} ({tested}; "
            f"{gate.option} {gate.text!r})"
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for ``json.dumps``; the p-values are null where there is no test."""
        return {
            "option": self.gate.option,
            "gate": self.gate.text,
            "metric": self.gate.metric,
            "comparison": self.gate.comparison,
            "limit": self.gate.limit,
            "value": self.value,
            "p_value": self.difference.p_value if self.difference else None,
            "p_holm": self.difference.p_holm if self.difference else None,
            "passed": self.passed,
        }


def parse_gate(option: Option, text: str) -> Gate:
    """Read a gate: ``ndcg@10 < -0.01`` for ``--fail-if``, ``recall@5=0.9`` for ``--fail-under``.

    Raises:
        InputError: it is written otherwise, names no metric, or could not tell a good run from a bad one.
    """
    pattern, example, least = _FORMS[option]
    mend = f'Write e.g.: {option} "{example}"'
    found = pattern.fullmatch(text)
    if found is None:
        shape = "METRIC < NUMBER (also <=, >, >=)" if option == "--fail-if" else "METRIC=NUMBER"
        raise InputError(f"{option}: found {text!r}, expected {shape}. {mend}")
    metric, comparison, limit = found[1], found[2].replace("=", "<") if option == "--fail-under" else found[2], found[3]
    if metric not in metric_names():
        raise InputError(f"{option}: found no metric {metric!r}, expected one of {', '.join(metric_names())}. {mend}")
    if option == "--fail-under" and metric in LOWER_IS_BETTER:
        raise InputError(
            f"{option}: found {metric!r}, of which less is better, expected a metric of which more is better. "
            f'Limit its rise instead: --baseline FILE --fail-if "{metric} > 0.02"'
        )
    if not least <= float(limit) <= 1:
        raise InputError(f"{option}: found the limit {limit}, expected {least:g} to 1. {mend}")
    return Gate(option, text, metric, comparison, float(limit))


def check_baseline(gates: Sequence[Gate], baseline: Mapping[str, Any]) -> None:
    """Refuse a baseline that lacks what a gate looks at, before the questions are asked.

    Raises:
        InputError: a metric of a ``--fail-if`` is not in the baseline.
    """
    for gate in gates:
        if gate.option == "--fail-if" and not any(gate.metric in row["metrics"] for row in baseline["per_question"]):
            _value(gate, baseline, "the baseline")


def check_gates(
    gates: Sequence[Gate],
    report: Mapping[str, Any],
    baseline: Mapping[str, Any] | None,
    differences: Sequence[Difference],
) -> list[Verdict]:
    """Hold every gate against a report, in the order given.

    Args:
        gates: the conditions.
        report: ``Report.to_json()`` of the run in question.
        baseline: the same of an earlier run; None where no gate looks at differences.
        differences: ``compare(report, baseline)``.

    Raises:
        InputError: a metric was not measured, now or in the baseline.
    """
    compared = {difference.metric: difference for difference in differences}
    return [_verdict(gate, report, baseline or {}, compared.get(gate.metric)) for gate in gates]


def _verdict(
    gate: Gate, report: Mapping[str, Any], baseline: Mapping[str, Any], compared: Difference | None
) -> Verdict:
    if gate.option == "--fail-under":
        compared = None
        value = _value(gate, report, "this evaluation")
    elif compared is not None:
        value = compared.difference
    else:
        value = _value(gate, report, "this evaluation") - _value(gate, baseline, "the baseline")
    lost = compared.lost if compared else 0
    return Verdict(gate, value, not lost and not _HOLDS[gate.comparison](value, gate.limit), compared)


def _value(gate: Gate, report: Mapping[str, Any], name: str) -> float:
    """The metric as the report has it."""
    metrics = report.get("metrics", {})
    try:
        return float(metrics[gate.metric]["value"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{gate.option}: found no {gate.metric!r} in {name}, expected one of {', '.join(metrics) or 'none'}. "
            f"Take one that the question set can measure, or write the baseline anew: "
            f"footnote evaluate SET --json > FILE"
        ) from error


def _told(value: float, limit: float, *, signed: bool) -> str:
    """The value with four digits, or as many as it takes to tell it from the limit."""
    texts = (f"{value:{'+' if signed else ''}.{digits}f}" for digits in (4, 8, 12))
    return next((text for text in texts if float(text) != limit), repr(value))
