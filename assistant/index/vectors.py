"""Exact nearest-neighbour search over passage vectors with FAISS, derived from the store's truth."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from assistant.datatypes import Candidate, FloatMatrix, FloatVector

_FLAT = b"IxFI"
"""What FAISS writes ahead of a flat inner-product index."""

faiss.omp_set_num_threads(1)
"""One question's search is bound by memory: more threads gain little, and while they spin they slow what follows."""


class VectorIndex:
    """A flat inner-product index; with unit rows the score is the cosine.

    Args:
        index: a ``faiss.IndexIDMap2`` over a flat index, its ids the passages' keys.
    """

    def __init__(self, index: Any) -> None:
        self._index = index
        self.keys: npt.NDArray[np.int64] = faiss.vector_to_array(index.id_map)

    @classmethod
    def build(cls, keys: npt.NDArray[np.int64], vectors: FloatMatrix) -> VectorIndex:
        """Build from keys (n,) and unit vectors float32 (n, d)."""
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        if len(keys):
            index.add_with_ids(np.ascontiguousarray(vectors), keys)
        return cls(index)

    def search(self, vector: FloatVector, k: int, allowed: Collection[int] | None = None) -> list[Candidate]:
        """The k passages with the highest cosine, ties by key.

        Args:
            vector: float32 (d,), unit length.
            k: how many at most.
            allowed: keys to choose from, or None for all.
        """
        count = min(k, self._index.ntotal if allowed is None else len(allowed))
        if count <= 0:
            return []
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.fromiter(sorted(allowed), dtype=np.int64))
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        scores, keys = self._index.search(vector[None, :], count, params=parameters)
        ranked = sorted(zip(-scores[0], keys[0], strict=True))
        return [Candidate(int(key), -float(score)) for score, key in ranked if key >= 0]

    def save(self, path: Path) -> None:
        """Write to a file.

        Raises:
            RuntimeError: if it cannot be written.
        """
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, content: bytes | None, count: int, dimension: int) -> VectorIndex | None:
        """Read from the bytes of a file; None if they are not those of such an index.

        FAISS parses nothing but what begins as a flat index with keys and has the length of one.

        Args:
            content: of the file.
            count, dimension: the vectors that it should hold.
        """
        if content is None or not _looks_flat(content, count, dimension):
            return None
        try:
            index: Any = faiss.deserialize_index(np.frombuffer(content, dtype=np.uint8))
            made = cls(index)
        except (ValueError, RuntimeError, AttributeError, MemoryError):
            return None
        whole = index.ntotal == index.index.ntotal == len(made.keys) == count and index.d == index.index.d == dimension
        flat: Any = faiss.downcast_index(index.index)
        held = flat.codes.size() == 4 * count * dimension
        return made if whole and held and index.metric_type == faiss.METRIC_INNER_PRODUCT else None


def _looks_flat(content: bytes, count: int, dimension: int) -> bool:
    """Whether bytes could be a flat index of so many vectors: its mark, that of what it wraps, and its length."""
    empty = faiss.serialize_index(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))).tobytes()
    inner = empty.index(_FLAT)
    return (
        len(content) == len(empty) + count * (4 * dimension + 8)
        and content[:4] == empty[:4]
        and content[inner : inner + 4] == _FLAT
    )
