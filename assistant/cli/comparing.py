"""How ``footnote evaluate`` shows two runs: what changed, and the questions that came out worse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from assistant.cli.output import counted

if TYPE_CHECKING:
    from assistant.evaluation import Difference, Setback

SETBACKS_SHOWN = 10
RANKS_SHOWN = 5
_WIDTH = 44
"""Characters of an id in the left one of two rankings."""


def print_differences(differences: Sequence[Difference], untested: Sequence[tuple[str, float, float]]) -> None:
    """One line for each metric, under a heading; ``untested`` as ``whole_set_changes`` gives it."""
    typer.echo("\nagainst the baseline (Holm p: corrected for all the metrics below):")
    typer.echo(
        f"  {'metric':18} {'baseline':>8} {'now':>8} {'difference':>10}   {'95 % interval':18} "
        f"{'p':>6} {'Holm p':>7}  {'significant':11} {'detectable':>10} {'n':>6}"
    )
    for d in differences:
        interval = f"[{d.low:+.4f}, {d.high:+.4f}]"
        typer.echo(
            f"  {d.metric:18} {d.baseline:8.4f} {d.now:8.4f} {d.difference:+10.4f}   {interval:18} "
            f"{d.p_value:6.4f} {d.p_holm:7.4f}  {'yes' if d.significant else 'no':11} "
            f"{shown_effect(d.detectable):>10} {d.n:6}"
        )
    for name, before, now in untested:
        typer.echo(
            f"  {name:18} {before:8.4f} {now:8.4f} {now - before:+10.4f}   measured on the whole set: no paired test"
        )


def print_setbacks(setbacks: Sequence[Setback]) -> None:
    """The worst questions first, both rankings side by side, ``*`` before what is gold."""
    if not setbacks:
        typer.echo("\nno question came out worse")
        return
    shown = setbacks[:SETBACKS_SHOWN]
    rest = f", the {len(shown)} worst" if len(shown) < len(setbacks) else ""
    typer.echo(f"\n{counted(len(setbacks), 'question')} came out worse{rest} (baseline left, now right, * gold):")
    for each in shown:
        typer.echo(f"\n  {each.id}  {' '.join(each.question.split())}")
        changed = [
            f"{name} {each.baseline[name]:.4f} -> {value:.4f}"
            for name, value in each.now.items()
            if each.baseline[name] != value
        ]
        typer.echo(f"  {', '.join(changed)}")
        for rank in range(min(RANKS_SHOWN, max(len(each.ranking), len(each.baseline_ranking)))):
            before, now = _cell(each, each.baseline_ranking, rank), _cell(each, each.ranking, rank)
            typer.echo(f"  {rank + 1:4}  {before:{_WIDTH}}  {now}".rstrip())


def shown_effect(effect: float | None) -> str:
    """A detectable effect, or a dash where it cannot be known."""
    return "-" if effect is None else f"{effect:.4f}"


def _cell(setback: Setback, ranking: Sequence[str], rank: int) -> str:
    if rank >= len(ranking):
        return "-"
    identity = " ".join(ranking[rank].split())
    if len(identity) > _WIDTH - 2:
        identity = "…" + identity[3 - _WIDTH :]
    return f"{'*' if ranking[rank] in setback.gold else ' '} {identity}"
