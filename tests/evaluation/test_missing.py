"""Gold that no longer stands in the documents."""

from __future__ import annotations

from assistant.evaluation import GoldQuote, Question, missing_gold

from .stub_asker import lines_document

DOCUMENTS = {"a": lines_document("a", "It’s a red  fox."), "b": lines_document("b", "A white owl.")}


def found(*questions: Question) -> list[tuple[str, str, str, str]]:
    return [(item.id, item.document, item.quote, item.reason) for item in missing_gold(questions, DOCUMENTS.get)]


def test_quotations_and_documents_that_are_gone_are_listed_in_the_order_of_the_questions():
    assert found(
        Question("1", "?", answers=(GoldQuote("b", "black crow"), GoldQuote("a", "It's a red fox"))),
        Question("2", "?", answers=(GoldQuote("a", "Red fox"),)),
        Question("3", "?", relevant={"c": 1, "a": 2, "d": 0}),
        Question("4", "?", answers=(GoldQuote("b", "owl"), GoldQuote("c", "lion"))),
    ) == [
        ("1", "b", "black crow", "the document does not hold these words"),
        ("2", "a", "Red fox", "the document does not hold these words"),
        ("3", "c", "", "no such document"),
        ("4", "c", "lion", "no such document"),
    ]


def test_unanswerable_and_unjudged_questions_have_no_gold_to_miss():
    assert found(Question("1", "?", answerable=False, relevant={"z": 1}), Question("2", "?")) == []


def test_each_document_is_looked_up_once():
    asked = []
    questions = [Question(str(n), "?", answers=(GoldQuote("a", "fox"), GoldQuote("b", "owl"))) for n in range(3)]
    assert missing_gold(questions, lambda identity: asked.append(identity) or DOCUMENTS[identity]) == []
    assert asked == ["a", "b"]
