"""Whoever types faster than answers come loses neither an Enter nor a letter."""

from __future__ import annotations

import pytest
from actions import PEACE, PageFor, ask
from playwright.sync_api import Page, expect
from stub_assistant import StubAssistant

from assistant.datatypes import Turn

pytestmark = pytest.mark.browser

KAZCENT = "What is KAZCENT?"
SLOWLY = "Slowly, please: what is KAZCENT?"


def type_and_enter(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def asked(assistant: StubAssistant) -> list[str]:
    return [question for question, _ in assistant.asked]


def test_a_question_is_asked_that_was_sent_as_the_answer_before_it_appeared(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    type_and_enter(page, KAZCENT)
    page.locator(".fn-words").first.wait_for()
    type_and_enter(page, PEACE)
    type_and_enter(page, "Does Brazil take part?")
    expect(page.locator(".fn-question")).to_have_text([KAZCENT, PEACE, "Does Brazil take part?"])
    expect(page.locator(".fn-searching")).to_have_count(0)
    assert asked(assistant) == [KAZCENT, PEACE, "Does Brazil take part?"]


def test_questions_sent_while_one_is_answered_wait_for_it_in_order_and_follow_it(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    assistant.patience.clear()
    type_and_enter(page, SLOWLY)
    type_and_enter(page, "When was it accredited?")
    expect(page.locator(".fn-searching")).to_have_text(
        ["Reading the best passages…", "Waiting for the answer before it…"]
    )
    page.keyboard.type("And what is n")
    assistant.patience.set()
    expect(page.locator(".fn-searching")).to_have_count(0)
    assert asked(assistant) == [SLOWLY, "When was it accredited?"]
    assert [turn.question for turn in assistant.asked[-1][1] if isinstance(turn, Turn)] == [SLOWLY]
    page.keyboard.type("ext?")
    expect(page.get_by_label("Your question")).to_have_value("And what is next?")  # an answer takes no letter away


def test_a_refused_question_comes_back_only_into_an_empty_box(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    too_long = "why slowly " * 300
    box = page.get_by_label("Your question")
    for typed, left in (("", too_long.strip()), ("Already the next", "Already the next")):
        assistant.patience.clear()
        box.fill(too_long)
        box.press("Enter")
        expect(box).to_have_value("")
        page.keyboard.type(typed)
        assistant.patience.set()
        expect(page.locator(".fn-exchange").last.locator(".fn-problem")).to_be_visible()
        expect(box).to_have_value(left)
        box.fill("")


def test_more_than_a_few_waiting_questions_are_kept_in_the_box(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    assistant.patience.clear()
    for number in range(8):
        type_and_enter(page, f"Slowly {number}?")
        expect(page.locator(".fn-exchange")).to_have_count(number + 1)
    type_and_enter(page, "One more?")
    expect(page.locator("#fn-hint")).to_contain_text("Wait for an answer")
    expect(page.get_by_label("Your question")).to_have_value("One more?")
    assistant.patience.set()
    expect(page.locator(".fn-searching")).to_have_count(0)
    expect(page.locator(".fn-exchange")).to_have_count(8)


def test_a_failure_of_one_question_stops_none_that_waits(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    assistant.patience.clear()
    type_and_enter(page, "Slowly explode")
    type_and_enter(page, KAZCENT)
    expect(page.locator(".fn-exchange")).to_have_count(2)
    assistant.patience.set()
    expect(page.locator(".fn-exchange").last.locator(".fn-words")).to_be_visible()
    expect(page.locator(".fn-problem")).to_have_count(1)
    expect(page.locator(".fn-exchange").first).to_contain_text("Something went wrong")


def test_a_question_that_was_left_for_a_new_conversation_is_answered_and_saved(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    assistant.patience.clear()
    type_and_enter(page, SLOWLY)
    expect(page.locator(".fn-exchange")).to_have_count(1)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".fn-invitation")).to_be_visible()
    ask(page, PEACE)
    assistant.patience.set()
    page.get_by_role("button", name="Saved", exact=True).click()
    page.locator(".fn-open-saved", has_text=SLOWLY).first.click()
    expect(page.locator(".fn-question")).to_have_text([SLOWLY])
    expect(page.locator(".fn-words")).to_contain_text("accredited by NATO")
