"""Nearest-neighbour search over passage vectors with FAISS, derived from the store's truth: exact, then by lists.

Up to ``FLAT`` passages every vector is compared. Past that the vectors lie in lists, each around a centre (IVF: Sivic
and Zisserman 2003, "Video Google"), as 16-bit numbers, and the lists whose centres are nearest to the question are
compared. ``benchmarks/scale.py`` measured where that begins to pay, and what is found.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from assistant.datatypes import Candidate, FloatMatrix, FloatVector
from assistant.index.stamped import Content

FLAT = 50_000
"""Up to so many passages every vector is compared."""
LISTS = 4.0
"""Lists for the square root of the number of passages."""
NEAREST = 1 / 24
"""Part of the lists that is looked through."""
LEAST_LISTS = 96
"""So many lists are looked through at least."""
TRAINING = 50
"""Vectors for each list that its centre is found from, at most."""
BEYOND = 8
"""Neighbours beyond those wanted, to see whether more are as near as the last."""
GROWN = 4.0
"""Centres are found anew when there are so many times as many passages as they were found for."""
_INNER, _BY_LISTS = b"IxFI", b"IwSq"
"""What FAISS writes ahead of a flat index and of one of lists over numbers of a chosen size."""
_LISTS_AT = slice(37, 45)
"""Where it writes how many lists there are."""
_MOST_LISTS = 1 << 24


class VectorIndex:
    """An index for inner products; with unit rows the score is the cosine. Safe to share between threads.

    Args:
        index: of FAISS, its ids the passages' keys: an ``IndexIDMap2`` over a flat one, or an
            ``IndexIVFScalarQuantizer``.
        keys: int64 (n,), ascending: the passages.
        content: the bytes that the index lies in, if it was made from a file.
    """

    def __init__(self, index: Any, keys: npt.NDArray[np.int64], content: Any = None) -> None:
        self._index = index
        self._content = content
        self.keys = keys

    @property
    def is_exact(self) -> bool:
        """Whether every search compares all vectors."""
        return isinstance(self._index, faiss.IndexIDMap2)

    @classmethod
    def build(cls, keys: npt.NDArray[np.int64], vectors: FloatMatrix) -> VectorIndex:
        """Build from keys (n,), ascending, and unit vectors float32 (n, d)."""
        return cls.gathered(len(keys), vectors.shape[1], [(keys, vectors)])

    @classmethod
    def gathered(
        cls, count: int, dimension: int, parts: Iterable[tuple[npt.NDArray[np.int64], FloatMatrix]]
    ) -> VectorIndex:
        """Build from parts that come one after the other, keys ascending.

        Args:
            count: how many passages come.
            dimension: of their vectors.
            parts: keys (n,) and unit vectors float32 (n, d).
        """
        if count <= FLAT:
            index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
            known = [(keys, vectors) for keys, vectors in parts if len(keys)]
            for keys, vectors in known:
                index.add_with_ids(np.ascontiguousarray(vectors), keys)
            return cls(index, np.concatenate([np.zeros(0, np.int64), *(keys for keys, _ in known)]))
        gathered = np.empty((count, dimension), dtype=np.float16)
        all_keys = np.empty(count, dtype=np.int64)
        at = 0
        for keys, vectors in parts:
            gathered[at : at + len(keys)] = vectors
            all_keys[at : at + len(keys)] = keys
            at += len(keys)
        return cls(_lists(all_keys[:at], gathered[:at]), all_keys[:at])

    @classmethod
    def joined(cls, large: VectorIndex, alive: npt.NDArray[np.bool_], recent: VectorIndex) -> VectorIndex:
        """A large index without what is gone, and with what was added since.

        Args:
            large: the index.
            alive: bool (n,): which of its passages are still there.
            recent: what was added, keys above those of ``large``; a flat index.
        """
        keys = np.concatenate([large.keys[alive], recent.keys])
        fits = not large.is_exact and 1 / GROWN <= len(keys) / _trained_for(large._index) <= GROWN
        if not fits or len(keys) <= FLAT:
            parts = [(large.keys[alive], large.vectors()[alive]), (recent.keys, recent.vectors())]
            return cls.gathered(len(keys), large._index.d, parts)
        index: Any = faiss.deserialize_index(faiss.serialize_index(large._index))  # one that was loaded views its file
        index.remove_ids(faiss.IDSelectorBatch(large.keys[~alive]))
        _added(index, recent.keys, recent.vectors())
        return cls(index, keys)

    def vectors(self) -> FloatMatrix:
        """float32 (n, d): all vectors, in order of their keys."""
        if self.is_exact:
            flat: Any = faiss.downcast_index(self._index.index)
            whole = faiss.rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d).reshape(flat.ntotal, flat.d)
            return np.asarray(whole, dtype=np.float32)
        index, found = self._index, np.empty((len(self.keys), self._index.d), dtype=np.float32)
        for number in range(index.nlist):
            held = index.invlists.list_size(number)
            if held:
                ids = faiss.rev_swig_ptr(index.invlists.get_ids(number), held)
                codes = faiss.rev_swig_ptr(index.invlists.get_codes(number), held * index.code_size)
                found[np.searchsorted(self.keys, ids)] = codes.view(np.float16).reshape(held, index.d)
        return found

    def search(
        self,
        vector: FloatVector,
        k: int,
        allowed: Collection[int] | None = None,
        gone: npt.NDArray[np.int64] | None = None,
        *,
        exact: bool = False,
    ) -> list[Candidate]:
        """The k passages with the highest cosine, ties by key.

        Args:
            vector: float32 (d,), unit length.
            k: how many at most.
            allowed: keys to choose from, or None for all; all of them are compared.
            gone: keys of passages that are not there any more.
            exact: compare all vectors, however many there are.
        """
        there = self._index.ntotal if allowed is None else len(allowed)
        if min(k, there) <= 0:
            return []
        selector: Any = None
        if allowed is not None:
            out = set() if gone is None else set(gone.tolist())
            selector = faiss.IDSelectorBatch(np.array(sorted(set(allowed) - out), dtype=np.int64))
        elif gone is not None and len(gone):
            without: Any = faiss.IDSelectorBatch(gone)
            selector = faiss.IDSelectorNot(without)
        parameters: Any = faiss.SearchParameters() if self.is_exact else faiss.SearchParametersIVF()
        if selector is not None:
            parameters.sel = selector
        if not self.is_exact:
            every, lists = exact or allowed is not None, self._index.nlist
            parameters.nprobe = lists if every else min(max(LEAST_LISTS, round(lists * NEAREST)), lists)
        wanted = min(k + BEYOND, there)
        faiss.omp_set_num_threads(1)  # of this thread: more gain little, spin, and change the last digit
        scores, keys = self._index.search(vector[None, :], wanted, params=parameters)
        while wanted < there and keys[0, -1] >= 0 and scores[0, -1] == scores[0, k - 1]:  # more may be as near
            wanted = min(4 * wanted, there)
            scores, keys = self._index.search(vector[None, :], wanted, params=parameters)
        ranked = sorted(zip((-scores[0]).tolist(), keys[0].tolist(), strict=True))
        return [Candidate(key, -score) for score, key in ranked if key >= 0][:k]

    def save(self, path: Path) -> None:
        """Write to a file.

        Raises:
            RuntimeError: if it cannot be written.
        """
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, content: Content | None, keys: npt.NDArray[np.int64], dimension: int) -> VectorIndex | None:
        """From the bytes of a file, which are not copied; None if they are not those of such an index.

        FAISS parses nothing but what begins as one of the two kinds and has the length of it.

        Args:
            content: of the file.
            keys: int64 (n,), ascending: the passages whose vectors it should hold.
            dimension: size of a vector.
        """
        if content is None or not _looks_right(content, len(keys), dimension):
            return None
        raw = np.frombuffer(content, dtype=np.uint8)
        try:
            reader: Any = faiss.ZeroCopyIOReader(faiss.swig_ptr(raw), len(raw))  # type: ignore[attr-defined]
            index: Any = faiss.read_index(reader)
        except (ValueError, RuntimeError, AttributeError, MemoryError):
            return None
        whole = index.ntotal == len(keys) and index.d == dimension and index.metric_type == faiss.METRIC_INNER_PRODUCT
        return cls(index, keys, raw) if whole and _holds(index, keys) else None


def _lists(keys: npt.NDArray[np.int64], vectors: npt.NDArray[np.float16]) -> Any:
    """An index of lists over 16-bit vectors (n, d)."""
    count, dimension = vectors.shape
    lists = max(1, round(LISTS * count**0.5))
    quantizer = faiss.IndexFlatIP(dimension)
    index: Any = faiss.IndexIVFScalarQuantizer(
        quantizer, dimension, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    step = max(1, count // (lists * TRAINING))
    with _all_threads():
        index.cp.niter = 8
        index.train(vectors[::step].astype(np.float32))
        _added(index, keys, vectors)
    return index


def _added(index: Any, keys: npt.NDArray[np.int64], vectors: npt.NDArray[Any]) -> None:
    for start in range(0, len(keys), 1 << 16):
        part = slice(start, start + (1 << 16))
        index.add_with_ids(np.ascontiguousarray(vectors[part], dtype=np.float32), keys[part])


def _trained_for(index: Any) -> float:
    """For about how many passages the number of lists was chosen."""
    return float((index.nlist / LISTS) ** 2)


def _holds(index: Any, keys: npt.NDArray[np.int64]) -> bool:
    """Whether an index that was read is one of ours, with just these keys."""
    if isinstance(index, faiss.IndexIDMap2):
        flat: Any = faiss.downcast_index(index.index)
        held = isinstance(flat, faiss.IndexFlat) and flat.codes.size() == 4 * flat.ntotal * flat.d
        fits = flat.ntotal == index.ntotal and flat.d == index.d
        return held and fits and np.array_equal(faiss.vector_to_array(index.id_map), keys)
    if not isinstance(index, faiss.IndexIVFScalarQuantizer):
        return False
    lists: Any = index.invlists
    found = [faiss.rev_swig_ptr(lists.get_ids(n), lists.list_size(n)) for n in range(index.nlist) if lists.list_size(n)]
    return np.array_equal(np.sort(np.concatenate([np.zeros(0, np.int64), *found])), keys)


def _looks_right(content: Content, count: int, dimension: int) -> bool:
    """Whether bytes could be an index of so many vectors: its mark, that of what it wraps, and its length."""
    if content[:4] == _BY_LISTS:
        lists = int.from_bytes(content[_LISTS_AT], "little")
        least = count * (2 * dimension + 8) + lists * 4 * dimension
        return 0 < lists < _MOST_LISTS and least <= len(content) <= least + 24 * lists + 1024
    empty = faiss.serialize_index(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))).tobytes()
    inner = empty.index(_INNER)
    return (
        len(content) == len(empty) + count * (4 * dimension + 8)
        and content[:4] == empty[:4]
        and content[inner : inner + 4] == _INNER
    )


@contextmanager
def _all_threads() -> Iterator[None]:
    """Inside, FAISS computes with all cores."""
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(1)
