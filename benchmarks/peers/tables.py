"""The tables of docs/peers.md, made of the results of ``benchmarks.peers``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.configurations import BY_NAME, CONFIGURATIONS
from benchmarks.peers.measuring import OURS

RESULTS = Path(__file__).parents[1] / "results" / "peers.json"
MISSING = "–"
HEADINGS = {
    "documents_per_second": "documents/s",
    "characters_per_second": "thousand characters/s",
    "cold_seconds": "cold, s",
    "warm_p50_ms": "p50, ms",
    "warm_p95_ms": "p95, ms",
    "cold_peak_mb": "peak asking, MB",
    "index_peak_mb": "peak indexing, MB",
    "index_mb": "index, MB",
}
ROUNDED = {"cold_seconds": 2, "documents_per_second": 1, "index_mb": 1, "warm_p50_ms": 1, "warm_p95_ms": 1}
SETS = ("scifact", "squad2")
QUIET = 1.0
"""A load at the beginning above this says that others were using the machine."""


def results() -> dict[str, Any]:
    """What was measured last."""
    loaded: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return loaded


def configurations_table(found: Mapping[str, Any] | None = None) -> str:
    """Each system, its version, and how it was set up."""
    versions = (found or results())["timing"]["provenance"]["systems"]
    rows = ["| system | version | set up as |", "|---|---|---|"]
    rows += [
        f"| {each.label} | {versions[each.name]} | {each.chosen} |" for each in CONFIGURATIONS if each.name in versions
    ]
    return "\n".join(rows)


def measures_table(found: Mapping[str, Any] | None = None) -> str:
    """The medians, and under them what was measured on."""
    timing = (found or results())["timing"]
    medians = timing["medians"]
    rows = ["| system | " + " | ".join(HEADINGS.values()) + " |", "|---|" + "---|" * len(HEADINGS)]
    for name, values in _in_order(medians):
        cells = [f"{_scaled(measure, values[measure]):.{ROUNDED.get(measure, 0)}f}" for measure in HEADINGS]
        rows.append(f"| {BY_NAME[name].label} | " + " | ".join(cells) + " |")
    origin = timing["provenance"]
    told = (
        f"{timing['documents']:,} documents of scifact ({timing['characters']:,} characters), "
        f"{timing['questions']} questions, the median of {len(timing['rounds'])} rounds on {origin['machine']}; "
        f"threads {origin['threads']}; load of the machine {origin['load']:.1f} when it began and "
        f"{origin['load_at_the_end']:.1f} when it ended."
    )
    if OURS in medians:
        ours = medians[OURS]
        told += (
            f" Footnote made {ours['units']:,.0f} passages of the documents, {ours['units_per_second']:.0f} a second; "
            f"a whole answer of it, with quotations and confidence, took {ours['answer_ms']:.1f} ms."
        )
    if origin["load"] > QUIET:
        told += (
            " **The machine was busy with other work: times, and ratios of times, only hint at what they are; "
            "memory and disk do not depend on it.**"
        )
    return "\n".join(rows) + "\n\n" + told


def ratios_table(found: Mapping[str, Any] | None = None) -> str:
    """How many times better Footnote is: bold where it is behind in every round, ≈ where the rounds disagree."""
    ratios = (found or results())["timing"]["ratios"]
    rows = ["| against | " + " | ".join(HEADINGS.values()) + " |", "|---|" + "---|" * len(HEADINGS)]
    for name, measures in _in_order(ratios):
        cells = [_ratio(measures[measure]) for measure in HEADINGS]
        rows.append(f"| {BY_NAME[name].label} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def quality_table(found: Mapping[str, Any] | None = None) -> str:
    """nDCG@10 of whole sets, with interval and the paired difference to Footnote."""
    quality = (found or results()).get("quality", {})
    heads = [f"{name}, {quality[name]['questions']} questions | Footnote − this" for name in SETS if name in quality]
    if not heads:
        return "Not measured yet."
    rows = ["| system | " + " | ".join(heads) + " |", "|---|" + "---|---|" * len(heads)]
    for each in CONFIGURATIONS:
        cells = [_quality(quality[name]["systems"].get(each.name)) for name in SETS if name in quality]
        if any(cell[0] != MISSING for cell in cells):
            rows.append(f"| {each.label} | " + " | ".join(f"{value} | {change}" for value, change in cells) + " |")
    return "\n".join(rows)


def behind(found: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """Peer and measure wherever Footnote is behind in every round: what the page has to explain."""
    ratios = (found or results())["timing"]["ratios"]
    peers = [(name, table) for name, table in _in_order(ratios) if BY_NAME[name].requirements]
    return [(name, measure) for name, table in peers for measure in HEADINGS if table[measure]["most"] < 1]


def _in_order(table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(each.name, table[each.name]) for each in CONFIGURATIONS if each.name in table]


def _scaled(measure: str, value: float) -> float:
    return value / 1000 if measure == "characters_per_second" else value


def _ratio(entry: Mapping[str, float]) -> str:
    told = f"{entry['ratio']:.2f}"
    if entry["most"] < 1:
        return f"**{told}**"
    return told if entry["least"] > 1 else f"≈ {told}"


def _quality(entry: Mapping[str, float] | None) -> tuple[str, str]:
    if entry is None:
        return MISSING, MISSING
    value = f"{entry['ndcg@10']:.3f} ({entry['low']:.3f}–{entry['high']:.3f})"
    if "ours_minus_this" not in entry:
        return value, MISSING
    return value, f"{entry['ours_minus_this']:+.3f} (p={entry['p_value']:.2g})"
