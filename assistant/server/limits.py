"""How large a request may be: refused before it is read where it says so, and while it is read where it does not."""

from __future__ import annotations

from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.corpus.limits import shown_size
from assistant.server.proxies import route_path
from assistant.server.replies import refusal

BODY = 4 * 2**20
"""Bytes of any request but an upload: questions, conversations, citations."""
UPLOADS = ("/api/documents",)
"""Where files are sent to."""

_READ_OFF = 4
"""So many times the limit is read of a body that is too large; then the connection is closed."""


class TooLargeError(Exception):
    """A body that grew past its limit while it was read."""


class BodyLimit:
    """ASGI middleware that answers 413 to a body over the limit.

    Args:
        app: what reads the bodies.
        upload: bytes of one request with files.
        body: bytes of any other.
    """

    def __init__(self, app: ASGIApp, upload: int, body: int = BODY) -> None:
        self.app = app
        self.upload = upload
        self.body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that it is too large."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.upload if route_path(scope) in UPLOADS else self.body
        refuse = refusal(
            413, f"the request is larger than {shown_size(most)}; send less at once", {"connection": "close"}
        )
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > most:
            await _read_off(receive, _READ_OFF * most)
            await refuse(scope, receive, send)
            return
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise TooLargeError
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            if started or seen <= most:  # what was made of a torn body is not sent
                started = True
                await send(message)

        with suppress(TooLargeError):
            await self.app(scope, counted, noted)
        if seen > most and not started:
            await _read_off(receive, _READ_OFF * most)
            await refuse(scope, receive, send)


async def _read_off(receive: Receive, most: int) -> None:
    """Read the rest of a body and forget it: many clients listen only when they have sent everything."""
    seen = 0
    while seen <= most:
        message = await receive()
        seen += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
