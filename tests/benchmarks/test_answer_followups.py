"""Follow-ups made of pairs of questions: what they share becomes a pronoun."""

import pytest

from benchmarks.answer_cases import Asked
from benchmarks.answer_followups import follow_ups, leaning


@pytest.mark.parametrize(
    ("before", "question", "made"),
    [
        ("When was Warsaw founded?", "How many people live in Warsaw?", "How many people live in it?"),
        ("Who led the Normans?", "When did the Normans land?", "When did they land?"),
        ("What is Victoria's capital?", "What is Victoria's population?", "What is its population?"),
        ("Who made steam turbines?", "What are steam turbines used for?", "What are they used for?"),
    ],
    ids=["after a preposition", "with its article", "possessive", "plural phrase"],
)
def test_what_is_shared_becomes_a_pronoun(before: str, question: str, made: str) -> None:
    assert leaning(before, question) == made


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Who led the Normans?", "When was Paris built?"),
        ("What ended the War?", "When did the Seven Years War begin?"),
        ("What is the name of it?", "What is the height of it?"),
    ],
    ids=["nothing shared", "part of a longer name", "only words that say nothing"],
)
def test_questions_that_share_no_whole_name_make_none(before: str, question: str) -> None:
    assert leaning(before, question) is None


def test_a_follow_up_keeps_its_gold_and_the_question_before() -> None:
    first = Asked("Who led the Normans?", "p1", ((0, 5),), "Normans", True)
    then = Asked("When did the Normans land?", "p1", ((20, 24),), "Normans", True)
    (made,) = follow_ups([first, then])
    assert (made.text, made.gold, made.earlier) == ("When did they land?", then.gold, (first.text,))


def test_questions_with_one_answer_are_no_follow_ups() -> None:
    same = [Asked(text, "p1", ((0, 5),), "Normans", True) for text in ("Who led the Normans?", "Who were the Normans?")]
    assert not list(follow_ups(same))
