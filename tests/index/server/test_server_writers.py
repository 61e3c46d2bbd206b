"""Two writers and eight readers at once: nothing is lost, every reader sees one state, and the counts are exact."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from assistant.index import check_store, open_store
from assistant.index.server.store import ServerStore
from tests.index.server.stores import MAKERS, WORDS, put, statistics, told

NAMES = [f"work{number // 4}#{number % 4}" for number in range(16)]


def test_statistics_are_exact_whoever_writes(server_address):
    ServerStore.create(server_address, MAKERS).close()
    over = threading.Event()

    def write(seed: int) -> int:
        chance = random.Random(seed)
        store = open_store(server_address)
        for step in range(40):
            if chance.random() < 0.25:
                store.delete_documents(chance.sample(NAMES, 3))
            else:
                put(store, chance.choice(NAMES), seed * 1000 + step, passages=chance.choice((0, 1, 2)))
        store.close()
        return 40

    def read(_: int) -> int:
        store, seen = open_store(server_address), 0
        while not over.is_set() or not seen:
            with store.reading():
                documents, passages, mean, frequencies = statistics(store)
                assert told(store, frequencies) == (documents, passages, mean, frequencies)
                lists = [store.lexical(dict.fromkeys(WORDS[:4], 1.0), 20, None, 0.3) for _ in range(2)]
                assert lists[0] == lists[1]
            seen += 1
        store.close()
        return seen

    with ThreadPoolExecutor(10) as pool:
        writers = [pool.submit(write, seed) for seed in (1, 2)]
        readers = [pool.submit(read, number) for number in range(8)]
        assert [each.result(60) for each in writers] == [40, 40]
        over.set()
        assert all(each.result(60) > 0 for each in readers)
    store = open_store(server_address)
    documents, passages, mean, frequencies = statistics(store)
    assert told(store, frequencies) == (documents, passages, mean, frequencies)
    store.close()
    assert check_store(server_address).findings == ()


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
