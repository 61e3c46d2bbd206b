"""Where the passages of an index stand, in flat arrays derived from the store's truth and kept beside it.

Ranking asks for some hundred places a question, and for what stands beside them. From here they come in memory, and
none is passed over because a page of the truth is damaged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.index.stamped import Arrays, Content, load_arrays, save_arrays
from assistant.index.values import PassageRef
from assistant.index.vocabulary import Vocabulary, joined


class Places:
    """The places of all passages. Rows are passages in order of their keys.

    Args:
        documents: ids of those that have passages.
        keys: int64 (n,), ascending: the passages.
        numbers: int32 (n,): place in ``documents`` of the one each belongs to.
        spans: int64 (n, 2): where each starts and ends.
        offsets: int64 (n + 1,): the parts of passage i start at ``parts[offsets[i] : offsets[i + 1]]``.
        parts: int64 (parts,).
        order: int32 (n,): the rows in order of document id and start; by default they are put so.

    Raises:
        ValueError, IndexError: if the arrays do not fit each other.
    """

    def __init__(
        self,
        documents: Vocabulary,
        keys: npt.NDArray[np.int64],
        numbers: npt.NDArray[np.int32],
        spans: npt.NDArray[np.int64],
        offsets: npt.NDArray[np.int64],
        parts: npt.NDArray[np.int64],
        order: npt.NDArray[np.int32] | None = None,
    ) -> None:
        if order is None:
            order = np.lexsort((spans[:, 0], numbers)).astype(np.int32)
        count = len(keys)
        fits = spans.shape == (count, 2) and numbers.shape == order.shape == (count,) and offsets.shape == (count + 1,)
        if not fits or (count and not 0 <= numbers.min() <= numbers.max() < len(documents)):
            raise ValueError("the arrays do not fit each other")
        self.documents, self.keys, self.numbers = documents, keys, numbers
        self._spans, self._offsets, self._parts, self._order = spans, offsets, parts, order
        self._ordered_numbers = numbers[order]
        self._ordered_starts = spans[order, 0]

    @classmethod
    def build(cls, places: Iterable[PassageRef]) -> Places:
        """Build from places, keys ascending."""
        known = list(places)
        documents = sorted({place.document for place in known})
        number = {document: i for i, document in enumerate(documents)}
        offsets = np.zeros(len(known) + 1, dtype=np.int64)
        np.cumsum([len(place.parts) for place in known], out=offsets[1:])
        return cls(
            Vocabulary.of(documents),
            np.array([place.key for place in known], dtype=np.int64),
            np.array([number[place.document] for place in known], dtype=np.int32),
            np.array([(place.start, place.end) for place in known], dtype=np.int64).reshape(-1, 2),
            offsets,
            np.array([start for place in known for start in place.parts], dtype=np.int64),
        )

    @classmethod
    def joined(cls, several: Sequence[tuple[Places, npt.NDArray[np.bool_]]]) -> Places:
        """Several as one, without what is gone.

        Args:
            several: each with bool (n,): which of its passages are taken over; keys ascending from one to the next.
        """
        held = [np.bincount(each.numbers[alive], minlength=len(each.documents)) > 0 for each, alive in several]
        documents, numbers = joined([each.documents for each, _ in several], held)
        lengths = [np.diff(each._offsets) for each, _ in several]
        offsets = np.zeros(sum(int(alive.sum()) for _, alive in several) + 1, dtype=np.int64)
        kept = [length[alive] for length, (_, alive) in zip(lengths, several, strict=True)]
        np.cumsum(np.concatenate(kept), out=offsets[1:])
        return cls(
            documents,
            np.concatenate([each.keys[alive] for each, alive in several]),
            np.concatenate(
                [number[each.numbers[alive]] for (each, alive), number in zip(several, numbers, strict=True)]
            ).astype(np.int32),
            np.concatenate([each._spans[alive] for each, alive in several]),
            offsets,
            np.concatenate(
                [each._parts[np.repeat(alive, length)] for (each, alive), length in zip(several, lengths, strict=True)]
            ),
        )

    def rows_of(self, keys: Collection[int]) -> npt.NDArray[np.intp]:
        """Rows of those of some keys that are of a passage."""
        wanted = np.fromiter(keys, dtype=np.int64, count=len(keys))
        rows = np.searchsorted(self.keys, wanted)
        there = rows < len(self.keys)
        there[there] = self.keys[rows[there]] == wanted[there]
        return rows[there]

    def rows_of_documents(self, documents: Collection[str]) -> npt.NDArray[np.intp]:
        """Rows of all passages of some documents, in order of document and start."""
        numbers = sorted(number for each in documents if (number := self.documents.find(each)) is not None)
        first, last = np.searchsorted(
            self._ordered_numbers, np.array((numbers, [number + 1 for number in numbers]), dtype=np.int32)
        )
        runs = [self._order[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        return np.concatenate([np.zeros(0, dtype=np.intp), *runs])

    def spread(self, most: int) -> tuple[int, ...]:
        """Keys of at most so many passages, spread evenly over all in order of document id and start."""
        step = max(-(-len(self.keys) // most), 1)
        return tuple(self.keys[self._order][::step].tolist())

    def at(self, rows: npt.NDArray[np.intp]) -> list[PassageRef]:
        """The places of some rows."""
        firsts, lasts = self._offsets[rows].tolist(), self._offsets[rows + 1].tolist()
        return [
            PassageRef(key, self.documents[number], start, end, tuple(self._parts[first:last].tolist()))
            for key, number, (start, end), first, last in zip(
                self.keys[rows].tolist(),
                self.numbers[rows].tolist(),
                self._spans[rows].tolist(),
                firsts,
                lasts,
                strict=True,
            )
        ]

    def around(
        self, place: PassageRef, count: int, alive: npt.NDArray[np.bool_] | None = None
    ) -> tuple[list[PassageRef], list[PassageRef]]:
        """Up to ``count`` passages after a place and before it, in order of document id and start, nearest first.

        Args:
            place: in this index or not.
            count: how many at most on each side.
            alive: bool (n,): which passages are still there; None for all.
        """
        number = self.documents.bisect(place.document)
        known = number < len(self.documents) and self.documents[number] == place.document
        first, last = np.searchsorted(self._ordered_numbers, np.array((number, number + known), dtype=np.int32))
        starts = self._ordered_starts[first:last]
        here = int(first + np.searchsorted(starts, place.start, "left"))
        past = int(first + np.searchsorted(starts, place.start, "right"))
        after = self._living(past, 1, count, alive)
        before = self._living(here - 1, -1, count, alive)
        return self.at(after), self.at(before)

    def _living(self, at: int, step: int, count: int, alive: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.intp]:
        """Rows in their order from a place on, without those that are gone."""
        found: list[int] = []
        while len(found) < count and 0 <= at < len(self._order):
            row = int(self._order[at])
            if alive is None or alive[row]:
                found.append(row)
            at += step
        return np.array(found, dtype=np.intp)

    def save(self, path: Path) -> None:
        """Write to a file."""
        arrays: Arrays = {
            "document_letters": self.documents.letters,
            "document_ends": self.documents.ends,
            "keys": self.keys,
            "numbers": self.numbers,
            "spans": self._spans,
            "offsets": self._offsets,
            "parts": self._parts,
            "order": self._order,
        }
        save_arrays(path, arrays)

    @classmethod
    def load(cls, content: Content | None) -> Places | None:
        """Read from the bytes of a file; None if they are not of one."""
        arrays = load_arrays(content)
        try:
            if arrays is None:
                return None
            documents = Vocabulary(arrays.pop("document_letters"), arrays.pop("document_ends"))
            return cls(documents, **arrays)
        except (ValueError, TypeError, KeyError, IndexError):
            return None
