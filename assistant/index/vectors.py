"""Exact nearest-neighbour search over passage vectors with FAISS, derived from the store's truth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from assistant.datatypes import Candidate, FloatMatrix, FloatVector

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

    def save(self, path: Path, generation: int) -> None:
        """Write the index, and beside it a stamp with its generation and digest."""
        faiss.write_index(self._index, str(path))
        stamp = {"generation": generation, "sha256": _digest(path)}
        path.with_suffix(".json").write_text(json.dumps(stamp), encoding="utf-8")

    @classmethod
    def load(cls, path: Path, generation: int) -> VectorIndex | None:
        """Read an index; None if it is missing, of another generation, or not the bytes that were written."""
        try:
            stamp = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            if stamp != {"generation": generation, "sha256": _digest(path)}:
                return None
            return cls(faiss.read_index(str(path)))
        except (OSError, ValueError, RuntimeError):
            return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
