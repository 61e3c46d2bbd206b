"""The table of docs/scale.md that is made of the result of ``benchmarks.ray_indexing``."""

from __future__ import annotations

import json
from pathlib import Path

RESULT = Path(__file__).parent / "results" / "ray_indexing.json"


def ray_table() -> str:
    """What a killed node cost, and two workers beside one process."""
    result = json.loads(RESULT.read_text(encoding="utf-8"))
    lost, speed = result["node_killed"], result["throughput"]
    wrong = len(lost["missing"]) + len(lost["differing"]) + len(lost["findings"])
    rates = speed["passages_a_second"]
    rows = [
        "| what | measured |",
        "|---|---|",
        f"| documents, passages of the run in which a node was killed | {lost['documents']:,}, {lost['passages']:,} |",
        f"| documents committed when it was killed | {lost['killed_after_documents']:,} |",
        f"| documents missing, double or other than one process stores | {wrong + (not lost['added_once'])} |",
        f"| largest difference of a vector | {lost['largest_difference_of_a_vector']:g} |",
        f"| passages a second with the packaged encoder: one process | {rates['one process']:.0f} |",
        f"| … two workers, their start included | {rates['two workers']:.0f} |",
        f"| two workers / one process, on the same two cores | {speed['two_workers_over_one_process']:.2f} |",
    ]
    return "\n".join(rows)
