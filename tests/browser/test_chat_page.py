"""The way of a question through the page, in a real browser."""

from __future__ import annotations

import pytest
from actions import PHONE, PageFor, ask, focused, in_view, marked, open_footnote, shown_source
from playwright.sync_api import expect
from stub_assistant import HEBREW, HOSTILE_QUOTE, LONG, StubAssistant

from assistant.datatypes import Turn

pytestmark = pytest.mark.browser

PEACE = "When did Kazakhstan join the Partnership for Peace?"
IN_1995 = "Practical cooperation began when Kazakhstan joined the Partnership for Peace (PfP) programme in 1995."
KAZCENT = "The Partnership Training and Education Centre KAZCENT in Almaty was accredited by NATO in December 2010."


def test_asking_gives_numbered_quotations(page_for: PageFor, assistant: StubAssistant) -> None:
    exchange = ask(page_for(assistant), PEACE)
    expect(exchange.get_by_role("heading", level=2)).to_have_text(PEACE)
    assert exchange.locator(".fn-words").first.text_content() == IN_1995
    expect(
        exchange.get_by_role("button", name="Footnote 1: open nato-kazakhstan.txt at the quoted words")
    ).to_have_text("1")
    expect(exchange.locator("figcaption").first).to_have_text("Relations with Kazakhstan · nato-kazakhstan.txt")


def test_a_footnote_opens_the_source_at_exactly_the_quoted_words(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    source = open_footnote(ask(page, PEACE))
    assert marked(page) == IN_1995
    expect(source.locator("header")).to_contain_text("nato-kazakhstan.txt")
    assert in_view(page.locator("#fn-cited"), page.locator(".fn-scroll"))
    assert source.locator(".fn-text").text_content() == assistant.documents["nato-kazakhstan.txt"].text


def test_each_footnote_opens_its_own_words(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    exchange = ask(page, PEACE)
    open_footnote(exchange, 1)
    open_footnote(exchange, 2)
    assert marked(page).startswith("Relations with Kazakhstan started in 1992")
    expect(exchange.locator(".fn-mark[aria-expanded=true]")).to_have_text("2")


def test_a_closed_source_opens_again(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    exchange = ask(page, PEACE)
    open_footnote(exchange)
    page.get_by_role("button", name="Close the source").click()
    expect(page.locator(".fn-source")).to_be_hidden()
    open_footnote(exchange)
    assert in_view(page.locator("#fn-cited"), page.locator(".fn-scroll"))


def test_the_place_names_page_heading_and_file(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    source = open_footnote(ask(page, "What is KAZCENT?"))
    expect(source.locator("header")).to_contain_text("Key areas of cooperation › Building capabilities")
    source = open_footnote(ask(page, "And the harbour?"))
    expect(source.locator("header")).to_contain_text("Page 197")
    expect(source.locator("header")).to_contain_text("logbook.pdf")


def test_a_weak_answer_says_so(page_for: PageFor, assistant: StubAssistant) -> None:
    exchange = ask(page_for(assistant), "What about interoperability?")
    expect(exchange).to_contain_text("Possibly – check the source")


def test_nothing_found_is_said_and_the_nearest_passages_are_folded(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    exchange = ask(page, "Does Brazil take part?")
    expect(exchange).to_contain_text("I could not find this in your documents.")
    expect(exchange.locator(".fn-words").first).to_be_hidden()
    exchange.get_by_text("Nearest passages (2)").click()
    open_footnote(exchange, 2)
    assert marked(page) == KAZCENT


def test_a_follow_up_passes_the_conversation_and_shows_what_was_searched(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    ask(page, "What is KAZCENT?")
    exchange = ask(page, "When was it accredited?")
    assert assistant.asked[-1] == ("When was it accredited?", [Turn("What is KAZCENT?", (KAZCENT,))])
    expect(exchange.locator(".fn-searched")).to_contain_text(
        "Searched for: When was it accredited? and What is KAZCENT?"
    )
    expect(page.locator(".fn-searched")).to_have_count(1)


def test_what_a_reader_says_of_a_quotation_is_kept_and_shown(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    exchange = ask(page, PEACE)
    right = exchange.get_by_role("button", name="Answers it (footnote 1)")
    expect(right).to_have_attribute("aria-pressed", "false")
    right.click()
    expect(right).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Kept on this computer.")).to_be_visible()
    exchange.get_by_role("button", name="Does not (footnote 2)").click()
    expect(exchange.locator('[aria-pressed="true"]')).to_have_count(2)
    exchange.get_by_role("button", name="The answer is not in the documents").click()
    expect(exchange.locator('[aria-pressed="true"]')).to_have_count(1)
    assert [(said.question, said.verdict, said.quote[:12]) for said in assistant.said] == [
        (PEACE, "right", IN_1995[:12]),
        (PEACE, "wrong", "Relations wi"),
        (PEACE, "not_in_documents", ""),
    ]


def test_a_new_conversation_forgets_the_old_one(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    open_footnote(ask(page, "What is KAZCENT?"))
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".fn-invitation")).to_be_visible()
    expect(page.locator(".fn-source")).to_be_hidden()
    ask(page, PEACE)
    assert assistant.asked[-1] == (PEACE, [])


def test_two_tabs_have_two_conversations(page_for: PageFor, assistant: StubAssistant) -> None:
    one, other = page_for(assistant), page_for(assistant)
    ask(one, "What is KAZCENT?")
    ask(other, PEACE)
    assert assistant.asked[-1] == (PEACE, [])
    expect(one.locator(".fn-exchange")).to_have_count(1)


def test_an_example_question_is_asked_with_one_click(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    page.get_by_role("button", name=PEACE).click()
    expect(page.locator(".fn-words").first).to_have_text(IN_1995)
    assert assistant.asked == [(PEACE, [])]


def test_an_empty_question_is_not_sent(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    for nothing, send in (("", "button"), ("  \n ", "button"), (" ", "Enter")):
        page.get_by_label("Your question").fill(nothing)
        if send == "button":
            page.get_by_role("button", name="Ask", exact=True).click()
        else:
            page.get_by_label("Your question").press(send)
        expect(page.get_by_text("Type a question first.")).to_be_visible()
    assert assistant.asked == []


def test_a_refused_question_is_explained_and_can_be_mended(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    exchange = ask(page, "why " * 30_000)
    expect(exchange).to_contain_text("at most 2,000 can be searched for. Please ask a shorter one.")
    expect(page.get_by_label("Your question")).not_to_have_value("")
    ask(page, PEACE)
    assert assistant.asked[-1] == (PEACE, [])


def test_a_fault_of_ours_is_said_plainly_and_tells_no_details(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    exchange = ask(page, "Please explode")
    expect(exchange).to_contain_text("Something went wrong while searching.")
    assert "secret detail" not in page.content()
    assert "Traceback" not in page.content()
    expect(ask(page, PEACE).locator(".fn-words").first).to_have_text(IN_1995)
    assert assistant.asked[-1] == (PEACE, [])


def test_a_source_that_is_gone_or_changed_is_said_plainly(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    for question, said in (
        ("What is gone?", "There is no document"),
        ("What has changed?", "are no longer at this place"),
    ):
        ask(page, question).get_by_role("button", name="Footnote 1:").click()
        expect(page.locator(".fn-source [role=alert]")).to_contain_text(said)
        expect(page.locator("#fn-source mark")).to_have_count(0)


def test_a_forged_footnote_opens_nothing(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    mark = ask(page, "What is KAZCENT?").locator(".fn-mark")
    forged = [("9", "1"), ("1", "3"), ("1", "0"), ("1", "-1"), ("1", "1e9"), ("1", "0.5"), ("x", "../../etc/passwd")]
    for visit, pair in enumerate(forged, start=1):
        mark.evaluate(
            """(button, [number, mark]) => {
                button.dataset.mark = mark;
                button.closest("[data-number]").dataset.number = number;
            }""",
            list(pair),
        )
        mark.click()
        page.locator(f".fn-source[data-visit='{visit}']").wait_for()
        expect(page.locator(".fn-source [role=alert]")).to_contain_text("no longer part of the conversation")


def test_a_hostile_document_runs_nothing_and_is_shown_as_it_is(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    exchange = ask(page, "Show me the hostile <img src=x onerror='window.hacked=8'> one ${window.hacked=9}")
    assert exchange.locator(".fn-words").text_content() == HOSTILE_QUOTE
    source = open_footnote(exchange)
    assert marked(page) == HOSTILE_QUOTE
    assert source.locator("img, script, iframe, svg").count() == 0
    assert exchange.locator("img, script, iframe, svg").count() == 0
    assert page.evaluate("window.hacked") is None


def test_right_to_left_text_is_laid_out_from_the_right(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    open_footnote(ask(page, "What is quoted in hebrew?"))
    assert marked(page) in HEBREW.text
    mark, text = page.locator("#fn-cited").bounding_box(), page.locator(".fn-text").bounding_box()
    assert mark is not None
    assert text is not None
    assert mark["x"] > text["x"] + text["width"] / 3


def test_a_large_document_is_shown_in_part_and_grows_without_moving(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    source = open_footnote(ask(page, "And the harbour?"))
    text = source.locator(".fn-text")
    before = text.text_content() or ""
    assert len(before) < 60_000 < len(LONG.text)
    assert before in LONG.text
    place = page.locator("#fn-cited").bounding_box()
    more = source.get_by_role("button", name="Show more above")
    more.evaluate("button => button.click()")
    expect(text).not_to_have_text(before, use_inner_text=False)
    after = text.text_content() or ""
    assert after.endswith(before)
    assert after in LONG.text
    moved = page.locator("#fn-cited").bounding_box()
    assert place is not None
    assert moved is not None
    assert abs(moved["y"] - place["y"]) < 2


def test_on_a_phone_the_source_is_a_sheet_with_a_way_back(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, viewport=PHONE, has_touch=True)
    exchange = ask(page, PEACE)
    source = open_footnote(exchange)
    box = source.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE["width"])
    assert in_view(page.locator("#fn-cited"), page.locator(".fn-scroll"))
    page.get_by_role("button", name="Close the source").click()
    expect(source).to_be_hidden()
    assert focused(page, "e.textContent") == "1"


def test_on_a_phone_the_browsers_back_closes_the_sheet_only(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, viewport=PHONE)
    source = open_footnote(ask(page, PEACE))
    page.go_back()
    expect(source).to_be_hidden()
    expect(page.locator(".fn-exchange")).to_have_count(1)


def test_the_page_never_scrolls_sideways_on_a_phone(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, viewport=PHONE)
    ask(page, "x" * 1_500)
    ask(page, "Show me the hostile one")
    for pane in ("html", "#fn-conversation"):
        assert page.locator(pane).evaluate("e => e.scrollWidth <= e.clientWidth"), pane


def test_everything_is_done_with_the_keyboard_alone(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    assert focused(page, "e.tagName") == "TEXTAREA"
    page.keyboard.type(PEACE)
    page.keyboard.press("Enter")
    expect(page.locator(".fn-words").first).to_be_visible()
    page.keyboard.press("Escape")  # from the question to the latest answer
    assert focused(page, "e.getAttribute('aria-label')") == "Footnote 1: open nato-kazakhstan.txt at the quoted words"
    page.keyboard.press("Enter")
    shown_source(page)
    page.wait_for_function("document.activeElement.id === 'fn-cited'")
    page.keyboard.press("Escape")
    expect(page.locator(".fn-source")).to_be_hidden()
    assert focused(page, "e.dataset.mark") == "1"


def test_answers_are_announced_to_screen_readers(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    ask(page, PEACE)
    expect(page.locator("#fn-conversation [role=status]")).to_have_text(f"Found, 2 footnotes. {IN_1995}")


def test_the_status_line_says_what_is_searched(page_for: PageFor, assistant: StubAssistant) -> None:
    expect(page_for(assistant).locator(".fn-status")).to_have_text(
        "4 documents · 1,234 passages · all-MiniLM-L6-v2 · nothing leaves this computer"
    )


def test_the_newest_answer_is_scrolled_to(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, viewport=PHONE)
    for _ in range(4):
        exchange = ask(page, PEACE)
    assert in_view(exchange.get_by_role("heading", level=2), page.locator("#fn-conversation"))
    assert in_view(exchange.locator(".fn-words").first, page.locator("#fn-conversation"))
