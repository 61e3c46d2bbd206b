"""Logging in and out in a real browser, and the page between, alone and two at once; nothing from another address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from actions import PEACE, ask, marked
from playwright.sync_api import Browser, Page, expect
from stub_assistant import StubAssistant, sample_assistant

from assistant.server import Served, start
from assistant.server.accounts import add_user
from assistant.ui.permalink import link_to

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def asked() -> StubAssistant:
    return sample_assistant()


@pytest.fixture(scope="module")
def guarded(asked: StubAssistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    users = tmp_path_factory.mktemp("users") / "users.json"
    add_user(users, "anna", "editor", "a long secret")
    for reader in ("ben", "cleo"):
        add_user(users, reader, "reader", "another secret")
    running = start(asked, port=0, auth=[str(users)])
    yield running
    running.close()


def test_a_permalink_opens_its_place_after_the_login(chromium: Browser, guarded: Served) -> None:
    cited = sample_assistant().ask("What is KAZCENT?").citations[0]
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(guarded.url + link_to(cited))
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("a long secret")
    page.keyboard.press("Enter")
    expect(page.locator("#fn-source mark").first).to_be_visible()
    assert marked(page) == cited.quote
    context.close()


def test_a_reader_logs_in_asks_and_logs_out(chromium: Browser, guarded: Served) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    requested: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{guarded.url}?__theme=dark")
    expect(page.get_by_role("heading", name="Footnote")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill("a long secret")
    page.keyboard.press("Enter")
    page.get_by_label("Your question").wait_for()
    assert page.url == f"{guarded.url}?__theme=dark"
    expect(page.locator(".fn-account")).to_contain_text("anna")
    assert ask(page, "When did Kazakhstan join the Partnership for Peace?").locator(".fn-problem").count() == 0
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(guarded.url)
    expect(page.get_by_label("Password")).to_be_visible()
    assert [each for each in requested if not each.startswith((guarded.url, "data:", "blob:"))] == []
    assert faults == []
    context.close()


def logged_in(chromium: Browser, guarded: Served, name: str, password: str) -> Page:
    page = chromium.new_context(reduced_motion="reduce").new_page()
    page.set_default_timeout(10_000)
    page.goto(guarded.url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.locator(".fn-invitation").wait_for()
    return page


def test_two_people_ask_at_once_and_each_has_their_own_answers_and_conversations(
    chromium: Browser, guarded: Served, asked: StubAssistant
) -> None:
    cleo = logged_in(chromium, guarded, "cleo", "another secret")
    ben = logged_in(chromium, guarded, "ben", "another secret")
    asked.patience.clear()
    cleo.get_by_label("Your question").fill("Slowly: what is KAZCENT?")
    cleo.get_by_label("Your question").press("Enter")
    cleo.locator(".fn-searching").wait_for()
    assert "1995" in (ask(ben, PEACE).locator(".fn-words").first.text_content() or "")  # hers does not hold up his
    expect(cleo.locator(".fn-searching")).to_have_count(1)
    asked.patience.set()
    expect(cleo.locator(".fn-words")).to_contain_text("accredited by NATO")
    for page, own, other in ((cleo, "KAZCENT", "Partnership"), (ben, "Partnership", "KAZCENT")):
        expect(page.locator(".fn-exchange")).to_have_count(1)
        page.get_by_role("button", name="Saved", exact=True).click()
        expect(page.locator("#fn-saved [aria-current]")).to_contain_text(own)
        expect(page.locator("#fn-saved li", has_text=other)).to_have_count(0)
        page.context.close()
