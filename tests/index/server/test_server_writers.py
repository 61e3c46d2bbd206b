"""Several writers at once, and servers that are killed: nothing is lost or half there, and the counts are exact."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.index import check_store
from assistant.index.server.address import ServerAddress
from assistant.index.server.store import ServerStore
from benchmarks import postgres, server_kills, server_writers
from benchmarks.server_documents import MAKERS, put


def test_statistics_are_exact_whoever_writes(server_address):
    done = server_writers.run(server_address, writers=2, readers=8, steps=25)
    assert done["wrong"] == []
    assert done["states_read"] >= 8
    assert done["committed"] >= 40  # some deletions found nothing


def test_two_writers_of_one_new_document_leave_one(server_address):
    store = ServerStore.create(server_address, MAKERS)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            list(pool.map(lambda seed: put(store, "same", seed), (1, 2)))
            store.delete_documents(["same"])
            list(pool.map(lambda seed: put(store, "same", seed), (3, 4)))
    assert store.info().documents == 1
    store.close()
    assert check_store(server_address).findings == ()


@pytest.fixture
def mortal() -> Iterator[postgres.Postgres]:
    """A server that may be killed; what it acknowledges is as safe as on one that is not for tests."""
    with postgres.running(fsync="off") as server:  # only processes die here, not the machine
        yield server


def test_a_server_that_is_killed_loses_nothing_and_the_client_goes_on(mortal):
    done = server_kills.run(mortal, ServerAddress(mortal.address(schema="kills")), kills=4)
    assert done["wrong"] == []
    assert done["kills"] == {"first process": 2, "writing process": 2}
