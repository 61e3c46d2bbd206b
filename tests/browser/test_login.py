"""Logging in and out in a real browser, and the page between; nothing of it from another address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from actions import ask, marked
from playwright.sync_api import Browser, expect
from stub_assistant import sample_assistant

from assistant.server import Served, start
from assistant.server.accounts import add_user
from assistant.ui.permalink import link_to

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    users = tmp_path_factory.mktemp("users") / "users.json"
    add_user(users, "anna", "editor", "a long secret")
    running = start(sample_assistant(), port=0, auth=[str(users)])
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
