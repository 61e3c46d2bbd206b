"""Serving everything on one address: the page, the HTTP API and the MCP server, to those who may."""

from __future__ import annotations

import logging
import threading
import time
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypedDict, Unpack

import gradio as gr
import uvicorn
from starlette.requests import Request

from assistant.index.conversations import ConversationFile, Conversations
from assistant.library import Library
from assistant.server.accounts import FileAccounts, GivenAccounts, User
from assistant.server.address import LOOPBACK, ServeError, claim_port
from assistant.server.application import UPLOAD_LIMIT, Access, Application, build_application
from assistant.server.contract import ServedAssistant
from assistant.server.guard import Doorkeeper
from assistant.server.metrics import Metrics
from assistant.server.observing import observed
from assistant.server.passwords import hashed
from assistant.server.patience import CONNECTIONS, PatientProtocol
from assistant.server.proxies import parse_networks, parse_root_path
from assistant.ui.examples import EXAMPLES
from assistant.ui.library import MayEdit
from assistant.ui.page import NOTE, TITLE, build_page
from assistant.ui.roles import may_edit as editors

SHARED_NOTE = "nothing is sent to any other service"
_STARTING = 30.0
"""Seconds after which a server that has not come up is given up."""
_CLOSING = 5.0
_STREAMS = 1
"""Seconds that open streams of events get to end when the server is closed."""


@dataclass(frozen=True, slots=True)
class Served:
    """What is being served, in threads of this process, until it is closed."""

    url: str
    page: gr.Blocks
    application: Application
    server: uvicorn.Server
    thread: threading.Thread
    conversations: Conversations = field(repr=False)

    def close(self) -> None:
        """Stop serving."""
        log = logging.getLogger("uvicorn.error")
        level = log.level
        log.setLevel(logging.CRITICAL)  # it would tell, with tracebacks, of each open page whose stream is cut off
        self.page.close(verbose=False)
        self.server.should_exit = True
        self.thread.join(_CLOSING)
        log.setLevel(level)
        self.conversations.close()


class ServeOptions(TypedDict, total=False):
    """How everything is served; every key may be left out.

    Attributes:
        host: address to listen on, by default 127.0.0.1. On a loopback address only requests made to it by its
            own names are served, so that no web site can reach the page through a name of its own (DNS rebinding).
        port: TCP port, by default 7860; 0 takes any free one.
        auth: who may log in: the path of a users file, or ``user:password`` pairs; None or empty: everybody.
        open_browser: also open the page in the default browser.
        title, examples: see ``build_page``.
        conversations: where conversations are kept, or the file for them, made where it is missing; by default they
            last as long as the page is served.
        allowed_hosts: further host names the page is reached by, e.g. behind a reverse proxy on this machine.
        root_path: path under which a reverse proxy serves it: ``/footnote``.
        trusted_proxies: addresses or networks whose ``X-Forwarded-…`` headers are believed.
        library: the documents as they can be added and removed; by default they are only read.
        may_edit: who may change the library; by default editors where there are logins, else everybody on a loopback
            address and nobody on others.
        upload_limit: bytes of one request with files; by default what the library takes of one file.
        log_text: whether the words of questions are logged.
    """

    host: str
    port: int
    auth: Sequence[str] | None
    open_browser: bool
    title: str
    examples: Sequence[str]
    conversations: Path | Conversations | None
    allowed_hosts: Sequence[str]
    root_path: str
    trusted_proxies: Sequence[str]
    library: Library | None
    may_edit: MayEdit | None
    upload_limit: int
    log_text: bool


def start(assistant: ServedAssistant, **options: Unpack[ServeOptions]) -> Served:
    """Serve in the background and return once it answers; ``assistant`` is called from several threads.

    Raises:
        ServeError: the port is taken, the host is not one of this machine, or an option is malformed.
        AccountsError: the users file cannot be used.
        StoreError: the file of conversations cannot be used.
    """
    host = options.get("host", "127.0.0.1")
    access = _access(options, host)
    port = claim_port(host, options.get("port", 7860))
    title = options.get("title", TITLE)
    kept = options.get("conversations")
    conversations: Conversations = ConversationFile(kept) if kept is None or isinstance(kept, Path) else kept
    metrics = Metrics()
    assistant = observed(assistant, metrics, options.get("log_text", False))
    library, may_edit = options.get("library"), _may_edit(options, host, access.keeper)
    page = build_page(
        assistant,
        title=title,
        examples=options.get("examples", EXAMPLES),
        note=NOTE if host in LOOPBACK else SHARED_NOTE,
        conversations=conversations,
        library=library,
        may_edit=may_edit,
    )
    access = replace(access, may_change=lambda scope: may_edit(gr.Request(Request(dict(scope)))))
    application = build_application(assistant, page, title, access, library, metrics)
    server, thread = _run(application, host, port)
    page.server_name, page.server_port = host, port
    shown = "localhost" if host == "0.0.0.0" else host  # noqa: S104  compared with, not listened on
    url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}{access.root_path}/"
    if options.get("open_browser", False):
        webbrowser.open(url)
    return Served(url, page, application, server, thread, conversations)


def launch(
    assistant: ServedAssistant,
    *,
    announce: Callable[[str], object] = print,
    meanwhile: Callable[[], object] | None = None,
    **options: Unpack[ServeOptions],
) -> None:
    """Serve until the process is interrupted (Ctrl-C); ``announce`` is told in one line where it is.

    Args:
        assistant: answers.
        announce: told where the page is once it is open.
        meanwhile: done while the page is open already, such as loading the encoder; what it raises ends the serving.

    Raises:
        ServeError, AccountsError, StoreError: as ``start`` does.
    """
    served = start(assistant, **options)
    try:
        announce(f"Footnote is open at {served.url} (Ctrl-C ends it)")
        if meanwhile:
            meanwhile()
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
            raise ServeError(
                f"Login {place} is neither a users file nor of the form user:password. "
                "Use: footnote serve --auth users.json"
            )
        if user in logins:
            raise ServeError(f"Login {place} names {user!r} a second time. Give each user one --auth user:password")
        logins[user] = password
    return list(logins.items())


def doorkeeper(auth: Sequence[str]) -> Doorkeeper | None:
    """Who may come in by ``--auth``: a users file, or pairs of name and password, who are editors; None: everybody.

    Raises:
        ServeError: malformed pairs, or a file beside others.
        AccountsError: the users file cannot be used.
    """
    if not auth:
        return None
    files = [each for each in auth if ":" not in each or Path(each).is_file()]
    if len(auth) == 1 and files and files[0]:
        return Doorkeeper(FileAccounts(Path(files[0])))
    if any(Path(each).is_file() for each in files if each):
        raise ServeError("One users file says who may log in. Use: footnote serve --auth users.json")
    return Doorkeeper(
        GivenAccounts({name: User(name, "editor", hashed(password)) for name, password in parse_logins(auth)})
    )


def _access(options: ServeOptions, host: str) -> Access:
    further = tuple(options.get("allowed_hosts") or ())
    hosts = (*LOOPBACK, *further) if host in LOOPBACK or further else None
    return Access(
        doorkeeper(options.get("auth") or ()),
        hosts,
        parse_root_path(options.get("root_path", "")),
        parse_networks(options.get("trusted_proxies") or ()),
        options.get("upload_limit") or _largest(options.get("library")),
    )


def _may_edit(options: ServeOptions, host: str, keeper: Doorkeeper | None) -> MayEdit:
    """Who may change the library, on the page and through the API alike."""
    return options.get("may_edit") or (editors if keeper else lambda _request: host in LOOPBACK)


def _largest(library: Library | None) -> int:
    """Bytes of one upload: next to nothing where nothing may be added."""
    return library.largest if library and not library.closed else UPLOAD_LIMIT


def _run(application: Application, host: str, port: int) -> tuple[uvicorn.Server, threading.Thread]:
    """Run the application in a thread and return once it answers."""
    config = uvicorn.Config(
        application.asgi,
        host=host,
        port=port,
        http=PatientProtocol,
        limit_concurrency=CONNECTIONS,
        ws="none",
        lifespan="on",
        log_config=None,  # written by our own handler, see ``server.log``
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # what a proxy says is looked at by our own middleware
        timeout_graceful_shutdown=_STREAMS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="footnote-server", daemon=True)
    thread.start()
    patience = time.monotonic() + _STARTING
    while not server.started:
        if not thread.is_alive() or time.monotonic() > patience:
            raise ServeError(f"The server did not come up on {host}:{port}. Use another: footnote serve --port 0")
        time.sleep(0.005)
    return server, thread
