"""What is done with an answer once it is there: asked again, taken back, copied, exported, kept, found again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from actions import PEACE, PHONE, PageFor, ask, focused, in_view, open_footnote
from playwright.sync_api import Page, expect
from stub_assistant import HOSTILE_QUOTE, StubAssistant

from assistant.datatypes import Turn

pytestmark = pytest.mark.browser

KAZCENT = "What is KAZCENT?"


def questions(page: Page) -> list[str]:
    return page.locator(".fn-question").all_inner_texts()


def history_of(assistant: StubAssistant, question: str) -> list[str]:
    """Return the questions that ``question`` was asked after."""
    (history,) = [history for asked, history in assistant.asked if asked == question]
    return [turn.question for turn in history if isinstance(turn, Turn)]


def test_headings_nearby_are_suggested_and_asked_of_their_document_alone(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    exchange = ask(page, PEACE)
    suggested = exchange.locator(".fn-suggestions button")
    expect(suggested).to_have_count(1)  # the only heading nearby that the stub has an answer to
    suggested.get_by_text("Building capabilities and interoperability").click()
    expect(page.locator(".fn-exchange")).to_have_count(2)
    expect(page.locator(".fn-exchange").last).to_contain_text("Possibly – check the source")
    assert ("Building capabilities and interoperability", []) in assistant.asked
    assert ("nato-kazakhstan.txt",) in assistant.scopes


def test_a_long_search_says_what_is_being_done_and_a_short_one_does_not(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
            const now = document.querySelector('.fn-searching')?.textContent; if (now) window.seen.push(now); })
            .observe(document.querySelector('#fn-conversation'), {childList: true, subtree: true}); }"""
    )
    ask(page, PEACE)
    assert page.evaluate("window.seen") == []
    assistant.patience.clear()
    page.get_by_label("Your question").fill("Slowly, please: what is KAZCENT?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".fn-searching")).to_have_text("Reading the best passages…")
    assistant.patience.set()
    expect(page.locator(".fn-exchange").last.locator(".fn-words")).to_be_visible()
    expect(page.locator(".fn-searching")).to_have_count(0)


def test_a_question_is_edited_in_its_place_and_undo_brings_the_old_one_back(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    ask(page, "Does Brazil take part?")
    ask(page, KAZCENT)
    page.locator(".fn-exchange").first.get_by_role("button", name="Edit the question").click()
    box = page.get_by_label("Your question")
    expect(box).to_have_value("Does Brazil take part?")
    box.fill(PEACE)
    box.press("Enter")
    expect(page.locator(".fn-question").first).to_have_text(PEACE)
    assert questions(page) == [PEACE, KAZCENT]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".fn-question").first).to_have_text("Does Brazil take part?")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".fn-exchange")).to_have_count(1)
    expect(box).to_have_value(KAZCENT)


def test_escape_leaves_editing(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    ask(page, KAZCENT).get_by_role("button", name="Edit the question").click()
    expect(page.get_by_label("Your question")).to_have_value(KAZCENT)
    expect(page.locator("#fn-hint")).to_contain_text("in the place of question 1")
    page.get_by_label("Your question").press("Escape")
    expect(page.locator("#fn-hint")).to_have_text("")
    ask(page, PEACE)
    assert questions(page) == [KAZCENT, PEACE]


def test_asking_again_keeps_the_place_and_what_was_asked_before(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    ask(page, KAZCENT)
    exchange = ask(page, "When was it accredited?")
    assistant.asked.clear()
    exchange.get_by_role("button", name="Ask again").click()
    page.wait_for_function("document.querySelector('.fn-exchange:last-child').dataset.revision > 1")
    assert questions(page) == [KAZCENT, "When was it accredited?"]
    assert history_of(assistant, "When was it accredited?") == [KAZCENT]


def test_an_answer_is_copied_with_its_citations(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, permissions=["clipboard-read", "clipboard-write"])
    exchange = ask(page, KAZCENT)
    for name, start in (("Copy", "What is KAZCENT?\n"), ("Copy as Markdown", "**What"), ("Copy as BibTeX", "@misc{")):
        exchange.get_by_role("button", name=name, exact=True).click()
        page.wait_for_function(
            "start => navigator.clipboard.readText().then(text => text.startsWith(start))", arg=start
        )
        expect(page.locator("#fn-hint")).to_have_text("Copied.")
    assert "accredited by NATO" in page.evaluate("navigator.clipboard.readText()")


def test_where_the_clipboard_is_shut_the_text_is_shown_to_copy_by_hand(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    ask(page, KAZCENT).get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_label("Text to copy")).to_be_focused()
    assert "[1]" in page.get_by_label("Text to copy").input_value()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Text to copy")).to_have_count(0)


@pytest.mark.parametrize(("form", "suffix"), [("Markdown", "md"), ("HTML", "html"), ("JSON", "json")])
def test_a_conversation_is_exported(page_for: PageFor, assistant: StubAssistant, form: str, suffix: str) -> None:
    page = page_for(assistant)
    ask(page, "Show me the hostile <b>one</b>")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as saved:
        page.get_by_role("button", name=form, exact=True).click()
    assert saved.value.suggested_filename == f"Show-me-the-hostile-b-one-b.{suffix}"
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    if form == "JSON":
        assert json.loads(text)["exchanges"][0]["citations"][0]["quote"] == HOSTILE_QUOTE
    elif form == "HTML":
        assert "<script>window" not in text
        other = page.context.new_page()
        other.set_content(text)
        assert other.locator("blockquote bdi").text_content() == HOSTILE_QUOTE
        assert other.evaluate("window.hacked") is None


def test_a_reload_brings_the_conversation_back(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, leaves=True)
    ask(page, KAZCENT).get_by_role("button", name="Answers it (footnote 1)").click()
    ask(page, PEACE)
    page.reload()
    expect(page.locator(".fn-exchange")).to_have_count(2)
    assert questions(page) == [KAZCENT, PEACE]
    expect(page.get_by_role("button", name="Answers it (footnote 1)").first).to_have_attribute("aria-pressed", "true")
    open_footnote(page.locator(".fn-exchange").last)
    ask(page, "When was it accredited?")
    assert history_of(assistant, "When was it accredited?") == [KAZCENT, PEACE]


def test_a_reload_in_the_middle_of_a_question_keeps_the_question(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, leaves=True)
    assistant.patience.clear()
    page.get_by_label("Your question").fill("Slowly: what is KAZCENT?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".fn-searching")).to_be_visible()
    page.reload()
    exchange = page.locator(".fn-exchange")
    expect(exchange).to_contain_text("interrupted before it was answered")
    assistant.patience.set()
    exchange.get_by_role("button", name="Ask again").click()
    expect(exchange.locator(".fn-words")).to_be_visible()


def test_saved_conversations_are_listed_opened_renamed_and_deleted(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    ask(page, "Which harbour was calm?")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".fn-invitation")).to_be_visible()
    ask(page, KAZCENT)
    page.get_by_role("button", name="Saved", exact=True).click()
    sheet = page.get_by_role("dialog", name="Saved conversations")
    expect(sheet.locator("[aria-current]")).to_contain_text(KAZCENT)
    item = sheet.locator("li", has_text="Which harbour was calm?")
    item.get_by_role("button", name="Rename").click()
    sheet.get_by_label("New name").fill("<img src=x onerror=window.hacked=1> The sea")
    sheet.get_by_label("New name").press("Enter")
    renamed = sheet.locator("li", has_text="The sea")
    renamed.locator(".fn-open-saved").click()
    expect(page.locator(".fn-question")).to_have_text(["Which harbour was calm?"])
    page.get_by_role("button", name="Saved", exact=True).click()
    sheet.locator("li", has_text="The sea").get_by_role("button", name="Delete").click()
    sheet.get_by_text("Delete for good?").click()
    expect(sheet.locator("li", has_text="The sea")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".fn-invitation")).to_be_visible()
    assert page.evaluate("window.hacked") is None


def test_two_tabs_that_go_on_with_one_conversation_lose_nothing(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, leaves=True)
    ask(page, "Is it gone?")
    other = page.context.new_page()
    other.goto(page.url)
    other.evaluate(
        "key => sessionStorage.setItem('fn-conversation', key)", page.evaluate("sessionStorage['fn-conversation']")
    )
    other.reload()
    expect(other.locator(".fn-exchange")).to_have_count(1)
    ask(page, KAZCENT)
    ask(other, PEACE)
    page.reload()
    other.reload()
    expect(page.locator(".fn-question")).to_have_text(["Is it gone?", KAZCENT])
    expect(other.locator(".fn-question")).to_have_text(["Is it gone?", PEACE])


def test_keys_lead_everywhere_and_the_help_sheet_shows_them(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    page.evaluate(
        "for (const n of ['fn-next', 'fn-previous']) document.addEventListener(n, () => (window.heard ??= []).push(n))"
    )
    ask(page, PEACE)
    page.keyboard.press("Escape")
    assert focused(page, "e.dataset.mark") == "1"
    page.keyboard.press("j")
    assert focused(page, "e.dataset.mark") == "2"
    page.keyboard.press("k")
    page.keyboard.press("ArrowDown")
    assert focused(page, "e.dataset.mark") == "2"
    page.keyboard.press("n")
    page.keyboard.press("p")
    assert page.evaluate("window.heard") == ["fn-next", "fn-previous"]
    page.keyboard.press("?")
    help_sheet = page.get_by_role("dialog", name="Keys")
    expect(help_sheet).to_be_visible()
    page.keyboard.press("u")  # a sheet is open: nothing behind it happens
    page.keyboard.press("Escape")
    expect(help_sheet).to_be_hidden()
    page.keyboard.press("e")
    expect(page.get_by_label("Your question")).to_have_value(PEACE)
    page.get_by_label("Your question").press("Escape")
    page.get_by_label("Your question").press("Escape")
    page.keyboard.press("u")
    expect(page.locator(".fn-invitation")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value(PEACE)
    page.keyboard.press("j")
    expect(page.get_by_label("Your question")).to_have_value(f"{PEACE}j")  # what is typed is no key
    assert page.locator(".fn-exchange").count() == 0


def test_single_letters_can_be_switched_off_for_good(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, leaves=True)
    ask(page, PEACE)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("Single letters work as keys").uncheck()
    page.keyboard.press("Escape")
    page.locator(".fn-mark").first.focus()
    page.keyboard.press("j")
    assert focused(page, "e.dataset.mark") == "1"
    page.reload()
    expect(page.get_by_label("Single letters work as keys")).not_to_be_checked()


def test_the_skip_links_come_first(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    page.locator("a[href], button, textarea, input").first.focus()
    assert focused(page, "e.textContent") == "Skip to the question"
    assert in_view(page.get_by_text("Skip to the question"), page.locator("body"))
    page.keyboard.press("Enter")
    assert focused(page, "e.tagName") == "TEXTAREA"


def test_an_answer_that_changes_below_keeps_the_focus_and_what_is_unfolded(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    exchange = ask(page, PEACE)
    exchange.get_by_text("Other passages nearby").click()
    right = exchange.get_by_role("button", name="Answers it (footnote 3)")
    right.press("Enter")
    expect(right).to_have_attribute("aria-pressed", "true")
    expect(right).to_be_focused()
    expect(right).to_be_visible()


def test_on_a_phone_sheets_and_tools_fit(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, viewport=PHONE)
    ask(page, PEACE)
    page.get_by_role("button", name="Saved", exact=True).click()
    expect(page.get_by_role("dialog", name="Saved conversations").locator("li").first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keys").click()
    box = page.get_by_role("dialog", name="Keys").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert in_view(page.get_by_role("dialog", name="Keys").get_by_role("button", name="Close"), page.locator("body"))


def test_right_to_left_text_is_laid_out_from_the_right_and_han_text_is_shown(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    exchange = ask(page, "זהו hebrew 漢字, ひらがな")
    for part in (".fn-question", "blockquote"):
        assert exchange.locator(part).first.evaluate("e => getComputedStyle(e).direction") == "rtl", part
    expect(exchange.locator(".fn-question")).to_have_text("זהו hebrew 漢字, ひらがな")
    page.get_by_role("button", name="Saved", exact=True).click()
    title = page.locator("[aria-current] .fn-saved-title")
    assert title.evaluate("e => getComputedStyle(e).direction") == "rtl"
    page.keyboard.press("Escape")
    ask(page, "漢字: what is KAZCENT?")
    assert page.locator(".fn-question").last.evaluate("e => getComputedStyle(e).direction") == "ltr"


def test_a_hostile_document_runs_nothing_in_suggestions_saved_names_and_after_a_reload(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant, leaves=True)
    hostile = "Show me the hostile </li></ol><img src=x onerror=window.hacked=1><script>window.hacked=2</script>"
    ask(page, hostile)
    page.reload()
    expect(page.locator(".fn-question")).to_have_text(hostile)
    page.get_by_role("button", name="Saved", exact=True).click()
    expect(page.locator("[aria-current] .fn-saved-title")).to_have_text(hostile)
    assert page.locator("#fn-main img, #fn-main script, #fn-saved img, #fn-saved script").count() == 0
    assert page.evaluate("window.hacked") is None
