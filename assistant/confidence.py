"""How sure an answer is: what speaks for it and against it, and a calibrated probability made of that. Pure.

Two questions are asked apart, each by a logistic regression: is the subject in the documents at all (*found*), and is
exactly this said of it (*exact*: no negation turned round, no other number, no missing name). The log probabilities are
added and calibrated. Coefficients and thresholds are fitted by ``benchmarks/answers.py``, never set by hand.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from assistant.datatypes import Outcome
from assistant.questions import Question, Terms, holds_answer_of_kind
from assistant.sentences import Evidence, Features, ScoredSentence, tokens_within

_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nothing|nobody|without|except|nor|neither|cannot|other than|rather than)\b|n['’]t\b",
    re.IGNORECASE,
)
_OPPOSING = re.compile(
    r"\b(?:un(?!i|der|til)\w{4,}|in(?:capable|ability|direct|accurate|complete|effective|valid|visible)\w*|"
    r"im(?:possible|proper|perfect)\w*|dis(?:like|agree|allow|prove|approve|regard|continu)\w*|non-?\w{3,}|\w+less|"
    r"avoid\w*|prevent\w*|refus\w*|fail\w*|reject\w*|den(?:y|ied|ies)|stop\w*|lack\w*|ban(?:ned|s)?|oppos\w*|forb\w+|"
    r"prohibit\w*|exclud\w*|lose|lost|hate\w*|ignor\w*|least|fewest|lowest|smallest|worst|rarely|seldom|hardly|few)\b",
    re.IGNORECASE,
)
_OPPOSITES = """
    increase decrease|more less|more fewer|first last|highest lowest|high low|higher lower|before after|north south|
    east west|northern southern|eastern western|largest smallest|large small|larger smaller|begin end|began ended|start
    end|win lose|won lost|earliest latest|early late|oldest youngest|old new|best worst|most least|support oppose|
    public private|internal external|minimum maximum|above below|always never|male female|men women|weak strong|
    positive negative|inside outside|upper lower|rich poor|majority minority|allow ban|join left|gain lose|rise fall|
    rose fell|accept reject|create destroy|true false|simple complex|same different|open close|few many|few most|
    fast slow|import export|domestic foreign|liberal conservative|left right|major minor|longest shortest|long short|
    longer shorter|hot cold|easy difficult|good bad|finite infinite|even odd
"""
_CLOSE_TERMS = 4
NEARLY_SURE = -1e-6
"""Greatest logarithm of a chance that is told from certainty."""
_FAINT = 0.45


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over named features."""

    intercept: float
    weights: Mapping[str, float]

    def log_probability(self, features: Mapping[str, float]) -> float:
        """Natural logarithm of the probability, at most 0."""
        linear = self.intercept + sum(weight * features[name] for name, weight in self.weights.items())
        return -math.log1p(math.exp(-max(-30.0, min(30.0, linear))))


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """What answering has learnt.

    Attributes:
        sentence: weight of each feature of a sentence.
        found: is the subject in the documents.
        exact: is exactly this said of it.
        found_power: weight of the log probability of ``found``.
        slope, against, offset: calibration of the sum ``s``, the logarithm of a chance: the log odds of being right are
            ``slope * s - against * ln(1 - exp(s)) + offset`` (beta calibration, Kull et al. 2017).
        answered: probability from which the outcome is ``answered``.
        weak: probability from which it is ``weak``; below it is ``not_found``.
    """

    sentence: Mapping[str, float]
    found: Logistic
    exact: Logistic
    found_power: float
    slope: float
    against: float
    offset: float
    answered: float
    weak: float

    def probability(self, features: Mapping[str, float]) -> float:
        """Estimated probability (0 to 1) that the question is answered by what was found."""
        score = self.found_power * self.found.log_probability(features) + self.exact.log_probability(features)
        linear = self.slope * score - self.against * math.log(-math.expm1(min(score, NEARLY_SURE))) + self.offset
        return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, linear)))), 6)

    def outcome(self, probability: float) -> Outcome:
        """The outcome a probability stands for."""
        if probability >= self.answered:
            return "answered"
        return "weak" if probability >= self.weak else "not_found"


@cache
def default_model() -> AnswerModel:
    """The model that ships with the package."""
    return model_from(json.loads(files("assistant").joinpath("models/answers.json").read_text(encoding="utf-8")))


def model_from(stored: Mapping[str, Any]) -> AnswerModel:
    """A model from its JSON form."""
    values = {name: stored[name] for name in AnswerModel.__dataclass_fields__}
    return AnswerModel(**values | {part: Logistic(**stored[part]) for part in ("found", "exact")})


def confidence_features(
    question: Question, evidence: Sequence[Evidence], sentences: Sequence[ScoredSentence], terms: Terms
) -> Features:
    """What speaks for and against the best sentence.

    Args:
        question: taken apart with the rarity of general text, so that features mean the same in every corpus.
        evidence: the best passages, best first.
        sentences: their sentences, best first; not empty.
        terms: the analyser.
    """
    best = sentences[0]
    passage = best.evidence.hit.passage
    vectors = best.evidence.tokens.vectors
    inside = tokens_within(best.evidence, best.span)
    cosines = question.vectors @ vectors.T
    near, near_quote = cosines.max(axis=1), cosines[:, inside].max(axis=1)
    whole = f"{passage.context}\n{passage.text}"
    sequence = terms(whole)
    in_passage, in_quote = set(sequence), set(terms(best.text))
    in_any = {term for item in evidence for term in terms(f"{item.hit.passage.context}\n{item.hit.passage.text}")}
    words = question.words
    total = sum(word.rarity for word in words) or 1.0
    told = [
        (w, float(near[list(w.tokens)].mean()), float(near_quote[list(w.tokens)].mean())) for w in words if w.tokens
    ]
    mass = sum(word.rarity for word, _, _ in told)
    missing = [word for word in words if word.term not in in_passage]
    absent = [(word, similar) for word, similar, _ in told if word.term not in in_passage]

    def covered(found: set[str]) -> float:
        return sum(word.rarity for word in words if word.term in found) / total

    lates = sorted((item.hit.signals.get("late", 0.0) for item in evidence), reverse=True)
    chances = np.exp(np.array([each.score - best.score for each in sentences]))
    soft = sum(word.rarity * math.exp(-8 * similar) for word, similar, _ in told)
    fits = holds_answer_of_kind(question.kind, best.text, question.asked)
    asked = set(terms(question.text))
    contrary = opposites(terms)
    return {
        "mean": float(near.mean()),
        "weighted": float(question.weights @ near),
        "weighted_sentence": float(question.weights @ near_quote),
        "soft_weakest": -math.log(soft / mass) / 8 if mass else float(near.mean()),
        "weakest_sentence": min((similar for _, _, similar in told), default=0.5),
        "dense": max(item.hit.signals.get("dense", 0.0) for item in evidence),
        "coverage": covered(in_passage),
        "coverage_all": covered(in_any),
        "rarest_missing": max((word.rarity for word in missing), default=0.0),
        "gap": lates[0] - lates[min(3, len(lates) - 1)],
        "wrong_kind": float(question.kind != "other" and not fits),
        "certainty": float(1.0 / chances.sum()),
        "words": math.log1p(len(words)),
        "absent_similarity": min((similar for _, similar in absent), default=1.0),
        "negated": float(bool(_NEGATION.search(question.text)) and not _NEGATION.search(best.text)),
        "opposed": float(any(m.group().lower() not in whole.lower() for m in _OPPOSING.finditer(question.text))),
        "antonym": float(any(contrary.get(t, frozenset()) & in_quote and t not in in_passage for t in asked)),
        "other_number": float(any(word.number for word in missing) and any(c.isdigit() for c in best.text)),
        "numbers_not_quoted": float(sum(word.number and word.term not in in_quote for word in words)),
        "names_missing": float(sum(word.name for word in missing)),
        "marked_not_quoted": float(sum((word.name or word.number) and word.term not in in_quote for word in words)),
        "together": _together(question, sequence),
        "faint_missing": sum(word.rarity for word, similar in absent if similar < _FAINT) / total,
    }


@lru_cache(maxsize=8)
def opposites(terms: Terms) -> Mapping[str, frozenset[str]]:
    """Terms that turn a statement round, by term."""
    pairs: dict[str, set[str]] = {}
    for pair in " ".join(_OPPOSITES.split()).split("|"):
        one, other = (terms(word) for word in pair.split())
        if one and other:
            pairs.setdefault(one[0], set()).add(other[0])
            pairs.setdefault(other[0], set()).add(one[0])
    return {term: frozenset(others) for term, others in pairs.items()}


def _together(question: Question, sequence: Sequence[str]) -> float:
    """Share of neighbouring content words of the question that stand close together in the passage."""
    places: dict[str, list[int]] = {}
    for place, term in enumerate(sequence):
        places.setdefault(term, []).append(place)
    close = [
        any(abs(i - j) <= _CLOSE_TERMS for i in places.get(one.term, ()) for j in places.get(other.term, ()))
        for one, other in zip(question.words, question.words[1:], strict=False)
    ]
    return sum(close) / len(close) if close else 0.5
