"""How well confidence tells answerable questions from others, and how well it is calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from assistant.confidence import AnswerModel
from assistant.evaluation.metrics import auroc, expected_calibration_error
from benchmarks.answer_cases import Row
from benchmarks.answer_fitting import SHARES


def measured(rows: Sequence[Row], model: AnswerModel) -> dict[str, Any]:
    """Areas under the ROC curve, calibration and outcomes on rows that were not fitted on."""
    chance = {id(row): model.probability(row.features) for row in rows}

    def of(*cases: str) -> list[float]:
        return [chance[id(row)] for row in rows if row.case in cases]

    def area(yes: Sequence[str], no: Sequence[str]) -> float | None:
        positive, negative = of(*yes), of(*no)
        if not positive or not negative:
            return None
        labels = [True] * len(positive) + [False] * len(negative)
        return round(auroc([*positive, *negative], labels), 4)

    squad_rows = [row for row in rows if row.case in {"answered", "near"}]
    known = [row for row in rows if row.case in SHARES]
    outcomes = {
        case: {
            "n": len(of(case)),
            "answered": round(float(np.mean([p >= model.answered for p in of(case)])), 4),
            "refused": round(float(np.mean([p < model.weak for p in of(case)])), 4),
        }
        for case in sorted({row.case for row in rows})
    }
    return {
        "auroc near-miss (squad2)": area(["answered"], ["near"]),
        "auroc gold paragraph removed (squad2)": area(["answered"], ["gone"]),
        "auroc absent topic": area(["answered", "article answered", "policy answered"], ["absent", "article absent"]),
        "auroc absent topic, small corpora": area(["article answered"], ["article absent"]),
        "auroc mtrag": area(["mtrag answered"], ["mtrag unanswerable"]),
        "auroc greetings and gibberish": area(["answered", "article answered"], ["odd"]),
        "ece squad2": round(
            expected_calibration_error([chance[id(r)] for r in squad_rows], [r.right for r in squad_rows]), 4
        ),
        "ece all cases": round(expected_calibration_error([chance[id(r)] for r in known], [r.right for r in known]), 4),
        "outcomes": outcomes,
        "reliability": reliability([chance[id(r)] for r in known], [r.right for r in known]),
        "risk and coverage": risk_and_coverage([chance[id(r)] for r in known], [r.right for r in known]),
    }


def reliability(chances: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[dict[str, float]]:
    """Mean confidence and share that was right in bins of equal width, empty ones left out."""
    place = np.minimum((np.array(chances) * bins).astype(int), bins - 1)
    rows = []
    for each in range(bins):
        inside = place == each
        if inside.any():
            rows.append(
                {
                    "confidence": round(float(np.array(chances)[inside].mean()), 4),
                    "right": round(float(np.array(right)[inside].mean()), 4),
                    "n": int(inside.sum()),
                }
            )
    return rows


def risk_and_coverage(chances: Sequence[float], right: Sequence[bool], points: int = 40) -> list[dict[str, float]]:
    """Share of wrong first quotations among the most confident share of all questions."""
    order = np.argsort(-np.array(chances), kind="stable")
    wrong = np.cumsum(~np.array(right)[order]) / np.arange(1, len(order) + 1)
    at = np.unique(np.linspace(1, len(order), points).astype(int)) - 1
    return [
        {
            "coverage": round(float((i + 1) / len(order)), 4),
            "risk": round(float(wrong[i]), 4),
            "confidence": round(float(chances[order[i]]), 4),
        }
        for i in at
    ]
