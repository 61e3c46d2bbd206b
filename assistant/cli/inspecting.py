"""``footnote inspect``: what is read from a file, before anything is indexed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import (
    DEFAULT_MAX_SIZE,
    DEFAULT_TIMEOUT,
    Encoder,
    Json,
    MaxSize,
    Ocr,
    Password,
    Timeout,
    read_limits,
)
from assistant.cli.output import counted, print_json, shortened, warn
from assistant.corpus import Readers, ReadOptions, SkippedFile
from assistant.errors import InputError
from assistant.inspection import Inspection, inspect_file, render_html, to_json
from assistant.packing import TokenCounter
from assistant.passages import SplitLimits

_WORDS_SHOWN = 76


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file, or an archive of files.")],
    encoder: Encoder = None,
    passage_tokens: Annotated[
        int, typer.Option(min=16, max=4096, help="Size of a passage in encoder tokens.")
    ] = SplitLimits().tokens,
    max_size: MaxSize = DEFAULT_MAX_SIZE,
    timeout: Timeout = DEFAULT_TIMEOUT,
    password: Password = None,
    ocr: Ocr = "",
    html: Annotated[
        Path | None, typer.Option("--html", metavar="OUT.html", help="Draw the spans over the text, as one page.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what is read from a file: title, outline, passages with their spans and pages, warnings.

    Nothing is indexed. Passages are those of the packaged encoder unless --encoder names another.
    """
    limits = SplitLimits(tokens=passage_tokens)
    count_tokens: TokenCounter
    if encoder:
        from assistant.encoders import load_encoder

        loaded = load_encoder(encoder)
        limits, count_tokens = limits.within(loaded.window), loaded.count_tokens
    else:
        from assistant.encoders.counting import packaged_token_counter

        count_tokens = packaged_token_counter()
    seen: list[Inspection] = []
    failed = []
    with Readers(read_limits(max_size, timeout), ReadOptions(tuple(password or ()), ocr)) as readers:
        for outcome in inspect_file(file, readers, count_tokens, limits):
            if isinstance(outcome, Inspection):
                seen.append(outcome)
            elif isinstance(outcome, SkippedFile):
                typer.echo(f"skipped {outcome.path}: {outcome.reason}", err=True)
            else:
                failed.append(outcome)
    if as_json:
        failures = [{"source": error.source, "reason": error.reason} for error in failed]
        print_json({"file": str(file), "documents": [to_json(each) for each in seen], "failed": failures})
    else:
        for each in seen:
            _print(each)
    if html and seen:
        _write(html, render_html(seen))
    for error in failed:
        warn(str(error))
    if failed:
        raise typer.Exit(2)


def _print(inspection: Inspection) -> None:
    document = inspection.document
    typer.secho(document.title, bold=True)
    pages = f", {counted(len(document.page_starts), document.page_kind)}" if document.page_starts else ""
    typer.echo(f"{document.source} ({document.media_type}, {counted(len(document.text), 'character')}{pages})")
    typer.secho(f"sha256 {document.sha256}", dim=True)
    for name, value in document.metadata.items():
        typer.echo(f"{name}: {shortened(value, _WORDS_SHOWN)}")
    for warning in document.warnings:
        typer.secho(f"warning: {warning}", fg=typer.colors.YELLOW)
    typer.secho("\nOutline", bold=True)
    for block in inspection.outline:
        indent = "  " * block.level
        words = shortened(document.text[block.start : block.end], _WORDS_SHOWN - len(indent))
        typer.echo(f"{indent}{words}{_place(inspection, block.start, block.end)}")
    if not inspection.outline:
        typer.secho("  no headings", dim=True)
    typer.secho(f"\n{counted(len(inspection.passages), 'passage')}", bold=True)
    for passage in inspection.passages:
        typer.echo(f"  {shortened(passage.text, _WORDS_SHOWN)}{_place(inspection, passage.start, passage.end)}")
    typer.echo("")


def _place(inspection: Inspection, start: int, end: int) -> str:
    page = inspection.document.page_at(start)
    where = f", {inspection.document.page_kind} {page}" if page else ""
    return typer.style(f"  [{start}–{end}{where}]", dim=True)


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); give --html another place") from error
