"""How a text that was read is compared with what should have been read. Pure."""

from __future__ import annotations

import html
import re
from collections import Counter
from statistics import fmean

# Greek letters stand by themselves: formulas write them next to Latin ones.
_WORD = re.compile(r"[\u0370-\u03ff]|[^\W\d_\u0370-\u03ff]+|\d+")
_TOKEN = re.compile(r"\w+")
_GREEK = ("alpha", "α", "beta", "β", "delta", "δ", "theta", "θ", "lambda", "λ", "pi", "π", "sigma", "σ", "omega", "ω")
_LATEX_SIGNS = dict(zip(_GREEK[::2], _GREEK[1::2], strict=True)) | {
    name: name for name in ("log", "ln", "sin", "cos", "tan", "lim", "exp", "max", "min")
}
_MARKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--.*?-->", re.DOTALL), " "),
    (re.compile(r"^(line|bar|pie|scatter|area|other) chart$", re.MULTILINE | re.IGNORECASE), " "),
    (re.compile(r"^\[author: ([^\],]*?)(?: \(\w+\))?(?:, time: [^\]]*)?\]", re.MULTILINE), r"\1"),
    (re.compile(r"^[ \t]*(?:[-*+][ \t]+)?(?:\d+\.)+[ \t]", re.MULTILINE), " "),
    (re.compile(r"\|([^|\n]+)(?=\|\1\|)"), ""),  # a merged cell, written once for each column it spans
    (re.compile(r"\[[x ]\]"), " "),
    (re.compile(r" 00:00:00\b"), " "),
    (re.compile(r"!?\[((?:[^\[\]\\]|\\.|\[[^\]]*\])*)\]\([^()\s]*(?:\([^()]*\)[^()]*)*\)"), r"\1"),
    (re.compile(r"\$[^$\n]+\$"), ""),  # replaced by plain letters, see below
)


def words(text: str) -> list[str]:
    """Runs of letters and runs of digits, case-folded."""
    return _WORD.findall(text.casefold())


def markdown_words(text: str) -> list[str]:
    """The words of a Markdown ground truth, less its marks.

    Left out: comments, link targets, list numbers, boxes to tick, markup of formulas, midnight as the time of a date,
    cells that only repeat the one to their left (merged ones), labels that an image model gave to charts, initials and
    times of reviewers' comments.
    """
    for pattern, by in _MARKS:
        text = pattern.sub(_plain_formula if pattern.pattern.startswith(r"\$") else by, text)
    return words(html.unescape(re.sub(r"\\([^\w\s])", r"\1", text)))


def _plain_formula(match: re.Match[str]) -> str:
    return re.sub(r"\\([A-Za-z]+)", lambda command: f" {_LATEX_SIGNS.get(command[1], '')} ", match.group())


def recall(wanted: list[str], got: list[str]) -> float:
    """Share of the wanted words, as a multiset, that were got."""
    return (Counter(wanted) & Counter(got)).total() / len(wanted) if wanted else 1.0


def order(wanted: list[str], got: list[str]) -> float:
    """Longest common subsequence of the two, over the wanted words; exact, by bit-parallel dynamic programming.

    Source: Hyyrö, "Bit-parallel LCS-length computation revisited", 2004.
    """
    places: dict[str, int] = {}
    for at, word in enumerate(wanted):
        places[word] = places.get(word, 0) | 1 << at
    whole = (1 << len(wanted)) - 1
    row = whole
    for word in got:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & whole
    return (len(wanted) - row.bit_count()) / len(wanted) if wanted else 1.0


def shingle_scores(wanted: str, got: str, size: int = 4) -> tuple[float, float]:
    """Precision and recall over runs of ``size`` words, as multisets; a shorter text is one run."""
    one, other = _shingles(wanted, size), _shingles(got, size)
    common = (one & other).total()
    return (common / other.total() if other else 0.0), (common / one.total() if one else 1.0)


def shingle_f1(scores: list[tuple[float, float]]) -> dict[str, float]:
    """Mean precision, mean recall, and the harmonic mean of the two, as the article benchmark defines them."""
    precision, found = fmean(score[0] for score in scores), fmean(score[1] for score in scores)
    return {"f1": 2 * precision * found / (precision + found), "precision": precision, "recall": found}


def _shingles(text: str, size: int) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    return Counter(run for i in range(max(1, len(tokens) - size + 1)) if (run := tuple(tokens[i : i + size])))
