"""Both stores rank alike: the same lists, the same scores; and the approximate search finds nearly all of them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from assistant.index import EmbeddedStore, Store, open_store
from assistant.index.server import searching
from assistant.index.server.address import ServerAddress
from assistant.index.server.postings import POSTING, PostingsKept
from assistant.index.server.store import ServerStore
from benchmarks.server_documents import DIMENSION, MAKERS, WORDS, put

QUESTIONS = 40


@pytest.fixture(scope="module")
def both(postgres_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, ServerStore]]:
    from assistant.index.server import lifecycle

    joint = "&" if "?" in postgres_address else "?"
    address = ServerAddress(f"{postgres_address}{joint}schema=test_ranking")
    lifecycle.remove(address)
    embedded = EmbeddedStore.create(tmp_path_factory.mktemp("ranking") / "index", MAKERS)
    server = ServerStore.create(address, MAKERS)
    for seed in range(150):
        name = f"work{seed // 3}#{seed % 3}" if seed % 2 else f"single{seed}"
        put(embedded, name, seed)
        put(server, name, seed)
    for seed in range(0, 150, 9):  # replaced and removed: what is left must still count alike
        for store in (embedded, server):
            put(store, f"single{seed}", seed + 1000, passages=2)
            store.delete_documents([f"single{seed + 6}"])
    yield embedded, server
    embedded.close()
    server.close()
    lifecycle.remove(address)


def by_place(store: Store, candidates) -> list[tuple[str, int, float]]:
    places = store.places([each.key for each in candidates])
    return [(places[each.key].document, places[each.key].start, each.score) for each in candidates]


@pytest.mark.parametrize("scope", ["all", "some"])
def test_words_rank_alike_to_the_last_bit(both, scope):
    embedded, _ = both
    where = None if scope == "all" else [name for name in embedded.document_hashes() if "0" in name]
    chance = random.Random(1)
    for _ in range(QUESTIONS):
        terms = {term: chance.choice((0.5, 1.0, 2.0)) for term in chance.sample(WORDS, 5)}
        terms |= {f"{chance.choice(WORDS)} {chance.choice(WORDS)}": 0.5}
        for context in (0.0, 0.3):
            lists = [by_place(each, each.lexical(terms, 30, where, context)) for each in both]
            assert lists[0] == lists[1]


@pytest.mark.parametrize("scope", ["all", "some"])
def test_vectors_rank_alike_to_the_last_bit(both, scope):
    embedded, _ = both
    where = None if scope == "all" else [name for name in embedded.document_hashes() if "0" in name]
    for vector in np.random.default_rng(2).normal(size=(QUESTIONS, DIMENSION)).astype(np.float32):
        unit = vector / np.linalg.norm(vector)
        lists = [by_place(each, each.dense(unit, 30, where, exact=True)) for each in both]
        assert lists[0] == lists[1]
        assert len(lists[0]) == 30


def test_frequencies_and_info_are_alike(both):
    embedded, server = both
    assert server.document_frequencies(WORDS) == embedded.document_frequencies(WORDS)
    ours, theirs = embedded.info(), server.info()
    assert (ours.documents, ours.passages, ours.terms_per_passage, ours.fingerprint) == (
        theirs.documents,
        theirs.passages,
        theirs.terms_per_passage,
        theirs.fingerprint,
    )


def test_the_approximate_search_finds_95_of_100(both):
    """recall@10 over the HNSW index, which is asked although an index of this size would be searched exactly."""
    _, server = both
    planned = "&options=-c%20enable_seqscan%3Doff"  # at this size the server would rather read everything
    address = ServerAddress(f"{server.connections.address.whole}&search=approximate&ef_search=60{planned}")
    approximate = ServerStore.open(address)
    plan = approximate.connections.read(
        lambda snapshot: snapshot.connection.execute(
            "EXPLAIN SELECT key FROM vectors ORDER BY vector::halfvec(16) <#> "
            f"'[{','.join(['0'] * DIMENSION)}]'::halfvec(16) LIMIT 10"
        ).fetchall()
    )
    assert any("vectors_nearest" in row[0] for row in plan)
    found = 0
    for vector in np.random.default_rng(3).normal(size=(QUESTIONS, DIMENSION)).astype(np.float32):
        unit = vector / np.linalg.norm(vector)
        exact = {each.key for each in approximate.dense(unit, 10, exact=True)}
        found += len(exact & {each.key for each in approximate.dense(unit, 10)})
    approximate.close()
    assert found / (10 * QUESTIONS) >= 0.95


def test_a_small_index_is_searched_exactly(both, monkeypatch):
    _, server = both
    monkeypatch.setattr(searching, "_NEAREST", "not asked for")
    assert len(server.dense(np.eye(DIMENSION, dtype=np.float32)[0], 10)) == 10
    monkeypatch.setattr(searching, "EXACT_UP_TO", 10)
    again = open_store(server.address)  # an address as the store tells it opens it again, secrets and all
    with pytest.raises(Exception, match=r"syntax|not asked"):
        again.dense(np.eye(DIMENSION, dtype=np.float32)[0], 10)
    again.close()


def test_postings_are_kept_for_a_state_and_no_longer(both):
    _, server = both
    before = server.document_frequencies(WORDS[:3])
    put(server, "later", 77)
    after = server.document_frequencies(WORDS[:3])
    server.delete_documents(["later"])
    assert server.document_frequencies(WORDS[:3]) == before
    assert after != before


def test_words_that_nobody_wrote_take_room_too():
    kept = PostingsKept(most=10_000)
    for n in range(1_000):
        kept.put(("lineage", 1), {f"word{n}": np.zeros(0, dtype=POSTING)})
    assert len(kept._held) < 60
    assert kept.get(("lineage", 1), ["word999"]).keys() == {"word999"}
