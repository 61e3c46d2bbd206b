"""``footnote index``: documents in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import (
    DEFAULT_INDEX,
    DEFAULT_MAX_SIZE,
    DEFAULT_TIMEOUT,
    Encoder,
    Index,
    Json,
    MaxSize,
    Ocr,
    Password,
    Precision,
    Timeout,
    read_limits,
)
from assistant.cli.output import counted, print_json, progress_bar, warn
from assistant.corpus import ReadOptions
from assistant.indexing import IndexReport
from assistant.passages import SplitLimits


def index(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help="Files and folders, read recursively.", show_default="corpus"),
    ] = None,
    index: Index = DEFAULT_INDEX,
    encoder: Encoder = None,
    precision: Precision = "auto",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the index anew; the old one answers until it is done.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Also remove documents that are under none of the paths.")
    ] = False,
    passage_tokens: Annotated[
        int, typer.Option(min=16, max=4096, help="Size of a passage in encoder tokens, for a new index.")
    ] = SplitLimits().tokens,
    language: Annotated[
        str, typer.Option(help="Language of the documents for word stems (Snowball), for a new index.")
    ] = "english",
    max_size: MaxSize = DEFAULT_MAX_SIZE,
    timeout: Timeout = DEFAULT_TIMEOUT,
    password: Password = None,
    ocr: Ocr = "",
    as_json: Json = False,
) -> None:
    """Build the index, or bring it up to date: new and changed files are read, vanished ones removed.

    Files are compared by content, so a second run costs little. A file that cannot be read is named with the
    reason, the rest is indexed, and the exit code is 2.
    """
    from assistant.engine import Assistant

    reports: list[IndexReport] = []
    with progress_bar("Indexing") as progress:
        assistant = Assistant.from_documents(
            list(paths or [Path("corpus")]),
            index,
            encoder=encoder,
            precision=precision,
            rebuild=rebuild,
            prune=prune,
            language=language,
            limits=SplitLimits(tokens=passage_tokens),
            read_limits=read_limits(max_size, timeout),
            progress=progress,
            on_report=reports.append,
            options=ReadOptions(tuple(password or ()), ocr),
        )
    (report,) = reports
    info = assistant.info()
    assistant.close()
    if as_json:
        print_json(
            {
                "index": str(index),
                "documents": info.documents,
                "passages": info.passages,
                "encoder": info.encoder,
                "added": list(report.added),
                "changed": list(report.changed),
                "removed": list(report.removed),
                "unchanged": report.unchanged,
                "failed": [{"source": error.source, "reason": error.reason} for error in report.failed],
                "warnings": [{"source": source, "reason": warning} for source, warning in report.warnings],
                "skipped": [{"source": str(file.path), "reason": file.reason} for file in report.skipped],
            }
        )
    else:
        typer.echo(
            f"{counted(info.documents, 'document')}, {counted(info.passages, 'passage')} in {index} "
            f"({len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
            f"{report.unchanged} unchanged)"
        )
        for file in report.skipped:
            typer.echo(f"skipped {file.path}: {file.reason}")
    for source, warning in report.warnings:
        warn(f"{source}: {warning}")
    for error in report.failed:
        warn(str(error))
    if report.failed:
        raise typer.Exit(2)
