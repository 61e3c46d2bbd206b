"""The guard before the whole application: with accounts set nothing passes without a session or a token.

It denies by default. What is open to everybody is written down here: the login page, ``/healthz`` and ``/readyz``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.server.accounts import Accounts, AccountsError, User, token_owner
from assistant.server.lockout import Lockout
from assistant.server.proxies import route_path
from assistant.server.replies import refusal, wants_html
from assistant.server.sessions import COOKIE, Sessions
from assistant.ui.roles import SCOPE_KEY, SEEN_KEY, Account

OPEN = frozenset(
    {(method, path) for method in ("GET", "HEAD") for path in ("/healthz", "/readyz", "/login")} | {("POST", "/login")}
)
"""Requests that need no account."""
NO_HARM = frozenset({"/logout"})
"""Other sites' pages may send these: browsers keep the cookie back then, and our own page names no origin here."""
EDITORS_ONLY = (("POST", "/api/documents"), ("DELETE", "/api/documents"))
"""Methods and beginnings of paths that only editors may use."""
CLOSED = frozenset({"/gradio_api/upload"})
"""Routes of Gradio that nobody may use: this one leaves files behind that nobody looks after."""
PROGRAMS = ("/api/", "/mcp", "/gradio_api/")
"""Where programs call: they are refused with JSON, never sent to the login page."""
EVERYBODY = Account("", "editor")
"""Who everybody is where no accounts are set."""
MayChange: TypeAlias = Callable[[Mapping[str, Any]], bool]
"""Whether whoever sent the request of an ASGI scope may add and remove documents."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Who may come in, and how often they may try."""

    accounts: Accounts
    sessions: Sessions = field(default_factory=Sessions)
    logins: Lockout = field(default_factory=Lockout)
    tokens: Lockout = field(default_factory=Lockout)


class Guard:
    """ASGI middleware: finds the account of each request, leaves it in the scope, refuses what it may not do.

    Args:
        app: what is guarded.
        keeper: who may come in; None: everybody, as an editor.
        may_change: who of them may add and remove documents.
    """

    def __init__(self, app: ASGIApp, keeper: Doorkeeper | None, may_change: MayChange = lambda _scope: True) -> None:
        self.app = app
        self.keeper = keeper
        self.may_change = may_change

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the refusal."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # the application speaks HTTP only; whatever else comes is not let in
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope)
        account = self._account(request)
        known = {**scope, SCOPE_KEY: account}
        if isinstance(account, Account) and account.name:
            scope.get(SEEN_KEY, {})["user"] = account.name
        answer = account if isinstance(account, Response) else self._closed(request, known)
        if answer is None:
            await self.app(known, receive, send)
        else:
            await answer(scope, receive, send)

    def _closed(self, request: Request, scope: Scope) -> Response | None:
        """The refusal of what nobody may do here, or not by whom it was sent."""
        path = route_path(scope)
        if path in CLOSED:
            return refusal(404, "files are taken at: POST /api/documents")
        if _is_for_editors(request.method, path) and not self.may_change(scope):
            return refusal(403, "documents cannot be changed from here; serve with accounts: footnote serve --auth")
        return None

    def _account(self, request: Request) -> Account | Response | None:
        """The account behind a request; None where it needs none; or the refusal."""
        path = route_path(request.scope)
        if is_foreign(request) and path not in NO_HARM:
            return refusal(403, "this request came from a page of another site; open Footnote itself and try there")
        if (request.method, path) in OPEN:
            return None
        if self.keeper is None:
            return EVERYBODY
        try:
            users = self.keeper.accounts.users()
        except AccountsError:
            return refusal(503, "nobody can be let in now: the users file cannot be read; ask who runs this server")
        user = _user_of(self.keeper, request, users)
        if isinstance(user, Response):
            return user
        if user is None:
            return _please_log_in(request, path)
        if user.role != "editor" and _is_for_editors(request.method, path):
            return refusal(403, f"{user.name} is a reader, this is for editors; ask who runs this server for the role")
        return user.account


def _user_of(keeper: Doorkeeper, request: Request, users: Mapping[str, User]) -> User | Response | None:
    """Who sent a request, by token or by session; a refusal for a wrong token."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        cookie = request.cookies.get(COOKIE)
        return keeper.sessions.user(cookie, users) if cookie else None
    owner = token_owner(users, token.strip())
    if owner is not None:  # random of 256 bits: guessing is hopeless, and others' failures do not lock it
        return owner
    attempt = keeper.tokens.attempt(client_address(request))
    if isinstance(attempt, int):
        return too_many(attempt)
    return refusal(401, f"this token is not known; {_MAKE_TOKEN}", _CHALLENGE)


_MAKE_TOKEN = "make one with: footnote users token FILE USER"  # noqa: S105  the command, not a token
_CHALLENGE = {"www-authenticate": 'Bearer realm="footnote"'}


def _please_log_in(request: Request, path: str) -> Response:
    if wants_html(request) and not path.startswith(PROGRAMS):
        wanted = path + (f"?{request.url.query}" if request.url.query else "")
        root = request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/login?next={quote(wanted, safe='')}", 303, {"cache-control": "no-store"})
    return refusal(401, f"log in, or send the header Authorization: Bearer TOKEN; {_MAKE_TOKEN}", _CHALLENGE)


def _is_for_editors(method: str, path: str) -> bool:
    return any(method == each and (path == start or path.startswith(f"{start}/")) for each, start in EDITORS_ONLY)


def too_many(seconds: int) -> Response:
    """The refusal of one attempt too many; the same for every name, known or not."""
    return refusal(429, f"too many attempts failed; try again in {seconds} seconds", {"retry-after": str(seconds)})


def client_address(request: Request) -> str:
    """The address a request came from, as far as proxies are trusted."""
    return request.client.host if request.client else ""


def is_foreign(request: Request) -> bool:
    """Whether a page of another site sent a request that changes something (cross-site request forgery).

    Browsers say so by ``Sec-Fetch-Site`` or by ``Origin``; programs send neither.
    """
    if request.method in _SAFE:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
