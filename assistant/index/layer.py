"""Passages as they are searched: vectors, postings and places of the same ones, in three files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.datatypes import FloatMatrix
from assistant.index.bm25 import LexicalIndex
from assistant.index.places import Places
from assistant.index.stamped import checked_content, stamped_state, write_stamped
from assistant.index.state import State
from assistant.index.values import PassageRef
from assistant.index.vectors import VectorIndex
from assistant.works import work_of_document

VECTORS = "vectors.faiss"
LEXICAL = "lexical.safetensors"
PLACES = "places.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Some passages as they are searched.

    Attributes:
        vectors, lexical, places: of the same passages, in order of their keys.
    """

    vectors: VectorIndex
    lexical: LexicalIndex
    places: Places

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """int64 (n,), ascending: the passages."""
        return self.places.keys

    @classmethod
    def build(cls, parts: Iterable[Sequence[sqlite3.Row]], count: int, dimension: int) -> Layer:
        """From rows of the truth, as ``SEARCHED`` selects them.

        Args:
            parts: rows in order of their keys, so many at a time; no more than one part is kept in memory as it is.
            count: how many rows come at most.
            dimension: of the vectors.

        Raises:
            ValueError: if a row holds what cannot be, or more come.
        """
        made: list[tuple[LexicalIndex, Places]] = []

        def vectors() -> Iterator[tuple[npt.NDArray[np.int64], FloatMatrix]]:
            for rows in parts:
                made.append((LexicalIndex.build(_counted(rows)), Places.build(_places(rows))))
                flat = np.frombuffer(b"".join(row["vector"] for row in rows), dtype="<f4")
                yield made[-1][1].keys, flat.reshape(len(rows), dimension)

        searched = VectorIndex.gathered(count, dimension, vectors())
        if len(made) < 2:
            return cls(searched, *(made or [(LexicalIndex.build([]), Places.build([]))])[0])
        whole = [np.ones(len(places.keys), dtype=bool) for _, places in made]
        return cls(
            searched,
            LexicalIndex.joined([(lexical, all_of) for (lexical, _), all_of in zip(made, whole, strict=True)]),
            Places.joined([(places, all_of) for (_, places), all_of in zip(made, whole, strict=True)]),
        )

    def joined(self, alive: npt.NDArray[np.bool_], recent: Layer) -> Layer:
        """This layer and a recent one as one.

        Args:
            alive: bool (n,): which passages of this one are still there.
            recent: what was added, keys above those of this one.
        """
        every = np.ones(len(recent.keys), dtype=bool)
        return Layer(
            VectorIndex.joined(self.vectors, alive, recent.vectors),
            LexicalIndex.joined([(self.lexical, alive), (recent.lexical, every)]),
            Places.joined([(self.places, alive), (recent.places, every)]),
        )

    @classmethod
    def load(cls, folder: Path, state: State, dimension: int) -> Layer | None:
        """The layer of a state from its files; None if one is missing, of another state, damaged or foreign.

        Args:
            folder: of the index.
            state: of the truth, that it was made from.
            dimension: size of a vector.
        """
        line = state.line()
        places = Places.load(checked_content(folder / PLACES, line))
        if places is None:
            return None
        lexical = LexicalIndex.load(checked_content(folder / LEXICAL, line))
        if lexical is None or not np.array_equal(places.keys, lexical.keys):
            return None
        vectors = VectorIndex.load(checked_content(folder / VECTORS, line), places.keys, dimension)
        return None if vectors is None else cls(vectors, lexical, places)

    def save(self, folder: Path, state: State) -> None:
        """Write the files, unless there are those of a later state of the same index."""
        there = saved_state(folder)
        if there is not None and there.lineage == state.lineage and there.generation > state.generation:
            return
        line = state.line()
        write_stamped(folder / VECTORS, line, self.vectors.save)
        write_stamped(folder / LEXICAL, line, self.lexical.save)
        write_stamped(folder / PLACES, line, self.places.save)


def saved_state(folder: Path) -> State | None:
    """The state that the files of a folder were made from; None if they do not say the same, or nothing."""
    lines = {stamped_state(folder / name) for name in (VECTORS, LEXICAL, PLACES)}
    line = lines.pop()
    try:
        return None if line is None or lines else State.read(line)
    except ValueError:
        return None


def _counted(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[int, str, dict[str, int]]]:
    for row in rows:
        yield row["key"], work_of_document(row["document"]), json.loads(row["terms"])


def _places(rows: Iterable[sqlite3.Row]) -> Iterator[PassageRef]:
    for row in rows:
        starts = tuple(start for start, _ in json.loads(row["parts"]))
        yield PassageRef(row["key"], row["document"], row["start"], row["end"], starts)
