"""What is told of each request: route, status, account and time; never its path, its parameters or its body."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.server.log import LOG, tell
from assistant.server.metrics import Metrics
from assistant.server.observing import REQUEST_ID
from assistant.server.proxies import route_path
from assistant.server.replies import UNEXPECTED, refusal
from assistant.ui.roles import SEEN_KEY

ROUTES = (
    *("/api/ask", "/api/search", "/api/open_citation", "/api/documents", "/api", "/mcp", "/gradio_api"),
    *("/healthz", "/readyz", "/metrics", "/login", "/logout"),
)
"""Beginnings of paths that requests are counted by; all else is the page itself, or ``other``."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/gradio_api", "/healthz", "/readyz", "/metrics", "other"})
"""Routes whose requests are logged only in detail: the page's own, and those of whoever watches."""


class Watched:
    """ASGI middleware: gives each request an id, counts it, logs it, and answers for whatever fails inside.

    The id is in the response header ``x-request-id``, so that what somebody saw is found in the log.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it when it is over."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, id_ = time.perf_counter(), secrets.token_hex(6)
        seen: dict[str, Any] = {}

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"], seen["seconds"] = message["status"], time.perf_counter() - began
                message = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", id_.encode())]}
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._tell(scope, id_, seen, time.perf_counter() - began)  # before anybody can ask for it
            await send(message)

        named = REQUEST_ID.set(id_)
        self.metrics.running(1)
        try:
            await self.app({**scope, SEEN_KEY: seen}, receive, noted)
        except ClientDisconnect:
            pass  # told as status 499
        except Exception as error:  # noqa: BLE001  the last place that can answer for it
            log_failure(error, seen)
            self.metrics.error("unexpected")
            if "status" not in seen:
                await refusal(500, UNEXPECTED)(scope, receive, noted)
        finally:
            self.metrics.running(-1)
            REQUEST_ID.reset(named)
            self._tell(scope, id_, seen, time.perf_counter() - began)  # if it was cut off

    def _tell(self, scope: Scope, id_: str, seen: dict[str, Any], whole: float) -> None:
        if seen.get("told"):
            return
        seen["told"] = True
        method = scope["method"] if scope["method"] in METHODS else "other"
        route, status = route_of(route_path(scope)), seen.get("status", 499)
        seconds = seen.get("seconds", whole)
        self.metrics.request(method, route, status, seconds)
        level = logging.ERROR if status >= 500 else logging.DEBUG if route in QUIET else logging.INFO
        fields = {"id": id_, "method": method, "route": route, "status": status, "user": seen.get("user")}
        tell("request", {**fields, "client": _client(scope), "ms": round(seconds * 1_000, 1)}, level)


def log_failure(error: Exception, seen: dict[str, Any]) -> None:
    """Log what nobody expected, once: where it is answered, or where it comes out."""
    if not seen.get("logged"):
        seen["logged"] = True
        LOG.error("request failed", exc_info=error, extra={"fields": {"id": REQUEST_ID.get()}})


def route_of(path: str) -> str:
    """Which of the known routes a path belongs to."""
    if path == "/":
        return "/"
    return next((each for each in ROUTES if path == each or path.startswith(f"{each}/")), "other")


def _client(scope: Scope) -> str | None:
    client = scope.get("client")
    return str(client[0]) if client else None
