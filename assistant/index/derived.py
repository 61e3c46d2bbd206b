"""What is derived from the truth: the FAISS and BM25 files beside it, loaded where they fit it, else made anew."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.index.bm25 import LexicalIndex
from assistant.index.truth import Truth
from assistant.index.vectors import VectorIndex
from assistant.works import work_of_document

VECTORS = "vectors.faiss"
LEXICAL = "lexical.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """The derived indexes of one state of the truth.

    Attributes:
        generation: of that state.
        vectors, lexical: what is searched.
    """

    generation: int
    vectors: VectorIndex
    lexical: LexicalIndex


def at_hand(folder: Path, generation: int) -> Derived | None:
    """The derived indexes of a generation from their files; None if one is missing, stale or damaged."""
    vectors = VectorIndex.load(folder / VECTORS, generation)
    lexical = LexicalIndex.load(folder / LEXICAL, generation)
    return Derived(generation, vectors, lexical) if vectors and lexical else None


def derived(truth: Truth) -> Derived:
    """The derived indexes of the state that is read: from their files, or rebuilt from what is stored."""
    generation = truth.generation()
    vectors = VectorIndex.load(truth.folder / VECTORS, generation) or _rebuilt_vectors(truth, generation)
    lexical = LexicalIndex.load(truth.folder / LEXICAL, generation) or _rebuilt_lexical(truth, generation)
    return Derived(generation, vectors, lexical)


def _rebuilt_vectors(truth: Truth, generation: int) -> VectorIndex:
    rows = truth.rows("SELECT key, vector FROM passages ORDER BY key")
    keys = np.array([row["key"] for row in rows], dtype=np.int64)
    flat = np.frombuffer(b"".join(row["vector"] for row in rows), dtype="<f4")
    index = VectorIndex.build(keys, flat.reshape(len(rows), truth.makers.dimension))
    _keep(truth, VECTORS, lambda path: index.save(path, generation))
    return index


def _rebuilt_lexical(truth: Truth, generation: int) -> LexicalIndex:
    rows = truth.rows("SELECT key, document, terms FROM passages ORDER BY key")
    index = LexicalIndex.build(
        (row["key"], work_of_document(row["document"]), json.loads(row["terms"])) for row in rows
    )
    _keep(truth, LEXICAL, lambda path: index.save(path, generation))
    return index


def _keep(truth: Truth, name: str, save: Callable[[Path], None]) -> None:
    """Write a derived file whole or not at all; one that cannot be kept is derived again next time."""
    mine = f"{os.getpid()}_{id(truth):x}"
    part = truth.folder / f"{mine}-{name}"
    try:
        save(part)
        for written in truth.folder.glob(f"{mine}-{Path(name).stem}.*"):
            written.replace(truth.folder / written.name.split("-", 1)[1])
    except (OSError, RuntimeError):
        part.unlink(missing_ok=True)
