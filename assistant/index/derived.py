"""What is searched of one state of an index: files that were derived from an earlier one, and what was changed since.

A change takes no time that grows with the index: what it added is read from the truth and searched beside the files,
what it removed is passed over. When much has been added the two are joined and the files written anew. Everything can
be derived from the truth again at any time.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from assistant.datatypes import Candidate, FloatVector
from assistant.index.journal import CHANGES_AFTER
from assistant.index.layer import Layer, saved_state
from assistant.index.lexical import LexicalSearch
from assistant.index.places import Places
from assistant.index.rows import checked_header, checked_searched, to_json
from assistant.index.state import State
from assistant.index.tables import HAS_TABLE, HEADERS, HEADERS_BY_ID, SEARCHED, SEARCHED_AFTER
from assistant.index.truth import Truth
from assistant.index.values import PassageRef

MOST_RECENT = 2_000
"""Passages that are searched beside the files, at most."""
FEW_RECENT = 50
"""So many always are; in between it is a tenth of those in the files."""
READ_AT_ONCE = 4_096

_log = logging.getLogger(__name__)


class Derived:
    """The passages of one state, searched. Safe to share between threads.

    Args:
        state: that state.
        base: what the files hold.
        base_state: the state that they were derived from.
        alive: bool (n,): which passages of them are still there; None for all.
        recent: what was added since.
    """

    def __init__(
        self,
        state: State,
        base: Layer,
        base_state: State,
        alive: npt.NDArray[np.bool_] | None = None,
        recent: Layer | None = None,
    ) -> None:
        self.state, self.base, self.base_state = state, base, base_state
        self._alive, self._recent = alive, recent
        self._gone = None if alive is None else base.keys[~alive]
        self.lexical = LexicalSearch(base.lexical, alive, recent.lexical if recent else None)

    @property
    def count(self) -> int:
        """How many passages there are."""
        return self.lexical.count

    def dense(
        self, vector: FloatVector, k: int, allowed: Collection[int] | None, *, exact: bool = False
    ) -> list[Candidate]:
        """The k passages with the highest cosine to a unit vector, ties by key."""
        found = self.base.vectors.search(vector, k, allowed, self._gone, exact=exact)
        if self._recent is None:
            return found
        added = self._recent.vectors.search(vector, k, self._of_recent(allowed))
        return sorted([*found, *added], key=lambda each: (-each.score, each.key))[:k]

    def places(self, keys: Collection[int]) -> dict[int, PassageRef]:
        """Where passages stand, by key; those that are gone are left out."""
        found = {}
        for places, alive in self._layers:
            rows = places.rows_of(keys)
            found.update({place.key: place for place in places.at(rows if alive is None else rows[alive[rows]])})
        return found

    def beside(self, place: PassageRef, count: int) -> list[PassageRef]:
        """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
        after: list[PassageRef] = []
        before: list[PassageRef] = []
        for places, alive in self._layers:
            more_after, more_before = places.around(place, count, alive)
            after, before = [*after, *more_after], [*before, *more_before]
        if len(self._layers) > 1:
            after = sorted(after, key=_in_order)[:count]
            before = sorted(before, key=_in_order, reverse=True)[:count]
        return [each for pair in zip_longest(after, before) for each in pair if each is not None]

    def keys_of(self, documents: Collection[str]) -> set[int]:
        """The keys of all passages of some documents."""
        found: set[int] = set()
        for places, alive in self._layers:
            rows = places.rows_of_documents(documents)
            found.update(places.keys[rows if alive is None else rows[alive[rows]]].tolist())
        return found

    def known(self, keys: Collection[int]) -> set[int]:
        """Those of some keys that are of a passage."""
        return set(self.places(keys))

    def known_documents(self, ids: Collection[str]) -> set[str]:
        """Those of some ids that are of a document with passages."""
        return {each for each in ids if self.keys_of([each])}

    def spread(self, most: int) -> tuple[int, ...]:
        """Keys of at most so many passages, spread evenly over all in order of document id and start."""
        if len(self._layers) == 1 and self._alive is None:
            return self.base.places.spread(most)
        every = [
            (places, np.ones(len(places.keys), dtype=bool) if alive is None else alive)
            for places, alive in self._layers
        ]
        return Places.joined(every).spread(most)

    @cached_property
    def _layers(self) -> Sequence[tuple[Places, npt.NDArray[np.bool_] | None]]:
        base = (self.base.places, self._alive)
        return (base,) if self._recent is None else (base, (self._recent.places, None))

    def _of_recent(self, keys: Collection[int] | None) -> Collection[int] | None:
        if keys is None or self._recent is None:
            return keys
        return set(self._recent.keys.tolist()).intersection(keys)


def derived(truth: Truth, known: Derived | None = None) -> Derived:
    """What is searched of the state that is read: from the files and what was changed since, or derived anew.

    Args:
        truth: of the index.
        known: of another state, or of this one; what it has in memory is not loaded again.

    Raises:
        IndexDamagedError: if a passage that it is made from is not as it was written, or gone.
    """
    with truth.one_state():
        state = truth.state()
        if known is not None and known.state == state:
            return known
        for base, base_state in _bases(truth, state, known):
            found = _followed(truth, state, base, base_state)
            if found is not None:
                return found
        return _anew(truth, state)


def _bases(truth: Truth, state: State, known: Derived | None) -> Iterator[tuple[Layer, State]]:
    """What a state may be followed from, the best first."""
    saved = saved_state(truth.folder)
    if known is not None and (saved is None or saved == known.base_state or _precedes(state, saved)):
        yield known.base, known.base_state
    if saved is not None and not _precedes(state, saved):
        loaded = Layer.load(truth.folder, saved, truth.makers.dimension)
        if loaded is not None:
            yield loaded, saved


def _precedes(one: State, other: State) -> bool:
    return one.lineage != other.lineage or one.generation < other.generation


def _followed(truth: Truth, state: State, base: Layer, base_state: State) -> Derived | None:
    """What is searched of a state, from what was derived of an earlier one; None if the journal does not lead there."""
    if base_state == state:
        return Derived(state, base, state)
    if _precedes(state, base_state) or not truth.rows(HAS_TABLE, ("changes",)):
        return None
    changes = truth.rows(CHANGES_AFTER, (base_state.generation,))
    told = truth.explained(lambda: base_state.after([(bool(row["came"]), row["whole"]) for row in changes]))
    if (told.documents, told.total) != (state.documents, state.total):
        return None
    touched = {str(row["document"]) for row in changes}
    alive = np.ones(len(base.keys), dtype=bool)
    alive[base.places.rows_of_documents(touched)] = False
    last = int(base.keys[-1]) if len(base.keys) else 0
    headers = truth.read(checked_header, HEADERS_BY_ID, (to_json(sorted(touched)),))
    count = sum(header["passages"] for header in headers)
    if not len(base.keys) or count > max(len(base.keys), MOST_RECENT):
        return None  # most of it is new
    recent = _built(truth, headers, count, SEARCHED_AFTER, (last,)) if headers else None
    if count > min(max(len(base.keys) // 10, FEW_RECENT), MOST_RECENT) or alive.sum() < len(alive) // 2:
        _log.info("joining %d passages to the search files of %s", count, truth.folder)
        empty = Layer.build([], 0, truth.makers.dimension)
        whole = base.joined(alive, recent or empty)
        whole.save(truth.folder, state)
        return Derived(state, whole, state)
    return Derived(state, base, base_state, None if alive.all() else alive, recent if count else None)


def _anew(truth: Truth, state: State) -> Derived:
    _log.info("deriving the search files of %s from its truth, change %d", truth.folder, state.generation)
    headers = truth.read(checked_header, HEADERS)
    if len(headers) != state.documents:
        raise truth.damaged(f"it has {len(headers)} documents, {state.documents} were written")
    made = _built(truth, headers, sum(header["passages"] for header in headers), SEARCHED)
    made.save(truth.folder, state)
    return Derived(state, made, state)


def _built(truth: Truth, headers: Sequence[sqlite3.Row], count: int, query: str, values: tuple[int, ...] = ()) -> Layer:
    """A layer of the passages that a query selects; refuses them if they are more or fewer than their documents say."""
    held: Counter[str] = Counter()

    def parts() -> Iterator[list[sqlite3.Row]]:
        for rows in truth.in_parts(checked_searched, query, READ_AT_ONCE, values):
            held.update(row["document"] for row in rows)
            yield rows

    made = truth.explained(lambda: Layer.build(parts(), count, truth.makers.dimension))
    for header in headers:
        if held.pop(header["id"], 0) != header["passages"]:
            raise truth.damaged(f"passages of document {ascii(header['id'])[:80]} are missing")
    if held:
        raise truth.damaged("it has passages of no document")
    return made


def _in_order(place: PassageRef) -> tuple[str, int]:
    return place.document, place.start
