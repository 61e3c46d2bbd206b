"""Behind a reverse proxy: the path it serves us under, and whose word about clients is taken."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import TypeAlias
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.server.address import ServeError
from assistant.server.replies import refusal

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_FORWARDED = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-original-")
_PORT = re.compile(r":\d*$")
_ROOT = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


def parse_root_path(given: str) -> str:
    """A root path without a slash at its end; empty for none.

    Raises:
        ServeError: if it is no path.
    """
    path = given.rstrip("/")
    if path and (not _ROOT.fullmatch(path) or {".", ".."} & set(path.split("/"))):
        raise ServeError(
            f"{given!r} is not a path under which a proxy can serve. Use: footnote serve --root-path /footnote"
        )
    return path


def parse_networks(given: Sequence[str]) -> tuple[Network, ...]:
    """The addresses and networks of proxies that are trusted.

    Raises:
        ServeError: if one is no address.
    """
    try:
        return tuple(ipaddress.ip_network(each, strict=False) for each in given)
    except ValueError as error:
        raise ServeError(
            f"A trusted proxy is named by its address ({error}). Use: footnote serve --trusted-proxy 127.0.0.1"
        ) from None


class Forwarded:
    """ASGI middleware: ``X-Forwarded-For``, ``-Proto`` and ``-Host`` count only from a trusted proxy.

    From anybody else they are removed, with all their relatives, so that nothing behind can fall for them.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self.app = app
        self.trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with what is believed of it."""
        if scope["type"] == "http":
            scope = self._believed(scope)
        await self.app(scope, receive, send)

    def _believed(self, scope: Scope) -> Scope:
        told = {name: value.decode("latin-1") for name, value in scope["headers"] if name.startswith(_FORWARDED)}
        headers = [each for each in scope["headers"] if not each[0].startswith(_FORWARDED)]
        believed = {**scope, "headers": headers}
        if not told or not self._trusts(scope["client"][0] if scope.get("client") else ""):
            return believed
        hops = [each.strip() for each in told.get(b"x-forwarded-for", "").split(",") if each.strip()]
        client = next((each for each in reversed(hops) if not self._trusts(each)), hops[0] if hops else None)
        if client is not None and _is_address(client):
            believed["client"] = (client, 0)
        if told.get(b"x-forwarded-proto", "") in ("http", "https"):
            believed["scheme"] = told[b"x-forwarded-proto"]
            headers.append((b"x-forwarded-proto", told[b"x-forwarded-proto"].encode()))  # Gradio makes its links by it
        host = told.get(b"x-forwarded-host", "")
        if _HOST.fullmatch(host):
            headers[:] = [each for each in headers if each[0] != b"host"]
            headers.append((b"host", host.encode()))
        return believed

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        known = ipaddress.ip_address(address)
        return any(known in network for network in self.trusted)


class KnownHosts:
    """ASGI middleware: only requests made to a name of ours; a site whose own name leads here gets nothing."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        named = Headers(scope=scope).get("host", "") if scope["type"] == "http" else ""
        if scope["type"] != "http" or _PORT.sub("", named).lower() in self.hosts:
            await self.app(scope, receive, send)
            return
        shown = "".join(each for each in named[:100] if each.isprintable())
        reply = refusal(
            400, f"this server is not called {shown!r}; give it the name with: footnote serve --allowed-host"
        )
        await reply(scope, receive, send)


class RootPath:
    """ASGI middleware: the path of the whole site, whether or not the proxy has taken its own part off."""

    def __init__(self, app: ASGIApp, root: str) -> None:
        self.app = app
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with ``root_path`` set and ``path`` below it."""
        if scope["type"] != "http" or not self.root:
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path == self.root:
            await RedirectResponse(f"{self.root}/", 308)(scope, receive, send)
            return
        whole = path if path.startswith(f"{self.root}/") else self.root + path
        raw = quote(whole.encode(), safe="/:@!$&'()*+,;=-._~%").encode()
        await self.app({**scope, "path": whole, "raw_path": raw, "root_path": self.root}, receive, send)


def route_path(scope: Scope) -> str:
    """The path of a request below the root path: what routes are named by."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
