"""What was read and found to be sound in the state that is read, so that it is not checked with every question.

None of it is locked: whoever reads the truth holds its lock.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

from assistant.index.state import State

MOST = 1 << 20
"""Names that are remembered; past them everything is checked again."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class Seen(Generic[_K]):
    """Names of rows that were checked in one state."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._names: set[_K] = set()

    def of(self, state: State) -> set[_K]:
        """What was checked in this state; nothing of another one."""
        if state != self._state or len(self._names) > MOST:
            self._state, self._names = state, set()
        return self._names

    def add(self, names: Iterable[_K]) -> None:
        """Remember what was checked."""
        self._names.update(names)


class Kept(Generic[_K, _V]):
    """Values of one state by name, those that were used last.

    Args:
        most: bytes that they may take together, by what is said of each; a single one may be larger.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._state: State | None = None
        self._values: OrderedDict[_K, tuple[_V, int]] = OrderedDict()
        self._bytes = 0

    def of(self, state: State, names: Iterable[_K]) -> dict[_K, _V]:
        """What is kept of some names of this state; of another one nothing is."""
        if state != self._state:
            self._state, self._bytes = state, 0
            self._values.clear()
        found = {name: self._values[name][0] for name in names if name in self._values}
        for name in found:
            self._values.move_to_end(name)
        return found

    def put(self, name: _K, value: _V, size: int) -> None:
        """Keep a value of the state that was asked for last, in place of those that were not used for longest.

        Args:
            name, value: to be found by :meth:`of`.
            size: bytes it takes.
        """
        _, before = self._values.pop(name, (None, 0))
        self._values[name] = value, size
        self._bytes += size - before
        while self._bytes > self._most and len(self._values) > 1:
            _, (_, freed) = self._values.popitem(last=False)
            self._bytes -= freed
