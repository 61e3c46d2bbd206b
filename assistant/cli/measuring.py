"""``footnote evaluate``: how good retrieval and answers are on a question set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import DEFAULT_INDEX, Encoder, Json
from assistant.cli.output import print_json, progress_bar, warn

if TYPE_CHECKING:
    from assistant.engine import Assistant
    from assistant.evaluation import Difference, QuestionSet, Report


def evaluate(
    question_set: Annotated[
        Path,
        typer.Argument(
            metavar="SET",
            help="Our JSONL, a SQuAD JSON file, a CSV (question, answer, document), or a BEIR folder.",
        ),
    ],
    index: Annotated[
        Path | None,
        typer.Option(
            "--index",
            metavar="DIR",
            help="Index to ask (default: index). For a set that brings its own documents: where to keep "
            "their index (default: nowhere).",
        ),
    ] = None,
    encoder: Encoder = None,
    run: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rankings as a TREC run.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a report to look at in a browser.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with the JSON of an earlier evaluation.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask every question of a set and measure the rankings and the quotations.

    Every mean comes with a 95 % bootstrap interval. A set that brings its documents (BEIR, SQuAD) is indexed for
    the run, or kept and brought up to date in --index.
    """
    from assistant.evaluation import compare, load_question_set, load_report_json, render_html, write_run
    from assistant.evaluation import evaluate as measure

    questions = load_question_set(question_set)
    earlier = load_report_json(baseline) if baseline else None
    with _asked(questions, index, encoder) as assistant, progress_bar("Asking") as progress:
        advance = (lambda done, total: progress(done, total, "")) if progress else None
        measured = measure(assistant, questions, progress=advance)
    if run:
        write_run(run, measured.rankings())
    if report:
        report.write_text(render_html(measured), encoding="utf-8")
    value = measured.to_json()
    differences = compare(value, earlier) if earlier else []
    if as_json:
        if earlier:
            value["baseline"] = [asdict(difference) for difference in differences]
        print_json(value)
    else:
        _print_report(measured, differences)
    for missing in measured.unresolved:
        warn(f"{question_set}: question {missing.id}: gold quotation not counted ({missing.reason})")


@contextmanager
def _asked(questions: QuestionSet, index: Path | None, encoder: str | None) -> Iterator[Assistant]:
    """The assistant to ask: over an existing index, or over the documents that the set brings."""
    from assistant.engine import Assistant

    if questions.documents is None:
        assistant = Assistant.open(index or DEFAULT_INDEX, encoder=encoder)
        yield assistant
        assistant.close()
        return
    with tempfile.TemporaryDirectory(prefix="footnote-") as scratch, progress_bar("Indexing") as progress:
        assistant = Assistant.from_memory(
            questions.documents, index or Path(scratch), encoder=encoder, progress=progress
        )
        yield assistant
        assistant.close()


def _print_report(report: Report, differences: list[Difference]) -> None:
    typer.echo(f"{report.name}: {report.counts['asked']} questions")
    for name, metric in report.metrics.items():
        typer.echo(f"  {name:18} {metric.value:.4f}   [{metric.low:.4f}, {metric.high:.4f}]   n={metric.n}")
    typer.echo(f"  {'latency':18} p50 {report.p50_ms:.1f} ms, p95 {report.p95_ms:.1f} ms")
    if differences:
        typer.echo("against the baseline:")
    for d in differences:
        typer.echo(f"  {d.metric:18} {d.difference:+.4f}   [{d.low:+.4f}, {d.high:+.4f}]   p={d.p_value:.4f}   n={d.n}")
