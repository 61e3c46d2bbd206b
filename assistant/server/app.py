"""``python ui.py``: documents in, page open, one command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.cli.output import progress_bar, warn
from assistant.corpus import ReadOptions
from assistant.engine import Assistant
from assistant.errors import DocumentError, FootnoteError, NoDocumentsError
from assistant.index import conversations_of, index_address, store_exists
from assistant.indexing import IndexReport
from assistant.library import Library
from assistant.ui.examples import example_questions


def main(arguments: list[str] | None = None) -> None:
    """Bring the index up to date with the corpus and serve the page until Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        _serve(options)
    except FootnoteError as error:
        warn(str(error))
        sys.exit(error.exit_code)


def _serve(options: argparse.Namespace) -> None:
    from assistant.server import launch
    from assistant.server.log import configure_log

    configure_log()
    failed: list[DocumentError] = []
    reading = ReadOptions(tuple(options.password or ()))

    def tell(report: IndexReport) -> None:
        failed.extend(report.failed)
        for error in report.failed:
            warn(f"left out {error}")

    try:
        with progress_bar("Indexing") as progress:
            assistant = Assistant.from_documents(
                options.corpus, options.index, progress=progress, on_report=tell, options=reading
            )
    except NoDocumentsError as error:
        warn(str(error))
        made = None if store_exists(options.index) else Assistant.from_memory([], options.index)
        assistant = Assistant.open(options.index, encoder=made.encoder if made else None, options=reading)
    launch(
        assistant,
        host=options.host,
        port=options.port,
        auth=options.auth,
        open_browser=options.browser,
        examples=example_questions(options.corpus) if assistant.info().documents else (),
        conversations=conversations_of(options.index),
        library=Library.of(assistant, options.corpus, options=reading, failed=failed),
        meanwhile=assistant.prepare_pages,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ui.py", description="Index the documents in corpus/ and open the chat page on them."
    )
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="folder of documents (default: corpus)")
    parser.add_argument("--index", type=index_address, default=Path("index"), help="folder or server (default: index)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=7860, help="port to listen on (default: 7860)")
    parser.add_argument("--auth", action="append", metavar="FILE|USER:PASSWORD", help="ask for a name and password")
    parser.add_argument("--password", action="append", metavar="WORD", help="tried on encrypted files; may be repeated")
    parser.add_argument("--browser", action="store_true", help="also open it in the default browser")
    return parser
