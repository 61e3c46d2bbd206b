"""Strings in one run of bytes are found as in a sorted list."""

from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.index.vocabulary import Vocabulary, joined

NAMES = st.sets(st.text(max_size=3) | st.sampled_from(["", "a", "ab", "é", "\n", "\U0001f600", "\ud800"]), max_size=9)


@given(NAMES, st.text(max_size=3) | st.sampled_from(["", "a", "\uffff"]))
def test_it_is_a_sorted_list(names, other):
    known = sorted(names)
    words = Vocabulary.of(known)
    assert list(words) == known == words[:]
    assert [words[n - len(known)] for n in range(len(known))] == known
    assert [words.find(name) for name in known] == list(range(len(known)))
    assert words.bisect(other) == bisect_left(known, other)
    assert (other in words, words.find(other) is None) == (other in names, other not in names)
    with pytest.raises(IndexError):
        words[len(known)]


@given(NAMES, NAMES, st.data())
def test_joined_without_what_is_left_out(one, other, data):
    lists = sorted(one), sorted(other)
    kept = [np.array([data.draw(st.booleans()) for _ in names], dtype=bool) for names in lists]
    whole, places = joined([Vocabulary.of(names) for names in lists], kept)
    taken = [
        {name for name, keep in zip(names, keeps, strict=True) if keep}
        for names, keeps in zip(lists, kept, strict=True)
    ]
    wanted = sorted(set().union(*taken))
    assert list(whole) == wanted
    for names, keeps, place in zip(lists, kept, places, strict=True):
        assert place.tolist() == [wanted.index(name) if keep else -1 for name, keep in zip(names, keeps, strict=True)]


@pytest.mark.parametrize(("letters", "ends"), [(b"ab", [1]), (b"ab", [2, 1]), (b"a", []), (b"a", [-1, 1]), (b"a", [3])])
def test_arrays_that_do_not_fit_are_refused(letters, ends):
    with pytest.raises(ValueError, match="do not fit"):
        Vocabulary(np.frombuffer(letters, dtype=np.uint8), np.array(ends, dtype=np.int64))
