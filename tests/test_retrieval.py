import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval import Signals, combine, fuse, late_interaction, rerank


def test_fusion_scales_cosine_from_the_lowest_candidate_and_bm25_from_zero():
    signals = {1: Signals(0.8, 2.0), 2: Signals(0.6, 8.0), 3: Signals(0.4, 0.0)}
    fused = fuse(signals, dense_weight=0.25)
    assert fused == pytest.approx(
        {
            1: 0.25 * (0.8 - 0.4) / (0.8 - 0.4) + 0.75 * 2 / 8,
            2: 0.25 * (0.6 - 0.4) / (0.8 - 0.4) + 0.75 * 8 / 8,
            3: 0.0,
        }
    )


def test_fusion_of_nothing_and_of_one():
    assert fuse({}, 0.5) == {}
    assert fuse({7: Signals(0.3, 0.0)}, 0.5) == {7: 0.5}


def test_queries_add_their_weighted_scores():
    assert combine([(0.6, {1: 1.0, 2: 0.5}), (0.4, {2: 1.0})]) == pytest.approx({1: 0.6, 2: 0.3 + 0.4})


def test_late_interaction_is_the_mean_of_the_best_cosines():
    question = np.eye(3, dtype=np.float32)[:2]
    passage = np.array([[0.6, 0.8, 0], [0, 0, 1]], dtype=np.float32)
    assert late_interaction(question, passage) == pytest.approx((0.6 + 0.8) / 2)
    weights = np.array([3, 1], dtype=np.float32)
    assert late_interaction(question, passage, weights) == pytest.approx((3 * 0.6 + 0.8) / 4)


def test_late_interaction_without_tokens_is_zero():
    none = np.zeros((0, 3), dtype=np.float32)
    some = np.eye(3, dtype=np.float32)
    assert late_interaction(none, some) == late_interaction(some, none) == 0.0


def test_reranked_candidates_stay_above_the_rest():
    fused = {1: 1.0, 2: 0.9, 3: 0.8}
    final = rerank(fused, {1: 0.2, 2: 0.7}, late_weight=1.0)
    assert sorted(final, key=final.__getitem__, reverse=True) == [2, 1, 3]
    assert rerank(fused, {}, 0.5) == {1: 0.5, 2: 0.45, 3: 0.4}


@given(
    st.dictionaries(st.integers(0, 50), st.tuples(st.floats(-1, 1), st.floats(0, 50)), min_size=1),
    st.floats(0, 1),
)
def test_fused_scores_lie_between_0_and_1_and_keep_agreement(scores, weight):
    signals = {key: Signals(dense, lexical) for key, (dense, lexical) in scores.items()}
    fused = fuse(signals, weight)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in fused.values())
    for a, first in signals.items():
        for b, second in signals.items():
            if first.dense >= second.dense and first.lexical >= second.lexical:
                assert fused[a] >= fused[b] - 1e-9
