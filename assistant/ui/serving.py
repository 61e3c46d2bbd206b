"""Serving the page: one address, no other site, no file, no outside connection."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assistant.errors import InputError
from assistant.library import Library
from assistant.ui.contract import PageAssistant
from assistant.ui.examples import EXAMPLES
from assistant.ui.headers import SecurityHeaders
from assistant.ui.library import MayEdit
from assistant.ui.origins import OwnPagesOnly
from assistant.ui.page import NOTE, TITLE, build_page
from assistant.ui.theme import theme

LOOPBACK = ("127.0.0.1", "localhost")
SHARED_NOTE = "nothing is sent to any other service"
UPLOAD_LIMIT = "1b"
"""Gradio has an upload route and no limit; a page whose library is only read takes nothing."""
HEAD = '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'


class ServeError(InputError):
    """The page cannot be served as asked: the port is taken, the host unknown, the login malformed."""


@dataclass(frozen=True, slots=True)
class Served:
    """A page that is being served, in threads of this process, until it is closed."""

    url: str
    page: gr.Blocks

    def close(self) -> None:
        """Stop serving."""
        self.page.close(verbose=False)


class ServeOptions(TypedDict, total=False):
    """How a page is served; every key may be left out.

    Attributes:
        host: address to listen on, by default 127.0.0.1. On a loopback address only requests made to it by its
            own names are served, so that no web site can reach the page through a name of its own (DNS rebinding).
        port: TCP port, by default 7860; 0 takes any free one.
        auth: who may log in, as ``user:password``; None or empty: everybody.
        open_browser: also open the page in the default browser.
        title, examples, library: see ``build_page``.
        may_edit: who may change the library; by default everybody on a loopback address, nobody on others.
        allowed_hosts: further host names the page is reached by, e.g. behind a reverse proxy on this machine.
    """

    host: str
    port: int
    auth: Sequence[str] | None
    open_browser: bool
    title: str
    examples: Sequence[str]
    allowed_hosts: Sequence[str]
    library: Library | None
    may_edit: MayEdit | None


def start(assistant: PageAssistant, **options: Unpack[ServeOptions]) -> Served:
    """Serve the page in the background and return at once; ``assistant`` is called from several threads.

    Raises:
        ServeError: the port is taken, the host is not one of this machine, or ``auth`` is malformed.
    """
    host = options.get("host", "127.0.0.1")
    logins = parse_logins(options.get("auth") or ())
    port = claim_port(host, options.get("port", 7860))
    local = host in LOOPBACK
    middleware: list[Any] = [Middleware(SecurityHeaders), Middleware(OwnPagesOnly)]
    if local:
        hosts = [*LOOPBACK, *options.get("allowed_hosts", ())]
        middleware.append(Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False))
    library = options.get("library")
    page = build_page(
        assistant,
        title=options.get("title", TITLE),
        examples=options.get("examples", EXAMPLES),
        note=NOTE if local else SHARED_NOTE,
        library=library,
        may_edit=options.get("may_edit") or (lambda _request: local),
    )
    _, url, _ = page.launch(
        server_name=host,
        server_port=port,
        auth=logins or None,
        inbrowser=options.get("open_browser", False),
        theme=theme(),
        head=HEAD,
        app_kwargs={"middleware": middleware},
        max_file_size=library.largest if library and not library.closed else UPLOAD_LIMIT,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,
        share=False,
        ssr_mode=False,
        pwa=False,
        quiet=True,
        prevent_thread_lock=True,
    )
    return Served(url, page)


def launch(
    assistant: PageAssistant,
    *,
    announce: Callable[[str], object] = print,
    **options: Unpack[ServeOptions],
) -> None:
    """Serve the page until the process is interrupted (Ctrl-C); ``announce`` is told in one line where it is.

    Raises:
        ServeError: as ``start`` does.
    """
    served = start(assistant, **options)
    try:
        announce(f"Footnote is open at {served.url} (Ctrl-C ends it)")
        threading.Event().wait()
    except KeyboardInterrupt:
        announce("Closed.")
    finally:
        served.close()


def parse_logins(pairs: Sequence[str]) -> list[tuple[str, str]]:
    """Return ``user:password`` pairs as tuples; a password may hold colons.

    Raises:
        ServeError: a pair without user or password, or a user named twice. The pair itself is not repeated.
    """
    logins: dict[str, str] = {}
    for place, pair in enumerate(pairs, start=1):
        user, _, password = pair.partition(":")
        if not user or not password:
            raise ServeError(f"Login {place} is not of the form user:password. Use: footnote serve --auth anna:secret")
        if user in logins:
            raise ServeError(f"Login {place} names {user!r} a second time. Give each user one --auth user:password")
        logins[user] = password
    return list(logins.items())


def claim_port(host: str, port: int) -> int:
    """Return ``port``, or a free one for 0, after checking that it can be listened on.

    Raises:
        ServeError: it cannot; says why, and which command to use instead.
    """
    if not 0 <= port <= 65535:
        raise ServeError(f"Port {port} is not between 0 and 65535. Use: footnote serve --port 7860")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ServeError(f"Host {host!r} is not known here. Use: footnote serve --host 127.0.0.1") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            raise ServeError(_refusal(host, port, error)) from None
        return int(probe.getsockname()[1])


def _refusal(host: str, port: int, error: OSError) -> str:
    code = error.errno
    other = port + 1 if 1024 <= port < 65535 else 7860
    if code == errno.EADDRINUSE:
        return f"Port {port} is in use. Use another: footnote serve --port {other}"
    if code == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine. Use: footnote serve --host 127.0.0.1"
    if code in (errno.EACCES, errno.EPERM):
        return f"Port {port} may not be used by this account. Use another: footnote serve --port {other}"
    return f"Port {port} cannot be used ({error}). Use another: footnote serve --port {other}"
