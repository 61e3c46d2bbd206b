"""A question of some documents only: what it was asked of stays with it, and one click asks all."""

from __future__ import annotations

from pathlib import Path

import pytest
from actions import PHONE, PageFor, ask
from playwright.sync_api import Page, expect
from stub_assistant import HOSTILE, LETTER, StubAssistant

pytestmark = pytest.mark.browser

KAZCENT = "What is KAZCENT?"
ASKED_OF = f"Asked of 2 documents: {HOSTILE.id}, {LETTER.id} "


def choose_two(page: Page) -> None:
    for document in (LETTER, HOSTILE):
        page.get_by_role("checkbox", name=f"Ask {document.id}").check()
    expect(page.locator("#fn-scope")).to_contain_text("Asking 2 of 4 documents")


def test_what_a_question_was_asked_of_is_said_kept_and_exported(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, leaves=True)
    choose_two(page)
    line = ask(page, KAZCENT).locator(".fn-searched")
    expect(line).to_contain_text(ASKED_OF)
    assert assistant.scopes[0] == (HOSTILE.id, LETTER.id)
    page.reload()
    expect(line).to_contain_text(ASKED_OF)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="HTML", exact=True).click()
    other = page.context.new_page()
    other.set_content(Path(saved.value.path()).read_text(encoding="utf-8"))
    expect(other.locator(".scope")).to_have_text(ASKED_OF.strip())
    assert page.evaluate("window.hacked") is None


def test_one_click_asks_it_of_all_documents_in_its_place(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, viewport=PHONE)
    page.locator("#fn-show-library").click()
    choose_two(page)
    page.keyboard.press("Escape")
    ask(page, KAZCENT)
    exchange = ask(page, "When was it accredited?")
    assistant.asked.clear()
    assistant.scopes.clear()
    exchange.get_by_role("button", name="Ask it of all documents").press("Enter")
    expect(exchange.get_by_text("Asked of")).to_have_count(0)
    expect(page.locator(".fn-exchange")).to_have_count(2)
    assert assistant.scopes[0] is None
    assert [turn.question for turn in assistant.asked[0][1]] == [KAZCENT]  # still a follow-up
    expect(page.locator("#fn-scope")).to_contain_text("Asking 2 of 4")  # the next question's choice is its own
    page.get_by_role("button", name="Undo").click()
    expect(exchange.locator(".fn-searched").first).to_contain_text(ASKED_OF)
