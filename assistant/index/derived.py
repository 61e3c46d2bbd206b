"""What is derived from the truth: files beside it, loaded where they are of its state and whole, else made anew."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.index.bm25 import LexicalIndex
from assistant.index.places import Places
from assistant.index.rows import checked_header, checked_searched
from assistant.index.stamped import checked_bytes, write_stamped
from assistant.index.state import State
from assistant.index.tables import HEADERS, SEARCHED
from assistant.index.truth import Truth
from assistant.index.values import PassageRef
from assistant.index.vectors import VectorIndex
from assistant.works import work_of_document

VECTORS = "vectors.faiss"
LEXICAL = "lexical.npz"
PLACES = "places.npz"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """The derived indexes of one state of the truth; all name the same passages.

    Attributes:
        state: that state.
        vectors, lexical: what is searched.
        places: where the passages stand.
    """

    state: State
    vectors: VectorIndex
    lexical: LexicalIndex
    places: Places


def at_hand(folder: Path, state: State, dimension: int) -> Derived | None:
    """The derived indexes of a state from their files; None if one is missing, stale, damaged or foreign.

    Args:
        folder: of the index.
        state: of the truth.
        dimension: size of a vector.
    """
    line = state.line()
    places = Places.load(checked_bytes(folder / PLACES, line))
    if places is None:
        return None
    vectors = VectorIndex.load(checked_bytes(folder / VECTORS, line), len(places.keys), dimension)
    lexical = LexicalIndex.load(checked_bytes(folder / LEXICAL, line)) if vectors else None
    if vectors is None or lexical is None:
        return None
    agree = np.array_equal(places.keys, vectors.keys) and np.array_equal(places.keys, lexical.keys)
    return Derived(state, vectors, lexical, places) if agree else None


def derived(truth: Truth) -> Derived:
    """The derived indexes of the state that is read: from their files, or rebuilt from what is stored.

    Raises:
        IndexDamagedError: if a passage that they are made from is not as it was written, or gone.
    """
    with truth.one_state():
        state = truth.state()
        return at_hand(truth.folder, state, truth.makers.dimension) or _rebuilt(truth, state)


def _rebuilt(truth: Truth, state: State) -> Derived:
    _log.info("deriving the search files of %s from its truth, change %d", truth.folder, state.generation)
    rows = truth.read(checked_searched, SEARCHED)
    headers = truth.read(checked_header, HEADERS)
    held = Counter(row["document"] for row in rows)
    if len(headers) != state.documents:
        raise truth.damaged(f"it has {len(headers)} documents, {state.documents} were written")
    for header in headers:
        if held.pop(header["id"], 0) != header["passages"]:
            raise truth.damaged(f"passages of document {ascii(header['id'])[:80]} are missing")
    if held:
        raise truth.damaged("it has passages of no document")
    flat = np.frombuffer(b"".join(row["vector"] for row in rows), dtype="<f4")
    made = Derived(
        state,
        truth.explained(
            lambda: VectorIndex.build(
                np.array([row["key"] for row in rows], dtype=np.int64),
                flat.reshape(len(rows), truth.makers.dimension),
            )
        ),
        truth.explained(
            lambda: LexicalIndex.build(
                (row["key"], work_of_document(row["document"]), json.loads(row["terms"])) for row in rows
            )
        ),
        truth.explained(lambda: Places.build(_places(rows))),
    )
    line = state.line()
    write_stamped(truth.folder / VECTORS, line, made.vectors.save)
    write_stamped(truth.folder / LEXICAL, line, made.lexical.save)
    write_stamped(truth.folder / PLACES, line, made.places.save)
    return made


def _places(rows: Sequence[sqlite3.Row]) -> Iterator[PassageRef]:
    for row in rows:
        starts = tuple(start for start, _ in json.loads(row["parts"]))
        yield PassageRef(row["key"], row["document"], row["start"], row["end"], starts)
