"""A reader's desk: the conversation in one tab, what its browser has of it, what is kept of it, and the way back.

Several events of one tab may run at the same time (a question, a verdict, suggestions). Each changes the one desk,
under its lock, and none writes back what it saw at its start.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from time import monotonic_ns
from typing import Any

from assistant.errors import StoreError
from assistant.index.conversations import Conversations
from assistant.ui.exchange_json import exchange_from_json, exchange_to_json
from assistant.ui.exchanges import EXCHANGES_KEPT, Conversation, Exchange, next_number, put
from assistant.ui.rendering import announcement, render_exchange, render_invitation
from assistant.ui.turns import Turns

UNDOS = 50
"""Questions that can be taken back, the latest first."""


class Desk:
    """One tab's conversation. Copies of a desk are new and empty: Gradio copies the first one for each tab."""

    def __init__(self) -> None:
        self.exchanges: Conversation = ()
        self.key = ""
        self.editing = 0
        self.left = False
        self.turns = Turns()
        self._deleted = False
        self._version = 0
        self._kept: Conversation = ()
        self._sent: Conversation = ()
        self._undo: tuple[Conversation, ...] = ()
        self._lock = threading.RLock()

    def __deepcopy__(self, memo: dict[int, Any]) -> Desk:
        return Desk()

    @property
    def title(self) -> str:
        """The first question, which names the conversation until its owner does."""
        return self.exchanges[0].question if self.exchanges else ""

    def leave(self, *, deleted: bool = False) -> None:
        """The tab shows another conversation: what is still asked of this one is kept, but shown no more.

        Of one that was ``deleted`` nothing is kept either.
        """
        with self._lock:
            self.left, self._deleted = True, self._deleted or deleted

    def begin(self, question: str, where: tuple[str, ...] | None = None, number: int = 0) -> Exchange:
        """Put a question on the desk: a new one, or in the place of ``number``; what was there can be brought back."""
        with self._lock:
            old = next((each for each in self.exchanges if each.number == number), None)
            exchange = Exchange(next_number(self.exchanges), question, where=where)
            if old is not None:
                exchange = Exchange(old.number, question, where=where, revision=old.revision + 1)
            self._undo = (*self._undo, self.exchanges)[-UNDOS:]
            self.exchanges = put(self.exchanges, exchange)
            self.editing = 0
            return exchange

    def update(self, exchange: Exchange) -> bool:
        """Put a later state of an exchange in its place; False if it has been taken back since."""
        with self._lock:
            if not any(_are_one(each, exchange) for each in self.exchanges):
                return False
            self.exchanges = put(self.exchanges, exchange)
            return True

    def take_back(self) -> str | None:
        """Undo the latest question; returns it, to be mended, or None if there is nothing to undo."""
        with self._lock:
            if not self._undo:
                return None
            now, self.exchanges = self.exchanges, self._undo[-1]
            self._undo = self._undo[:-1]
            self.editing = 0
            gone = [each for each in now if all(each is not other for other in self.exchanges)]
            return gone[-1].question if gone else ""

    def news(self, examples: Sequence[str], everything: bool = False) -> dict[str, Any]:
        """What the browser lacks: the order of the exchanges, and the markup of those that it has not or has older."""
        with self._lock:
            known = () if everything else self._sent
            lacking = [each for each in self.exchanges if all(each is not other for other in known)]
            self._sent = self.exchanges
            return {
                "stamp": monotonic_ns(),
                "key": self.key,
                "undo": bool(self._undo),
                "order": [[each.number, each.revision] for each in self.exchanges],
                "put": {str(each.number): render_exchange(each) for each in lacking},
                "empty": "" if self.exchanges else render_invitation(examples),
                "said": announcement(self.exchanges[-1]) if self.exchanges else "",
            }

    def keep(self, file: Conversations, owner: str) -> str:
        """Write what has changed since it was last kept; returns what to tell the reader where that cannot be done.

        A conversation that another tab went on with, or deleted, is not written over: this one becomes a new one.
        """
        with self._lock:
            if self._deleted:
                return ""
            try:
                self._write(file, owner)
            except StoreError as problem:
                return str(problem)
            return ""

    def open(self, file: Conversations, owner: str, key: str) -> bool:
        """Take up a saved conversation; False if its owner has none of that key.

        Raises:
            StoreError: the file cannot be read, or what it holds is no conversation.
        """
        found = file.load(owner, key)
        if found is None:
            return False
        exchanges = read_exchanges(found[1])
        with self._lock:
            self.key, self._version, self.editing, self._undo = found[0].key, found[0].version, 0, ()
            self.exchanges = self._kept = exchanges[-EXCHANGES_KEPT:]
            self._sent = ()
        return True

    def _write(self, file: Conversations, owner: str) -> None:
        changed = {each.number: each for each in self.exchanges if all(each is not old for old in self._kept)}
        here = {each.number for each in self.exchanges}
        first = min(here, default=0)  # older ones have left the page, not the file
        dropped = [each.number for each in self._kept if each.number not in here and each.number > first]
        if not changed and not dropped:
            return
        version = self._put(file, owner, changed, dropped) if self.key else None
        if version is None and self.exchanges:
            self.key, self._version = file.create(owner, self.title).key, 0
            version = self._put(file, owner, {each.number: each for each in self.exchanges}, ())
        self._version = version or 0
        self._kept = self.exchanges

    def _put(self, file: Conversations, owner: str, changed: dict[int, Exchange], dropped: Sequence[int]) -> int | None:
        bodies = {number: exchange_to_json(each) for number, each in changed.items()}
        return file.write(owner, self.key, self._version, bodies, dropped)


def _are_one(one: Exchange, later: Exchange) -> bool:
    """Whether two states are of one question; a number is given again after a question was taken back."""
    return one.number == later.number and (
        one.question.startswith(later.question) or later.question.startswith(one.question)
    )


def read_exchanges(bodies: Sequence[str]) -> Conversation:
    """Read kept exchanges.

    Raises:
        StoreError: one of them is not what was written.
    """
    try:
        return tuple(map(exchange_from_json, bodies))
    except ValueError as error:
        raise StoreError(f"this saved conversation cannot be read ({error}); delete it and ask again") from None
