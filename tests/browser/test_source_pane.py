"""The source pane: pages as they look, moving through them, finding, links; at the desk and on a phone."""

from __future__ import annotations

import re
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from actions import DESKTOP, PHONE, PageFor, ask, focused, in_view, marked, open_footnote, shown_source
from paged_documents import (
    ARABIC_QUOTE,
    CJK_QUOTE,
    NOTICE,
    OAK,
    PAGES,
    SLIDES_QUOTE,
    minutes_assistant,
    paged_assistant,
)
from playwright.sync_api import Page, expect
from stub_assistant import HOSTILE, HOSTILE_QUOTE, LETTER, StubAssistant

from assistant.datatypes import Document

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])


@pytest.fixture(scope="module")
def paged(tmp_path_factory: pytest.TempPathFactory) -> StubAssistant:
    return paged_assistant(tmp_path_factory.mktemp("paged"))


def page_box(page: Page) -> str:
    return page.locator(".fn-pages input").input_value()


def on_page(page: Page, number: int) -> None:
    """Wait until that page is shown as it looks."""
    page.locator(f".fn-leaf img[alt^='Page {number} of ']").wait_for()
    expect(page.locator(".fn-pages input")).to_have_value(str(number))


def find(page: Page, words: str, count: str) -> None:
    page.get_by_label("Find in this document").fill(words)
    page.get_by_label("Find in this document").press("Enter")
    expect(page.locator(".fn-matches")).to_have_text(count)


def link(source: Document, words: str, **changes: object) -> str:
    start = source.text.index(words)
    place = {"document": source.id, "start": start, "end": start + len(words), "sha256": source.sha256, **changes}
    return "?" + urlencode(place)


@BOTH
def test_a_pdf_opens_as_a_picture_of_the_cited_page_with_a_box_on_each_line(
    page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(paged, viewport=viewport)
    source = open_footnote(ask(page, "Which bridge?"))
    sheet, boxes = page.locator(".fn-leaf"), page.locator(".fn-box")
    expect(boxes).to_have_count(2)
    whole, first, second = sheet.bounding_box(), boxes.nth(0).bounding_box(), boxes.nth(1).bounding_box()
    assert whole
    assert first
    assert second
    scale = whole["width"] / 420
    assert whole["height"] == pytest.approx(595 * scale, abs=1)
    assert first["y"] - whole["y"] == pytest.approx((595 - 504 - 8) * scale, abs=4 * scale)
    assert second["x"] - whole["x"] == pytest.approx(60 * scale, abs=3)
    assert second["y"] - first["y"] == pytest.approx(16 * scale, abs=2)
    assert sheet.locator("img").evaluate("e => e.complete && e.naturalWidth > 1000")
    expect(page.locator("#fn-cited")).to_have_attribute("aria-label", re.compile("^Quoted: The council met"))
    assert in_view(boxes.first, source.locator(".fn-scroll"))


@BOTH
def test_a_thousand_pages_open_at_the_cited_one_at_once(
    page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(paged, viewport=viewport)
    exchange = ask(page, "Where was the oak?")
    began = time.perf_counter()
    open_footnote(exchange)
    on_page(page, 700)
    assert time.perf_counter() - began < 3  # 0.3 s on a quiet machine; reading the whole file takes longer
    expect(page.locator(".fn-pages")).to_contain_text("of 1,000")
    expect(page.locator("#fn-cited")).to_be_in_viewport()


@BOTH
def test_pages_are_turned_by_buttons_and_by_number(
    page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(paged, viewport=viewport)
    open_footnote(ask(page, "Where was the oak?"))
    on_page(page, 700)
    for name, number in (("Next page", 701), ("Previous page", 700), ("Last page", PAGES), ("First page", 1)):
        page.get_by_role("button", name=name).click()
        on_page(page, number)
        assert focused(page, "e.getAttribute('aria-label')") == name
    expect(page.get_by_role("button", name="Previous page")).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".fn-box")).to_have_count(0)
    for typed, number in (("700", 700), ("99999", PAGES), ("3.7", 3)):
        page.get_by_label("Page", exact=True).fill(typed)
        page.get_by_label("Page", exact=True).press("Enter")
        on_page(page, number)
    page.get_by_label("Page", exact=True).fill("x")
    page.get_by_label("Page", exact=True).press("Enter")
    on_page(page, 3)


def test_many_fast_clicks_are_counted_each(page_for: PageFor, paged: StubAssistant) -> None:
    page = page_for(paged)
    open_footnote(ask(page, "Where was the oak?"))
    on_page(page, 700)
    page.get_by_role("button", name="Next page").evaluate("e => { for (let i = 0; i < 7; i++) e.click(); }")
    on_page(page, 707)


@BOTH
def test_what_is_found_opens_its_page_with_boxes(
    page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(paged, viewport=viewport)
    open_footnote(ask(page, "Where was the oak?"))
    find(page, "nótice ON  page 99", "2 of 11")  # from page 700 on; the first is on page 99
    on_page(page, 990)
    page.get_by_label("Find in this document").press("Shift+Enter")
    expect(page.locator(".fn-matches")).to_have_text("1 of 11")
    on_page(page, 99)
    expect(page.locator("#fn-match")).to_be_in_viewport()
    assert focused(page, "e.type") == "search"
    page.get_by_role("button", name="Previous match").click()
    on_page(page, 999)
    find(page, "elephant", "not found")
    on_page(page, 999)
    page.get_by_label("Find in this document").fill("")
    page.get_by_label("Find in this document").press("Enter")
    expect(page.locator(".fn-matches")).to_have_text("")


@BOTH
def test_the_text_of_a_pdf_is_shown_with_its_neighbourhood(
    page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(paged, viewport=viewport)
    source = open_footnote(ask(page, "Where was the oak?"))
    page.get_by_role("button", name="Text", exact=True).click()
    expect(source.locator(".fn-text")).to_contain_text(NOTICE.format(701))
    assert marked(page) == OAK
    expect(page.locator("#fn-cited")).to_be_in_viewport()
    before = source.locator(".fn-text").text_content() or ""
    source.get_by_role("button", name="Show more below").click()
    expect(source.locator(".fn-text")).not_to_have_text(before, use_inner_text=False)
    expect(page.locator(".fn-pages input")).not_to_have_value("700")  # it follows the scrolling
    number = int(page_box(page)) + 1
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("#fn-here")).to_have_attribute("data-page", f"Page {number}")
    page.get_by_role("button", name="Page", exact=True).click()
    on_page(page, number)


@BOTH
def test_footnotes_are_stepped_through(page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]) -> None:
    page = page_for(paged, viewport=viewport)
    open_footnote(ask(page, "Where was the oak?"))
    expect(page.locator(".fn-kicker")).to_contain_text("Footnote 1 of 3")
    page.get_by_role("button", name="Next footnote").click()
    shown_source(page, 2)
    on_page(page, 3)
    expect(page.locator(".fn-mark[aria-expanded=true]")).to_have_text("2")
    for event, mark in (("fn-next", 3), ("fn-next", 3), ("fn-previous", 2), ("fn-previous", 1)):
        page.evaluate(f"document.dispatchEvent(new CustomEvent('{event}'))")
        shown_source(page, mark)
    on_page(page, 700)


def test_the_key_for_the_next_footnote_opens_the_first_one(page_for: PageFor, paged: StubAssistant) -> None:
    page = page_for(paged)
    page.evaluate("document.dispatchEvent(new CustomEvent('fn-next'))")
    ask(page, "Which bridge?")
    expect(page.locator(".fn-source")).to_have_count(0)
    page.evaluate("document.dispatchEvent(new CustomEvent('fn-next'))")
    shown_source(page, 1)


@BOTH
def test_a_link_opens_the_same_place_in_another_tab(
    page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(paged, viewport=viewport, permissions=["clipboard-read", "clipboard-write"])
    open_footnote(ask(page, "Where was the oak?"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    assert address.startswith(page.url.split("?")[0])
    page.get_by_role("button", name="Copy quotation").click()
    page.wait_for_function("async words => await navigator.clipboard.readText() === words", arg=OAK)
    other = page_for(paged, viewport=viewport, path="?" + address.split("?")[1])
    on_page(other, 700)
    expect(other.locator("#fn-cited")).to_be_in_viewport()
    expect(other.locator(".fn-kicker")).to_have_text("Passage")


def test_a_link_into_a_text_marks_its_words(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, path=link(LETTER, "Kazakhstan joined the Partnership"))
    expect(page.locator("#fn-cited")).to_be_in_viewport()
    assert marked(page) == "Kazakhstan joined the Partnership"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"document": "none<img src=x onerror='window.hacked=1'>.txt"}, "not among the documents here"),
        ({"sha256": "0" * 64}, "has changed since this link was made"),
        ({"end": 10**9}, "points beyond the end"),
        ({"start": "<script>"}, "incomplete or damaged"),
    ],
    ids=["unknown", "changed", "beyond", "malformed"],
)
def test_a_link_that_fits_nothing_says_so(
    page_for: PageFor, assistant: StubAssistant, changes: dict[str, object], said: str
) -> None:
    page = page_for(assistant, path=link(LETTER, "Kazakhstan", **changes))
    expect(page.locator(".fn-source [role=alert]")).to_contain_text(said)
    assert page.evaluate("window.hacked") is None


@BOTH
def test_a_pdf_that_changed_or_vanished_is_shown_as_text_with_a_sentence(
    page_for: PageFor, tmp_path: Path, viewport: dict[str, int]
) -> None:
    changing = minutes_assistant(tmp_path)
    page = page_for(changing, viewport=viewport)
    exchange = ask(page, "Which bridge?")
    open_footnote(exchange)
    expect(page.locator(".fn-leaf")).to_be_visible()
    (tmp_path / "minutes.pdf").write_bytes(b"%PDF-1.4 another")
    close = page.get_by_role("button", name="Close the source")
    close.click()
    open_footnote(exchange)
    expect(page.locator(".fn-note")).to_contain_text("minutes.pdf: has changed since it was indexed")
    expect(page.locator(".fn-note")).to_contain_text("This is its text as it was indexed.")
    assert marked(page).startswith("The council met in March")
    (tmp_path / "minutes.pdf").unlink()
    close.click()
    open_footnote(exchange)
    expect(page.locator(".fn-note")).to_contain_text("minutes.pdf: is no longer there")


@BOTH
def test_slides_are_turned_by_their_places_in_the_text(
    page_for: PageFor, paged: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(paged, viewport=viewport)
    open_footnote(ask(page, "What do the slides say?"))
    assert marked(page) == SLIDES_QUOTE
    expect(page.locator(".fn-pages")).to_contain_text("Slide")
    assert page_box(page) == "2"
    expect(page.get_by_role("button", name="Text", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Next slide").click()
    expect(page.locator("#fn-here")).to_have_attribute("data-page", "Slide 3")
    assert page_box(page) == "3"


@BOTH
@pytest.mark.parametrize(
    ("question", "quote", "words", "count", "direction"),
    [("arabic", ARABIC_QUOTE, "ولد الشاعر", "1 of 3", "rtl"), ("japanese", CJK_QUOTE, "首都", "1 of 200", "ltr")],
)
def test_other_scripts_are_marked_and_found(
    page_for: PageFor, paged: StubAssistant, question: str, quote: str, words: str, count: str, direction: str,
    viewport: dict[str, int],
) -> None:  # fmt: skip
    page = page_for(paged, viewport=viewport)
    open_footnote(ask(page, f"In {question}?"))
    assert marked(page) == quote
    find(page, words, count)
    expect(page.locator("#fn-match")).to_have_text(words if direction == "ltr" else "وُلِدَ الشاعر")
    assert page.locator(".fn-text").evaluate("e => getComputedStyle(e).direction") == direction
    assert page.locator(".fn-source").evaluate("e => e.scrollWidth <= e.clientWidth")


@BOTH
def test_a_hostile_document_is_searched_and_linked_without_running(
    page_for: PageFor, assistant: StubAssistant, viewport: dict[str, int]
) -> None:
    page = page_for(assistant, viewport=viewport, path=link(HOSTILE, HOSTILE_QUOTE))
    shown_source(page, 0)
    assert marked(page) == HOSTILE_QUOTE
    find(page, '<script>window.hacked = 1</script><img src=x onerror="', "1 of 1")
    find(page, "\"><img src=x onerror='window.hacked = 10'>", "not found")
    assert page.locator("#fn-source").locator("img, script, iframe, svg").count() == 0
    assert page.evaluate("window.hacked") is None


def test_everything_in_the_pane_is_reached_by_the_keyboard(page_for: PageFor, paged: StubAssistant) -> None:
    page = page_for(paged)
    open_footnote(ask(page, "Where was the oak?"))
    on_page(page, 700)
    page.get_by_role("button", name="Close the source").focus()
    reached = []
    for _ in range(16):
        page.keyboard.press("Tab")
        reached.append(focused(page, "e.getAttribute('aria-label') ?? e.textContent ?? ''"))
        if focused(page, "e.classList.contains('fn-scroll')"):
            break
    assert [name for name in reached if name] == [
        *("Previous footnote", "Next footnote", "Copy quotation", "Copy link", "First page", "Previous page"),
        *("Next page", "Last page", "Page", "Text", "Find in this document", "Previous match", "Next match"),
        "Page of long.pdf",
    ]
