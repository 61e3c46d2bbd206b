import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Passage
from assistant.index import Sample
from assistant.passage_map import passage_map, principal_plane


def test_the_axes_are_the_directions_of_greatest_spread():
    vectors = np.array([[0, -4, 0], [0, 4, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 0.1]], dtype=np.float32)
    places, explained = principal_plane(vectors)
    assert places[:, 0].round(2).tolist() == [0.0, 1.0, 0.5, 0.5, 0.5]
    assert places[:, 1].round(2).tolist() == [
        0.5,
        0.5,
        0.62,
        0.38,
        0.5,
    ]  # the same scale on both axes
    assert explained > 0.99


def test_the_same_vectors_turned_around_give_the_same_map():
    vectors = np.random.default_rng(1).normal(size=(20, 5)).astype(np.float32)
    again, _ = principal_plane(vectors[::-1].copy())
    assert np.allclose(again[::-1], principal_plane(vectors)[0])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_or_equal_vectors_have_a_map(count):
    places, explained = principal_plane(np.ones((count, 4), dtype=np.float32))
    assert places.tolist() == [[0.5, 0.5]] * count
    assert explained == 0.0


@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_every_place_lies_on_the_map(n, d, seed):
    places, explained = principal_plane(np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32))
    assert places.shape == (n, 2)
    assert ((places >= -1e-9) & (places <= 1 + 1e-9)).all()
    assert 0 <= explained <= 1 + 1e-9


def test_points_name_document_heading_and_page_and_passages_that_are_gone_are_left_out():
    vectors = np.eye(3, dtype=np.float32)
    known = {7: Passage("a#0-1", "a", 0, 1, "A", "T", ("Top", "Below"), 4), 9: Passage("b#0-1", "b", 0, 1, "B")}
    drawn = passage_map(Sample(5, 3, (7, 8, 9), vectors), known)
    assert [(each.key, each.document, each.heading, each.page) for each in drawn.points] == [
        (7, "a", "Below", 4),
        (9, "b", "", None),
    ]
    assert (drawn.generation, drawn.passages) == (5, 3)
