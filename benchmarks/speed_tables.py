"""The tables of docs/speed.md, made of the results of ``benchmarks.speed`` and ``benchmarks.precision``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def _results(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def ratios_table() -> str:
    """What was to be reached, and whether it was."""
    rows = ["| what | measured | to reach | reached |", "|---|---|---|---|"]
    for name, entry in sorted(_results("speed")["ratios"].items()):
        told = {None: "–", True: "yes", False: "no"}[entry["met"]]
        value = f"{entry['value']:.0f}" if entry["value"] >= 100 else f"{entry['value']:.2f}"
        rows.append(f"| {name} | {value} | {entry['target'] or '–'} | {told} |")
    return "\n".join(rows)


def speed_table() -> str:
    """The medians behind the ratios."""
    medians = _results("speed")["medians"]
    plain = medians["plain"]
    rows = [
        "| measure | sentence-transformers, fp32 | Footnote, fp32 | Footnote, int8 |",
        "|---|---|---|---|",
        f"| passages a second: encoded there, indexed here | {plain['passages_per_second']:.0f} "
        + "".join(f"| {medians[each]['passages_per_second']:.0f} " for each in ("fp32", "int8"))
        + "|",
        f"| one question encoded, ms | {plain['question_ms']:.1f} "
        + "".join(f"| {medians[each]['question_ms']:.1f} " for each in ("fp32", "int8"))
        + "|",
        "| one question answered, everything on, ms | – "
        + "".join(f"| {medians[f'warm {each}']['ask_ms']:.1f} " for each in ("fp32", "int8"))
        + "|",
        f"| from nothing: import there, process start to printed answer here, s "
        f"| {medians['import sentence_transformers']['seconds']:.2f} | {medians['cold ask']['seconds']:.2f} | – |",
        f"| peak memory of that, MB | {medians['import sentence_transformers']['peak_mb']:.0f} "
        f"| {medians['cold ask']['peak_mb']:.0f} | – |",
        "| thousand million operations a second while encoding | – "
        + "".join(f"| {medians[each]['encoder_gflops']:.0f} " for each in ("fp32", "int8"))
        + "|",
        f"| … and of the largest matrix products | – | {medians['peak']['fp32_gflops']:.0f} "
        f"| {medians['peak']['int8_gops']:.0f} |",
    ]
    return "\n".join(rows)


def precision_table() -> str:
    """nDCG@10 in fp32, and what it becomes when the index, the questions or both are int8."""
    rows = [
        "| set | asked | fp32 | questions int8 | index int8 | both int8 | 95 % interval | p | dense alone, both int8 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, table in sorted(_results("precision")["sets"].items()):
        exact = table["index fp32, questions fp32"]
        both = table["index int8, questions int8"]
        asked = table["index fp32, questions int8"]["everything"]["difference"]
        built = table["index int8, questions fp32"]["everything"]["difference"]
        every = both["everything"]
        rows.append(
            f"| {name} | {table['questions']} | {exact['everything']['ndcg@10']:.3f} | {asked:+.4f} | {built:+.4f} "
            f"| {every['difference']:+.4f} | {every['low']:+.4f} to {every['high']:+.4f} | {every['p_value']:.2f} "
            f"| {both['dense']['difference']:+.4f} |"
        )
    return "\n".join(rows)


def scale_table() -> str:
    """How searching grows with the index."""
    columns = ("passages", "documents", "opened, s", "dense, ms", "words, ms", "fused, ms", "fused p95, ms")
    columns += ("all vectors, ms", "recall@10", "memory, MB", "update, s", "derived anew, s")
    rows = [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    rows += [
        f"| {row['passages']:,.0f} | {row['documents']:,.0f} | {row['open_s']:.2f} | {row['dense_p50_ms']:.1f} "
        f"| {row['lexical_p50_ms']:.1f} | {row['fused_p50_ms']:.1f} | {row['fused_p95_ms']:.1f} "
        f"| {row['exact_p50_ms']:.1f} | {row['recall_at_10']:.3f} | {row['searching_mb']:,.0f} "
        f"| {row['update_s']:.2f} | {row['derive_s']:.0f} |"
        for row in _results("scale")["sizes"]
    ]
    return "\n".join(rows)


def neighbours_table() -> str:
    """Ways to search many vectors, side by side."""
    result = _results("neighbours")
    rows = [
        "| vectors | way | built, s | one question, ms | recall@10 | recall@100 | memory, MB |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {row['vectors']:,} | {row['way']} | {row['build_s']:.1f} | {row['p50_ms']:.2f} | {row['recall_at_10']:.3f} "
        f"| {row['recall_at_100']:.3f} | {row['mb']:,.0f} |"
        for row in result["rows"]
    ]
    return "\n".join(rows)
