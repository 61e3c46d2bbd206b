"""The tables of docs/scale.md, made of the results of ``benchmarks.server_store``, ``_kills`` and ``_writers``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
SIZES = (1_000_000, 100_000_000, 1_000_000_000)
"""Passages that the table of sizes reckons with."""


def _results(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def stores_table() -> str:
    """Both stores asked the same questions."""
    result = _results("server_store")
    count = result["questions"]
    ways = ("embedded", "exact", "approximate")
    rows = [
        "| | embedded | server, exact | server, approximate |",
        "|---|---|---|---|",
        f"| the same ten passages in the same order, of {count} questions | – | {result['identical_top_10_exact']} "
        f"| {result['identical_top_10_approximate']} |",
        f"| … with the same scores to the last bit | – | {result['identical_scores_exact']} | |",
        f"| the same answer, every field | – | {result['identical_answers_exact']} | |",
        f"| recall@10 of the dense search | 1 | 1 | {result['recall@10_approximate']:.4f} |",
        "| whole answer, p50, ms |" + "".join(f" {result[f'{each}_p50_ms']:.0f} |" for each in ways),
        "| whole answer, p95, ms |" + "".join(f" {result[f'{each}_p95_ms']:.0f} |" for each in ways),
    ]
    for stage in ("dense", "lexical", "rank"):
        times = "".join(f" {result['stages_p50_ms'][each][stage]:.1f} |" for each in ways)
        rows.append(f"| … of which {stage}, ms |{times}")
    slower = result["approximate_p50_ms"] / result["embedded_p50_ms"]
    return (
        "\n".join(rows)
        + f"\n\n{result['passages']:,} passages of {result['documents']:,} documents; the three take turns, "
        f"question by question. Approximate takes {slower:.2f} times as long as embedded."
    )


def sizes_table() -> str:
    """Bytes of a passage by table, and what that comes to."""
    result = _results("server_store")
    by_table = dict(result["bytes_per_passage"])
    nearest = result["hnsw_bytes_per_passage"]
    by_table["vectors"] -= nearest
    parts = {
        "documents and passages": by_table["documents"] + by_table["passages"],
        "vectors, float32": by_table["vectors"],
        "HNSW index, half precision": nearest,
        "postings": by_table["postings"],
        "token vectors, where kept": by_table["tokens"],
    }
    heads = " | ".join(f"{size:,}" for size in SIZES)
    rows = [f"| what | bytes a passage | {heads} |", "|---|---|" + "---|" * len(SIZES)]
    for name, size in parts.items():
        rows.append(f"| {name} | {size:,.0f} | {' | '.join(_shown(size * count) for count in SIZES)} |")
    lean = sum(size for name, size in parts.items() if "token" not in name)
    rows.append(f"| all without token vectors | {lean:,.0f} | {' | '.join(_shown(lean * count) for count in SIZES)} |")
    whole = sum(parts.values())
    rows.append(f"| all | {whole:,.0f} | {' | '.join(_shown(whole * count) for count in SIZES)} |")
    return "\n".join(rows)


def times_table() -> str:
    """What making an index takes."""
    result = _results("server_store")
    build = result["passages"] / result["hnsw_build_seconds"]
    return "\n".join(
        [
            "| step | measured here, passages a second |",
            "|---|---|",
            f"| `footnote copy` from a folder, token vectors included | {result['copied_passages_per_second']:.0f} |",
            f"| HNSW index of all vectors at once | {build:,.0f} |",
        ]
    )


def trials_table() -> str:
    """What went wrong when the server was killed, and when many wrote and read."""
    kills, writers = _results("server_kills"), _results("server_writers")
    told = ", ".join(f"{count} of the {what}" for what, count in kills["kills"].items())
    return "\n".join(
        [
            "| trial | done | found wrong |",
            "|---|---|---|",
            f"| SIGKILL in the middle of writing: {told} | {kills['acknowledged']:,} changes acknowledged "
            f"| {len(kills['wrong'])} |",
            f"| {writers['writers']} writers and {writers['readers']} readers on {writers['documents']} documents "
            f"| {writers['changes']:,} changes, {writers['states_read']:,} states read and counted again "
            f"| {len(writers['wrong'])} |",
        ]
    )


def _shown(size: float) -> str:
    for unit, power in (("TB", 12), ("GB", 9), ("MB", 6)):
        if size >= 10**power:
            return f"{size / 10**power:.1f} {unit}"
    return f"{size:.0f} bytes"
