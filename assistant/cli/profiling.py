"""``footnote ask --profile``: where the time of one answer went, from the start of the command to its end."""

from __future__ import annotations

import time
from collections.abc import Mapping

import typer

from assistant.cli._start import STARTED

TOLD = {
    "imports": "libraries, before the index is touched",
    "open": "the encoder, the index and what is derived from it",
    "conversation": "the question taken in context",
    "encode": "the question's vectors",
    "dense": "nearest passages by vector",
    "lexical": "best passages by BM25",
    "rank": "fusion, late interaction, merging",
    "answer": "sentences compared, confidence",
}
"""Every stage, in order, and what it does."""


class Stages:
    """Seconds of each stage; the first one lasts since the command began."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = STARTED

    def ends(self, stage: str) -> None:
        """What was done since the last stage was this one."""
        now = time.perf_counter()
        self.seconds[stage] = now - self._since
        self._since = now

    def add(self, seconds: Mapping[str, float]) -> None:
        """Stages that were measured elsewhere."""
        self.seconds.update(seconds)

    def milliseconds(self) -> dict[str, float]:
        """Each stage that was gone through, in order, and the total since the command began."""
        told = {stage: 1000 * self.seconds[stage] for stage in TOLD if stage in self.seconds}
        told["total"] = 1000 * (time.perf_counter() - STARTED)
        return {stage: round(value, 1) for stage, value in told.items()}


def print_stages(stages: Stages) -> None:
    """One line a stage on standard error, in milliseconds."""
    typer.echo("", err=True)
    for stage, milliseconds in stages.milliseconds().items():
        typer.echo(f"{stage:12} {milliseconds:8.1f} ms  {TOLD.get(stage, 'printing included')}", err=True)
