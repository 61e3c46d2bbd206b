"""Who a request comes from, and what they may do: told by the server's guard, asked by the page's panes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Role: TypeAlias = Literal["reader", "editor"]
ROLES: tuple[Role, ...] = ("reader", "editor")
SCOPE_KEY = "footnote.account"
"""Where the guard leaves the account in the ASGI scope; nothing a browser sends ends up there."""
SEEN_KEY = "footnote.seen"
"""A dict in the ASGI scope that tells the log of ``user``, the account's name, and whether a failure is ``logged``."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may use the server.

    Attributes:
        name: as they log in; empty where nobody has to.
        role: readers ask and read, editors also upload, remove and re-index.
    """

    name: str
    role: Role

    @property
    def may_edit(self) -> bool:
        """Whether documents may be uploaded, removed and read again."""
        return self.role == "editor"


def account_of(scope: Mapping[str, Any]) -> Account | None:
    """The account behind a request's ASGI scope; None where no guard has seen it."""
    account = scope.get(SCOPE_KEY)
    return account if isinstance(account, Account) else None


def account_behind(request: Any) -> Account | None:
    """The account behind a ``gr.Request`` (also None), as an event's function gets it."""
    inner = getattr(request, "request", None)
    scope = getattr(inner, "scope", None)
    return account_of(scope) if isinstance(scope, Mapping) else None


def may_edit(request: Any) -> bool:
    """Whether the sender of a ``gr.Request`` may upload, remove and re-index; False for a request of unknown origin."""
    account = account_behind(request)
    return account is not None and account.may_edit
