"""How values are printed: JSON for programs, a few calm lines for people, progress for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from assistant.datatypes import Answer, Citation
from assistant.plain import json_text

OUTCOMES = {
    "answered": "",
    "weak": "Perhaps – check the source:",
    "not_found": "I could not find this in your documents. The nearest passages:",
}


PASSAGE_SHOWN = 240
"""Characters of a nearest passage that a terminal shows; quotations are always whole."""


def counted(number: int, noun: str) -> str:
    """E.g. ``1 document``, ``2,000 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_json(value: Any) -> None:
    """One JSON value, indented, in UTF-8."""
    typer.echo(json_text(value))


def warn(message: str) -> None:
    """One line on standard error."""
    typer.echo(f"footnote: {' '.join(message.split())}", err=True)


def print_answer(answer: Answer, nearest: int = 3) -> None:
    """The quotations with their footnotes; where nothing was found, the nearest passages."""
    if len(answer.searched_for) > 1:
        typer.secho("Searched for: " + "  +  ".join(answer.searched_for), dim=True)
    if answer.parts and answer.citations:
        _print_parts(answer)
        return
    heading = OUTCOMES[answer.outcome]
    if heading:
        typer.secho(heading, fg=typer.colors.YELLOW)
    for number, citation in enumerate(answer.citations or answer.nearest[:nearest], 1):
        quote = _folded(citation.quote)
        if not answer.citations and len(quote) > PASSAGE_SHOWN:
            quote = quote[:PASSAGE_SHOWN].rsplit(" ", 1)[0] + " …"
        _print_quotation(number, quote, citation)
    typer.secho(f"\nconfidence {answer.confidence:.2f}", dim=True)


def _print_parts(answer: Answer) -> None:
    """Each part of a question with its own outcome and quotations."""
    number = 0
    for part in answer.parts:
        typer.secho(f"\n{part.question}", bold=True)
        if OUTCOMES[part.outcome]:
            typer.secho(OUTCOMES[part.outcome].split(". ")[0].rstrip(".:") + ".", fg=typer.colors.YELLOW)
        elif not part.citations:
            typer.echo("The quotation above says this too.")
        for citation in answer.citations[number : number + part.citations]:
            number += 1
            _print_quotation(number, _folded(citation.quote), citation)
        typer.secho(f"confidence {part.confidence:.2f}", dim=True)


def _print_quotation(number: int, quote: str, citation: Citation) -> None:
    typer.echo(f"\n“{quote}” [{number}]")
    typer.secho(f"  [{number}] {place(citation)}", dim=True)


def place(citation: Citation) -> str:
    """Where a citation stands, in one line."""
    page = f", {citation.page_kind} {citation.page}" if citation.page else ""
    if citation.line:
        page = f", line {citation.line}"
    page += " (recognised by OCR)" if citation.ocr else ""
    heading = f" › {citation.heading}" if citation.heading else ""
    return f"{citation.source}{heading}{page}, characters {citation.start}–{citation.end}"


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int, str], None] | None]:
    """A callback that moves a bar on standard error; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None, name="")

        def advance(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, name=name[-40:])

        yield advance


def shortened(text: str, limit: int) -> str:
    """The text in one line of at most so many characters, fit for a terminal."""
    line = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in _folded(text[: 4 * limit]))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _folded(text: str) -> str:
    return " ".join(text.split())
