"""The login page: the one page that is shown to strangers. It says nothing about the documents."""

from __future__ import annotations

from importlib.resources import files
from urllib.parse import parse_qs, quote

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from assistant.server.accounts import authenticate
from assistant.server.guard import Doorkeeper, client_address, too_many
from assistant.server.lockout import Attempt
from assistant.server.replies import refusal
from assistant.server.sessions import COOKIE
from assistant.ui.escaping import text_to_html

WRONG = "This name and password do not go together. Please try again."
_HASHING = 2
"""Passwords hashed at the same time: each takes 32 MB."""


def login_routes(keeper: Doorkeeper | None, title: str) -> list[Route]:
    """The routes that begin and end a session; without accounts they lead to the page."""
    hashing: list[CapacityLimiter] = []

    async def show(request: Request) -> Response:
        if keeper is None:
            return RedirectResponse(_home(request), 303)
        return _page(request, title, request.query_params.get("next", ""))

    async def log_in(request: Request) -> Response:
        if keeper is None:
            return RedirectResponse(_home(request), 303)
        form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        name, password, wanted = (form.get(each, [""])[0] for each in ("username", "password", "next"))
        attempt = keeper.logins.attempt(client_address(request), name)
        if not isinstance(attempt, Attempt):
            return too_many(attempt) if not wants_page(request) else _waiting(request, title, wanted, attempt)
        users = keeper.accounts.users()
        if not hashing:
            hashing.append(CapacityLimiter(_HASHING))  # belongs to the running event loop
        user = await run_sync(authenticate, users, name, password, limiter=hashing[0])
        if user is None:
            return _page(request, title, wanted, WRONG, 401) if wants_page(request) else refusal(401, WRONG)
        keeper.logins.succeeded(attempt)
        reply = RedirectResponse(_home(request) + _inside(wanted), 303, {"cache-control": "no-store"})
        secret = keeper.sessions.begin(user)
        secure = request.url.scheme == "https"
        reply.set_cookie(COOKIE, secret, path=_home(request), httponly=True, samesite="lax", secure=secure)
        return reply

    async def log_out(request: Request) -> Response:
        if keeper is not None:
            keeper.sessions.end(request.cookies.get(COOKIE, ""))
        reply = RedirectResponse(_home(request) + ("login" if keeper else ""), 303)
        reply.delete_cookie(COOKIE, path=_home(request))
        return reply

    return [
        Route("/login", show, methods=["GET"]),
        Route("/login", log_in, methods=["POST"]),
        Route("/logout", log_out, methods=["POST"]),
    ]


def wants_page(request: Request) -> bool:
    """Whether a form was sent by a browser, which shows what comes back."""
    return "text/html" in request.headers.get("accept", "")


def _page(
    request: Request, title: str, wanted: str, said: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    page = (files("assistant.server") / "login.html").read_text(encoding="utf-8")
    parts = {"title": title, "next": wanted, "said": said, "root": request.scope.get("root_path", "")}
    for name, value in parts.items():
        page = page.replace(f"{{{{{name}}}}}", text_to_html(value))
    return HTMLResponse(page, status, {"cache-control": "no-store", **(headers or {})})


def _waiting(request: Request, title: str, wanted: str, seconds: int) -> Response:
    minutes = max(1, round(seconds / 60))
    said = f"Too many attempts failed. Please try again in {minutes} minute{'' if minutes == 1 else 's'}."
    return _page(request, title, wanted, said, 429, {"retry-after": str(seconds)})


def _home(request: Request) -> str:
    return f"{request.scope.get('root_path', '')}/"


def _inside(wanted: str) -> str:
    """Where to go after the login, below our own root; nowhere else, whatever was asked for."""
    if not wanted.startswith("/") or wanted.startswith("/login"):
        return ""
    return quote(wanted.replace("\\", "/").lstrip("/"), safe="/?&=#:@!$'()*+,;%-._~")
