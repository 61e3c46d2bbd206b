"""What a person does on the page, and what they see."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PEACE = "When did Kazakhstan join the Partnership for Peace?"

PageFor = Callable[..., Page]


def ask(page: Page, question: str) -> Locator:
    """Type the question, press Enter, and return its exchange once it is answered."""
    box = page.get_by_label("Your question")
    before = page.locator(".fn-exchange").count()
    box.fill(question)
    box.press("Enter")
    exchange = page.locator(".fn-exchange")
    exchange.nth(before).wait_for()  # unlike expect(), which looks ever less often, it is told at once
    exchange.last.locator(".fn-searching").wait_for(state="detached")
    expect(exchange).to_have_count(before + 1)
    return exchange.last


def open_footnote(exchange: Locator, mark: int = 1) -> Locator:
    """Click a footnote's number and return the source pane once it shows that footnote."""
    exchange.get_by_role("button", name=f"Footnote {mark}:").click()
    return shown_source(exchange.page, mark)


def shown_source(page: Page, mark: int = 1) -> Locator:
    source = page.locator(f"#fn-source .fn-source[data-mark='{mark}']")
    source.wait_for()
    return source


def marked(page: Page) -> str:
    """Return the highlighted words, exactly as the browser holds them."""
    return "".join(page.locator("#fn-source mark").evaluate_all("marks => marks.map(mark => mark.textContent)"))


def focused(page: Page, expression: str) -> object:
    """Evaluate ``expression`` on the focused element, named ``e``."""
    return page.evaluate(f"() => {{ const e = document.activeElement; return {expression}; }}")


def in_view(inner: Locator, outer: Locator) -> bool:
    """Tell whether ``inner`` lies within the visible box of ``outer``, from top to bottom."""
    a, b = inner.bounding_box(), outer.bounding_box()
    assert a is not None
    assert b is not None
    return b["y"] <= a["y"] and a["y"] + a["height"] <= b["y"] + b["height"]
