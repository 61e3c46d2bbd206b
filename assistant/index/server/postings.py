"""BM25 over postings that come from the server term by term, scored as the embedded store scores its own.

A row of the table holds all that one document says of one term, as packed records: the passage's key, the number of its
work, its length and the occurrences. How often a term stands in passages and works is counted in what was read for the
question, in the same snapshot as the totals: exact whoever writes meanwhile, and nothing has to be kept up to date.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from assistant.analysis import is_compound
from assistant.datatypes import Candidate
from assistant.index.scoring import K1, idf, length_norms

POSTING = np.dtype([("key", "<i8"), ("work", "<i8"), ("length", "<i4"), ("count", "<i4")])
"""24 bytes: passage, number of its work, single terms in the passage, occurrences of the term in it."""
Postings = npt.NDArray[np.void]

CACHE_BYTES = 256 << 20
"""Postings that a process keeps of the state it read last."""


def work_number(work: str) -> int:
    """The number of a work: 64 bits of its digest, so that writers need not agree on a count.

    Of a hundred million works two share a number with a probability of 1 in 3,700; they would count as one.
    """
    return int.from_bytes(hashlib.sha256(work.encode()).digest()[:8], "little", signed=True)


def length_of(counts: Mapping[str, int]) -> int:
    """Length of a passage: its single terms."""
    return sum(count for term, count in counts.items() if not is_compound(term))


def pack(keys: Sequence[int], work: str, counts: Sequence[Mapping[str, int]]) -> dict[str, bytes]:
    """The postings of a document, by term.

    Args:
        keys: of its passages.
        work: it belongs to.
        counts: terms of each passage with their occurrences.
    """
    number = work_number(work)
    found: dict[str, list[tuple[int, int, int, int]]] = {}
    for key, terms in zip(keys, counts, strict=True):
        length = length_of(terms)
        for term, count in terms.items():
            found.setdefault(term, []).append((key, number, length, count))
    return {term: np.array(rows, dtype=POSTING).tobytes() for term, rows in sorted(found.items())}


def unpack(rows: Iterable[bytes]) -> Postings:
    """The postings of a term from its rows.

    Raises:
        ValueError: if a row has no whole number of them.
    """
    return np.frombuffer(b"".join(rows), dtype=POSTING)


def search(
    terms: Mapping[str, float],
    postings: Mapping[str, Postings],
    totals: tuple[int, int, float],
    k: int,
    allowed: Collection[int] | None = None,
    context: float = 0.0,
) -> list[Candidate]:
    """The k best passages, ties by key; only passages with a score above 0.

    The formula and its order of summation are those of :class:`assistant.index.bm25.LexicalIndex`.

    Args:
        terms: the query's terms with their weights.
        postings: of these terms.
        totals: passages, works, and the mean length of a passage.
        k: how many at most.
        allowed: keys to choose from, or None for all.
        context: weight of what the passage's work says of the terms, 0 or more.
    """
    passages, works, mean_length = totals
    held = [(weight, postings[term]) for term, weight in terms.items() if len(postings[term])]
    if not held:
        return []
    keys, first = np.unique(np.concatenate([each["key"] for _, each in held]), return_index=True)
    numbers, work_of = np.unique(np.concatenate([each["work"] for _, each in held])[first], return_inverse=True)
    scores = np.zeros(len(keys), dtype=np.float64)
    of_work = np.zeros(len(numbers), dtype=np.float64)
    for weight, each in held:
        rows, tf = np.searchsorted(keys, each["key"]), each["count"]
        norms = length_norms(each["length"], mean_length)
        scores[rows] += weight * idf(len(rows), passages) * tf * (K1 + 1) / (tf + norms)
        if context:
            holding = np.zeros(len(numbers), dtype=bool)
            holding[work_of[rows]] = True
            of_work[holding] += weight * idf(int(holding.sum()), works)
    if allowed is not None:
        scores[~np.isin(keys, np.fromiter(allowed, dtype=np.int64, count=len(allowed)))] = 0.0
    found = np.flatnonzero(scores > 0)
    scores[found] += context * of_work[work_of[found]]
    best = found[np.lexsort((keys[found], -scores[found]))[:k]]
    return [Candidate(int(keys[row]), float(scores[row])) for row in best]


class PostingsKept:
    """Postings of terms that were asked for lately, of one state. Safe to share between threads.

    Args:
        most: bytes that are kept.
    """

    def __init__(self, most: int = CACHE_BYTES) -> None:
        self._most = most
        self._state: tuple[str, int] | None = None
        self._held: OrderedDict[str, Postings] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, state: tuple[str, int], terms: Collection[str]) -> dict[str, Postings]:
        """What is kept of some terms in a state."""
        with self._lock:
            if state != self._state:
                return {}
            found = {term: self._held[term] for term in terms if term in self._held}
            for term in found:
                self._held.move_to_end(term)
            return found

    def put(self, state: tuple[str, int], found: Mapping[str, Postings]) -> None:
        """Keep postings of a state; those of another one go, unless that is later."""
        with self._lock:
            if self._state is not None and state[0] == self._state[0] and state[1] < self._state[1]:
                return
            if state != self._state:
                self._state, self._bytes = state, 0
                self._held.clear()
            for term, each in found.items():
                if term not in self._held:
                    self._held[term] = each
                    self._bytes += _held_bytes(term, each)
            while self._bytes > self._most and self._held:
                self._bytes -= _held_bytes(*self._held.popitem(last=False))


def _held_bytes(term: str, postings: Postings) -> int:
    """About what it takes to keep them; words that nobody wrote take room too."""
    return postings.nbytes + len(term) + 200
