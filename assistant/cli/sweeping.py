"""``footnote sweep``: one question set under a grid of settings, quality against time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from assistant.cli.options import Json
from assistant.cli.output import counted, print_json, progress_bar, warn
from assistant.encoders import DEFAULT, Encoder, load_encoder
from assistant.errors import DocumentError, InputError
from assistant.passages import SplitLimits
from assistant.retrieval import RankingSettings

if TYPE_CHECKING:
    from assistant.datatypes import Document
    from assistant.engine import Assistant
    from assistant.evaluation import QuestionSet
    from assistant.evaluation.sweep import Point, Setting
    from assistant.index import Store
    from assistant.indexing import IndexReport, Progress

_Number = TypeVar("_Number", int, float)
_RANKING = RankingSettings()
_NO_EFFECT = "–"


def sweep(
    question_set: Annotated[
        Path,
        typer.Argument(metavar="SET", help="The questions, in any format that evaluate reads."),
    ],
    corpus: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="Files or folder to ask; may be repeated (default: corpus).", show_default=False
        ),
    ] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="DIR", help="Ask the documents of this index instead.")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(metavar="A,B", help=f"Encoders (default: that of --index, else {DEFAULT}).")
    ] = None,
    passage_tokens: Annotated[
        str, typer.Option(metavar="N,N", help="Passage sizes in encoder tokens, 16 to 4096.")
    ] = str(SplitLimits().tokens),
    dense_weight: Annotated[
        str, typer.Option(metavar="X,X", help="Weights of the dense score in the fusion, 0 to 1.")
    ] = str(_RANKING.dense_weight),
    late_weight: Annotated[
        str, typer.Option(metavar="X,X", help="Weights of late interaction against the fused score, 0 to 1.")
    ] = str(_RANKING.late_weight),
    rerank: Annotated[
        str, typer.Option(metavar="N,N", help="How many candidates late interaction looks at, 0 to 1000.")
    ] = str(_RANKING.rerank),
    depth: Annotated[
        str, typer.Option(metavar="N,N", help="Lengths of the dense and lexical lists, 1 to 10000.")
    ] = str(_RANKING.depth),
    k: Annotated[
        str, typer.Option("-k", "--k", metavar="N,N", help="How many passages to ask for, 1 to 1000.")
    ] = "100",
    metric: Annotated[str, typer.Option(metavar="NAME", help="The metric to judge by.")] = "ndcg@10",
    cache: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the indexes are kept, so that texts are encoded once.")
    ] = Path(".cache/sweep"),
    as_json: Json = False,
) -> None:
    """Ask a question set under every combination of settings; show quality, its interval, and time.

    Options take one value or several with commas between; all combinations are measured. A setting on the
    frontier is marked with *: no other is better and as fast, or faster and as good. Indexes are kept in --cache,
    one for each encoder and passage size. Ctrl-C shows what was measured until then, and keeps the indexes.

    Example: footnote sweep corpus/questions.jsonl --passage-tokens 84,168,256 --rerank 0,30,60 --metric quote_hit@1
    """
    from assistant.evaluation import load_question_set
    from assistant.evaluation.sweep import grid
    from assistant.evaluation.sweep import sweep as measure

    if corpus and index:
        raise InputError("--corpus and --index both say what to ask; give one of them")
    questions = load_question_set(question_set)
    if questions.documents is not None and (corpus or index):
        raise InputError(f"{question_set} brings its own documents; run it without --corpus and --index")
    axes = (
        _numbers("--passage-tokens", passage_tokens, int, 16, 4096),
        _numbers("--dense-weight", dense_weight, float, 0, 1),
        _numbers("--late-weight", late_weight, float, 0, 1),
        _numbers("--rerank", rerank, int, 0, 1_000),
        _numbers("--depth", depth, int, 1, 10_000),
        _numbers("-k", k, int, 1, 1_000),
    )
    shelf = _Shelf(questions, list(corpus or [Path("corpus")]), index, cache)
    names = _parts("--encoder", encoder) if encoder else [shelf.usual_encoder()]
    settings = grid(names, *axes)
    shelf.check(settings)
    points: list[Point] = []
    stopped = False
    try:
        shelf.build(settings)
        with progress_bar("Asking") as progress:
            advance = (lambda done, total: progress(done, total, "")) if progress else None
            for point in measure(settings, shelf.opened, questions, metric, progress=advance):
                points.append(point)  # noqa: PERF402 - what is measured must outlive an interruption
    except KeyboardInterrupt:
        stopped = True
    if as_json:
        print_json(_json(questions, metric, points, finished=not stopped))
    elif points:
        _print_points(questions, metric, points)
    if stopped:
        warn(f"stopped; {len(points)} of {len(settings)} settings were measured, the indexes are kept in {cache}")
        raise typer.Exit(130)


@dataclass
class _Shelf:
    """The indexes of a sweep, one per encoder and passage size, kept in the cache folder.

    A folder's name holds a digest of everything that decides what is in it, documents aside: these are brought up
    to date by content. So no index is ever met that was made by something else.
    """

    questions: QuestionSet
    corpus: list[Path]
    index: Path | None
    cache: Path
    _encoders: dict[str, Encoder] = field(default_factory=dict)
    _language: str = "english"

    def usual_encoder(self) -> str:
        """The encoder where none is asked for."""
        if self.index is None:
            return DEFAULT
        with closing(_store(self.index)) as store:
            return store.makers.encoder

    def check(self, settings: Sequence[Setting]) -> None:
        """Load the encoders; refuse a passage size that would be cut to an encoder's window."""
        if self.index is not None:
            with closing(_store(self.index)) as store:
                self._language = store.makers.language
        for setting in settings:
            encoder = self._encoder(setting.encoder)
            wanted = SplitLimits(tokens=setting.passage_tokens)
            fitting = wanted.within(encoder.window)
            if fitting.part_tokens < wanted.part_tokens:
                raise InputError(
                    f"passages of {setting.passage_tokens} tokens do not fit encoder {setting.encoder}, which takes "
                    f"at most {fitting.tokens}; leave the size out of --passage-tokens"
                )

    def build(self, settings: Sequence[Setting]) -> None:
        """Build the indexes that are missing, bring the others up to date."""
        wanted = {self._folder(setting): setting for setting in settings}
        with progress_bar("Indexing") as progress:
            for number, (folder, setting) in enumerate(wanted.items(), start=1):
                label = f"{number} of {len(wanted)}, {setting.passage_tokens} tokens"
                advance = _labelled(progress, label) if progress else None
                self._indexed(setting, folder, advance).close()

    @contextmanager
    def opened(self, setting: Setting) -> Iterator[Assistant]:
        """The assistant that answers under a setting."""
        from assistant.engine import Assistant

        ranking = RankingSettings(
            depth=setting.depth,
            dense_weight=setting.dense_weight,
            rerank=setting.rerank,
            late_weight=setting.late_weight,
        )
        with closing(_store(self._folder(setting))) as store:
            yield Assistant(store, self._encoder(setting.encoder), ranking=ranking)

    def _encoder(self, name: str) -> Encoder:
        if name not in self._encoders:
            self._encoders[name] = load_encoder(name)
        return self._encoders[name]

    def _folder(self, setting: Setting) -> Path:
        from assistant.analysis import Analyser
        from assistant.index.schema import FORMAT_VERSION

        if self.questions.documents is not None:
            documents = f"set {self.questions.sha256}"
        elif self.index:
            documents = f"index {self.index.resolve()}"
        else:
            documents = "corpus " + " ".join(sorted(str(path.resolve()) for path in self.corpus))
        encoder = self._encoder(setting.encoder)
        limits = SplitLimits(tokens=setting.passage_tokens).within(encoder.window)
        made = (
            documents,
            encoder.fingerprint,
            limits.fingerprint,
            Analyser(self._language).fingerprint,
            str(FORMAT_VERSION),
        )
        digest = hashlib.sha256("\0".join(made).encode()).hexdigest()[:12]
        name = re.sub(r"[^\w.-]+", "-", setting.encoder).strip("-.")[-40:]
        return self.cache / f"{name}-{setting.passage_tokens}-{digest}"

    def _indexed(self, setting: Setting, folder: Path, progress: Progress | None) -> Assistant:
        from assistant.engine import Assistant

        encoder = self._encoder(setting.encoder)
        limits = SplitLimits(tokens=setting.passage_tokens)
        documents = self._documents()
        if documents is not None:
            return Assistant.from_memory(
                documents, folder, encoder=encoder, limits=limits, language=self._language, progress=progress
            )
        return Assistant.from_documents(
            self.corpus,
            folder,
            encoder=encoder,
            limits=limits,
            prune=True,
            progress=progress,
            on_report=self._refuse_unreadable,
        )

    def _documents(self) -> Sequence[Document] | None:
        """The documents that the set or the index brings; None where files are to be read."""
        if self.questions.documents is not None or self.index is None:
            return self.questions.documents
        with closing(_store(self.index)) as store:
            found = (store.document(identity) for identity in sorted(store.document_hashes()))
            return [document for document in found if document is not None]

    def _refuse_unreadable(self, report: IndexReport) -> None:
        """Settings are compared over the same documents or not at all."""
        for error in report.failed:
            raise DocumentError(error.source, f"{error.reason}; mend it or leave it out of --corpus")


def _store(folder: Path) -> Store:
    from assistant.index import open_store

    return open_store(folder)


def _labelled(progress: Callable[[int, int, str], None], label: str) -> Progress:
    return lambda done, total, _: progress(done, total, label)


def _parts(option: str, text: str) -> list[str]:
    """What stands between the commas, each once, in order."""
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise InputError(f"{option} {text!r} has an empty place; write values with commas between, e.g. {option} A,B")
    return list(dict.fromkeys(parts))


def _numbers(option: str, text: str, kind: type[_Number], low: float, high: float) -> list[_Number]:
    """The numbers between the commas, each once, in order."""
    values = []
    for part in _parts(option, text):
        try:
            value = kind(part)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            what = "a whole number" if kind is int else "a number"
            raise InputError(
                f"{option} holds {part[:40]!r}, expected {what} from {low:g} to {high:g}; "
                f"write values with commas between, e.g. {option} {low:g},{high:g}"
            )
        values.append(value)
    return list(dict.fromkeys(values))


def _json(questions: QuestionSet, metric: str, points: Sequence[Point], *, finished: bool) -> dict[str, Any]:
    from assistant.evaluation.judging import LOWER_IS_BETTER
    from assistant.evaluation.sweep import on_frontier

    return {
        "set": questions.name,
        "sha256": questions.sha256,
        "questions": len(questions.questions),
        "metric": metric,
        "lower_is_better": metric in LOWER_IS_BETTER,
        "finished": finished,
        "points": [
            {**point.to_json(), "frontier": best}
            for point, best in zip(points, on_frontier(points, metric), strict=True)
        ],
    }


def _print_points(questions: QuestionSet, metric: str, points: Sequence[Point]) -> None:
    """One line per setting, best first; knobs that do not vary stand above the table."""
    from assistant.evaluation.judging import LOWER_IS_BETTER
    from assistant.evaluation.sweep import Setting, on_frontier

    knobs = [knob.name for knob in fields(Setting)]
    values = {knob: {_value(point.setting, knob) for point in points} for knob in knobs}
    varying = [knob for knob in knobs if len(values[knob] - {_NO_EFFECT}) > 1]
    fixed = ", ".join(
        f"{knob} {min(values[knob] - {_NO_EFFECT} or {_NO_EFFECT})}" for knob in knobs if knob not in varying
    )
    typer.echo(f"{questions.name}: {counted(len(questions.questions), 'question')}, {counted(len(points), 'setting')}")
    typer.echo(f"{fixed}\n")
    turn = 1 if metric in LOWER_IS_BETTER else -1
    flagged = zip(points, on_frontier(points, metric), strict=True)
    rows = [["", *varying, metric, "95 % interval", "p50 ms", "p95 ms"]]
    for point, best in sorted(flagged, key=lambda pair: (turn * pair[0].metric.value, pair[0].p50_ms)):
        found = point.metric
        rows.append(
            [
                "*" if best else "",
                *[_value(point.setting, knob) for knob in varying],
                f"{found.value:.4f}",
                f"{found.low:.4f} – {found.high:.4f}",
                f"{point.p50_ms:.1f}",
                f"{point.p95_ms:.1f}",
            ]
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    typer.echo("\n* on the frontier: no other setting is better and as fast, or faster and as good")


def _value(setting: Setting, knob: str) -> str:
    """A knob's value as the table shows it."""
    return _NO_EFFECT if knob == "late_weight" and not setting.rerank else str(getattr(setting, knob))
