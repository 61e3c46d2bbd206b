"""Sorted strings in one run of bytes: found by bisection, so that opening an index makes no object of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt


class Vocabulary(Sequence[str]):
    """Distinct strings in ascending order of code points.

    Args:
        letters: uint8 (bytes,): all of them in UTF-8, one after the other.
        ends: int64 (n,): where each ends in ``letters``.

    Raises:
        ValueError: if the arrays do not fit each other.
    """

    def __init__(self, letters: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> None:
        rising = not len(ends) or (ends[0] >= 0 and ends[-1] == len(letters) and bool((np.diff(ends) >= 0).all()))
        if not rising or (len(letters) and not len(ends)):
            raise ValueError("the arrays do not fit each other")
        self.letters, self.ends = letters, ends
        self._bytes = memoryview(np.ascontiguousarray(letters).data)

    @classmethod
    def of(cls, names: Sequence[str]) -> Vocabulary:
        """From sorted, distinct strings."""
        encoded = [_bytes(name) for name in names]
        ends = np.cumsum([len(each) for each in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends)

    def find(self, name: str) -> int | None:
        """The place of a string, from 0; None if it is not there."""
        place = self.bisect(name)
        return place if place < len(self.ends) and self._at(place) == _bytes(name) else None

    def bisect(self, name: str) -> int:
        """How many strings come before one."""
        wanted = _bytes(name)
        first, last = 0, len(self.ends)
        while first < last:
            middle = (first + last) // 2
            if self._at(middle) < wanted:
                first = middle + 1
            else:
                last = middle
        return first

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._at(place % len(self)).decode(errors="surrogatepass")

    def __iter__(self) -> Iterator[str]:
        text, start = bytes(self._bytes), 0
        for end in self.ends.tolist():
            yield text[start:end].decode(errors="surrogatepass")
            start = end

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def _at(self, place: int) -> bytes:
        start = int(self.ends[place - 1]) if place else 0
        return bytes(self._bytes[start : int(self.ends[place])])


def joined(
    vocabularies: Sequence[Vocabulary], kept: Sequence[npt.NDArray[np.bool_]]
) -> tuple[Vocabulary, list[npt.NDArray[np.int64]]]:
    """Several vocabularies as one.

    Args:
        vocabularies: to join.
        kept: bool (n,) for each: which of its strings are taken over.

    Returns:
        The joined one, and for each int64 (n,): the new place of each of its strings, -1 of those left out.
    """
    taken = [
        [name for name, keep in zip(each, keeps.tolist(), strict=True) if keep]
        for each, keeps in zip(vocabularies, kept, strict=True)
    ]
    names = sorted(set().union(*taken))
    place = {name: number for number, name in enumerate(names)}
    places = []
    for mine, keeps in zip(taken, kept, strict=True):
        moved = np.full(len(keeps), -1, dtype=np.int64)
        moved[keeps] = [place[name] for name in mine]
        places.append(moved)
    return Vocabulary.of(names), places


def _bytes(name: str) -> bytes:
    return name.encode(errors="surrogatepass")
