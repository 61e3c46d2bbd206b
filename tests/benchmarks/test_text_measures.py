"""The measures that readers are judged by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.text_measures import markdown_words, order, recall, shingle_f1, shingle_scores

some_words = st.lists(st.sampled_from("abcd"), max_size=12)


def longest_common(one: list[str], other: list[str]) -> int:
    """By the textbook."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            table[i + 1][j + 1] = table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(wanted=some_words.filter(bool), got=some_words)
def test_order_is_the_longest_common_subsequence(wanted: list[str], got: list[str]) -> None:
    assert order(wanted, got) == longest_common(wanted, got) / len(wanted)
    assert order(wanted, got) <= recall(wanted, got) <= 1


def test_recall_counts_each_word_as_often_as_it_is_there() -> None:
    assert recall(["a", "a", "b", "c"], ["a", "b", "b"]) == 2 / 4


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# A *title*\n\n- one\n1. two", "a title one two"),
        ("| A | B |\n| - | - |\n| both | both |", "a b both"),
        ("[words](http://a.b/c) <!-- image --> x &amp; y", "words x y"),
        (r"$A= \pi r^{2}$", "a π r 2"),
        ("[author: Jane Smith (JS), time: 2026-06-18]: Why?", "jane smith why"),
        ("- [x] done", "done"),
    ],
)
def test_marks_of_markdown_are_no_words(markdown: str, words: str) -> None:
    assert markdown_words(markdown) == words.split()


def test_shingles_are_runs_of_four_words() -> None:
    precision, found = shingle_scores("a b c d e", "x a b c d")
    assert (precision, found) == (1 / 2, 1 / 2)
    assert shingle_scores("a b", "a b") == (1.0, 1.0)
    assert shingle_scores("a b", "") == (0.0, 0.0)
    assert shingle_f1([(1.0, 0.5), (0.5, 0.5)])["f1"] == 2 * 0.75 * 0.5 / (0.75 + 0.5)
