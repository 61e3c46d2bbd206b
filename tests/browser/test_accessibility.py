"""axe-core finds nothing serious on any state of the page, light and dark."""

from __future__ import annotations

import pytest
from actions import PEACE, PHONE, PageFor, ask, open_footnote
from audits import findings
from playwright.sync_api import expect
from stub_assistant import StubAssistant

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page_for: PageFor, assistant: StubAssistant, scheme: str) -> None:
    page = page_for(assistant, color_scheme=scheme)
    assert findings(page) == []  # the invitation
    ask(page, "Does Brazil take part?").get_by_text("Nearest passages (2)").click()
    ask(page, "How does it help interoperability?")
    ask(page, "why " * 30_000)
    expect(ask(page, PEACE).locator(".fn-suggestions")).to_be_visible()
    assert findings(page) == []
    page.get_by_text("Export", exact=True).click()
    assert findings(page) == []
    page.keyboard.press("Escape")
    open_footnote(page.locator(".fn-exchange").last)
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sheet", ["Keys", "Saved"])
def test_axe_finds_nothing_serious_with_a_sheet_open(
    page_for: PageFor, assistant: StubAssistant, scheme: str, sheet: str
) -> None:
    page = page_for(assistant, color_scheme=scheme, viewport=PHONE)
    ask(page, PEACE)
    page.get_by_role("button", name=sheet).click()
    opened = page.get_by_role("dialog")
    expect(opened.locator("li, dt").first).to_be_visible()
    if sheet == "Saved":
        opened.get_by_role("button", name="Rename").first.click()
    assert findings(page) == []


def test_axe_itself_finds_what_is_wrong(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    page.evaluate("document.querySelector('#fn-tools button').insertAdjacentHTML('beforebegin', '<button></button>')")
    assert any(found.startswith("button-name (critical)") for found in findings(page))


def test_without_motion_nothing_moves(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant, reduced_motion="reduce")
    ask(page, PEACE)
    moving = page.evaluate(
        """[...document.querySelectorAll('*')].filter(e => {
            const style = getComputedStyle(e);
            return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0;
        }).length"""
    )
    assert moving == 0
