"""``footnote evaluate``: how good retrieval and answers are on a question set."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.comparing import print_differences, print_setbacks, shown_effect
from assistant.cli.options import DEFAULT_INDEX, Encoder, Json, index_option
from assistant.cli.output import print_json, progress_bar, warn
from assistant.cli.stopping import finish
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.engine import Assistant
    from assistant.evaluation import Difference, Gate, QuestionSet, Report, Verdict
    from assistant.indexing import Progress


def evaluate(
    question_set: Annotated[
        Path,
        typer.Argument(
            metavar="SET",
            help="Our JSONL, a SQuAD JSON file, a CSV or XLSX (question, answer, document), a BEIR or TREC folder, "
            "or conversations.",
        ),
    ],
    index: Annotated[
        str | None,
        typer.Option(
            "--index",
            metavar="DIR|URL",
            parser=index_option,
            help="Index to ask (default: index). For a set that brings its own documents: where to keep "
            "their index (default: nowhere).",
        ),
    ] = None,
    encoder: Encoder = None,
    run: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rankings as a TREC run.")] = None,
    qrels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what is relevant as TREC qrels, ids as in the run.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a report to look at in a browser.")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Compare with an earlier evaluation: what its --json printed."),
    ] = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'METRIC < NUMBER'",
            help="Fail where the difference to the baseline is such, e.g. 'ndcg@10 < -0.01'; also <=, >, >=. May be "
            "given several times.",
        ),
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=NUMBER",
            help="Fail where the metric is lower, e.g. recall@5=0.9. May be given several times.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask every question of a set and measure the rankings and the quotations.

    Every mean comes with a 95 % bootstrap interval. A set that brings its documents (BEIR, SQuAD) is indexed for
    the run, or kept and brought up to date in --index.

    With a baseline the change of every metric is tested, question by question, and the questions that came out
    worse are listed. The exit code is 1 where a gate (--fail-if, --fail-under) fails, with one line for each.
    """
    from assistant.evaluation import (
        check_baseline,
        check_gates,
        compare,
        load_question_set,
        load_report_json,
        render_html,
        write_qrels,
        write_run,
    )
    from assistant.evaluation import evaluate as measure

    gates = _gates(fail_if or [], fail_under or [], baseline)
    questions = load_question_set(question_set)
    earlier = load_report_json(baseline) if baseline else None
    if earlier is not None:
        check_baseline(gates, earlier)
    with _asked(questions, index, encoder) as assistant, progress_bar("Asking") as progress:
        measured = measure(assistant, questions, progress=_asking(progress))
        if report:
            report.write_text(
                render_html(measured, text_of=lambda document: assistant.document(document).text), encoding="utf-8"
            )
    if run:
        write_run(run, measured.rankings())
    if qrels:
        write_qrels(qrels, measured.qrels())
    value = measured.to_json()
    differences = compare(value, earlier) if earlier else []
    verdicts = check_gates(gates, value, earlier, differences)
    if as_json:
        _print_json(value, earlier is not None, differences, verdicts)
    else:
        _print_report(measured)
        if earlier is not None:
            _print_comparison(value, earlier, differences)
    for missing in measured.unresolved:
        warn(f"{question_set}: question {missing.id}: gold quotation not counted ({missing.reason})")
    if earlier is not None:
        _warn_of_other_questions(value, earlier, baseline)
    failed = [verdict for verdict in verdicts if not verdict.passed]
    for verdict in failed:
        warn(f"gate failed: {verdict.line()}")
    if failed:
        raise typer.Exit(1)


def _asking(progress: Progress | None) -> Callable[[int, int], None]:
    """Moves the bar, where there is one; after the last question Ctrl-C can no longer take the result away."""

    def advance(done: int, total: int) -> None:
        if progress:
            progress(done, total, "")
        if done == total:
            finish()

    return advance


def _gates(changes: list[str], floors: list[str], baseline: Path | None) -> list[Gate]:
    """The gates as given, before anything is asked."""
    from assistant.evaluation import parse_gate

    if changes and baseline is None:
        raise InputError(
            f"found --fail-if {changes[0]!r} without --baseline, expected an earlier evaluation to compare with. "
            "Write one with footnote evaluate SET --json > FILE, then add: --baseline FILE"
        )
    return [parse_gate("--fail-if", text) for text in changes] + [parse_gate("--fail-under", text) for text in floors]


@contextmanager
def _asked(questions: QuestionSet, index: str | None, encoder: str | None) -> Iterator[Assistant]:
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


def _print_json(value: dict[str, Any], compared: bool, differences: list[Difference], verdicts: list[Verdict]) -> None:
    if compared:
        value["baseline"] = [asdict(difference) for difference in differences]
    if verdicts:
        value["gates"] = [verdict.to_json() for verdict in verdicts]
    print_json(value)


def _print_report(report: Report) -> None:
    from assistant.evaluation import Latency

    typer.echo(f"{report.name}: {report.counts['asked']} questions (detectable: the smallest difference it could show)")
    for name, metric in report.metrics.items():
        typer.echo(
            f"  {name:18} {metric.value:.4f}   [{metric.low:.4f}, {metric.high:.4f}]   "
            f"detectable {shown_effect(metric.detectable):6}   n={metric.n}"
        )
    times = {"latency": Latency(report.p50_ms, report.p95_ms, report.p99_ms), **report.stages_ms}
    for stage, latency in times.items():
        typer.echo(f"  {stage:18} p50 {latency.p50:.1f} ms, p95 {latency.p95:.1f} ms, p99 {latency.p99:.1f} ms")


def _print_comparison(now: dict[str, Any], baseline: dict[str, Any], differences: list[Difference]) -> None:
    from assistant.evaluation import setbacks, whole_set_changes

    print_differences(differences, whole_set_changes(now, baseline))
    print_setbacks(setbacks(now, baseline))


def _warn_of_other_questions(now: dict[str, Any], baseline: dict[str, Any], name: Path | None) -> None:
    """One line where the baseline is not about the very same questions."""
    from assistant.evaluation import pairing

    found = pairing(now, baseline)
    if found.only_now or found.only_baseline or found.altered:
        warn(
            f"{name}: the set has changed since: {found.shared} questions compared, {found.altered} of them asked or "
            f"judged otherwise, {found.only_now} only now, {found.only_baseline} only in the baseline; "
            "write a new baseline with footnote evaluate SET --json > FILE"
        )
