import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Candidate
from assistant.encoders import TokenCodes, TokenVectors, best_cosines, quantise
from assistant.encoders.quantised import BLOCK
from assistant.retrieval import (
    above,
    best_first,
    combine,
    fuse,
    late_interaction,
    rerank,
    scaled,
    supported,
    token_weights,
)
from assistant.works import work_of_document


def listed(*scores: float) -> list[Candidate]:
    return [Candidate(key, score) for key, score in enumerate(scores, 1)]


def test_scores_are_scaled_from_the_floor_to_the_best():
    assert scaled({1: 8.0, 2: 5.0, 3: 1.0}, floor=2.0) == {1: 1.0, 2: (5 - 2) / (8 - 2), 3: 0.0}
    assert scaled({1: 3.0, 2: 3.0}, floor=3.0) == {1: 1.0, 2: 1.0}
    assert scaled({}, 0.0) == {}


def test_fusion_scales_each_list_and_adds_them_by_weight():
    dense = listed(0.8, 0.6, 0.4)
    lexical = [Candidate(2, 8.0), Candidate(1, 2.0)]
    assert fuse(dense, lexical, depth=3, dense_weight=0.25) == pytest.approx(
        {1: 0.25 * (0.8 - 0.4) / (0.8 - 0.4) + 0.75 * 2 / 8, 2: 0.25 * (0.6 - 0.4) / (0.8 - 0.4) + 0.75 * 8 / 8, 3: 0.0}
    )


def test_the_floor_of_a_full_lexical_list_is_its_last_score():
    assert fuse([], listed(9.0, 6.0, 3.0), depth=3, dense_weight=0.0) == {1: 1.0, 2: 0.5, 3: 0.0}


def test_fusion_of_nothing_and_of_one():
    assert fuse([], [], 5, 0.5) == {}
    assert fuse([Candidate(7, 0.3)], [], 5, 0.5) == {7: 0.5}


def test_queries_add_their_weighted_scores():
    assert combine([(0.6, {1: 1.0, 2: 0.5}), (0.4, {2: 1.0})]) == pytest.approx({1: 0.6, 2: 0.3 + 0.4})


def test_ties_come_in_order_of_document_and_place():
    places = {1: ("b", 0), 2: ("a", 9), 3: ("a", 3), 4: ("z", 0)}
    assert best_first({1: 0.5, 2: 0.5, 3: 0.5, 4: 0.9}, places.__getitem__) == [4, 3, 2, 1]
    assert best_first({1: 0.2, 2: 0.1, 3: 0.3}, places.__getitem__) == [3, 1, 2]


def test_late_interaction_is_the_weighted_mean_of_the_best_cosines():
    question = np.eye(3, dtype=np.float32)[:2]
    near = np.array([[0.6, 0.8, 0], [0, 0, 1]], dtype=np.float32)
    far = np.array([[0, 0, 1]], dtype=np.float32)
    spans = np.zeros((2, 2), dtype=np.int32)
    best = best_cosines(question, [quantise(TokenVectors(near, spans)), quantise(TokenVectors(far, spans[:1]))])
    assert best == pytest.approx(np.array([[0.6, 0], [0.8, 0]]), abs=0.8 / 127)
    assert late_interaction(best, np.array([3, 1], dtype=np.float32)) == pytest.approx(
        [(3 * 0.6 + 0.8) / 4, 0], abs=0.8 / 127
    )


def test_late_interaction_without_tokens_is_zero():
    empty = quantise(TokenVectors(np.zeros((0, 3), dtype=np.float32), np.zeros((0, 2), dtype=np.int32)))
    assert best_cosines(np.eye(3, dtype=np.float32), [empty]).tolist() == [[0], [0], [0]]
    assert late_interaction(np.zeros((0, 2), dtype=np.float32), np.ones(0, dtype=np.float32)).tolist() == [0, 0]


def test_rare_words_weigh_the_square_root_of_their_rarity_and_marks_nothing():
    spans = np.array([[0, 3], [4, 8], [8, 10], [10, 11]], dtype=np.int32)
    tokens = TokenVectors(np.zeros((4, 2), dtype=np.float32), spans)
    rarity = {"the": 0.0, "KAZCEN": 9.0}
    assert token_weights("the KAZCEN?", tokens, rarity.__getitem__).tolist() == [0, 3, 3, 0]
    assert token_weights("the KAZCEN?", tokens, lambda _: 0.0).tolist() == [1, 1, 1, 1]


def test_late_interaction_is_blended_with_the_fused_score():
    fused = {1: 1.0, 2: 0.9, 3: 0.5, 4: 0.1}
    scores = rerank(fused, {1: 0.2, 2: 0.7, 3: 0.45, 5: 0.95}, candidates=[1, 2, 3], late_weight=0.75)
    assert scores == pytest.approx(
        {
            1: 0.25 * 1 + 0.75 * 0,
            2: 0.25 * 0.8 + 0.75 * 1,
            3: 0.25 * 0 + 0.75 * 0.5,
            5: 0.25 * -1 + 0.75 * 1.5,  # outside the scale of the candidates, and in no list
        }
    )


def test_a_single_candidate_has_the_full_score():
    assert rerank({1: 0.3}, {1: 0.2}, [1], 0.6) == {1: 1.0}


def test_a_passage_is_supported_by_the_mean_of_its_work():
    works = {1: "page", 2: "page", 3: "other", 4: "page"}
    scores = supported({1: 0.9, 2: 0.6, 3: 0.6, 4: -0.4}, works.__getitem__, 0.5)
    assert scores == pytest.approx(
        {1: (0.9 + 0.25) / 1.5, 2: (0.6 + 0.25) / 1.5, 3: (0.6 + 0.3) / 1.5, 4: (-0.4 + 0.25) / 1.5}
    )
    assert supported({1: 0.9, 3: 0.6}, works.__getitem__, 0.0) == {1: 0.9, 3: 0.6}


def test_what_was_looked_at_closely_stays_above_the_rest():
    final = above({1: 0.1, 2: 0.7, 4: -0.2}, {1: 1.0, 2: 0.9, 3: 0.8})
    assert final == pytest.approx({1: 0.55, 2: 0.85, 3: 0.4, 4: 0.5})
    assert above({}, {1: 1.0, 2: 0.9}) == {1: 0.5, 2: 0.45}
    assert max(above({1: 1.2, 2: 1.1}, {}).values()) == 1.0


@pytest.mark.parametrize(("document", "work"), [("a.txt", "a.txt"), ("page#top", "page"), ("#1", "#1")])
def test_sections_filed_one_by_one_belong_to_one_work(document, work):
    assert work_of_document(document) == work


SCORES = st.lists(st.floats(0, 50), max_size=8)


@given(SCORES, SCORES, st.floats(0, 1))
def test_fused_scores_lie_between_0_and_1_and_keep_agreement(dense, lexical, weight):
    dense_list, lexical_list = listed(*sorted(dense, reverse=True)), listed(*sorted(lexical, reverse=True))
    fused = fuse(dense_list, lexical_list, 8, weight)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())
    both = sorted(set(range(1, len(dense) + 1)) & set(range(1, len(lexical) + 1)))
    assert all(fused[a] >= fused[b] - 1e-9 for a, b in itertools.pairwise(both))


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_best_cosines_equal_brute_force_up_to_the_rounding(questions, passages, seed):
    random = np.random.default_rng(seed)

    def unit(rows: int) -> np.ndarray:
        vectors = random.standard_normal((rows, 16)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    question = unit(questions)
    tokens = [unit(int(random.integers(1, 7))) for _ in range(passages)]
    codes = [quantise(TokenVectors(rows, np.zeros((len(rows), 2), dtype=np.int32))) for rows in tokens]
    brute = np.array([[max(float(q @ t) for t in rows) for rows in tokens] for q in question])
    assert best_cosines(question, codes) == pytest.approx(brute, abs=16**0.5 / 127)


def test_best_cosines_of_more_passages_than_are_multiplied_at_once_equal_brute_force():
    chance = np.random.default_rng(5)
    sizes = [0, 1, BLOCK - 1, 2, BLOCK + 1, 0, BLOCK // 2, BLOCK // 2, 1]
    passages = [
        TokenCodes(
            chance.integers(-127, 128, (size, 8), dtype=np.int8),
            chance.random(size, dtype=np.float32) / 127,
            np.zeros((size, 2), dtype=np.int32),
        )
        for size in sizes
    ]
    question = chance.standard_normal((5, 8)).astype(np.float32)
    brute = [(question @ each.vectors.T).max(axis=1) if len(each.scales) else np.zeros(5) for each in passages]
    assert best_cosines(question, passages) == pytest.approx(np.stack(brute, axis=1), abs=1e-5)
