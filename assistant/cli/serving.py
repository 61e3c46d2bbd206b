"""``footnote serve``: the chat page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import DEFAULT_INDEX, Encoder, Index


def serve(
    index: Index = DEFAULT_INDEX,
    corpus: Annotated[
        Path | None,
        typer.Option(help="Folder of the documents, so that they can be added and removed on the page.", exists=True),
    ] = None,
    encoder: Encoder = None,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
    auth: Annotated[
        list[str] | None,
        typer.Option(metavar="USER:PASSWORD", help="Ask for a name and password; may be repeated."),
    ] = None,
) -> None:
    """Open the chat page on a built index and keep serving it until Ctrl-C."""
    from assistant.engine import Assistant
    from assistant.library import Library
    from assistant.ui import launch

    assistant = Assistant.open(index, encoder=encoder)
    library = Library.of(assistant, corpus) if corpus else None
    launch(assistant, host=host, port=port, auth=auth, library=library)
