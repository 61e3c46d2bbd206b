"""An evaluation that was stopped: a report over the questions that were done, marked as such wherever it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from assistant.evaluation.question_set import QuestionSet
from assistant.evaluation.report import Report, Unresolved


@dataclass(frozen=True, slots=True)
class PartialReport(Report):
    """The report over the first questions of a set, after Ctrl-C.

    Its name says so, for whatever shows it as text; its counts have ``planned``, the questions of the whole set.

    Attributes:
        whole: name of the question set.
    """

    whole: str = ""

    def to_json(self) -> dict[str, Any]:
        """As of a whole report, with ``"partial": true`` and the plain name of the set."""
        return {"partial": True, **Report.to_json(self), "set": self.whole}


def first_of(question_set: QuestionSet, done: int) -> QuestionSet:
    """The set with its first questions only."""
    return replace(question_set, questions=question_set.questions[:done])


def of_these(unresolved: Sequence[Unresolved], question_set: QuestionSet) -> tuple[Unresolved, ...]:
    """The gold quotations without a place that belong to the questions of the set."""
    ids = {question.id for question in question_set.questions}
    return tuple(item for item in unresolved if item.id in ids)


def as_partial(report: Report, planned: int) -> PartialReport:
    """The report on a set that was cut short, marked.

    Args:
        report: over the questions done.
        planned: how many there are in the whole set.
    """
    values = {field.name: getattr(report, field.name) for field in fields(report)}
    values["name"] = f"{report.name} (partial: {report.counts['asked']:,} of {planned:,} questions)"
    values["counts"] = {**report.counts, "planned": planned}
    return PartialReport(**values, whole=report.name)
