"""BM25 over an inverted index in flat arrays, derived from the store's truth and kept beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.analysis import is_compound
from assistant.datatypes import Candidate
from assistant.index.scoring import K1, idf, length_norms
from assistant.index.stamped import Arrays, load_arrays, save_arrays


class LexicalIndex:
    """Postings sorted by term, then key, in compressed-sparse-row form.

    The score of a passage is the sum over the query's terms t of
    ``idf(t) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean_length))`` with
    ``idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5))``, times the term's weight in the query
    (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"; idf as in Lucene).
    A passage's length counts its single terms; compounds are scored beside them.

    A passage is read in its work's context: the score of each passage that holds a term of the query is raised by
    ``context`` times the sum, over the query's terms that occur anywhere in the same work, of the term's weight times
    its idf among works.

    Args:
        keys: int64 (n,), ascending: the passages.
        works: int32 (n,): number of the work each belongs to, from 0.
        lengths: int32 (n,): number of terms in each.
        terms: the vocabulary, sorted.
        offsets: int64 (len(terms) + 1,): postings of term i are ``[offsets[i], offsets[i + 1])``.
        rows: int32 (postings,): row of the passage in ``keys``.
        frequencies: int32 (postings,): occurrences of the term in it.
    """

    def __init__(
        self,
        keys: npt.NDArray[np.int64],
        works: npt.NDArray[np.int32],
        lengths: npt.NDArray[np.int32],
        terms: Sequence[str],
        offsets: npt.NDArray[np.int64],
        rows: npt.NDArray[np.int32],
        frequencies: npt.NDArray[np.int32],
    ) -> None:
        self.keys, self.works, self.lengths = keys, works, lengths
        self._work_count = int(works.max()) + 1 if len(works) else 0
        self.terms, self.offsets, self.rows, self.frequencies = terms, offsets, rows, frequencies
        self._row_of = {term: i for i, term in enumerate(terms)}
        self.mean_length = float(lengths.mean()) if len(lengths) else 0.0
        self._norms = length_norms(lengths, self.mean_length)

    @classmethod
    def build(cls, passages: Iterable[tuple[int, str, dict[str, int]]]) -> LexicalIndex:
        """Build from ``(key, work, {term: occurrences})``, keys ascending."""
        keys: list[int] = []
        works: dict[str, int] = {}
        work_of: list[int] = []
        lengths: list[int] = []
        postings: dict[str, tuple[list[int], list[int]]] = {}
        for row, (key, work, counts) in enumerate(passages):
            keys.append(key)
            work_of.append(works.setdefault(work, len(works)))
            lengths.append(sum(count for term, count in counts.items() if not is_compound(term)))
            for term, count in counts.items():
                rows, frequencies = postings.setdefault(term, ([], []))
                rows.append(row)
                frequencies.append(count)
        terms = sorted(postings)
        offsets = np.zeros(len(terms) + 1, dtype=np.int64)
        np.cumsum([len(postings[term][0]) for term in terms], out=offsets[1:])
        return cls(
            np.array(keys, dtype=np.int64),
            np.array(work_of, dtype=np.int32),
            np.array(lengths, dtype=np.int32),
            terms,
            offsets,
            np.array([row for term in terms for row in postings[term][0]], dtype=np.int32),
            np.array([count for term in terms for count in postings[term][1]], dtype=np.int32),
        )

    def frequency(self, term: str) -> int:
        """In how many passages the term occurs."""
        row = self._row_of.get(term)
        return 0 if row is None else int(self.offsets[row + 1] - self.offsets[row])

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
        scores = np.zeros(len(self.keys), dtype=np.float64)
        of_work = np.zeros(self._work_count, dtype=np.float64)
        for term, weight in terms.items():
            row = self._row_of.get(term)
            if row is None:
                continue
            run = slice(self.offsets[row], self.offsets[row + 1])
            rows, tf = self.rows[run], self.frequencies[run]
            scores[rows] += weight * idf(len(rows), len(self.keys)) * tf * (K1 + 1) / (tf + self._norms[rows])
            if context:
                holding = np.zeros(self._work_count, dtype=bool)
                holding[self.works[rows]] = True
                of_work[holding] += weight * idf(int(holding.sum()), self._work_count)
        if allowed is not None:
            scores[~np.isin(self.keys, np.fromiter(allowed, dtype=np.int64))] = 0.0
        found = np.flatnonzero(scores > 0)
        scores[found] += context * of_work[self.works[found]]
        best = found[np.lexsort((self.keys[found], -scores[found]))[:k]]
        return [Candidate(int(self.keys[row]), float(scores[row])) for row in best]

    def save(self, path: Path) -> None:
        """Write to a file."""
        arrays: Arrays = {
            "keys": self.keys,
            "works": self.works,
            "lengths": self.lengths,
            "terms": np.frombuffer("\n".join(self.terms).encode(), dtype=np.uint8),
            "offsets": self.offsets,
            "rows": self.rows,
            "frequencies": self.frequencies,
        }
        save_arrays(path, arrays)

    @classmethod
    def load(cls, content: bytes | None) -> LexicalIndex | None:
        """Read from the bytes of a file; None if they are not of one."""
        arrays = load_arrays(content)
        try:
            if arrays is None:
                return None
            text = arrays.pop("terms").tobytes().decode()
            made = cls(terms=text.split("\n") if text else [], **arrays)
            return made if made._fits() else None
        except (ValueError, TypeError, KeyError, IndexError):
            return None

    def _fits(self) -> bool:
        """Whether the arrays point only into each other."""
        count, postings = len(self.keys), len(self.rows)
        shapes = [each.shape for each in (self.works, self.lengths, self.offsets, self.frequencies)]
        return (
            shapes == [(count,), (count,), (len(self.terms) + 1,), (postings,)]
            and bool((np.diff(self.offsets) >= 0).all())
            and (self.offsets[0], self.offsets[-1]) == (0, postings)
            and (not postings or 0 <= self.rows.min() <= self.rows.max() < count)
            and (not count or int(self.works.min()) >= 0)
        )
