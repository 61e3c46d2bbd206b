"""Indexing on a Ray cluster: is everything there after a node was killed, and how fast is it beside one process?

``python -m benchmarks.ray_indexing`` starts a PostgreSQL, a head and two nodes of one core on this machine, and writes
``benchmarks/results/ray_indexing.json``. On one machine all of them share its cores: what is compared is what sharing
out costs, one process on two cores beside two workers of one core each. How much faster many machines are, it cannot
show.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from assistant.index import check_store, open_store
from assistant.index.server.address import ServerAddress
from assistant.indexing import IndexReport, build_from_files
from benchmarks.postgres import Postgres, running
from benchmarks.provenance import provenance
from benchmarks.ray_nodes import Nodes, nodes

RESULT = Path(__file__).parent / "results" / "ray_indexing.json"
TEXTS = sorted([*Path("docs").glob("*.md"), *Path("corpus").glob("*.md"), *Path("corpus").glob("*.txt")])


def written(folder: Path, count: int) -> Path:
    """A folder of documents, each some paragraphs of the repository's own texts under a title of its own."""
    paragraphs = [part for path in TEXTS for part in path.read_text(encoding="utf-8").split("\n\n") if len(part) > 200]
    folder.mkdir()
    for number in range(count):
        chosen = [paragraphs[(number * 7 + step * 11) % len(paragraphs)] for step in range(6)]
        text = "\n\n".join(f"{part}\n\nThis is remark {number}.{step}." for step, part in enumerate(chosen))
        (folder / f"text{number}.md").write_text(f"# Document {number}\n\n{text}\n", encoding="utf-8")
    return folder


def indexed(documents: Path, address: ServerAddress, encoder: str | None, **options: Any) -> tuple[IndexReport, float]:
    """Index a folder; the report, and the seconds that it took, encoder and workers included."""
    reports: list[IndexReport] = []
    began = time.perf_counter()
    build_from_files([documents], address, encoder=encoder, on_report=reports.append, **options)
    return reports[0], time.perf_counter() - began


def compared(one: ServerAddress, two: ServerAddress) -> dict[str, Any]:
    """Where two indexes differ: how many documents and passages, and vectors by how much at most."""
    first, second = open_store(one), open_store(two)
    hashes = first.document_hashes()
    differing = [
        name
        for name in hashes
        if first.document(name) != second.document(name) or first.passages_of(name) != second.passages_of(name)
    ]
    missing = sorted(hashes.keys() ^ second.document_hashes().keys())
    apart = [float(np.abs(first.vectors_of(name) - second.vectors_of(name)).max()) for name in hashes if not missing]
    info = first.info()
    first.close()
    second.close()
    return {
        "documents": info.documents,
        "passages": info.passages,
        "missing": missing,
        "differing": differing,
        "largest_difference_of_a_vector": max(apart, default=None),
        "findings": [*check_store(one).findings, *check_store(two).findings],
    }


def killed(machines: Nodes, documents: Path, new: Callable[[], ServerAddress]) -> dict[str, Any]:
    """Kill a node when a third of the documents is committed; the index beside that of a plain run."""
    alone, shared, moment = new(), new(), []

    def progress(done: int, known: int, _name: str) -> None:
        if not moment and done >= known // 3:
            moment.append(done)
            machines.kill_one()

    told: list[str] = []
    indexed(documents, alone, "hashing")
    report, seconds = indexed(
        documents, shared, "hashing", ray=machines.address, progress=progress, on_wait=told.append
    )
    return {
        "killed_after_documents": moment[0],
        "told": told,
        "added": len(report.added),
        "added_once": len(set(report.added)) == len(report.added),
        "unchanged": report.unchanged,
        "seconds": round(seconds, 2),
        **compared(shared, alone),
    }


def throughput(machines: Nodes, documents: Path, new: Callable[[], ServerAddress], rounds: int) -> dict[str, Any]:
    """One process beside two workers, in turns, with the packaged encoder.

    Seconds are those of the update as the index's history keeps them: loading the encoder once in the driver is in
    neither, starting the workers with theirs is in Ray's. Told is the fastest round of each: on a machine that others
    use too it is the one that was disturbed least.
    """
    seconds: dict[str, list[float]] = {"one process": [], "two workers": []}
    first: dict[str, ServerAddress] = {}
    for _ in range(rounds):
        for name, options in (("one process", {}), ("two workers", {"ray": machines.address})):
            address = new()
            indexed(documents, address, None, **options)
            first.setdefault(name, address)
            store = open_store(address)
            seconds[name].append(store.updates(1)[0].seconds)
            passages = store.info().passages
            store.close()
    return {
        **fastest(seconds, passages),
        "start_of_workers_included": True,
        **compared(first["two workers"], first["one process"]),
    }


def fastest(seconds: dict[str, list[float]], passages: int) -> dict[str, Any]:
    """The rounds, and what the fastest of each comes to."""
    best = {name: min(each) for name, each in seconds.items()}
    return {
        "rounds": seconds,
        "passages_a_second": {name: round(passages / each, 1) for name, each in best.items()},
        "two_workers_over_one_process": round(best["one process"] / best["two workers"], 3),
    }


def run(server: Postgres, folder: Path, size: int, encoded: int, rounds: int) -> dict[str, Any]:
    """Everything that is measured."""

    def new() -> ServerAddress:
        return ServerAddress(server.address(schema=f"ray_{secrets.token_hex(4)}", folder=str(folder / "index")))

    with nodes(2) as machines:
        return {
            "throughput": throughput(machines, written(folder / "encoded", encoded), new, rounds),
            "node_killed": killed(machines, written(folder / "documents", size), new),
        }


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=600, help="of the run in which a node is killed")
    parser.add_argument("--encoded", type=int, default=160, help="of the runs with the packaged encoder")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with running() as server, tempfile.TemporaryDirectory() as made:
        measured = run(server, Path(made), options.documents, options.encoded, options.rounds)
    machine = {"cores": len(os.sched_getaffinity(0)), "shared_with": "the server, the driver and other programs"}
    RESULT.write_text(
        json.dumps({**provenance(TEXTS), "ray": version("ray"), "machine_here": machine, **measured}, indent=2) + "\n"
    )
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
