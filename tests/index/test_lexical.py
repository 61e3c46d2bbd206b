"""BM25 over one index, over two as one, and with pruning: always what the formula gives, passage by passage."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.analysis import is_compound
from assistant.index import lexical
from assistant.index.bm25 import LexicalIndex
from assistant.index.lexical import LexicalSearch
from assistant.index.scoring import K1, B

TERMS = ["a", "b", "c", "d", "e", "common("]
PASSAGES = st.lists(
    st.tuples(st.sampled_from(["w", "x", "y"]), st.lists(st.sampled_from(TERMS), max_size=9)), max_size=12
)
QUERY = st.dictionaries(st.sampled_from([*TERMS, "absent"]), st.sampled_from([0.5, 1.0, 2.0]), max_size=5)


def numbered(passages, first=1):
    return [(first + 2 * n, work, dict(Counter(terms))) for n, (work, terms) in enumerate(passages)]


def by_the_formula(passages, query, context):
    """Each passage by itself, as the docstring says it."""
    lengths = {key: sum(n for term, n in counts.items() if not is_compound(term)) for key, _, counts in passages}
    mean = sum(lengths.values()) / max(len(lengths), 1)
    holding = {term: [(key, work) for key, work, counts in passages if term in counts] for term in query}
    works = {work for _, work, _ in passages}

    def idf(n, total):
        return math.log1p((total - n + 0.5) / (n + 0.5))

    scores = {}
    for key, work, counts in passages:
        score = sum(
            weight * idf(len(holding[t]), len(passages)) * counts[t] * (K1 + 1)
            / (counts[t] + K1 * (1 - B + B * lengths[key] / max(mean, 1e-12)))
            for t, weight in query.items() if t in counts
        )  # fmt: skip
        if score > 0:
            around = [(t, len({w for _, w in holding[t]})) for t in query if work in {w for _, w in holding[t]}]
            scores[key] = score + context * sum(query[t] * idf(n, len(works)) for t, n in around)
    return scores


def found(search, query, k, context, allowed=None):
    return [(each.key, each.score) for each in search.search(query, k, allowed, context)]


@settings(deadline=None)
@given(PASSAGES, QUERY, st.integers(1, 6), st.sampled_from([0.0, 1.0]))
def test_it_is_the_formula(passages, query, k, context):
    known = numbered(passages)
    search = LexicalSearch(LexicalIndex.build(known))
    ranked, wanted = found(search, query, k, context), by_the_formula(known, query, context)
    assert [score for _, score in ranked] == pytest.approx(sorted(wanted.values(), reverse=True)[:k])
    assert [wanted[key] for key, _ in ranked] == pytest.approx([score for _, score in ranked])
    assert ranked == sorted(ranked, key=lambda each: (-each[1], each[0]))
    for term in TERMS:
        assert search.frequency(term) == sum(term in counts for *_, counts in known)


@settings(deadline=None)
@given(PASSAGES, PASSAGES, QUERY, st.integers(1, 6), st.data())
def test_two_searched_as_one_and_joined_are_one_that_was_made_at_once(passages, more, query, k, data):
    known, added = numbered(passages), numbered(more, 100)
    alive = np.array(data.draw(st.lists(st.booleans(), min_size=len(known), max_size=len(known))), dtype=bool)
    whole = [each for each, there in zip(known, alive, strict=True) if there] + added
    base, recent = LexicalIndex.build(known), LexicalIndex.build(added)
    at_once = LexicalSearch(LexicalIndex.build(whole))
    joined = LexicalIndex.joined([(base, alive), (recent, np.ones(len(added), dtype=bool))])
    wanted = found(at_once, query, k, 1.0)
    assert found(LexicalSearch(base, alive, recent), query, k, 1.0) == wanted
    assert found(LexicalSearch(joined), query, k, 1.0) == wanted
    assert list(joined.terms) == sorted({term for *_, counts in whole for term in counts})
    some = {key for key, *_ in whole[::2]}
    assert found(LexicalSearch(base, alive, recent), query, k, 1.0, some) == found(at_once, query, k, 1.0, some)
    assert LexicalSearch(base, alive, recent).count == len(whole)


@pytest.mark.parametrize("context", [0.0, 1.0])
def test_pruning_changes_nothing(monkeypatch, context):
    chance = np.random.default_rng(7)
    passages = []
    for n in range(6_000):
        terms = [f"rare{chance.zipf(1.3) % 3_000}" for _ in range(6)]
        terms += [name for name, share in (("often", 0.5), ("usual", 0.2), ("known", 0.1)) if chance.random() < share]
        passages.append((f"work{n // 4}", terms))
    search = LexicalSearch(LexicalIndex.build(numbered(passages)))
    looked_up = []
    real = LexicalSearch._looked_up
    monkeypatch.setattr(LexicalSearch, "_looked_up", lambda *each: looked_up.append(len(each[2])) or real(*each))
    queries = [{f"rare{n}": 1.0, f"rare{n + 1}": 1.0, "often": 1.0, "usual": 0.5} for n in range(1, 60)]
    pruned = [found(search, query, 10, context) for query in queries]
    assert len(looked_up) > 10
    monkeypatch.setattr(lexical, "FEW", 10**9)
    assert [found(search, query, 10, context) for query in queries] == pruned


def test_none_are_wanted():
    assert LexicalSearch(LexicalIndex.build(numbered([("w", ["a"])]))).search({"a": 1.0}, 0) == []


def test_it_comes_back_from_a_file(tmp_path):
    index = LexicalIndex.build(numbered([("w", ["a", "b", "a"]), ("x", ["é\n"])]))
    index.save(tmp_path / "lexical")
    content = (tmp_path / "lexical").read_bytes()
    again = LexicalIndex.load(memoryview(content))
    assert again is not None
    assert found(LexicalSearch(again), {"a": 1.0, "é\n": 1.0}, 5, 1.0) == found(
        LexicalSearch(index), {"a": 1.0, "é\n": 1.0}, 5, 1.0
    )
    for damaged in (b"", content[:40], content.replace(b"offsets", b"offsetz"), content[:-8]):
        assert LexicalIndex.load(memoryview(damaged)) is None
