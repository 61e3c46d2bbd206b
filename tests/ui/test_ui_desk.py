"""The desk: the browser gets what it lacks, undo brings back what was, and nothing kept is written over."""

from __future__ import annotations

from copy import deepcopy

import pytest

from assistant.datatypes import Answer
from assistant.errors import StoreError
from assistant.index.conversations import ConversationFile
from assistant.ui.desk import Desk, read_exchanges
from assistant.ui.exchanges import EXCHANGES_KEPT, Exchange


def done(desk: Desk, question: str, number: int = 0) -> Exchange:
    exchange = desk.begin(question, number=number)
    answered = exchange.changed(answer=Answer(question, "answered", 0.9, "", ()))
    assert desk.update(answered)
    return answered


def questions(desk: Desk) -> list[str]:
    return [each.question for each in desk.exchanges]


def test_the_browser_is_sent_only_what_has_changed() -> None:
    desk = Desk()
    done(desk, "One?")
    assert list(desk.news(())["put"]) == ["1"]
    done(desk, "Two?")
    assert list(desk.news(())["put"]) == ["2"]
    assert desk.news(())["put"] == {}
    desk.update(desk.exchanges[0].changed(judged={0: "not_in_documents"}))
    news = desk.news(())
    assert list(news["put"]) == ["1"]
    assert news["order"] == [[1, 2], [2, 1]]
    assert list(desk.news((), everything=True)["put"]) == ["1", "2"]


def test_a_copy_of_a_desk_is_a_new_desk() -> None:
    desk = Desk()
    done(desk, "One?")
    assert deepcopy(desk).exchanges == ()


def test_undo_takes_back_a_question_or_an_edit_of_one() -> None:
    desk = Desk()
    done(desk, "One?")
    done(desk, "Two?")
    done(desk, "Three?", number=1)
    assert questions(desk) == ["Three?", "Two?"]
    assert desk.take_back() == "Three?"
    assert questions(desk) == ["One?", "Two?"]
    assert desk.take_back() == "Two?"
    assert desk.take_back() == "One?"
    assert desk.take_back() is None


def test_an_answer_to_a_question_that_was_taken_back_is_dropped() -> None:
    desk = Desk()
    exchange = desk.begin("One?")
    desk.take_back()
    assert not desk.update(exchange.changed(problem="late"))
    assert desk.exchanges == ()


def test_a_late_answer_never_takes_the_place_of_another_question_of_its_number() -> None:
    desk = Desk()
    first = desk.begin("One?")
    desk.take_back()
    second = desk.begin("Two?")
    assert first.number == second.number
    assert not desk.update(first.changed(problem="late"))
    assert questions(desk) == ["Two?"]


@pytest.mark.parametrize("deleted", [False, True])
def test_what_is_still_asked_of_a_desk_that_was_left_is_kept_unless_it_was_deleted(deleted: bool) -> None:
    file, desk = ConversationFile(), Desk()
    exchange = desk.begin("One?")
    desk.keep(file, "anna")
    if deleted:
        file.delete("anna", desk.key)
    desk.leave(deleted=deleted)
    assert desk.update(exchange.changed(answer=Answer("One?", "answered", 0.9, "", ())))
    assert desk.keep(file, "anna") == ""
    kept = [read_exchanges((file.load("anna", each.key) or ("", []))[1]) for each in file.listed("anna")]
    file.close()
    assert kept == ([] if deleted else [desk.exchanges])


def test_what_is_kept_is_what_is_on_the_desk_after_undo_too() -> None:
    file, desk = ConversationFile(), Desk()
    for question in ("One?", "Two?"):
        done(desk, question)
        assert desk.keep(file, "anna") == ""
    desk.take_back()
    desk.keep(file, "anna")
    other = Desk()
    assert other.open(file, "anna", desk.key)
    assert other.exchanges == desk.exchanges
    assert not other.open(file, "ben", desk.key)
    file.close()


def test_a_desk_that_fell_behind_becomes_a_conversation_of_its_own() -> None:
    file, desk, other = ConversationFile(), Desk(), Desk()
    done(desk, "One?")
    desk.keep(file, "anna")
    other.open(file, "anna", desk.key)
    for each, question in ((desk, "Mine?"), (other, "Other?")):
        done(each, question)
        each.keep(file, "anna")
    assert desk.key != other.key
    assert sorted(len((file.load("anna", each.key) or ("", []))[1]) for each in file.listed("anna")) == [2, 2]
    file.close()


def test_exchanges_that_have_left_the_page_stay_in_the_file() -> None:
    file, desk = ConversationFile(), Desk()
    for number in range(EXCHANGES_KEPT + 3):
        done(desk, f"Question {number}?")
        desk.keep(file, "anna")
    found = file.load("anna", desk.key)
    file.close()
    assert found is not None
    assert (len(desk.exchanges), len(found[1])) == (EXCHANGES_KEPT, EXCHANGES_KEPT + 3)


def test_trouble_with_the_file_is_told_and_loses_nothing() -> None:
    file, desk = ConversationFile(), Desk()
    file.close()
    done(desk, "One?")
    assert "cannot be used" in desk.keep(file, "anna")
    assert questions(desk) == ["One?"]


def test_a_damaged_conversation_is_refused_in_one_line() -> None:
    with pytest.raises(StoreError, match="delete it and ask again"):
        read_exchanges(["{}"])
