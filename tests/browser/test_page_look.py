"""Light and dark, and enough contrast in both, measured in the browser."""

from __future__ import annotations

import pytest
from actions import PageFor, ask, open_footnote
from audits import AA, CONTRAST
from playwright.sync_api import Page, expect
from stub_assistant import StubAssistant

pytestmark = pytest.mark.browser

TEXTS = (
    ".fn-status",
    "#fn-title h1",
    "#fn-new",
    "#fn-ask",
    ".fn-question",
    ".fn-searched",
    ".fn-words",
    "#fn-conversation figcaption",
    ".fn-mark",
    ".fn-mark[aria-expanded=true]",
    ".fn-weak",
    ".fn-problem",
    "summary",
    ".fn-kicker",
    ".fn-place",
    ".fn-close",
    ".fn-text",
    ".fn-text mark",
    "#fn-hint p",
)


def brightness(page: Page) -> int:
    return int(page.evaluate("getComputedStyle(document.querySelector('gradio-app')).backgroundColor.match(/\\d+/)[0]"))


def test_the_page_follows_the_systems_colour_scheme(page_for: PageFor, assistant: StubAssistant) -> None:
    assert brightness(page_for(assistant, color_scheme="light")) > 200
    assert brightness(page_for(assistant, color_scheme="dark")) < 50


def test_the_address_can_choose_the_colour_scheme(page_for: PageFor, assistant: StubAssistant) -> None:
    assert brightness(page_for(assistant, color_scheme="light", path="?__theme=dark")) < 50
    assert brightness(page_for(assistant, color_scheme="dark", path="?__theme=light")) > 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_contrast_aa(page_for: PageFor, assistant: StubAssistant, scheme: str) -> None:
    page = page_for(assistant, color_scheme=scheme)
    ask(page, "How does it help interoperability?")
    ask(page, "Why is it so? " * 400)
    page.get_by_label("Your question").fill("")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator("#fn-hint")).to_have_text("Type a question first.")
    open_footnote(ask(page, "When was the Partnership for Peace, was it there?"))
    poor = {name: ratio for name in TEXTS if (ratio := page.locator(name).first.evaluate(CONTRAST, timeout=3_000)) < AA}
    assert poor == {}


def test_only_fonts_of_the_system_are_used(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    assert (
        page.evaluate("performance.getEntriesByType('resource').filter(e => /\\.(woff2?|ttf|otf)/.test(e.name)).length")
        == 0
    )
