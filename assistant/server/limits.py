"""How large and slow a request may be: refused before it is read where it says so, else while it is read."""

from __future__ import annotations

import asyncio
import time
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
BODY_SECONDS = 30.0
"""Seconds that a body may be waited for, beside what ``SLOWEST`` allows it for its size."""
SLOWEST = 16 * 2**10
"""Bytes a second at which a body may come."""


class TooLargeError(Exception):
    """A body that grew past its limit while it was read."""


class TooSlowError(Exception):
    """A body that came so slowly that nobody waits for it any longer."""


class BodyLimit:
    """ASGI middleware that answers 413 to a body over the limit, and 408 to one that does not come.

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
        body = _Body(receive, most)
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            if started or body.fault is None:  # what was made of a torn body is not sent
                started = True
                await send(message)

        with suppress(TooLargeError, TooSlowError):
            await self.app(scope, body.next, noted)
        if body.fault is None or started:
            return
        if body.fault is TooLargeError:
            await _read_off(receive, _READ_OFF * most)
            await refuse(scope, receive, send)
            return
        slow = refusal(408, "the request did not come to its end in time; send it again", {"connection": "close"})
        await slow(scope, receive, send)


class _Body:
    """The body of one request as it comes.

    Attributes:
        fault: why it is not read any further.
    """

    def __init__(self, receive: Receive, most: int) -> None:
        self.fault: type[Exception] | None = None
        self._receive = receive
        self._most = most
        self._seen = 0
        self._waited = 0.0
        self._whole = False

    async def next(self) -> Message:
        """The next part; once all is there, whatever comes after it, however long it takes.

        Raises:
            TooLargeError, TooSlowError: it is not read any further.
        """
        if self._whole:
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(BODY_SECONDS + self._seen / SLOWEST - self._waited):
                message = await self._receive()
        except TimeoutError:
            self.fault = TooSlowError
            raise TooSlowError from None
        self._waited += time.monotonic() - began
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._seen > self._most:
            self.fault = TooLargeError
            raise TooLargeError
        return message


async def _read_off(receive: Receive, most: int) -> None:
    """Read the rest of a body and forget it: many clients listen only when they have sent everything."""
    seen = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            while seen <= most:
                message = await receive()
                seen += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
