"""Requests that cannot be understood: one line of JSON and a status below 500, in our routes and in Gradio's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assistant.server.replies import refusal

Handlers: TypeAlias = dict[int | type[Exception], Callable[[Request, Any], Any]]
_NAMED = 100
"""Characters of a field's name that are repeated."""
_REPEATED = 200
"""Characters of a path that are repeated."""


def _invalid(_: Request, error: RequestValidationError) -> Response:
    first = error.errors()[0]
    place = ".".join(str(part)[:_NAMED] for part in first["loc"] if part != "body") or "the body"
    return refusal(400, f"{printable(place)}: {first['msg']}; see /api/openapi.json")


def _halved(_request: Request, _error: UnicodeError) -> Response:
    return refusal(400, "the request holds text that is not Unicode; send UTF-8 without halves of surrogate pairs")


def _too_deep(_request: Request, _error: RecursionError) -> Response:
    return refusal(400, "the request is nested too deep; see /api/openapi.json for what is expected")


MALFORMED: Handlers = {RequestValidationError: _invalid, UnicodeError: _halved, RecursionError: _too_deep}
"""Exception handlers of an application."""


class NothingThere:
    """ASGI application for whatever asks below ``/api`` for what is not there, by any method."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404."""
        asked = printable(scope["path_params"]["rest"][:_REPEATED])
        reply = refusal(404, f"there is no /api/{asked} for this method; see /api/openapi.json")
        await reply(scope, receive, send)


def printable(text: str) -> str:
    """What of a client's text can be repeated in one line."""
    return "".join(each for each in text if each.isprintable())
