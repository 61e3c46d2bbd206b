"""A real Chromium against a real server on a free port of this machine.

Browser, servers and the context of plain pages are shared by all tests in this folder, and closed after the last of
them: the scripts of the page are fetched and compiled once. What a page keeps in its browser is forgotten after each.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from actions import DESKTOP, PageFor
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
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
HERE = Path(__file__).parent
PLAIN = {"viewport": DESKTOP, "color_scheme": "light", "reduced_motion": "reduce"}
"""What a page can be told that was opened already; for anything else it gets a context of its own."""


class Shared:
    """What all tests of this folder use: made when it is first needed, closed after the last of them."""

    def __init__(self) -> None:
        self._closing = ExitStack()
        self._browser: Browser | None = None
        self._context: BrowserContext | None = None
        self._served: dict[int, tuple[PageAssistant, Served]] = {}

    @property
    def browser(self) -> Browser:
        """A headless Chromium; without one the test is skipped, or fails where FOOTNOTE_REQUIRE_BROWSER=1."""
        if self._browser is None:
            executable = shutil.which("chromium")
            if executable is None:
                if os.environ.get("FOOTNOTE_REQUIRE_BROWSER") == "1":
                    pytest.fail("chromium is not on the PATH, and FOOTNOTE_REQUIRE_BROWSER=1 asks for it")
                pytest.skip("chromium is not on the PATH")
            playwright = self._closing.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=executable, headless=True, args=FLAGS)
            self._closing.callback(self._browser.close)
        return self._browser

    @property
    def context(self) -> BrowserContext:
        """The context that plain pages have in common, one after the other."""
        if self._context is None:
            self._context = self.browser.new_context(viewport=DESKTOP)
        return self._context

    def address(self, assistant: PageAssistant) -> str:
        """Serve an assistant's page, once; returns where."""
        if id(assistant) not in self._served:
            served = start(assistant, port=0, examples=EXAMPLES)
            self._served[id(assistant)] = assistant, served
            self._closing.callback(served.close)
        return self._served[id(assistant)][1].url

    def close(self) -> None:
        self._closing.close()
        self._browser = self._context = None
        self._served.clear()


_SHARED = Shared()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close what is shared before tests of other folders run, whose event loops it would be in the way of."""
    if nextitem is None or HERE not in nextitem.path.parents:
        _SHARED.close()


@pytest.fixture
def chromium() -> Browser:
    return _SHARED.browser


@pytest.fixture
def page_for() -> Iterator[PageFor]:
    """Open the page of any assistant: ``page_for(assistant, viewport=PHONE, path="?__theme=dark", …)``.

    Something served already can stand in the assistant's place. ``leaves=True`` is for a test that leaves or reloads
    the page. Each further page of a test, and each with other keywords of Playwright's ``new_context``, is another
    reader's. After the test, whatever it did: each request went to our own server, nothing was refused by the content
    security policy, and no script failed.
    """
    closing: list[Callable[[], object]] = []
    faults: list[str] = []

    def opened(site: PageAssistant | Served, *, path: str = "", leaves: bool = False, **options: Any) -> Page:
        address = site.url if isinstance(site, Served) else _SHARED.address(site)
        told = {**PLAIN, **options}
        if not closing and told.keys() == PLAIN.keys():
            page = _SHARED.context.new_page()
            page.set_viewport_size(told.pop("viewport"))
            page.emulate_media(**told)
            closing.append(lambda: _forget(page, address))
        else:
            context = _SHARED.browser.new_context(**told)
            page = context.new_page()
            closing.append(context.close)
        _watch(page, address, faults, LEFT_BEHIND if leaves else ())
        page.goto(address + path)
        page.get_by_label("Your question").wait_for()
        page.locator(".fn-invitation").wait_for()
        return page

    yield opened
    for close in reversed(closing):
        close()
    assert faults == []


def _watch(page: Page, address: str, faults: list[str], known: tuple[str, ...]) -> None:
    """Collect everything that a page must not do."""
    page.set_default_timeout(10_000)
    page.on("request", lambda request: _check_url(request.url, address, faults))
    page.on("websocket", lambda socket: faults.append(f"websocket {socket.url}"))
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on(
        "console",
        lambda message: (
            faults.append(f"console: {message.text}")
            if message.type == "error" and not any(each in message.text for each in known)
            else None
        ),
    )


def _check_url(url: str, address: str, faults: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:" + address)):
        faults.append(f"request to {url}")


def _forget(page: Page, address: str) -> None:
    """Close what a test opened in the shared context, and drop what the page kept in the browser."""
    session = page.context.new_cdp_session(page)
    kept = {"origin": address.rstrip("/"), "storageTypes": "cookies,local_storage,indexeddb,service_workers"}
    session.send("Storage.clearDataForOrigin", kept)
    for each in list(page.context.pages):
        each.close()


@pytest.fixture
def assistant(shared_assistant: StubAssistant) -> StubAssistant:
    """The sample assistant; what it was asked and told is forgotten before each test."""
    shared_assistant.asked.clear()
    shared_assistant.scopes.clear()
    shared_assistant.said.clear()
    return shared_assistant


@pytest.fixture(scope="session")
def shared_assistant() -> StubAssistant:
    return sample_assistant()
