"""SIGKILL of the server in the middle of indexing: is what was acknowledged there, and whole? Does the client finish?

``python -m benchmarks.server_kills [--kills N]`` starts a server of its own, with all that makes its commits last, and
writes ``benchmarks/results/server_kills.json``. Every other kill takes the server's first process, the others the
process that is writing, after which the server recovers by itself.
"""

from __future__ import annotations

import argparse
import json
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from assistant.index import check_store, open_store
from assistant.index.server.address import ServerAddress
from assistant.index.server.store import ServerStore
from benchmarks.postgres import Postgres, running
from benchmarks.provenance import provenance
from benchmarks.server_documents import MAKERS, made, put

RESULT = Path(__file__).parent / "results" / "server_kills.json"
NAMES = 60
"""Documents that are written again and again."""
BETWEEN = 10
"""Changes that are acknowledged before the next kill."""


def run(server: Postgres, address: ServerAddress, kills: int, seed: int = 1) -> dict[str, Any]:
    """Kill the server while one client writes, then compare the index with what was acknowledged.

    Args:
        server: to be killed.
        address: of an index on it that is not there yet.
        kills: how often.
        seed: of the moments.

    Returns:
        What was done and what was found wrong, ``wrong`` being empty where nothing was.
    """
    ServerStore.create(address, MAKERS).close()
    acknowledged: dict[str, int] = {}  # the number of the change that each document has
    over, failed, lost, changes = threading.Event(), [], [], [0]
    chance = random.Random(seed)

    def write() -> None:
        store, number = open_store(address), 0
        try:
            while not over.is_set():
                name = f"document{number % NAMES}"
                put(store, name, number, passages=4)
                acknowledged[name] = number
                number += 1
                changes[0] = number
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            failed.append(f"the client gave up: {error}")
        finally:
            store.close()

    writer = threading.Thread(target=write)
    writer.start()
    done = {"first process": 0, "writing process": 0}
    for number in range(kills):
        goal = changes[0] + BETWEEN
        _wait(lambda goal=goal: changes[0] >= goal or failed)
        time.sleep(chance.uniform(0.0, 0.1))
        if number % 2:
            _kill_writing(server, address, chance)
            done["writing process"] += 1
        else:
            server.kill()
            server.start()
            done["first process"] += 1
        before = dict(acknowledged)
        lost.extend(_missing(address, before))
    written = changes[0]
    _wait(lambda: changes[0] > written or failed)  # the client goes on after the last kill
    over.set()
    writer.join()
    wrong = [*failed, *lost, *_differences(address, acknowledged), *check_store(address).findings]
    if changes[0] == written:
        wrong.append("the client did not go on after the last kill")
    return {
        "kills": done,
        "acknowledged": changes[0],
        "documents": len(acknowledged),
        "wrong": wrong,
    }


def _wait(until: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something, but not for ever."""
    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        time.sleep(0.01)


def _kill_writing(server: Postgres, address: ServerAddress, chance: random.Random) -> None:
    """Kill a process in the middle of a transaction."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if server.kill_backend(address.options.schema):
                return
        except (psycopg.OperationalError, ProcessLookupError):
            pass  # it recovers, or that one was done
        time.sleep(chance.uniform(0.0, 0.01))
    raise RuntimeError("no process was seen writing")


def _missing(address: ServerAddress, acknowledged: dict[str, int]) -> list[str]:
    """Documents that were acknowledged and are not there in that version or a later one, just after a kill."""
    store = open_store_again(address)
    hashes = store.document_hashes()
    store.close()
    return [
        f"{name} of change {number} was lost"
        for name, number in acknowledged.items()
        if int(hashes.get(name, "hash--1").removeprefix("hash-")) < number
    ]


def open_store_again(address: ServerAddress) -> ServerStore:
    """The store, as soon as the server answers."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return ServerStore.open(address)
        except Exception:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.05)


def _differences(address: ServerAddress, acknowledged: dict[str, int]) -> list[str]:
    """Documents that are not, word for word and vector for vector, what was acknowledged last."""
    store = open_store_again(address)
    wrong = []
    for name, number in acknowledged.items():
        document, passages, vectors = made(name, number, 4)
        same = store.document(name) == document and store.passages_of(name) == passages
        if not same or store.vectors_of(name).tobytes() != vectors.tobytes():
            wrong.append(f"{name} is not what was written with change {number}")
    store.close()
    return wrong


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    options = parser.parse_args()
    with running() as server:
        measured = run(server, ServerAddress(server.address(schema="kills", retry="60")), options.kills)
    RESULT.write_text(json.dumps({**provenance([]), **measured}, indent=2) + "\n")
    print(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
