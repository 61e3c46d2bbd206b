"""Repeated failures to log in are answered with waiting: per user name and per address, counted in memory."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

WINDOW = 15 * 60
"""Seconds a failure counts."""
PER_NAME = 10
"""Failures within the window after which a name is locked, from whatever addresses they came; known or not."""
PER_ADDRESS = 20
"""Failures within the window after which an address is locked, whatever names it tried."""
KEYS_KEPT = 10_000
"""Names and addresses remembered; the longest unseen go first."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to log in, counted as a failure until it has succeeded."""

    keys: tuple[tuple[str, str], ...]
    at: float


class Lockout:
    """Counts failures. An attempt is counted before its password is looked at, so that many at once gain nothing.

    Args:
        per_name, per_address: failures after which there is waiting.
        window: seconds a failure counts.
        clock: seconds, rising.
    """

    def __init__(
        self,
        per_name: int = PER_NAME,
        per_address: int = PER_ADDRESS,
        window: float = WINDOW,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = {"name": per_name, "address": per_address}
        self._window = window
        self._clock = clock
        self._failures: dict[tuple[str, str], deque[float]] = {}
        self._lock = threading.Lock()

    def attempt(self, address: str, name: str | None = None) -> Attempt | int:
        """Begin an attempt; or how many seconds must pass before the next one, if it is not allowed now."""
        keys = [("address", network_of(address))]
        if name is not None:
            keys.append(("name", name[:200].casefold()))
        now = self._clock()
        with self._lock:
            wait = max(self._wait(key, now) for key in keys)
            if wait > 0:
                return ceil(wait)
            for key in keys:
                failures = self._failures.pop(key, None) or deque(maxlen=self._most[key[0]])
                failures.append(now)
                self._failures[key] = failures  # now the latest
            while len(self._failures) > KEYS_KEPT:
                del self._failures[next(iter(self._failures))]
        return Attempt(tuple(keys), now)

    def succeeded(self, attempt: Attempt) -> None:
        """The attempt was no failure: its name starts anew, its address loses this one only.

        Otherwise somebody with an account of their own could clear the count of their address between guesses.
        """
        with self._lock:
            for key in attempt.keys:
                if key[0] == "name":
                    self._failures.pop(key, None)
                elif attempt.at in self._failures.get(key, ()):
                    self._failures[key].remove(attempt.at)

    def _wait(self, key: tuple[str, str], now: float) -> float:
        failures = self._failures.get(key)
        while failures and failures[0] <= now - self._window:
            failures.popleft()
        if not failures or len(failures) < self._most[key[0]]:
            return 0.0
        return failures[0] + self._window - now


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 one, which one customer holds."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
