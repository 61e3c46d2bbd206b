"""How fast it starts, indexes and answers, beside sentence-transformers: ``python -m benchmarks.speed --data DIR``.

Everything is timed in processes of their own, one after another, in several rounds, so that a busy moment of the
machine meets all alike; the median of the rounds is told. ``--index`` is a built index of scifact, made with
``benchmarks.retrieval``. Encoders are exported before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.provenance import provenance

QUESTION = "Do statins lower cholesterol?"
TARGETS = {
    "cold ask / import sentence_transformers": ("<=", 0.25),
    "cold ask, peak memory in MB": ("<=", 350),
    "import assistant over bare Python in ms": ("<=", 60),
    "indexing int8 / plain encode": (">=", 2.5),
    "indexing fp32 / plain encode": (">=", 2.5),
    "warm ask / plain encode of the question": ("<=", 1.0),
}


def process(command: list[str]) -> dict[str, float]:
    """Seconds from start to end of a process, and its peak memory in MB."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    return {"seconds": time.perf_counter() - started, "peak_mb": usage.ru_maxrss / 1024}


def task(*arguments: str) -> dict[str, float]:
    """What one task of ``benchmarks.speed_tasks`` measured."""
    command = [sys.executable, "-m", "benchmarks.speed_tasks", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def one_round(data: Path, index: Path, documents: int) -> dict[str, dict[str, float]]:
    """Everything once."""
    python = [sys.executable]
    sampled = ("--data", str(data), "--documents", str(documents))
    opened = ("--data", str(data), "--index", str(index))
    return {
        "bare python": process([*python, "-c", "pass"]),
        "import assistant": process([*python, "-c", "import assistant"]),
        "import sentence_transformers": process([*python, "-c", "import sentence_transformers"]),
        "cold ask": process([*python, "-m", "assistant", "ask", QUESTION, "--index", str(index)]),
        "plain": task("plain", *sampled),
        "fp32": task("ours", *sampled, "--precision", "fp32"),
        "int8": task("ours", *sampled, "--precision", "int8"),
        "warm fp32": task("warm", *opened, "--precision", "fp32"),
        "warm int8": task("warm", *opened, "--precision", "int8"),
        "peak": task("peaks"),
    }


def medians(rounds: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """The median over the rounds of every number."""
    return {
        name: {key: statistics.median(each[name][key] for each in rounds) for key in values}
        for name, values in rounds[0].items()
    }


def ratios(rounds: list[dict[str, dict[str, float]]]) -> dict[str, float]:
    """What is to be reached: medians of the ratios within each round."""
    of_rounds = [
        {
            "cold ask / import sentence_transformers": r["cold ask"]["seconds"]
            / r["import sentence_transformers"]["seconds"],
            "cold ask, peak memory in MB": r["cold ask"]["peak_mb"],
            "import assistant over bare Python in ms": 1000
            * (r["import assistant"]["seconds"] - r["bare python"]["seconds"]),
            "indexing int8 / plain encode": r["int8"]["passages_per_second"] / r["plain"]["passages_per_second"],
            "indexing fp32 / plain encode": r["fp32"]["passages_per_second"] / r["plain"]["passages_per_second"],
            "warm ask / plain encode of the question": r["warm fp32"]["ask_ms"] / r["plain"]["question_ms"],
            "encoding fp32 / fp32 peak": r["fp32"]["encoder_gflops"] / r["peak"]["fp32_gflops"],
            "encoding int8 / int8 peak": r["int8"]["encoder_gflops"] / r["peak"]["int8_gops"],
            "question encoded int8 / fp32": r["int8"]["question_ms"] / r["fp32"]["question_ms"],
            "question encoded fp32 / plain": r["fp32"]["question_ms"] / r["plain"]["question_ms"],
        }
        for r in rounds
    ]
    return {name: statistics.median(each[name] for each in of_rounds) for name in of_rounds[0]}


def main() -> None:
    """Measure, and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--index", type=Path, default=Path(".cache/benchmarks/scifact"), help="an index of scifact")
    parser.add_argument("--documents", type=int, default=250, help="documents that are indexed each time")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/speed.json"))
    options = parser.parse_args()
    task("ours", "--data", str(options.data), "--documents", "4", "--precision", "int8")  # exports both
    rounds = []
    for number in range(options.rounds):
        rounds.append(one_round(options.data, options.index, options.documents))
        print(f"round {number + 1}", json.dumps(rounds[-1]), flush=True)
    reached: dict[str, Any] = {}
    for name, value in ratios(rounds).items():
        sign, target = TARGETS.get(name, ("", None))
        met = None if target is None else (value <= target if sign == "<=" else value >= target)
        reached[name] = {"value": value, "target": f"{sign} {target}" if sign else None, "met": met}
        print(f"{name:44} {value:8.3f}  {reached[name]['target'] or ''} {'' if met is None else met}")
    files = (options.data / "scifact" / "corpus.jsonl", options.data / "scifact" / "queries.jsonl")
    result = {"provenance": provenance(files), "medians": medians(rounds), "ratios": reached, "rounds": rounds}
    options.out.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
