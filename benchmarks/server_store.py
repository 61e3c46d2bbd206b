"""The server store against the embedded one on the same 20,000 passages: the same lists, and what a question takes.

``python -m benchmarks.server_store --data DIR [--index FOLDER]`` builds the embedded index of scifact where there is
none (ten minutes), starts a PostgreSQL of its own, copies the index there and writes
``benchmarks/results/server_store.json``. The three ways of asking take turns, question by question.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.index import open_store, sizes_of, store_exists
from assistant.index.copying import copy_index
from assistant.index.server.address import ServerAddress
from assistant.index.server.store import ServerStore
from benchmarks.datasets import load
from benchmarks.postgres import Postgres, running
from benchmarks.provenance import provenance

RESULT = Path(__file__).parent / "results" / "server_store.json"
SET = "scifact"
QUESTIONS = 200
DEPTH = 10
WARM_UP = 10
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
"""Of the server; everything else is as it comes, commits that last included."""


def compare(assistants: dict[str, Assistant], questions: Sequence[str]) -> dict[str, Any]:
    """Ask everybody everything, in turn.

    Args:
        assistants: ``embedded``, ``exact`` and ``approximate``.
        questions: to ask.
    """
    for assistant in assistants.values():
        for question in questions[:WARM_UP]:
            assistant.ask(question)
    spent: dict[str, list[float]] = {name: [] for name in assistants}
    same = dict.fromkeys(assistants, 0)
    same_scores = same_answers = 0
    stages: dict[str, dict[str, list[float]]] = {name: {} for name in assistants}
    for question in questions:
        answers, hits = {}, {}
        for name, assistant in assistants.items():
            began = time.perf_counter()
            answers[name] = assistant.ask(question)
            spent[name].append(1000 * (time.perf_counter() - began))
            for stage, seconds in assistant.stage_seconds.items():
                stages[name].setdefault(stage, []).append(1000 * seconds)
            hits[name] = assistant.search(question, DEPTH)
        ours = [hit.passage.id for hit in hits["embedded"]]
        for name in assistants:
            same[name] += [hit.passage.id for hit in hits[name]] == ours
        same_scores += [hit.score for hit in hits["exact"]] == [hit.score for hit in hits["embedded"]]
        same_answers += answers["exact"] == answers["embedded"]
    return {
        "questions": len(questions),
        "identical_top_10_exact": same["exact"],
        "identical_scores_exact": same_scores,
        "identical_answers_exact": same_answers,
        "identical_top_10_approximate": same["approximate"],
        **{f"{name}_p50_ms": statistics.median(times) for name, times in spent.items()},
        **{f"{name}_p95_ms": statistics.quantiles(times, n=20)[18] for name, times in spent.items()},
        "stages_p50_ms": {
            name: {stage: statistics.median(times) for stage, times in each.items()} for name, each in stages.items()
        },
    }


def recall(assistant: Assistant, questions: Sequence[str]) -> float:
    """Share of the ten nearest passages that the approximate search finds too."""
    store = assistant.store
    found = 0
    for question in questions:
        vector = assistant.encoder.encode([question])[0].vector
        exact = {each.key for each in store.dense(vector, DEPTH, exact=True)}
        found += len(exact & {each.key for each in store.dense(vector, DEPTH)})
    return found / (DEPTH * len(questions))


def dense_ms(assistant: Assistant, questions: Sequence[str], depth: int, *, exact: bool) -> float:
    """Median time of the dense search alone."""
    times = []
    for question in questions:
        vector = assistant.encoder.encode([question])[0].vector
        began = time.perf_counter()
        assistant.store.dense(vector, depth, exact=exact)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def measured(server: Postgres, folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """Copy the index to a server and compare both."""
    target = ServerAddress(server.address(schema="scale"))
    began = time.perf_counter()
    copied = copy_index(folder, target)
    copy_seconds = time.perf_counter() - began
    sizes = sizes_of(target)
    embedded_bytes = sum(sizes_of(folder).values())
    with closing(ServerStore.open(target)) as store:
        nearest = store.connections.latest(lambda c: c.execute(_NEAREST_BYTES).fetchone())
        began = time.perf_counter()
        store.connections.latest(lambda c: c.execute("REINDEX INDEX vectors_nearest"))
        build_seconds = time.perf_counter() - began
    exact, approximate = (ServerAddress(f"{target.whole}&search={how}") for how in ("exact", "approximate"))
    assistants = {
        "embedded": Assistant.open(folder),
        "exact": Assistant.open(exact),
        "approximate": Assistant.open(approximate),
    }
    result = {
        "documents": copied.documents,
        "passages": copied.passages,
        "copy_seconds": copy_seconds,
        "copied_passages_per_second": copied.passages / copy_seconds,
        "hnsw_build_seconds": build_seconds,
        "bytes_per_passage": {name: size / copied.passages for name, size in sizes.items() if size > 1 << 20},
        "hnsw_bytes_per_passage": nearest[0] / copied.passages if nearest else None,
        "server_bytes": sum(sizes.values()),
        "embedded_bytes": embedded_bytes,
        "recall@10_approximate": recall(assistants["approximate"], questions),
        "dense_exact_p50_ms": dense_ms(assistants["approximate"], questions, 100, exact=True),
        "dense_approximate_p50_ms": dense_ms(assistants["approximate"], questions, 100, exact=False),
        **compare(assistants, questions),
    }
    for each in assistants.values():
        each.close()
    return result


_NEAREST_BYTES = "SELECT pg_relation_size('vectors_nearest')"


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, help="embedded index of scifact, kept for the next time")
    options = parser.parse_args()
    dataset = load(SET, options.data)
    questions = [question.question for question in dataset.questions[:QUESTIONS]]
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.index or Path(scratch) / "index"
        if not store_exists(folder):
            Assistant.from_memory(dataset.documents, folder, precision="int8").close()
        open_store(folder).close()
        with running(**SETTINGS) as server:
            result = measured(server, folder, questions)
    RESULT.write_text(json.dumps({**provenance(dataset.files), **result}, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
