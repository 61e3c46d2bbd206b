"""How sure an answer is: a small logistic model over the scores, with its coefficients in a JSON file.

The coefficients are written by ``benchmarks/train_confidence.py`` and say in the file what they were fitted on
and how often they err; nothing here is set by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files

from assistant.datatypes import Outcome


@dataclass(frozen=True, slots=True)
class Features:
    """What the confidence is made of.

    Attributes:
        late: late interaction of the question with the best passage, -1 to 1.
        dense: cosine of the question with the best passage, -1 to 1.
        coverage: share of the question's terms, weighted by rarity, that the best passage holds, 0 to 1.
    """

    late: float
    dense: float
    coverage: float


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """Logistic regression and two thresholds.

    Attributes:
        intercept: of the linear predictor.
        weights: coefficient of each feature, by name.
        answered: probability from which the outcome is ``answered``.
        weak: probability from which it is ``weak``; below it is ``not_found``.
    """

    intercept: float
    weights: Mapping[str, float]
    answered: float
    weak: float

    def probability(self, features: Features) -> float:
        """Estimated probability (0 to 1) that the question is answered by what was found."""
        values = asdict(features)
        linear = self.intercept + sum(weight * values[name] for name, weight in self.weights.items())
        return round(1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, linear)))), 6)

    def outcome(self, probability: float) -> Outcome:
        """The outcome a probability stands for."""
        if probability >= self.answered:
            return "answered"
        return "weak" if probability >= self.weak else "not_found"


@cache
def default_model() -> ConfidenceModel:
    """The model that ships with the package."""
    stored = json.loads(files("assistant").joinpath("confidence.json").read_text(encoding="utf-8"))
    return ConfidenceModel(
        stored["intercept"], stored["weights"], stored["thresholds"]["answered"], stored["thresholds"]["weak"]
    )
