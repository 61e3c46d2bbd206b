"""Who is logged in on which browser: in memory only, by the digest of a random cookie."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assistant.server.accounts import User, token_digest

COOKIE = "footnote_session"
IDLE = 12 * 3600
"""Seconds after its last request when a session ends."""
LONGEST = 7 * 24 * 3600
"""Seconds after which a session ends in any case."""
MOST = 10_000
"""Sessions kept; the longest unused go first."""


@dataclass(frozen=True, slots=True)
class Session:
    """One login.

    Attributes:
        name: the user's.
        password: their hash at login: with another password the session ends.
        began, seen: seconds of the clock.
    """

    name: str
    password: str
    began: float
    seen: float


class Sessions:
    """The sessions of one server; a restart ends them all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Session] = {}
        self._lock = threading.Lock()

    def begin(self, user: User) -> str:
        """Begin a session and return the secret that the browser's cookie holds."""
        secret = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._known[token_digest(secret)] = Session(user.name, user.password, now, now)
            while len(self._known) > MOST:
                del self._known[next(iter(self._known))]
        return secret

    def user(self, secret: str, users: Mapping[str, User]) -> User | None:
        """The user a cookie stands for, as they are now; None if the session is over or the user changed."""
        digest = token_digest(secret)
        now = self._clock()
        with self._lock:
            session = self._known.pop(digest, None)
            if session is None or now - session.seen > IDLE or now - session.began > LONGEST:
                return None
            user = users.get(session.name)
            if user is None or user.password != session.password:
                return None
            self._known[digest] = replace(session, seen=now)  # now the latest
        return user

    def end(self, secret: str) -> None:
        """End a session."""
        with self._lock:
            self._known.pop(token_digest(secret), None)
