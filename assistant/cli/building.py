"""``footnote index``: documents in."""

from __future__ import annotations

import io
import json
from contextlib import nullcontext, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import (
    DEFAULT_INDEX,
    DEFAULT_MAX_SIZE,
    DEFAULT_TIMEOUT,
    Encoder,
    Every,
    Index,
    Json,
    MaxSize,
    Ocr,
    Password,
    Precision,
    Ray,
    Timeout,
    Wait,
    Watch,
    read_limits,
)
from assistant.cli.output import counted, print_json, progress_bar, warn
from assistant.corpus import ReadOptions
from assistant.errors import InputError
from assistant.index.one_writer import DEFAULT_WAIT
from assistant.indexing import IndexReport
from assistant.indexing.watching import EVERY, Due, keep_watching
from assistant.indexing.watching import Watch as Watched
from assistant.passages import SplitLimits

if TYPE_CHECKING:
    from assistant.datatypes import StoreInfo


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
    wait: Wait = DEFAULT_WAIT,
    watch: Watch = False,
    every: Every = EVERY,
    ray: Ray = None,
    as_json: Json = False,
) -> None:
    """Build the index, or bring it up to date: new and changed files are read, vanished ones removed.

    Files are compared by content, so a second run costs little. A file that cannot be read is named with the
    reason, the rest is indexed, and the exit code is 2. With --watch it stays and follows the folders; with --json it
    then prints one line for each update.
    """
    if watch and prune:
        raise InputError("--watch never removes what is under none of the paths; run footnote index --prune by itself")
    if watch and ray:
        raise InputError("--watch follows a few changes at a time, which one process does; leave --ray out")
    update = _Update(
        index,
        {
            "encoder": encoder,
            "precision": precision,
            "rebuild": rebuild,
            "prune": prune,
            "language": language,
            "limits": SplitLimits(tokens=passage_tokens),
            "read_limits": read_limits(max_size, timeout),
            "options": ReadOptions(tuple(password or ()), ocr),
            "wait": wait,
            "on_wait": warn,
            "ray": ray,
        },
    )
    named = list(paths or [Path("corpus")])
    if watch:
        _follow(named, update, every, as_json)
        return
    report, info = update(Due(tuple(named)))
    if as_json:
        print_json(_as_json(index, report, info))
    else:
        typer.echo(f"{_held(index, info)} ({done(report)}, {report.unchanged:,} unchanged)")
        for file in report.skipped:
            typer.echo(f"skipped {file.path}: {file.reason}")
    _warn_of(report)
    if report.failed:
        raise typer.Exit(2)


class _Update:
    """Brings the index up to date, the encoder loaded once."""

    def __init__(self, index: str, options: dict[str, Any]) -> None:
        self.index = index
        self._options = options

    def __call__(self, due: Due) -> tuple[IndexReport, StoreInfo]:
        """Update, and load what answers from it, so that a mistake shows now."""
        from assistant.engine import Assistant
        from assistant.index import open_store
        from assistant.indexing import build_from_files

        reports: list[IndexReport] = []
        quiet = redirect_stdout(io.StringIO()) if self._options["ray"] else nullcontext()  # Ray tells its own story
        with quiet, progress_bar("Indexing") as progress:
            loaded = build_from_files(
                due.paths, self.index, files=due.found, progress=progress, on_report=reports.append, **self._options
            )
            assistant = Assistant(open_store(self.index), loaded)
        info = assistant.info()
        assistant.close()
        self._options.update(encoder=loaded, rebuild=False)
        return reports[0], info


def _follow(paths: list[Path], update: _Update, every: float, as_json: bool) -> None:
    """Update now and with every change, and say what was done, until Ctrl-C."""

    def updated(due: Due) -> None:
        report, info = update(due)
        if as_json:
            typer.echo(json.dumps(_as_json(update.index, report, info), ensure_ascii=False))
        elif due.found is None or report.added or report.changed or report.failed:
            typer.echo(f"{datetime.now():%H:%M:%S} {_held(update.index, info)} ({done(report)})")
        _warn_of(report)

    try:
        keep_watching(Watched(paths), updated, warn, every=every)
    except KeyboardInterrupt:
        warn("stopped; what was finished is kept")


def done(report: IndexReport) -> str:
    """What an update did, in a few words; a document that moved is neither added nor removed to a person."""
    moved = len(report.moved)
    counts = {
        "added": len(report.added) - moved,
        "changed": len(report.changed),
        "removed": len(report.removed) - moved,
        **({"moved": moved} if moved else {}),
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def _held(index: str, info: StoreInfo) -> str:
    return f"{counted(info.documents, 'document')}, {counted(info.passages, 'passage')} in {index}"


def _warn_of(report: IndexReport) -> None:
    for source, warning in report.warnings:
        warn(f"{source}: {warning}")
    for error in report.failed:
        warn(str(error))


def _as_json(index: str, report: IndexReport, info: StoreInfo) -> dict[str, Any]:
    return {
        "index": str(index),
        "documents": info.documents,
        "passages": info.passages,
        "encoder": info.encoder,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "moved": [{"from": before, "to": now} for before, now in report.moved],
        "unchanged": report.unchanged,
        "failed": [{"source": error.source, "reason": error.reason} for error in report.failed],
        "warnings": [{"source": source, "reason": warning} for source, warning in report.warnings],
        "skipped": [{"source": str(file.path), "reason": file.reason} for file in report.skipped],
    }
