"""Vectors compared one and all, and by lists: what is found, joined, and read back from a file."""

import mmap

import numpy as np
import pytest

from assistant.index import vectors as module
from assistant.index.vectors import VectorIndex

DIMENSION = 16


def some(count, seed=1):
    """Vectors in clusters, as those of texts are."""
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(40, DIMENSION))
    made = centres[chance.integers(0, 40, count)] + 0.4 * chance.normal(size=(count, DIMENSION))
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def nearest(keys, vectors, query, k):
    return keys[np.argsort(-(vectors @ query), kind="stable")[:k]].tolist()


@pytest.fixture(params=[50_000, 100])
def flat(request, monkeypatch):
    monkeypatch.setattr(module, "FLAT", request.param)
    monkeypatch.setattr(module, "LEAST_LISTS", 8)
    return request.param > 10_000


def keys_of(found):
    return [each.key for each in found]


def test_nearest_vectors_are_found(flat):
    vectors, keys = some(3_000), np.arange(5, 9_005, 3)
    index = VectorIndex.build(keys, vectors)
    assert index.is_exact == flat
    recalled = []
    for query in some(50, 2):
        wanted = nearest(keys, vectors, query, 10)
        exact = index.search(query, 10, exact=True)
        assert set(keys_of(exact)) >= set(wanted[:8])  # 16-bit numbers may swap the last
        assert exact[0].score == pytest.approx(float((vectors @ query).max()), abs=1e-3)
        recalled.append(len(set(wanted) & set(keys_of(index.search(query, 10)))) / 10)
        among = set(keys[::7].tolist())
        rows = np.flatnonzero(np.isin(keys, list(among)))
        assert keys_of(index.search(query, 3, among))[0] == nearest(keys[rows], vectors[rows], query, 1)[0]
    assert np.mean(recalled) > (0.99 if flat else 0.5)


def test_what_is_gone_is_not_found(flat):
    vectors, keys = some(600), np.arange(600)
    index = VectorIndex.build(keys, vectors)
    gone = keys[:300]
    for query in vectors[:5]:
        assert min(keys_of(index.search(query, 10, None, gone))) >= 300
        assert keys_of(index.search(query, 10, {1, 2, 400}, gone)) == [400]
        assert index.search(query, 10, {1, 2}, gone) == []


def test_joined_without_what_is_gone(flat):
    vectors, keys = some(900), np.arange(900)
    alive = np.arange(900) % 3 > 0
    index = VectorIndex.joined(
        VectorIndex.build(keys[:800], vectors[:800]), alive[:800], VectorIndex.build(keys[800:], vectors[800:])
    )
    left = np.concatenate([keys[:800][alive[:800]], keys[800:]])
    assert index.keys.tolist() == left.tolist()
    assert np.allclose(index.vectors(), vectors[left], atol=1e-3)
    for query in vectors[left][::50]:
        assert keys_of(index.search(query, 1, exact=True)) == nearest(left, vectors[left], query, 1)


@pytest.mark.parametrize("gone", [0, 100])
def test_one_that_was_loaded_is_joined_and_stays_as_it_was(flat, tmp_path, gone):
    vectors, keys = some(900), np.arange(900)
    VectorIndex.build(keys[:800], vectors[:800]).save(tmp_path / "vectors")
    with (tmp_path / "vectors").open("rb") as file:
        content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    loaded = VectorIndex.load(content, keys[:800], DIMENSION)
    before = [loaded.search(query, 5) for query in vectors[:9]]
    alive = np.arange(800) >= gone
    joined = VectorIndex.joined(loaded, alive, VectorIndex.build(keys[800:], vectors[800:]))
    for row in (gone, 500, 899):
        assert keys_of(joined.search(vectors[row], 1, exact=True)) == [row]
    assert [loaded.search(query, 5) for query in vectors[:9]] == before
    joined.save(tmp_path / "joined")
    assert VectorIndex.load(memoryview((tmp_path / "joined").read_bytes()), keys[gone:], DIMENSION) is not None


def test_what_shrank_is_compared_one_and_all_again(monkeypatch):
    monkeypatch.setattr(module, "FLAT", 300)
    vectors, keys = some(1_000), np.arange(1_000)
    large = VectorIndex.build(keys, vectors)
    none = VectorIndex.build(keys[:0], vectors[:0])
    assert not large.is_exact
    assert VectorIndex.joined(large, keys < 300, none).is_exact
    assert not VectorIndex.joined(large, keys < 301, none).is_exact


def test_it_comes_back_from_a_file_and_nothing_else_does(flat, tmp_path):
    vectors, keys = some(400), np.arange(1, 401)
    index = VectorIndex.build(keys, vectors)
    index.save(tmp_path / "vectors")
    content = (tmp_path / "vectors").read_bytes()
    again = VectorIndex.load(memoryview(content), keys, DIMENSION)
    assert again is not None
    for query in vectors[:5]:
        assert again.search(query, 5) == index.search(query, 5)
    assert VectorIndex.load(memoryview(content), keys + 1, DIMENSION) is None
    assert VectorIndex.load(memoryview(content), keys[:-1], DIMENSION) is None
    assert VectorIndex.load(memoryview(content), keys, DIMENSION + 1) is None
    assert VectorIndex.load(memoryview(content[:-9]), keys, DIMENSION) is None
    assert VectorIndex.load(memoryview(b"IwSq" + bytes(500)), keys, DIMENSION) is None
    assert VectorIndex.load(None, keys, DIMENSION) is None
