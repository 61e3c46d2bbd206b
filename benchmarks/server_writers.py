"""Several writers and readers on one index at once: are the statistics exact, does every reader see one state?

``python -m benchmarks.server_writers [--steps N]`` starts a server of its own and writes
``benchmarks/results/server_writers.json``.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from assistant.index import check_store, open_store
from assistant.index.server.address import ServerAddress
from assistant.index.server.store import ServerStore
from benchmarks.postgres import running
from benchmarks.provenance import provenance
from benchmarks.server_documents import MAKERS, WORDS, put, statistics, told

RESULT = Path(__file__).parent / "results" / "server_writers.json"
NAMES = [f"work{number // 4}#{number % 4}" for number in range(16)]
"""Few names, so that writers meet: documents of works of four."""


def run(address: ServerAddress, writers: int = 2, readers: int = 8, steps: int = 40) -> dict[str, Any]:
    """Write and read at once, then count everything again.

    Args:
        address: of an index that is not there yet.
        writers, readers: how many threads, each with connections of its own.
        steps: changes that each writer makes.

    Returns:
        What was done and what was found wrong, ``wrong`` being empty where nothing was.
    """
    ServerStore.create(address, MAKERS).close()
    over, wrong, seen = threading.Event(), [], []

    def write(seed: int) -> None:
        chance = random.Random(seed)
        store = open_store(address)
        for step in range(steps):
            if chance.random() < 0.25:
                store.delete_documents(chance.sample(NAMES, 3))
            else:
                put(store, chance.choice(NAMES), seed * 1000 + step, passages=chance.choice((0, 1, 2)))
        store.close()

    def read(_: int) -> None:
        store, count = open_store(address), 0
        while not over.is_set() or not count:
            with store.reading():
                counted = statistics(store)
                if told(store, counted[3]) != counted:
                    wrong.append("a reader saw other counts than documents")
                lists = [store.lexical(dict.fromkeys(WORDS[:4], 1.0), 20, None, 0.3) for _ in range(2)]
                if lists[0] != lists[1]:
                    wrong.append("a reader saw two lists in one state")
            count += 1
        store.close()
        seen.append(count)

    began = time.perf_counter()
    with ThreadPoolExecutor(writers + readers) as pool:
        writing = [pool.submit(write, seed) for seed in range(1, writers + 1)]
        reading = [pool.submit(read, number) for number in range(readers)]
        for each in writing:
            each.result()
        took = time.perf_counter() - began
        over.set()
        for each in reading:
            each.result()
    store = open_store(address)
    counted = statistics(store)
    if told(store, counted[3]) != counted:
        wrong.append("the counts are not those of the documents")
    generation = store.info().generation
    store.close()
    wrong.extend(check_store(address).findings)
    return {
        "writers": writers,
        "readers": readers,
        "changes": writers * steps,
        "committed": generation,
        "changes_per_second": writers * steps / took,
        "states_read": sum(seen),
        "documents": counted[0],
        "passages": counted[1],
        "terms": len(counted[3]),
        "wrong": wrong,
    }


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=500)
    options = parser.parse_args()
    with running() as server:
        measured = run(ServerAddress(server.address(schema="writers")), steps=options.steps)
    RESULT.write_text(json.dumps({**provenance([]), **measured}, indent=2) + "\n")
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
