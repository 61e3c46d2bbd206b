"""The tables of what comes from outside: load, hostile questions and requests, connections, damaged documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "results"


def _results(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def load_table() -> str:
    """Readers and a writer on one server, and the memory of one process that is asked on and on."""
    result = _results("reliability_load")
    load, one = result["load"], result["one_process"]
    updates, mib = load["updates"], load["server_mib"]
    memory = {int(number): value for number, value in one["mib_after"].items()}
    fifth, last = one["questions"] // 5, one["questions"]
    return "\n".join(
        [
            "| what | value |",
            "|---|---|",
            f"| questions of {load['readers']} readers while documents changed | {load['questions']:,} "
            f"in {load['seconds']:.0f} s |",
            f"| failed answers | {load['failed']} |",
            f"| documents removed and added in other versions meanwhile | {sum(updates.values())} |",
            f"| time of an answer, ms: median / 99 % / longest | {load['ms']['p50']} / {load['ms']['p99']} "
            f"/ {load['ms']['max']} |",
            f"| memory of the server before / in the middle / after | {mib['before']:.0f} / {mib['middle']:.0f} "
            f"/ {mib['after']:.0f} MiB |",
            f"| memory of one process after {fifth:,} / {last:,} questions | {memory[fifth]:.0f} "
            f"/ {memory[last]:.0f} MiB |",
        ]
    )


def hostile_table() -> str:
    """What came of hostile questions, requests and documents, and what left the machine."""
    result, fuzzed = _results("reliability_hostile"), _results("fuzz_reading")
    rows = ["| what | tried | came of it | anything else |", "|---|---|---|---|"]
    for encoder in ("packaged", "hashing"):
        asked = result[f"asked, {encoder} encoder"]
        came = ", ".join(f"{number:,} {name}" for name, number in asked["outcomes"].items())
        rows.append(f"| questions, {encoder} encoder | {asked['questions']:,} | {came} | {asked['fault_count']} |")
    called = result["called"]
    came = ", ".join(f"{number:,} × {status}" for status, number in called["statuses"].items())
    rows.append(f"| requests | {called['requests']:,} | {came} | {called['fault_count']} |")
    read = sum(entry["read"] for entry in fuzzed["formats"].values())
    refused = sum(entry["refused"] + sum(entry["cost_a_worker"].values()) for entry in fuzzed["formats"].values())
    rows.append(f"| damaged documents | {fuzzed['files']:,} | {read:,} documents, {refused:,} refusals | 0 |")
    commands = _results("reliability_connections")["commands"]
    out = sum(len(entry["outgoing"]) for entry in commands.values())
    processes = sum(entry["processes"] for entry in commands.values())
    rows.append(f"| {', '.join(commands)}: connections to other machines | {processes} processes | none | {out} |")
    return "\n".join(rows)
