"""What readers said becomes a question set."""

from assistant.datatypes import Feedback
from assistant.evaluation.feedback import questions_from
from assistant.evaluation.question_set import GoldQuote, Question


def said(verdict: str, quote: str = "", start: int = 0, question: str = "When?", history=()) -> Feedback:
    return Feedback(question, history, verdict, "d" if quote else "", start, start + len(quote), quote)  # type: ignore[arg-type]


def test_right_quotations_are_gold():
    (question,) = questions_from([said("right", "in 1995", 4), said("right", "since 1995", 40)])
    assert question == Question(
        "feedback-1", "When?", answers=(GoldQuote("d", "in 1995", 4), GoldQuote("d", "since 1995", 40))
    )


def test_what_is_not_in_the_documents_is_unanswerable():
    assert questions_from([said("not_in_documents")]) == [Question("feedback-1", "When?", answerable=False)]


def test_the_later_word_counts():
    right, wrong, none = said("right", "in 1995"), said("wrong", "in 1995"), said("not_in_documents")
    assert questions_from([right, wrong]) == []
    assert questions_from([wrong, right])[0].answers == (GoldQuote("d", "in 1995", 0),)
    assert not questions_from([right, none])[0].answerable
    assert questions_from([none, right])[0].answerable
    assert not questions_from([none, wrong])[0].answerable


def test_the_same_words_after_another_conversation_are_another_question():
    found = questions_from([said("right", "in 1995", history=("What is PfP?",)), said("not_in_documents")])
    assert [(each.history, each.answerable) for each in found] == [(("What is PfP?",), True), ((), False)]


def test_a_question_with_only_wrong_quotations_is_left_out():
    assert questions_from([said("wrong", "in 1995"), said("right", "in 2010", question="And then?")]) == [
        Question("feedback-1", "And then?", answers=(GoldQuote("d", "in 2010", 0),))
    ]
