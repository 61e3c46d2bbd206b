"""From the library and the map into the source pane, and back to where one came from."""

from __future__ import annotations

import pytest
from actions import DESKTOP, PHONE, PageFor, ask, focused, open_footnote
from playwright.sync_api import Locator, Page, expect
from stub_assistant import HOSTILE, LETTER, StubAssistant

pytestmark = pytest.mark.browser


def name_in_list(page: Page, document: str) -> Locator:
    return page.locator("#fn-documents").get_by_role("button", name=document, exact=True)


def whole_document(page: Page) -> Locator:
    """The source pane, once it shows a document that no footnote points to."""
    source = page.locator("#fn-source .fn-source")
    expect(source.locator(".fn-kicker")).to_have_text("Document")
    return source


def test_a_document_of_the_library_opens_at_its_beginning(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    name_in_list(page, LETTER.id).click()
    source = whole_document(page)
    assert source.locator(".fn-text").text_content() == LETTER.text
    expect(source.locator("mark")).to_have_count(0)
    expect(page.locator("#fn-documents :checked")).to_have_count(0)  # opening it is not choosing it
    open_footnote(ask(page, "What is KAZCENT?"))
    expect(source.locator(".fn-kicker")).to_have_text("Footnote 1")


def test_the_list_is_walked_opened_and_come_back_to_by_keyboard(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    box = page.locator("#fn-documents").get_by_role("checkbox", name=f"Ask {HOSTILE.id}")
    box.focus()
    page.keyboard.press("Tab")
    assert focused(page, "e.textContent") == HOSTILE.id
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    name = focused(page, "e.textContent")
    assert name == sorted(assistant.documents)[1]
    page.keyboard.press("Enter")
    expect(whole_document(page).locator(".fn-place")).to_contain_text(str(name))
    page.keyboard.press("Escape")
    expect(page.locator(".fn-source")).to_be_hidden()
    assert focused(page, "e.textContent") == name


@pytest.mark.parametrize("back", ["button", "browser", "Escape"])
def test_on_a_phone_the_way_back_leads_to_the_library(page_for: PageFor, assistant: StubAssistant, back: str) -> None:
    page = page_for(assistant, viewport=PHONE)
    page.locator("#fn-show-library").click()
    name_in_list(page, LETTER.id).click()
    close = whole_document(page).get_by_role("button", name="Close the source")
    expect(close).to_have_text("‹ Documents", use_inner_text=True)
    assert page.locator("#fn-library").evaluate("e => e.inert")
    if back == "button":
        close.click()
    elif back == "browser":
        page.go_back()
    else:
        page.keyboard.press("Escape")
    expect(page.locator(".fn-source")).to_be_hidden()
    expect(page.locator("#fn-library")).to_be_visible()
    assert focused(page, "e.textContent") == LETTER.id
    assert page.locator("#fn-chat").evaluate("e => e.inert")
    page.keyboard.press("Escape")
    expect(page.locator("#fn-library")).to_be_hidden()
    close = open_footnote(ask(page, "What is KAZCENT?")).get_by_role("button", name="Close the source")
    expect(close).to_have_text("‹ Conversation", use_inner_text=True)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_way_back_from_a_passage_of_the_map_leads_to_the_index(
    page_for: PageFor, assistant: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(assistant, viewport=viewport)
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Index").click()
    page.get_by_role("group", name="Documents on the map").get_by_role("button", name=LETTER.id).click()
    passage = page.locator(".fn-passages button").nth(1)
    passage.click()
    close = page.locator("#fn-source").get_by_role("button", name="Close the source")
    expect(close).to_have_text("‹ Index" if viewport == PHONE else "×", use_inner_text=True)
    close.click()
    expect(page.locator(".fn-source")).to_be_hidden()
    expect(passage).to_be_focused()


def test_a_document_that_has_gone_is_said_to_be_gone(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, viewport=PHONE)
    page.locator("#fn-show-library").click()
    name_in_list(page, LETTER.id).evaluate("button => { button.dataset.open = '999999'; }")
    name_in_list(page, LETTER.id).click()
    expect(page.locator(".fn-source [role=alert]")).to_have_text("This document is no longer in the library.")
    expect(page.locator(".fn-close")).to_have_text("‹ Documents", use_inner_text=True)


def test_a_hostile_name_opens_its_document_and_nothing_else(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    name_in_list(page, HOSTILE.id).click()
    assert whole_document(page).locator(".fn-text").text_content() == HOSTILE.text
    assert page.locator("#fn-library img, #fn-source :is(img, script, svg, iframe)").count() == 0
    assert page.evaluate("window.hacked") is None
