"""A cache that holds what was used last, as much as weighs no more than a bound."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Bounded(Generic[_Key, _Value]):
    """The values used last, as many as weigh no more than ``most`` together; one that alone weighs more is not kept."""

    def __init__(self, most: int, weigh: Callable[[_Value], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._kept = OrderedDict[_Key, _Value]()
        self._lock = threading.Lock()

    def peek(self, key: _Key) -> _Value | None:
        """The value of a key if it is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def get(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The value of a key, made if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()
        weight = self._weigh(value)
        with self._lock:
            if key not in self._kept and weight <= self._most:
                self._kept[key] = value
                self._weight += weight
                while self._weight > self._most:
                    _, old = self._kept.popitem(last=False)
                    self._weight -= self._weigh(old)
        return value
