"""The Index view: sizes, health, history, and the map whose passages open in the source pane."""

from __future__ import annotations

import re

import pytest
from actions import PHONE, PageFor, focused, marked
from playwright.sync_api import Page, expect
from stub_assistant import StubAssistant
from stub_tabs import UPDATES

pytestmark = pytest.mark.browser


def index_view(page: Page) -> Page:
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Index").click()
    expect(page.locator("#fn-board canvas")).to_be_visible()
    return page


def point(page: Page, assistant: StubAssistant, number: int) -> dict[str, float]:
    """Where a passage lies on the canvas: the map fills the largest square that fits, 14 pixels from the edge."""
    drawn = assistant.passage_map().points[number]
    box = page.locator("#fn-board canvas").bounding_box()
    assert box is not None
    side = min(box["width"], box["height"]) - 28
    return {
        "x": (box["width"] - side) / 2 + drawn.x * side,
        "y": (box["height"] - side) / 2 + (1 - drawn.y) * side,
    }


def test_a_click_on_the_map_opens_the_passage(page_for: PageFor, assistant: StubAssistant) -> None:
    page = index_view(page_for(assistant))
    canvas = page.locator("#fn-board canvas")
    number = next(n for n, each in enumerate(assistant.passage_map().points) if each.document == "nato-kazakhstan.txt")
    canvas.hover(position=point(page, assistant, number))
    expect(page.locator(".fn-tip")).to_contain_text("nato-kazakhstan.txt")
    canvas.click(position=point(page, assistant, number))
    expect(page.locator(".fn-source .fn-kicker")).to_have_text("Passage")
    assert marked(page) == assistant.passages([number])[number].text
    expect(page.locator("#fn-view-index")).to_be_visible()


def test_a_passage_is_opened_by_keyboard_from_the_list(page_for: PageFor, assistant: StubAssistant) -> None:
    page = index_view(page_for(assistant))
    document = page.get_by_role("group", name="Documents on the map").get_by_role("button", name="nato-kazakhstan.txt")
    document.press("Enter")
    expect(document).to_have_attribute("aria-pressed", "true")
    wanted = assistant.passages_of("nato-kazakhstan.txt")[2]
    page.locator(".fn-passages button").nth(2).press("Enter")
    expect(page.locator("#fn-cited")).to_be_visible()
    assert marked(page) == wanted.text
    assert focused(page, "e.id") == "fn-cited"


def test_hostile_names_and_texts_are_shown_as_text(page_for: PageFor, assistant: StubAssistant) -> None:
    page = index_view(page_for(assistant))
    hostile = next(name for name in assistant.documents if "onerror" in name)
    page.locator(".fn-documents button", has_text="onerror").click()
    expect(page.locator("#fn-listed h4")).to_contain_text(hostile)
    expect(page.locator("#fn-listed")).to_contain_text("<script>window.hacked = 6</script>")
    assert page.evaluate("window.hacked") is None


def test_sizes_and_the_history_of_updates_are_shown_newest_first(page_for: PageFor, assistant: StubAssistant) -> None:
    page = index_view(page_for(assistant))
    expect(page.locator(".fn-sizes tr").first).to_have_text("footnote.sqlite3.4 MB")
    rows = page.locator(".fn-updates > li")
    expect(rows).to_have_count(len(UPDATES))
    expect(rows.first).to_contain_text("2026-03-02 09:30 UTC")
    rows.nth(1).locator("summary").click()
    expect(rows.nth(1)).to_contain_text("failed bad.pdf: is damaged")
    rows.first.locator("summary").click()
    expect(rows.first).to_contain_text("<b>new</b>.txt")


def test_health_is_looked_at_again_when_asked(page_for: PageFor, assistant: StubAssistant) -> None:
    page = index_view(page_for(assistant, viewport=PHONE))
    expect(page.locator("#fn-health")).to_contain_text("All files are as they were")
    assistant.stale = {"corpus/a.txt": "has changed"}
    assert re.search(r"Checked 20\d\d-\d\d-\d\d \d\d:\d\d UTC\.", page.locator("#fn-health").inner_text())
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("#fn-health")).to_contain_text("1 file changed or vanished")
    expect(page.locator("#fn-health li")).to_have_text("corpus/a.txt has changed")
    assistant.stale = {}


def test_an_index_without_passages_says_what_to_do(page_for: PageFor) -> None:
    page = page_for(StubAssistant({}))
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Index").click()
    expect(page.locator("#fn-board")).to_contain_text("There is no passage yet.")
