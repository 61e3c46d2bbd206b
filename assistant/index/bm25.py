"""Postings of the analyser's terms in flat arrays, derived from the store's truth and kept beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from assistant.analysis import is_compound
from assistant.index.stamped import Arrays, Content, load_arrays, save_arrays
from assistant.index.vocabulary import Vocabulary, joined

Postings: TypeAlias = tuple[npt.NDArray[np.int32], npt.NDArray[Any]]
"""Rows of the passages that hold a term, ascending, and how often each holds it."""


class LexicalIndex:
    """Postings sorted by term, then row, in compressed-sparse-row form. Rows are passages in order of their keys.

    Args:
        keys: int64 (n,), ascending: the passages.
        work_names: the works there are.
        works: int32 (n,): place in ``work_names`` of the work each passage belongs to.
        lengths: int32 (n,): number of single terms in each.
        terms: the vocabulary.
        offsets: int64 (len(terms) + 1,): postings of term i are ``[offsets[i], offsets[i + 1])``.
        rows: int32 (postings,): row of the passage in ``keys``.
        frequencies: uint16 or int32 (postings,): occurrences of the term in it.
    """

    def __init__(
        self,
        keys: npt.NDArray[np.int64],
        work_names: Vocabulary,
        works: npt.NDArray[np.int32],
        lengths: npt.NDArray[np.int32],
        terms: Vocabulary,
        offsets: npt.NDArray[np.int64],
        rows: npt.NDArray[np.int32],
        frequencies: npt.NDArray[Any],
    ) -> None:
        self.keys, self.work_names, self.works, self.lengths = keys, work_names, works, lengths
        self.terms, self.offsets, self.rows, self.frequencies = terms, offsets, rows, frequencies

    @classmethod
    def build(cls, passages: Iterable[tuple[int, str, dict[str, int]]]) -> LexicalIndex:
        """Build from ``(key, work, {term: occurrences})``, keys ascending."""
        keys: list[int] = []
        of_works: list[str] = []
        lengths: list[int] = []
        postings: dict[str, tuple[list[int], list[int]]] = {}
        for row, (key, work, counts) in enumerate(passages):
            keys.append(key)
            of_works.append(work)
            lengths.append(sum(count for term, count in counts.items() if not is_compound(term)))
            for term, count in counts.items():
                rows, frequencies = postings.setdefault(term, ([], []))
                rows.append(row)
                frequencies.append(count)
        names = sorted(set(of_works))
        number = {name: i for i, name in enumerate(names)}
        terms = sorted(postings)
        return cls(
            np.array(keys, dtype=np.int64),
            Vocabulary.of(names),
            np.array([number[work] for work in of_works], dtype=np.int32),
            np.array(lengths, dtype=np.int32),
            Vocabulary.of(terms),
            _offsets([len(postings[term][0]) for term in terms]),
            np.array([row for term in terms for row in postings[term][0]], dtype=np.int32),
            _narrow(np.array([count for term in terms for count in postings[term][1]], dtype=np.int32)),
        )

    @classmethod
    def joined(cls, several: Sequence[tuple[LexicalIndex, npt.NDArray[np.bool_]]]) -> LexicalIndex:
        """Several as one, without what is gone.

        Args:
            several: each with bool (n,): which of its passages are taken over; keys ascending from one to the next.
        """
        parts = [_Part(index, alive) for index, alive in several]
        terms, places = joined([index.terms for index, _ in several], [part.held > 0 for part in parts])
        work_names, numbers = joined([index.work_names for index, _ in several], [part.works for part in parts])
        counts = np.zeros((len(parts), len(terms)), dtype=np.int64)
        for count, part, place in zip(counts, parts, places, strict=True):
            count[place[part.held > 0]] = part.held[part.held > 0]
        offsets = _offsets(counts.sum(axis=0))
        rows = np.empty(int(offsets[-1]), dtype=np.int32)
        frequencies = np.empty(len(rows), dtype=np.int32)
        begins, passages = offsets[:-1].copy(), 0
        for count, part in zip(counts, parts, strict=True):
            there = np.flatnonzero(count)
            held = count[there]
            at = np.repeat(begins[there] - (np.cumsum(held) - held), held) + np.arange(int(held.sum()))
            rows[at] = part.rows + np.int32(passages)
            frequencies[at] = part.frequencies
            begins += count
            passages += part.count
        return cls(
            np.concatenate([index.keys[alive] for index, alive in several]),
            work_names,
            np.concatenate(
                [number[index.works[alive]] for (index, alive), number in zip(several, numbers, strict=True)]
            ).astype(np.int32),
            np.concatenate([index.lengths[alive] for index, alive in several]),
            terms,
            offsets,
            rows,
            _narrow(frequencies),
        )

    def postings(self, term: str) -> Postings | None:
        """The postings of a term; None if no passage holds it."""
        place = self.terms.find(term)
        if place is None:
            return None
        run = slice(self.offsets[place], self.offsets[place + 1])
        return self.rows[run], self.frequencies[run]

    def save(self, path: Path) -> None:
        """Write to a file."""
        arrays: Arrays = {
            "keys": self.keys,
            "work_letters": self.work_names.letters,
            "work_ends": self.work_names.ends,
            "works": self.works,
            "lengths": self.lengths,
            "term_letters": self.terms.letters,
            "term_ends": self.terms.ends,
            "offsets": self.offsets,
            "rows": self.rows,
            "frequencies": self.frequencies,
        }
        save_arrays(path, arrays)

    @classmethod
    def load(cls, content: Content | None) -> LexicalIndex | None:
        """From the bytes of a file; None if they are not of one."""
        arrays = load_arrays(content)
        try:
            if arrays is None:
                return None
            works = Vocabulary(arrays.pop("work_letters"), arrays.pop("work_ends"))
            terms = Vocabulary(arrays.pop("term_letters"), arrays.pop("term_ends"))
            made = cls(work_names=works, terms=terms, **arrays)
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
            and (not count or 0 <= self.works.min() <= self.works.max() < len(self.work_names))
        )


class _Part:
    """What is taken over of an index: its postings of passages that are still there."""

    def __init__(self, index: LexicalIndex, alive: npt.NDArray[np.bool_]) -> None:
        self.count = int(alive.sum())
        self.rows, self.frequencies, self.held = index.rows, index.frequencies, np.diff(index.offsets)
        """``held`` is int64 (terms,): how many of its postings of each term are taken over."""
        if self.count < len(alive):
            kept = alive[index.rows]
            moved = np.cumsum(alive, dtype=np.int32) - np.int32(1)
            before = np.zeros(len(kept) + 1, dtype=np.int64)
            np.cumsum(kept, out=before[1:])
            self.rows, self.frequencies = moved[index.rows[kept]], index.frequencies[kept]
            self.held = np.diff(before[index.offsets])
        self.works = np.zeros(len(index.work_names), dtype=bool)
        self.works[index.works[alive]] = True


def _offsets(counts: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _narrow(frequencies: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
    """The same numbers in two bytes each, where they fit."""
    fits = not len(frequencies) or int(frequencies.max()) <= np.iinfo(np.uint16).max
    return frequencies.astype(np.uint16) if fits else frequencies
