"""What answering learns: weights of a sentence's features, two logistic regressions, their calibration, thresholds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from assistant.confidence import NEARLY_SURE, AnswerModel, Logistic
from benchmarks.answer_cases import Row

FOUND = ("mean", "weighted", "dense", "coverage", "gap")
EXACT = (
    "mean", "weighted_sentence", "soft_weakest", "weakest_sentence", "coverage", "coverage_all", "rarest_missing",
    "dense", "gap", "wrong_kind", "certainty", "words", "absent_similarity", "negated", "opposed", "antonym",
    "other_number", "numbers_not_quoted", "names_missing", "marked_not_quoted", "together", "faint_missing",
)  # fmt: skip
FOUND_POWER = 1.0
"""Weight of the log probability of ``found``: more tells absent subjects better, less near misses. The least of five
values (.8 to 2) with which absent subjects reach .985 in six folds of the tuning half's articles."""
EXACT_STRENGTH = 0.02
"""Inverse regularisation of ``exact``: the best of five values in six folds of the tuning half's articles."""
SHARES = {
    "answered": 0.18, "article answered": 0.07, "run answered": 0.05, "page answered": 0.08, "policy answered": 0.06,
    "follow answered": 0.06, "near": 0.20, "article near": 0.08, "run near": 0.05, "page near": 0.07,
    "follow near": 0.05, "gone": 0.08, "run gone": 0.03, "page gone": 0.05, "absent": 0.09,
    "article absent": 0.03, "page absent": 0.03,    "odd": 0.02,
}  # fmt: skip
"""How much each kind of question counts in fitting, whatever its number."""
FALSE_ANSWERS = 0.10
"""Share of the questions without an answer in the documents (gone, absent, odd) that may be answered, tuning half."""
FALSE_REFUSALS = 0.02
"""Share of the answered questions, in large and small corpora, that may be refused, tuning half."""


def fit_sentences(lists: Sequence[tuple[np.ndarray, np.ndarray, list[str]]], strength: float = 1.0) -> dict[str, float]:
    """Weights that give the sentences with the answer the most of a softmax over the sentences of a question."""
    lists = [each for each in lists if each[1].any()]
    rows = np.concatenate([features for features, _, _ in lists])
    mean, scale = rows.mean(0), rows.std(0) + 1e-6

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(weights)
        for features, gold, _ in lists:
            z = (features - mean) / scale
            scores = z @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            right = chances * gold
            total -= float(np.log(right.sum()))
            slope += (chances - right / right.sum()) @ z
        return total + strength * float(weights @ weights) / 2, slope + strength * weights

    fitted = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x / scale
    return {name: round(float(weight), 5) for name, weight in zip(lists[0][2], fitted, strict=True)}


def counted(rows: Sequence[Row]) -> np.ndarray:
    """Weight of each row: the share of its case, spread over the case's rows."""
    number = Counter(row.case for row in rows)
    total = sum(SHARES[case] for case in number)
    return np.array([SHARES[row.case] / total / number[row.case] * len(rows) for row in rows])


def fit_logistic(
    rows: Sequence[Row], names: Sequence[str], right: Sequence[bool], weight: np.ndarray, c: float
) -> Logistic:
    """A logistic regression on standardised features, given back for plain ones."""
    table = np.array([[row.features[name] for name in names] for row in rows])
    mean, scale = table.mean(0), table.std(0) + 1e-6
    fitted = LogisticRegression(C=c, max_iter=5000).fit((table - mean) / scale, np.array(right), sample_weight=weight)
    plain = fitted.coef_[0] / scale
    intercept = float(fitted.intercept_[0] - (plain * mean).sum())
    return Logistic(round(intercept, 5), {n: round(float(w), 5) for n, w in zip(names, plain, strict=True)})


def fit_parts(rows: Sequence[Row]) -> tuple[Logistic, Logistic]:
    """``found``: answered against absent, gone and odd. ``exact``: answered against near."""
    found = [row for row in rows if not row.case.endswith("near")]
    exact = [row for row in rows if row.case.endswith(("answered", "near")) and not row.case.startswith("policy")]
    return (
        fit_logistic(found, FOUND, [row.case.endswith("answered") for row in found], counted(found), 0.3),
        fit_logistic(
            exact,
            EXACT,
            [row.case.endswith("answered") for row in exact],
            np.array([1.0 if row.case in {"answered", "near"} else 0.3 for row in exact]),
            EXACT_STRENGTH,
        ),
    )


def fit_confidence(rows: Sequence[Row], weights: dict[str, float], folds: int = 5) -> AnswerModel:
    """The whole model; calibrated on predictions for groups that the parts were not fitted on."""
    groups = {group: place % folds for place, group in enumerate(sorted({row.group for row in rows}))}
    scores = np.zeros(len(rows))
    for fold in range(folds):
        found, exact = fit_parts([row for row in rows if groups[row.group] != fold])
        for place, row in enumerate(rows):
            if groups[row.group] == fold:
                scores[place] = FOUND_POWER * found.log_probability(row.features) + exact.log_probability(row.features)
    sure = np.minimum(scores, NEARLY_SURE)
    both = np.column_stack([scores, -np.log(-np.expm1(sure))])
    fitted = LogisticRegression(C=100).fit(both, [row.right for row in rows], sample_weight=counted(rows))
    slope, against = (round(max(float(each), 0.0), 5) for each in fitted.coef_[0])  # below 0 it would fall
    offset = round(float(fitted.intercept_[0]), 5)
    found, exact = fit_parts(rows)
    model = AnswerModel(weights, found, exact, FOUND_POWER, slope, against, offset, 1.0, 0.0)
    chances = 1 / (1 + np.exp(-(both @ [slope, against] + offset)))
    refused = np.concatenate(
        [
            chances[[i for i, row in enumerate(rows) if row.case == c]]
            for c in ("answered", "article answered", "run answered", "page answered", "follow answered")
        ]
    )
    without = np.concatenate(
        [
            chances[[i for i, row in enumerate(rows) if row.case == c]]
            for c in ("gone", "absent", "odd", "run gone", "page gone", "article absent", "page absent")
        ]
    )
    weak = float(np.quantile(refused, FALSE_REFUSALS))
    answered = max(float(np.quantile(without, 1 - FALSE_ANSWERS)), weak)
    return replace(model, answered=round(answered, 4), weak=round(weak, 4))
