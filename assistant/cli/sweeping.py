"""``footnote sweep``: one question set under a grid of settings, quality against time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import Json, index_option
from assistant.cli.output import print_json, progress_bar, warn
from assistant.cli.several import numbers, parts
from assistant.cli.sweep_indexes import SweepIndexes
from assistant.cli.sweep_table import print_points, sweep_json
from assistant.encoders import DEFAULT
from assistant.errors import InputError
from assistant.passages import SplitLimits
from assistant.retrieval import RankingSettings

if TYPE_CHECKING:
    from assistant.evaluation.sweep import Point

_RANKING = RankingSettings()


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
        str | None,
        typer.Option(
            "--index", metavar="DIR|URL", parser=index_option, help="Ask the documents of this index instead."
        ),
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
        numbers("--passage-tokens", passage_tokens, int, 16, 4096),
        numbers("--dense-weight", dense_weight, float, 0, 1),
        numbers("--late-weight", late_weight, float, 0, 1),
        numbers("--rerank", rerank, int, 0, 1_000),
        numbers("--depth", depth, int, 1, 10_000),
        numbers("-k", k, int, 1, 1_000),
    )
    indexes = SweepIndexes(questions, list(corpus or [Path("corpus")]), index, cache)
    names = parts("--encoder", encoder) if encoder else [indexes.usual_encoder()]
    settings = grid(names, *axes)
    indexes.check(settings)
    points: list[Point] = []
    stopped = False
    try:
        indexes.build(settings)
        with progress_bar("Asking") as progress:
            advance = (lambda done, total: progress(done, total, "")) if progress else None
            for point in measure(settings, indexes.opened, questions, metric, progress=advance):
                points.append(point)  # noqa: PERF402 - what is measured must outlive an interruption
    except KeyboardInterrupt:
        stopped = True
    if as_json:
        print_json(sweep_json(questions, metric, points, finished=not stopped))
    elif points:
        print_points(questions, metric, points)
    if stopped:
        warn(f"stopped; {len(points)} of {len(settings)} settings were measured, the indexes are kept in {cache}")
        raise typer.Exit(130)
