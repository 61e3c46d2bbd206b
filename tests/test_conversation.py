import pytest

from assistant.conversation import DECAY, LEANING, contextual_queries, leans_on_conversation
from assistant.datatypes import Turn, WeightedQuery


@pytest.mark.parametrize(
    "question", ["When was it accredited?", "And in 2018?", "Since when?", "what else do they do there"]
)
def test_pointers_continuations_and_fragments_lean(question):
    assert leans_on_conversation(question)


def test_a_whole_question_stands_alone():
    assert not leans_on_conversation("When did Kazakhstan join the Partnership for Peace?")


def test_a_pronoun_for_a_name_in_the_question_itself_leans_only_on_a_like_subject():
    question = "When did Kazakhstan rename its capital?"
    assert not leans_on_conversation(question, likeness=0.1)
    assert leans_on_conversation(question, likeness=0.5)


def test_an_empty_it_points_nowhere():
    assert not leans_on_conversation("Is it possible to visit the palace of independence?")


def test_a_short_question_leans_only_on_a_like_subject():
    assert leans_on_conversation("What are the opening hours?", likeness=0.4)
    assert not leans_on_conversation("What are the opening hours?", likeness=0.0)


def test_a_fragment_of_a_word_or_two_leans_unless_it_is_a_name():
    assert leans_on_conversation("opening hours?")
    assert leans_on_conversation("Regional differences")
    assert not leans_on_conversation("The Barents Council")
    assert not leans_on_conversation("rules for parental leave of contract staff")


def test_there_is_says_that_something_exists_and_points_nowhere():
    assert not leans_on_conversation("Which language lessons and exams are there?", likeness=0.4)
    assert leans_on_conversation("Which language lessons and exams happen there?", likeness=0.4)


def test_without_history_only_the_question_is_searched_for():
    assert contextual_queries("When was it built?", []) == [WeightedQuery("When was it built?")]


def test_a_follow_up_is_searched_for_beside_the_question_it_leans_on_never_joined_to_it():
    queries = contextual_queries("When was it accredited?", [Turn("What is KAZCENT?")])
    assert [q.text for q in queries] == ["When was it accredited?", "What is KAZCENT?"]
    assert (queries[0].lexical, queries[0].dense, queries[0].late) == (1, 1, 1 - LEANING[2])
    assert (queries[1].lexical, queries[1].dense, queries[1].late) == pytest.approx(LEANING)


def test_a_change_of_subject_is_not_dragged_back():
    question = "Which exercises did Kazakhstan host near Almaty?"
    assert contextual_queries(question, [Turn("What is KAZCENT?")]) == [WeightedQuery(question)]


def test_older_questions_count_less_and_only_the_last_few_at_all():
    turns = [Turn(f"Question number {n} about something?") for n in range(6)]
    queries = contextual_queries("And why?", turns)
    assert [q.text[16] for q in queries[1:]] == ["5", "4", "3"]
    assert queries[2].dense == pytest.approx(DECAY * queries[1].dense)
    assert sum(q.late for q in queries) == pytest.approx(1)


def test_a_question_asked_again_is_no_context_for_itself():
    assert len(contextual_queries("And why?", [Turn("And why?"), Turn("What is it?"), Turn("What is it?")])) == 2
