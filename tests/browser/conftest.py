"""A real Chromium against a real server on a free port of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from actions import DESKTOP, PageFor
from playwright.sync_api import Browser, Page, sync_playwright
from stub_assistant import StubAssistant, sample_assistant

from assistant.ui import Served, start
from assistant.ui.contract import PageAssistant

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LEFT_BEHIND = ("AbortError: signal is aborted", "Connection errored out.")
"""What Gradio's script says when a page is left, by a reload, while it listens to its server."""
EXAMPLES = ("When did Kazakhstan join the Partnership for Peace?", "What is KAZCENT?")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; without one the tests skip, or fail where FOOTNOTE_REQUIRE_BROWSER=1."""
    executable = shutil.which("chromium")
    if executable is None:
        if os.environ.get("FOOTNOTE_REQUIRE_BROWSER") == "1":
            pytest.fail("chromium is not on the PATH, and FOOTNOTE_REQUIRE_BROWSER=1 asks for it")
        pytest.skip("chromium is not on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[PageAssistant], str]]:
    """Serve an assistant's page, once per assistant and module; returns its address."""
    served: dict[int, tuple[PageAssistant, Served]] = {}

    def address(assistant: PageAssistant) -> str:
        if id(assistant) not in served:
            served[id(assistant)] = assistant, start(assistant, port=0, examples=EXAMPLES)
        return served[id(assistant)][1].url

    yield address
    for _, each in served.values():
        each.close()


@pytest.fixture
def page_for(chromium: Browser, serve: Callable[[PageAssistant], str]) -> Iterator[PageFor]:
    """Open the page of any assistant: ``page_for(assistant, viewport=PHONE, path="?__theme=dark", …)``.

    Further keywords go to Playwright's ``new_context``. After the test, whatever it did: each request went to our own
    server, nothing was refused by the content security policy, and no script failed.
    """
    contexts: list[Any] = []
    faults: list[str] = []

    def opened(assistant: PageAssistant, *, path: str = "", **options: Any) -> Page:
        address = serve(assistant)
        context = chromium.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: _check_url(request.url, address, faults))
        page.on("websocket", lambda socket: faults.append(f"websocket {socket.url}"))
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(f"console: {message.text}")
                if message.type == "error" and not any(each in message.text for each in LEFT_BEHIND)
                else None
            ),
        )
        page.goto(address + path)
        page.get_by_label("Your question").wait_for()
        page.locator(".fn-invitation").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def _check_url(url: str, address: str, faults: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:" + address)):
        faults.append(f"request to {url}")


@pytest.fixture
def assistant(shared_assistant: StubAssistant) -> StubAssistant:
    """The sample assistant; what it was asked is forgotten before each test."""
    shared_assistant.asked.clear()
    shared_assistant.scopes.clear()
    return shared_assistant


@pytest.fixture(scope="module")
def shared_assistant() -> StubAssistant:
    return sample_assistant()
