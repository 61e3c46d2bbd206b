"""Places in flat arrays are those that a plain list gives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.index import PassageRef
from assistant.index.places import Places

SPOTS = st.sets(st.tuples(st.sampled_from(["", "a", "a#1", "b", "é", "\n"]), st.integers(0, 9)), max_size=12)


def built(spots: set[tuple[str, int]]) -> tuple[Places, list[PassageRef]]:
    """Passages with keys that are out of order."""
    shuffled = sorted(spots, key=lambda spot: (spot[1] * 7 % 5, spot))
    known = [PassageRef(3 * i + 1, name, at, at + 2, (at, at + 1)[: i % 3]) for i, (name, at) in enumerate(shuffled)]
    return Places.build(known), known


@settings(deadline=None)
@given(SPOTS, st.sampled_from(["", "0", "a", "a#1", "z"]), st.integers(-1, 10), st.integers(0, 3))
def test_what_stands_beside_a_place(spots, document, start, count):
    places, known = built(spots)
    ordered = sorted(known, key=lambda place: (place.document, place.start))
    after = [place for place in ordered if (place.document, place.start) > (document, start)][:count]
    before = [place for place in ordered if (place.document, place.start) < (document, start)][::-1][:count]
    wanted = [each for n in range(count) for side in (after, before) for each in side[n : n + 1]]
    sides = places.around(PassageRef(0, document, start, 0, ()), count)
    assert [each for n in range(count) for side in sides for each in side[n : n + 1]] == wanted


@settings(deadline=None)
@given(SPOTS, st.sets(st.integers(-2, 50)), st.sets(st.sampled_from(["", "a", "q"])))
def test_places_by_key_and_keys_by_document(spots, keys, documents):
    places, known = built(spots)
    assert places.at(places.rows_of(sorted(keys))) == [place for place in known if place.key in keys]
    wanted = sorted((p.document, p.start, p.key) for p in known if p.document in documents)
    assert places.keys[places.rows_of_documents(documents)].tolist() == [key for *_, key in wanted]


@settings(deadline=None)
@given(SPOTS, SPOTS, st.data())
def test_two_joined_without_what_is_gone(spots, more, data):
    first, known = built(spots)
    _, added = built(more)
    added = [PassageRef(each.key + 1_000, each.document, each.start, each.end, each.parts) for each in added]
    alive = np.array(data.draw(st.lists(st.booleans(), min_size=len(known), max_size=len(known))), dtype=bool)
    every = np.ones(len(added), dtype=bool)
    joined = Places.joined([(first, alive), (Places.build(added), every)])
    wanted = [place for place, there in zip(known, alive, strict=True) if there] + added
    assert joined.at(np.arange(len(wanted))) == wanted
    assert list(joined.documents) == sorted({place.document for place in wanted})
    assert joined.spread(1_000) == Places.build(wanted).spread(1_000)


@settings(deadline=None)
@given(SPOTS)
def test_they_come_back_from_a_file(tmp_path_factory, spots):
    path = tmp_path_factory.mktemp("places") / "places.safetensors"
    places, known = built(spots)
    places.save(path)
    again = Places.load(memoryview(path.read_bytes()))
    assert again is not None
    assert again.at(np.arange(len(known))) == known


def test_bytes_that_are_no_places_are_none():
    assert Places.load(None) is None
    assert Places.load(memoryview(b"PK")) is None


def test_a_spread_is_of_every_part_of_the_index():
    places, _ = built({("a", at) for at in range(10)})
    assert len(places.spread(3)) == 3
    assert set(places.spread(100)) == set(places.keys.tolist())
