"""Footnote beside its peers on one machine: ``python -m benchmarks.peers --data DIR --quality``.

Every peer runs in an environment of its own, made from ``requirements/`` on first use and kept under
``--environments``. All are given the same passages and the same weights. Each command is a process of its own; the
systems take turns, in every other round in the opposite order. What is told is the median of the rounds; what is
compared is within a round.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.encoders import load_encoder, packaged
from benchmarks.datasets import load
from benchmarks.peers import measuring
from benchmarks.peers.configurations import BY_NAME, Configuration
from benchmarks.peers.environments import default_folder, make, version_in
from benchmarks.peers.processes import OFFLINE, Runner
from benchmarks.peers.protocol import Asked, write_lines
from benchmarks.provenance import provenance
from benchmarks.speed_tasks import sample

SETS = ("squad2", "scifact")
TIMED_SET = "scifact"


def runners_of(chosen: Sequence[Configuration], environments: Path) -> list[Runner]:
    """The systems, their environments made and the model in the form each takes."""
    model = packaged.model_folder()
    packaged.check_digests(model)
    for precision in ("fp32", "int8"):
        load_encoder(precision=precision, export=True)
    export = environments / "models" / packaged.NAME
    if any(each.onnx for each in chosen):
        command = [sys.executable, "-m", "benchmarks.peers.onnx_model", str(model), str(export)]
        subprocess.run(command, env={**os.environ, **OFFLINE}, check=True, stderr=subprocess.DEVNULL)
    return [
        Runner(
            each,
            make(each.requirements, environments) if each.requirements else Path(sys.executable),
            export if each.onnx else model,
        )
        for each in chosen
    ]


def about(runners: Sequence[Runner], files: Sequence[Path]) -> dict[str, Any]:
    """Where the numbers come from, with the version of each system and what else the machine was doing."""
    versions = {r.configuration.name: version_in(r.python, r.configuration.package) for r in runners}
    threads = os.environ.get("OMP_NUM_THREADS")
    return {
        **provenance(files),
        "systems": versions,
        "threads": f"OMP_NUM_THREADS={threads}" if threads else "as each library chooses",
        "load": round(os.getloadavg()[0], 1),
    }


def timing(
    runners: Sequence[Runner], data: Path, documents: int, questions: int, rounds: int, work: Path
) -> Iterator[dict[str, Any]]:
    """Times, memory and disk, in alternating rounds: what is known after each of them."""
    dataset = load(TIMED_SET, data)
    passages = measuring.passages_of(sample(dataset, documents))
    drawn = dataset.questions[: measuring.WARM_UP + 2 * questions]
    asked = [Asked(question.id, question.question) for question in drawn]
    work.mkdir(parents=True, exist_ok=True)
    places = work / "passages.jsonl", work / "questions.jsonl"
    write_lines(places[0], passages)
    write_lines(places[1], asked)
    characters = sum(len(passage.whole) for passage in passages)
    origin = about(runners, dataset.files)
    measured = []
    for number in range(rounds):
        order = runners if number % 2 == 0 else list(reversed(runners))
        measured.append(measuring.one_round(order, *places, characters, work))
        yield {
            "provenance": {**origin, "load_at_the_end": round(os.getloadavg()[0], 1)},
            "documents": len(passages),
            "characters": characters,
            "questions": len(asked[measuring.WARM_UP :]) // 2,
            "rounds": measured,
            "medians": measuring.medians(measured),
            "ratios": measuring.ratios(measured) if measuring.OURS in measured[0] else {},
        }


def quality(runners: Sequence[Runner], data: Path, work: Path, results: dict[str, Any], out: Path) -> None:
    """nDCG@10 on the whole sets, written after each system; those that are not asked now keep what they had."""
    kept = results.setdefault("quality", {})
    for name in SETS:
        dataset = load(name, data)
        table = kept.setdefault(name, {"systems": {}})
        table |= {"provenance": about(runners, dataset.files), "documents": len(dataset.documents)}
        for runner in runners:
            values = measuring.rank(runner, dataset, work)
            place = work / name / f"{measuring.OURS}.json"
            known = runner.configuration.name != measuring.OURS and place.exists()
            ours = json.loads(place.read_text(encoding="utf-8")) if known else None
            entry = measuring.compare(values, ours)
            table["questions"] = len(values)
            table["systems"][runner.configuration.name] = entry
            print(f"{name:10} {runner.configuration.name:22} {entry}", flush=True)
            write(out, results)


def main() -> None:
    """Measure what was asked for and write it into the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--environments", type=Path, default=default_folder(), help="where environments are kept")
    parser.add_argument("--documents", type=int, default=1000, help="documents of scifact that are indexed for timing")
    parser.add_argument("--questions", type=int, default=100, help="questions that are timed")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--systems", nargs="*", default=list(BY_NAME), choices=BY_NAME)
    parser.add_argument("--quality", action="store_true", help="measure nDCG@10 on the whole sets as well")
    parser.add_argument("--no-timing", action="store_true", help="leave the times in the result file as they are")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/peers.json"))
    options = parser.parse_args()
    environments = options.environments.resolve()
    runners = runners_of([BY_NAME[name] for name in options.systems], environments)
    results = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
    if not options.no_timing:
        work = environments / "work" / "timing"
        for known in timing(runners, options.data, options.documents, options.questions, options.rounds, work):
            results["timing"] = known
            write(options.out, results)
    if options.quality:
        quality(runners, options.data, environments / "work" / "quality", results, options.out)


def write(path: Path, results: dict[str, Any]) -> None:
    """Write the result file."""
    path.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
