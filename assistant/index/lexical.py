"""BM25 over the postings of a large index and of a small one beside it, as if they were one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.datatypes import Candidate
from assistant.index.bm25 import LexicalIndex, Postings
from assistant.index.scoring import K1, idf, length_norms

COMMON = 50
"""A term that more than one passage in so many holds is common: its postings are looked up, if that is enough."""
FEW = 20
"""Candidates are looked up one by one where they are at most one passage in so many."""
ROUNDING = 1e-9
"""More than sums of scores in another order differ by, relatively."""


@dataclass(frozen=True, slots=True, eq=False)
class _Term:
    """A term of a query that some passage holds.

    Attributes:
        weight: its weight in the query.
        scaled: that times its idf.
        rows, frequencies: its postings.
        works: int32: the works of those passages.
        most: no passage has a higher score for it.
    """

    weight: float
    scaled: float
    rows: npt.NDArray[np.int32]
    frequencies: npt.NDArray[Any]
    works: npt.NDArray[np.int32]
    most: float


class LexicalSearch:
    """Scores passages by BM25, each in the context of its work. Safe to share between threads.

    The score of a passage is the sum over the query's terms t of
    ``idf(t) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean_length))``, times the term's weight in the query
    (:mod:`assistant.index.scoring`). A passage's length counts its single terms; compounds are scored beside them.

    A passage is read in its work's context: the score of each passage that holds a term of the query is raised by
    ``context`` times the sum, over the query's terms that occur anywhere in the same work, of the term's weight times
    its idf among works.

    Where a query has common terms, the rare ones are scored first. Passages that the common ones cannot lift among the
    k best any more are left aside, and of the others only their own postings are looked up (MaxScore: Turtle & Flood
    1995, "Query evaluation: strategies and optimizations"). The result is the same to the last bit.

    Args:
        base: the large index.
        alive: bool (n,): which of its passages are still there; None for all.
        recent: passages that were added since, their keys above those of ``base``.
    """

    def __init__(
        self, base: LexicalIndex, alive: npt.NDArray[np.bool_] | None = None, recent: LexicalIndex | None = None
    ) -> None:
        self._base, self._alive, self._recent = base, alive, recent
        self.keys, self._works, lengths = base.keys, base.works, base.lengths
        if recent is not None:
            self.keys = np.concatenate([base.keys, recent.keys])
            self._works = np.concatenate([base.works, _numbered(recent, base)])
            lengths = np.concatenate([base.lengths, recent.lengths])
        self._there = None
        if alive is not None:
            self._there = np.concatenate([alive, np.ones(len(self.keys) - len(alive), dtype=bool)])
        living = lengths if self._there is None else lengths[self._there]
        self.count = len(living)
        self.mean_length = float(living.mean()) if self.count else 0.0
        self._norms = length_norms(lengths, self.mean_length)
        self._least_norm = float(self._norms.min()) if len(lengths) else 0.0
        holding = np.zeros(int(self._works.max()) + 1 if len(self._works) else 0, dtype=bool)
        holding[self._works if self._there is None else self._works[self._there]] = True
        self._work_numbers, self._work_count = len(holding), int(holding.sum())

    def frequency(self, term: str) -> int:
        """In how many passages the term occurs."""
        return len(self._postings(term)[0])

    def search(
        self, terms: Mapping[str, float], k: int, allowed: Collection[int] | None = None, context: float = 0.0
    ) -> list[Candidate]:
        """The k best passages, ties by key; only passages with a score above 0.

        Args:
            terms: the query's terms with their weights.
            k: how many at most.
            allowed: keys to choose from, or None for all.
            context: weight of what the passage's work says of the terms, 0 or more.
        """
        if k < 1:
            return []
        found = [self._term(weight, *self._postings(term)) for term, weight in terms.items()]
        found = [term for term in found if len(term.rows)]
        of_work = np.zeros(self._work_numbers, dtype=np.float64)
        for term in found if context else ():
            holding = distinct(term.works, self._work_numbers)
            of_work[holding] += term.weight * idf(len(holding), self._work_count)
        of_work *= context
        chosen = self._candidates(found, k, of_work) if allowed is None else None
        rows, scores = self._scored(found) if chosen is None else self._looked_up(found, chosen)
        if allowed is not None:
            among = self._among(allowed)[rows]
            rows, scores = rows[among], scores[among]
        scores += of_work[self._works[rows]]
        if len(rows) > k:
            high = scores >= np.partition(scores, len(rows) - k)[len(rows) - k]
            rows, scores = rows[high], scores[high]
        best = np.lexsort((rows, -scores))[:k]
        return [
            Candidate(key, score)
            for key, score in zip(self.keys[rows[best]].tolist(), scores[best].tolist(), strict=True)
        ]

    # inside

    def _postings(self, term: str) -> Postings:
        """The postings of a term in passages that are there, of both indexes."""
        found = [each for each in (self._of_base(term), self._of_recent(term)) if each is not None]
        if len(found) == 1:
            return found[0]
        return (
            np.concatenate([np.zeros(0, np.int32), *(rows for rows, _ in found)]),
            np.concatenate([np.zeros(0, np.uint16), *(frequencies for _, frequencies in found)]),
        )

    def _of_base(self, term: str) -> Postings | None:
        found = self._base.postings(term)
        if found is None or self._alive is None:
            return found
        there = self._alive[found[0]]
        return found if there.all() else (found[0][there], found[1][there])

    def _of_recent(self, term: str) -> Postings | None:
        found = self._recent.postings(term) if self._recent else None
        return found and (found[0] + np.int32(len(self._base.keys)), found[1])

    def _term(self, weight: float, rows: npt.NDArray[np.int32], frequencies: npt.NDArray[Any]) -> _Term:
        scaled = weight * idf(len(rows), self.count)
        often = int(frequencies.max(initial=1))
        most = scaled * often * (K1 + 1) / (often + self._least_norm)
        return _Term(weight, scaled, rows, frequencies, self._works[rows], most)

    def _values(
        self, term: _Term, frequencies: npt.NDArray[Any], rows: npt.NDArray[np.int32]
    ) -> npt.NDArray[np.float64]:
        """What a term adds to the scores of some passages that hold it."""
        return np.asarray(term.scaled * frequencies * (K1 + 1) / (frequencies + self._norms[rows]), dtype=np.float64)

    def _scored(self, found: list[_Term]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Rows of all passages that hold a term, and their scores."""
        scores = np.zeros(len(self.keys), dtype=np.float64)
        for term in found:
            scores[term.rows] += self._values(term, term.frequencies, term.rows)
        rows = distinct(_together([term.rows for term in found]), len(self.keys))
        rows = rows[scores[rows] > 0]
        return rows, scores[rows]

    def _candidates(self, found: list[_Term], k: int, of_work: npt.NDArray[np.float64]) -> npt.NDArray[np.int32] | None:
        """Rows of all passages that can be among the k best, few enough to be looked up; None if there are too many."""
        total = len(self.keys)
        rare = [term for term in found if len(term.rows) * COMMON <= total]
        common = [term for term in found if len(term.rows) * COMMON > total]
        if not rare or not common:
            return None
        rows, scores = self._scored(rare)
        if len(rows) < k:
            return None
        scores += of_work[self._works[rows]]
        least = np.partition(scores, len(rows) - k)[len(rows) - k] - sum(term.most for term in common)
        least -= abs(least) * ROUNDING
        lifted = [term.rows[of_work[term.works] >= least] for term in common]
        chosen = distinct(_together([rows[scores >= least], *lifted]), total)
        return chosen if len(chosen) * FEW <= total else None

    def _looked_up(
        self, found: list[_Term], candidates: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Those of some passages that hold a term, and their scores."""
        scores = np.zeros(len(candidates), dtype=np.float64)
        for term in found:
            at = np.minimum(np.searchsorted(term.rows, candidates), len(term.rows) - 1)
            hits = np.flatnonzero(term.rows[at] == candidates)
            scores[hits] += self._values(term, term.frequencies[at[hits]], candidates[hits])
        there = scores > 0
        return candidates[there], scores[there]

    def _among(self, allowed: Collection[int]) -> npt.NDArray[np.bool_]:
        """Bool (n,): which passages have one of some keys."""
        wanted = np.fromiter(allowed, dtype=np.int64, count=len(allowed))
        rows = np.searchsorted(self.keys, wanted)
        rows = rows[rows < len(self.keys)]
        among = np.zeros(len(self.keys), dtype=bool)
        among[rows] = np.isin(self.keys[rows], wanted)
        return among


def distinct(numbers: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int32]:
    """Each of some numbers once, in no order that matters; takes time by how many they are, not by their size.

    Args:
        numbers: int32 (n,), from 0.
        size: above all of them.
    """
    places = np.arange(len(numbers), dtype=np.int32)
    last = np.empty(size, dtype=np.int32)  # what is read of it was written just before
    last[numbers] = places
    kept: npt.NDArray[np.int32] = numbers[last[numbers] == places]
    return kept


def _together(rows: list[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    return np.concatenate([np.zeros(0, dtype=np.int32), *rows]).astype(np.int32, copy=False)


def _numbered(recent: LexicalIndex, base: LexicalIndex) -> npt.NDArray[np.int32]:
    """The works of recent passages, as numbers that go on from those of the large index."""
    numbers = []
    for new, name in enumerate(recent.work_names, len(base.work_names)):
        known = base.work_names.find(name)
        numbers.append(new if known is None else known)
    return np.array(numbers, dtype=np.int32)[recent.works]
