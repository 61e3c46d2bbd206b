"""Where the passages of an index stand, in flat arrays derived from the store's truth and kept beside it.

Ranking asks for some hundred places a question, and for what stands beside them. From here they come in memory, and
none is passed over because a page of the truth is damaged.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.index.stamped import Arrays, load_arrays, save_arrays
from assistant.index.values import PassageRef


class Places:
    """The places of all passages.

    Args:
        documents: ids, sorted.
        keys: int64 (n,), ascending: the passages.
        numbers: int32 (n,): which of ``documents`` each belongs to.
        spans: int64 (n, 2): where each starts and ends.
        offsets: int64 (n + 1,): the parts of passage i start at ``parts[offsets[i] : offsets[i + 1]]``.
        parts: int64 (parts,).

    Raises:
        ValueError, IndexError: if the arrays do not fit each other.
    """

    def __init__(
        self,
        documents: Sequence[str],
        keys: npt.NDArray[np.int64],
        numbers: npt.NDArray[np.int32],
        spans: npt.NDArray[np.int64],
        offsets: npt.NDArray[np.int64],
        parts: npt.NDArray[np.int64],
    ) -> None:
        count = len(keys)
        fits = spans.shape == (count, 2) and numbers.shape == (count,) and offsets.shape == (count + 1,)
        if not fits or (count and not 0 <= numbers.min() <= numbers.max() < len(documents)):
            raise ValueError("the arrays do not fit each other")
        self.documents, self.keys, self._numbers = documents, keys, numbers
        self._spans, self._offsets, self._parts = spans, offsets, parts
        self._order = np.lexsort((spans[:, 0], numbers))
        self._ordered_numbers = numbers[self._order]
        self._ordered_starts = spans[self._order, 0]

    @classmethod
    def build(cls, places: Iterable[PassageRef]) -> Places:
        """Build from places, keys ascending."""
        known = list(places)
        documents = sorted({place.document for place in known})
        number = {document: i for i, document in enumerate(documents)}
        offsets = np.zeros(len(known) + 1, dtype=np.int64)
        np.cumsum([len(place.parts) for place in known], out=offsets[1:])
        return cls(
            documents,
            np.array([place.key for place in known], dtype=np.int64),
            np.array([number[place.document] for place in known], dtype=np.int32),
            np.array([(place.start, place.end) for place in known], dtype=np.int64).reshape(-1, 2),
            offsets,
            np.array([start for place in known for start in place.parts], dtype=np.int64),
        )

    def known(self, keys: Collection[int]) -> set[int]:
        """Those of some keys that are of a passage."""
        wanted = np.fromiter(keys, dtype=np.int64, count=len(keys))
        return set(wanted[np.isin(wanted, self.keys)].tolist())

    def known_documents(self, ids: Collection[str]) -> set[str]:
        """Those of some ids that are of a document with passages."""
        known = set(self.documents)
        return {each for each in ids if each in known}

    def spread(self, most: int) -> tuple[int, ...]:
        """Keys of at most so many passages, spread evenly over all in order of document id and start."""
        step = max(-(-len(self.keys) // most), 1)
        return tuple(self.keys[self._order][::step].tolist())

    def get(self, keys: Collection[int]) -> dict[int, PassageRef]:
        """The places of passages, by key; unknown keys are left out."""
        wanted = np.fromiter(keys, dtype=np.int64, count=len(keys))
        rows = np.searchsorted(self.keys, wanted)
        there = rows < len(self.keys)
        there[there] = self.keys[rows[there]] == wanted[there]
        return {place.key: place for place in self._at(rows[there])}

    def beside(self, place: PassageRef, count: int) -> list[PassageRef]:
        """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
        number = bisect_left(self.documents, place.document)
        first, last = np.searchsorted(self._ordered_numbers, (number, number + 1))
        if number == len(self.documents) or self.documents[number] != place.document:
            last = first
        starts = self._ordered_starts[first:last]
        here = int(first + np.searchsorted(starts, place.start, "left"))
        past = int(first + np.searchsorted(starts, place.start, "right"))
        after = self._at(self._order[past : past + count])
        before = self._at(self._order[max(here - count, 0) : here][::-1])
        return [each for pair in zip_longest(after, before) for each in pair if each is not None]

    def keys_of(self, documents: Collection[str]) -> set[int]:
        """The keys of all passages of some documents."""
        numbers = [i for i in (bisect_left(self.documents, each) for each in documents) if i < len(self.documents)]
        wanted = [i for i in numbers if self.documents[i] in documents]
        return set(self.keys[np.isin(self._numbers, wanted)].tolist())

    def save(self, path: Path) -> None:
        """Write to a file."""
        names = np.frombuffer(json.dumps(self.documents, ensure_ascii=False).encode(), dtype=np.uint8)
        arrays: Arrays = {
            "documents": names,
            "keys": self.keys,
            "numbers": self._numbers,
            "spans": self._spans,
            "offsets": self._offsets,
            "parts": self._parts,
        }
        save_arrays(path, arrays)

    @classmethod
    def load(cls, content: bytes | None) -> Places | None:
        """Read from the bytes of a file; None if they are not of one."""
        arrays = load_arrays(content)
        try:
            if arrays is None:
                return None
            documents = json.loads(arrays.pop("documents").tobytes())
            return cls(documents, **arrays)
        except (ValueError, TypeError, KeyError, IndexError):
            return None

    def _at(self, rows: npt.NDArray[np.int64]) -> list[PassageRef]:
        firsts, lasts = self._offsets[rows].tolist(), self._offsets[rows + 1].tolist()
        return [
            PassageRef(key, self.documents[number], start, end, tuple(self._parts[first:last].tolist()))
            for key, number, (start, end), first, last in zip(
                self.keys[rows].tolist(),
                self._numbers[rows].tolist(),
                self._spans[rows].tolist(),
                firsts,
                lasts,
                strict=True,
            )
        ]
