"""What was found to be sound in the state that is read, so that it is not checked with every question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from assistant.index.state import State

MOST = 1 << 20
"""Names that are remembered; past them everything is checked again."""

_K = TypeVar("_K")


class Seen(Generic[_K]):
    """Names of rows that were checked in one state. Not locked: whoever reads the truth holds its lock."""

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
