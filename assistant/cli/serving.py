"""``footnote serve`` and ``footnote mcp``: for people in a browser, and for programs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import DEFAULT_INDEX, Encoder, Index, Password, Precision
from assistant.cli.output import warn
from assistant.errors import FootnoteError
from assistant.imports import large_imports
from assistant.server.log import LogFormat, LogLevel


def serve(
    index: Index = DEFAULT_INDEX,
    corpus: Annotated[
        Path | None,
        typer.Option(help="Folder of the documents, so that they can be added and removed on the page.", exists=True),
    ] = None,
    encoder: Encoder = None,
    precision: Precision = "auto",
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
    auth: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|USER:PASSWORD",
            help="Let in only who is in this users file, made with: footnote users add FILE USER. "
            "A name and password written here works too, but everybody on this machine can read them.",
        ),
    ] = None,
    root_path: Annotated[
        str, typer.Option(metavar="PATH", help="Path under which a reverse proxy serves it, such as /footnote.")
    ] = "",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Believe the X-Forwarded headers of this proxy; may be repeated."),
    ] = None,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A further name the server is called by; may be repeated."),
    ] = None,
    password: Password = None,
    log_format: Annotated[LogFormat, typer.Option(help="How events are written to standard error.")] = "text",
    log_level: Annotated[
        LogLevel, typer.Option(help="The least that is written; info has a line for each question and request.")
    ] = "warning",
    log_text: Annotated[
        bool,
        typer.Option(
            "--log-text",
            help="Also write the words of questions, and messages of unexpected errors, which may hold words of "
            "documents. Without it the log has neither.",
        ),
    ] = False,
) -> None:
    """Open the chat page on a built index, with the HTTP API and the MCP server beside it, until Ctrl-C.

    The page is at /, the API below /api (it describes itself at /api/openapi.json), MCP over HTTP at /mcp, and
    /healthz says whether the server answers. The page opens before the encoder is loaded; the first question may wait.

    /readyz answers 503 until it is, and /metrics has counts and times for Prometheus.

    With --auth everything needs a login or a token, but the login page, /healthz and /readyz. For several people:

        footnote users add users.json anna --role editor

        footnote serve --host 0.0.0.0 --auth users.json

    Encrypted files are opened with --password, to show their pages and to read those that are added.

    Programs send a token that was made with: footnote users token users.json anna
    """
    from assistant.corpus import ReadOptions
    from assistant.engine import Assistant
    from assistant.index import conversations_of
    from assistant.library import Library

    options = ReadOptions(tuple(password or ()))
    assistant = Assistant.open(index, encoder=encoder, precision=precision, wait=False, options=options)
    with large_imports():
        from assistant.server import launch
        from assistant.server.log import configure_log

    configure_log(log_format, log_level, log_text)

    if any(":" in each for each in auth or ()) and host not in ("127.0.0.1", "localhost"):
        warn("passwords on the command line can be read by others here; better: footnote users add users.json USER")

    def prepare() -> None:
        assistant.prepare_pages()
        assistant.prepare()

    launch(
        assistant,
        meanwhile=prepare,
        host=host,
        port=port,
        auth=auth,
        root_path=root_path,
        trusted_proxies=trusted_proxy or (),
        allowed_hosts=allowed_host or (),
        conversations=conversations_of(index),
        log_text=log_text,
        library=Library.of(assistant, corpus, options=options) if corpus else None,
    )


def mcp(index: Index = DEFAULT_INDEX, encoder: Encoder = None) -> None:
    """Offer the tools ask, search and open_citation to an MCP client, on standard input and output.

    This is started by the client, not by hand. In its settings: command "footnote", arguments "mcp", "--index" and
    the whole path of the index.
    """
    from threading import Thread

    from assistant.engine import Assistant

    assistant = Assistant.open(index, encoder=encoder, wait=False)
    with large_imports():
        from assistant.server.mcp import build_mcp, run_stdio
    server = build_mcp(assistant)

    def prepare() -> None:
        with suppress(FootnoteError):  # told when the first question needs it
            assistant.prepare()

    Thread(target=prepare, daemon=True).start()
    run_stdio(server)
