"""What is shown of ranked passages: no word twice, nothing lost that was grown past."""

from assistant.datatypes import Passage
from assistant.index import PassageRef
from assistant.merging import merged

TEXT = "One. Two. Three. Four. Five."
PARTS = ((0, 4), (5, 9), (10, 16), (17, 22), (23, 28))
MARGIN = 0.1


def window(first: int, document: str = "d") -> PassageRef:
    """The passage made of parts first and first + 1; its key is first."""
    return PassageRef(first, document, PARTS[first][0], PARTS[first + 1][1], (PARTS[first][0], PARTS[first + 1][0]))


def passage(place: PassageRef) -> Passage:
    parts = PARTS[place.key : place.key + 2]
    text = TEXT[place.start : place.end]
    return Passage(
        f"d#{place.start}-{place.end}", place.document, place.start, place.end, text, sentences=parts, parts=parts
    )


def shown(*ranked: tuple[int, float], count: int = 10) -> list[str]:
    places = [(window(first), score) for first, score in ranked]
    passages = {place.key: passage(place) for place, _ in places}
    found = [each.passage(passages) for each in merged(places, MARGIN, count)]
    for each in found:
        assert TEXT[each.start : each.end] == each.text
        assert each.id == f"d#{each.start}-{each.end}"
        assert each.sentences == each.parts
    return [each.text for each in found]


def test_a_neighbour_within_the_margin_joins_the_better_passage():
    assert shown((1, 1.0), (0, 0.95)) == ["One. Two. Three."]


def test_a_neighbour_below_the_margin_is_left_out():
    assert shown((1, 1.0), (0, 0.8)) == ["Two. Three."]


def test_a_passage_grows_once():
    assert shown((1, 1.0), (0, 0.95), (2, 0.95)) == ["One. Two. Three."]


def test_what_meets_only_the_grown_part_is_shown_without_the_shared_words():
    assert shown((0, 1.0), (1, 0.95), (2, 0.5)) == ["One. Two. Three.", "Four."]
    assert shown((3, 1.0), (2, 0.95), (1, 0.5)) == ["Three. Four. Five.", "Two."]


def test_a_passage_between_two_better_ones_is_not_shown_again():
    assert shown((0, 1.0), (2, 0.99), (1, 0.98)) == ["One. Two.", "Three. Four."]


def test_passages_of_different_documents_never_meet():
    places = [(window(0), 1.0), (window(0, "e"), 0.99)]
    assert [each.place.document for each in merged(places, MARGIN, 5)] == ["d", "e"]


def test_a_neighbour_ranked_below_the_last_that_is_shown_may_still_join_it():
    assert shown((0, 1.0), (3, 0.97), (1, 0.96), count=1) == ["One. Two. Three."]
    assert shown((0, 1.0), (3, 0.99), count=0) == []
