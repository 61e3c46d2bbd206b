"""Only our own pages may change anything: what another site's page sends, the browser says so, is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from assistant.ui.headers import Receive, Scope, Send

_HARMLESS = frozenset(("GET", "HEAD", "OPTIONS"))
_OWN = frozenset(("same-origin", "none", ""))


class OwnPagesOnly:
    """ASGI middleware that refuses requests which a page of another site makes a browser send.

    A form of any site may post files to an address of this machine; the browser says where the request comes from in
    ``Sec-Fetch-Site``. Programs that are no browser do not send it.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 403."""
        if scope["type"] == "http" and scope["method"] not in _HARMLESS:
            site = Headers(scope=scope).get("sec-fetch-site", "")
            if site not in _OWN:
                refusal = PlainTextResponse("Requests from pages of other sites are refused.", 403)
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)
