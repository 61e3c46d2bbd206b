import pytest

from assistant.conversation import contextual_queries, leans_on_conversation
from assistant.datatypes import Turn


@pytest.mark.parametrize(
    "question", ["When was it accredited?", "And in 2018?", "Since when?", "what else do they do there"]
)
def test_pointers_continuations_and_fragments_lean(question):
    assert leans_on_conversation(question)


def test_a_whole_question_stands_alone():
    assert not leans_on_conversation("When did Kazakhstan join the Partnership for Peace?")


def test_without_history_only_the_question_is_searched_for():
    assert [(q.text, q.weight) for q in contextual_queries("When was it built?", [])] == [("When was it built?", 1.0)]


def test_a_follow_up_is_searched_for_beside_the_question_it_leans_on_never_joined_to_it():
    queries = contextual_queries("When was it accredited?", [Turn("What is KAZCENT?")])
    assert [q.text for q in queries] == ["When was it accredited?", "What is KAZCENT?"]
    assert sum(q.weight for q in queries) == pytest.approx(1)
    assert queries[0].weight > queries[1].weight


def test_a_change_of_subject_is_not_dragged_back():
    turns = [Turn("What is KAZCENT?")]
    assert len(contextual_queries("Which exercises did Kazakhstan host near Almaty?", turns)) == 1


def test_the_last_whole_question_is_the_anchor():
    turns = [Turn("Which programmes did Kazakhstan join in 1995?"), Turn("And when did it end?")]
    assert contextual_queries("Who ran it?", turns)[1].text == "Which programmes did Kazakhstan join in 1995?"
