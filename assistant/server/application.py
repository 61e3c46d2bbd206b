"""One application for everything that is served: the page, the HTTP API, the MCP server, and the guard before them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from assistant.library import Library
from assistant.server import mcp
from assistant.server.api import build_api
from assistant.server.contract import ServedAssistant
from assistant.server.guard import Doorkeeper, Guard, MayChange
from assistant.server.health import is_ready
from assistant.server.limits import BodyLimit
from assistant.server.login import login_routes
from assistant.server.malformed import MALFORMED
from assistant.server.metrics import Metrics
from assistant.server.proxies import Forwarded, KnownHosts, Network, RootPath
from assistant.server.replies import refusal
from assistant.server.watching import Watched
from assistant.ui.headers import SecurityHeaders
from assistant.ui.roles import account_of
from assistant.ui.theme import theme

HEAD = '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
UPLOAD_LIMIT = 1
"""Bytes of an upload where nothing may be added."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may reach the application, and by which way.

    Attributes:
        keeper: who may come in; None: everybody.
        hosts: names the server answers to; None: all, where a whole network may call it.
        root_path: where a reverse proxy serves it, empty for the top.
        trusted: proxies whose word about their clients is taken.
        upload: bytes of one request with files.
        may_change: whether whoever sent a request may add and remove documents.
    """

    keeper: Doorkeeper | None = None
    hosts: tuple[str, ...] | None = None
    root_path: str = ""
    trusted: Sequence[Network] = ()
    upload: int = UPLOAD_LIMIT
    may_change: MayChange = lambda _scope: True


@dataclass(frozen=True, slots=True)
class Application:
    """What is served, and what it is made of.

    Attributes:
        asgi: everything, the guard included; this is what a server runs.
        routes: the application behind the guard: for listing its routes.
        keeper: who may come in; None: everybody.
    """

    asgi: ASGIApp
    routes: FastAPI
    keeper: Doorkeeper | None


def build_application(
    assistant: ServedAssistant,
    page: gr.Blocks,
    title: str,
    access: Access,
    library: Library | None = None,
    metrics: Metrics | None = None,
) -> Application:
    """Put the parts together; the page comes last, since it answers whatever nobody else does."""
    metrics = metrics or Metrics()
    metrics.watch(assistant.info, lambda: is_ready(assistant))
    app = build_api(assistant, library, metrics)
    app.router.routes.extend(login_routes(access.keeper, title))
    _mount_mcp(app, assistant)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        root_path=access.root_path or None,
        auth_dependency=_user_name if access.keeper else None,
        app_kwargs={"exception_handlers": MALFORMED},
        theme=theme(),
        head=HEAD,
        max_file_size=1,  # its own upload route is closed by the guard
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        show_error=False,
    )
    guarded: ASGIApp = Guard(app, access.keeper, access.may_change)
    guarded = BodyLimit(guarded, access.upload + _MULTIPART)
    if access.hosts is not None:
        guarded = KnownHosts(guarded, access.hosts)
    guarded = RootPath(guarded, access.root_path)
    guarded = Forwarded(guarded, access.trusted)
    return Application(SecurityHeaders(Watched(guarded, metrics)), app, access.keeper)


_MULTIPART = 64 * 2**10
"""Bytes that a form adds to the files in it."""


def _mount_mcp(app: FastAPI, assistant: ServedAssistant) -> None:
    """Add ``/mcp``; where MCP cannot be spoken it says what to install."""
    if not mcp.is_installed():

        @app.api_route("/mcp", methods=["GET", "POST", "DELETE"], include_in_schema=False)
        def missing() -> Response:
            return refusal(404, f"MCP is not installed here; run: {mcp.INSTALL}")

        return
    inner: Any = mcp.http_app(mcp.build_mcp(assistant))
    app.router.routes.extend(inner.routes)
    before = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def with_mcp(outer: FastAPI) -> AsyncIterator[Any]:
        async with before(outer) as state, inner.router.lifespan_context(inner):
            yield state

    app.router.lifespan_context = with_mcp


def _user_name(request: Request) -> str | None:
    """Whom Gradio calls ``request.username``: the account that the guard found."""
    account = account_of(request.scope)
    return account.name if account else None
