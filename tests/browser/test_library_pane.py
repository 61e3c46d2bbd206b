"""The library in a real browser: a real index with the hashing encoder, real files, real uploads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from actions import PHONE, PageFor, ask
from playwright.sync_api import Page, expect

from assistant import Assistant
from assistant.datatypes import Document
from assistant.encoders import HashingEncoder
from assistant.library import Library
from assistant.ui import Served, start

pytestmark = pytest.mark.browser

HOSTILE = 'x"><img src=x onerror="window.hacked=1">.txt'
HEBREW = "מסמך העבודה.txt"
CJK = "年度報告.txt"
MANY = 2_000
PATIENCE_MS = 20_000


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    """Files are read by processes of their own, which a busy machine starts slowly."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=5_000)


class Gated(HashingEncoder):
    """Encodes documents only while it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.may.set()

    def encode(self, texts):  # type: ignore[no-untyped-def]
        if threading.current_thread().name.startswith("footnote-updates"):
            assert self.may.wait(20)
        return super().encode(texts)


@dataclass
class Site:
    """A served library."""

    corpus: Path
    assistant: Assistant
    library: Library
    encoder: Gated
    served: Served


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Closed after the pages that look at it."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def site(tmp_path: Path, closing: ExitStack) -> Site:
    corpus = tmp_path / "corpus"
    (corpus / "letters").mkdir(parents=True)
    (corpus / "apples.txt").write_text("Apples were planted in Almaty in 1930.")
    (corpus / "letters" / "pears.txt").write_text("Pears were planted in Tashkent in 1950.")
    encoder = Gated()
    assistant = Assistant.from_documents(corpus, tmp_path / "index", encoder=encoder)
    library = Library.of(assistant, corpus)
    served = start(assistant, port=0, library=library)
    for close in (assistant.close, library.close, served.close, encoder.may.set):  # the last one first
        closing.callback(close)
    return Site(corpus, assistant, library, encoder, served)


@pytest.fixture
def visit(closing: ExitStack, page_for: PageFor) -> Callable[..., Page]:
    """Open a served page, as somebody of their own, and wait for its documents; it is closed before its server."""

    def opened(served: Served, **options: Any) -> Page:
        page = page_for(served, **options)
        page.locator("#fn-documents .fn-count, #fn-documents .fn-bare").wait_for(state="attached")
        return page

    return opened


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    page.locator("#fn-library input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
    )


def row(page: Page, name: str) -> Any:
    return page.locator(".fn-document").filter(has_text=name)


def test_files_are_added_while_questions_are_answered(visit: Callable[..., Page], site: Site) -> None:
    page = visit(site.served)
    site.encoder.may.clear()
    upload(
        page,
        ("plums.txt", b"Plums were planted in Bukhara in 1970."),
        ("broken.pdf", b"none"),
        ("song.mp3", b"la"),
        (HEBREW, "שלום עולם, שנת 2023.".encode()),
        (CJK, "年度報告。".encode()),
        (HOSTILE, b"Hostile words."),
    )
    expect(page.locator("#fn-jobs")).to_contain_text("song.mp3: is of a type that is not read (.mp3)")
    expect(row(page, "plums.txt")).to_be_visible()
    exchange = ask(page, "When were apples planted in Almaty?")
    expect(exchange.locator(".fn-words").first).to_contain_text("Almaty in 1930", use_inner_text=False)
    assert site.assistant.info().documents == 2
    site.encoder.may.set()
    expect(page.locator("#fn-jobs [data-busy='0']")).to_be_attached()
    expect(row(page, "plums.txt")).to_contain_text("38 characters")
    expect(row(page, "broken.pdf")).to_contain_text("Cannot be read: is not a PDF")
    expect(row(page, HEBREW)).to_be_visible()
    expect(row(page, CJK)).to_be_visible()
    expect(row(page, "onerror=")).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert page.locator("#fn-library img").count() == 0
    expect(page.locator(".fn-status")).to_contain_text("6 documents")
    exchange = ask(page, "When were plums planted in Bukhara?")
    expect(exchange.locator(".fn-words").first).to_contain_text("Bukhara in 1970", use_inner_text=False)


def test_questions_go_to_the_documents_that_were_chosen(visit: Callable[..., Page], site: Site) -> None:
    page = visit(site.served)
    ask(page, "When were apples planted?")
    row(page, "pears.txt").get_by_role("checkbox").check()
    expect(page.locator("#fn-scope")).to_contain_text("Asking 1 of 2 documents letters/pears.txt")
    exchange = ask(page, "When were apples planted in Almaty?")
    expect(exchange.locator("figcaption").first).to_contain_text("letters/pears.txt", use_inner_text=False)
    assert "apples.txt" not in exchange.inner_html()
    expect(page.locator(".fn-exchange")).to_have_count(2)
    page.get_by_role("button", name="Ask all documents").click()
    expect(page.locator("#fn-scope")).to_be_empty()
    expect(page.locator("#fn-documents :checked")).to_have_count(0)
    assert "apples.txt" in ask(page, "When were apples planted in Almaty?").inner_html()


def test_a_folder_is_chosen_as_a_whole_and_by_keyboard(visit: Callable[..., Page], site: Site) -> None:
    page = visit(site.served)
    box = page.get_by_role("checkbox", name="Ask the folder letters")
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("#fn-scope")).to_contain_text("1 of 2")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    page.get_by_role("button", name="letters 1").click()
    expect(row(page, "pears.txt")).to_have_count(0)


def test_a_removed_document_is_asked_for_first_and_moved_away(visit: Callable[..., Page], site: Site) -> None:
    page = visit(site.served)
    page.get_by_role("button", name="Remove apples.txt").click()
    page.get_by_role("button", name="Keep").click()
    expect(row(page, "apples.txt")).to_be_visible()
    page.get_by_role("button", name="Remove apples.txt").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(row(page, "apples.txt")).to_have_count(0)
    assert (site.corpus / ".removed" / "apples.txt").is_file()


def test_two_people_see_the_same_library_and_choose_for_themselves(visit: Callable[..., Page], site: Site) -> None:
    one, other = visit(site.served), visit(site.served)
    row(one, "apples.txt").get_by_role("checkbox").check()
    expect(one.locator("#fn-scope")).to_contain_text("1 of 2")
    upload(one, ("plums.txt", b"Plums."))
    expect(row(one, "plums.txt")).to_contain_text("6 characters")
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # who comes back to a tab need not wait 5 s
    expect(row(other, "plums.txt")).to_contain_text("6 characters")
    expect(other.locator("#fn-documents :checked")).to_have_count(0)
    expect(one.locator("#fn-documents [data-number]:checked")).to_have_count(1)


def test_a_reload_in_the_middle_of_an_upload_loses_nothing_that_had_arrived(
    visit: Callable[..., Page], site: Site
) -> None:
    page = visit(site.served, leaves=True)
    site.encoder.may.clear()
    upload(page, ("plums.txt", b"Plums."))
    expect(row(page, "plums.txt")).to_be_visible()
    page.route("**/api/documents?*", lambda route: None)  # this one never arrives
    upload(page, ("lost.txt", b"Lost."))
    expect(page.get_by_role("progressbar", name="Upload of lost.txt")).to_be_visible()
    page.reload()
    expect(row(page, "plums.txt")).to_contain_text("Being read")
    site.encoder.may.set()
    expect(row(page, "plums.txt")).to_contain_text("6 characters")
    expect(row(page, "lost.txt")).to_have_count(0)
    assert not (site.corpus / "lost.txt").exists()


def test_the_library_is_folded_away_and_stays_so(visit: Callable[..., Page], site: Site) -> None:
    page = visit(site.served, leaves=True)
    page.get_by_role("button", name="Close the documents").click()
    expect(page.locator("#fn-library")).to_be_hidden()
    page.reload()
    page.locator(".fn-invitation").wait_for()
    expect(page.locator("#fn-library")).to_be_hidden()
    page.locator("#fn-show-library").click()
    expect(page.locator("#fn-library")).to_be_visible()


def test_on_a_phone_the_library_is_a_sheet_that_back_and_escape_close(visit: Callable[..., Page], site: Site) -> None:
    page = visit(site.served, viewport=PHONE)
    expect(page.locator("#fn-library")).to_be_hidden()
    for close in (page.go_back, lambda: page.keyboard.press("Escape")):
        page.locator("#fn-show-library").click()
        box = page.locator("#fn-library").bounding_box()
        assert box is not None
        assert (box["x"], box["width"]) == (0, PHONE["width"])
        close()
        expect(page.locator("#fn-library")).to_be_hidden()
    ask(page, "When were apples planted?")


def test_two_thousand_documents_are_searched_scrolled_and_chosen(
    visit: Callable[..., Page], closing: ExitStack, tmp_path: Path
) -> None:
    made = [
        Document(f"year {n % 20:02d}/report {n:04d}.txt", f"corpus/{n}.txt", "", f"Report {n}.", f"{n:064d}")
        for n in range(MANY)
    ]
    assistant = Assistant.from_memory(made, tmp_path / "index", encoder=HashingEncoder())
    closing.callback(assistant.close)
    served = start(assistant, port=0)
    closing.callback(served.close)
    page = visit(served)
    expect(page.locator("#fn-documents .fn-count")).to_contain_text("2,000 documents")
    assert page.locator(".fn-line").count() <= 100
    expect(page.locator(".fn-closed")).to_contain_text("Documents cannot be added here")
    expect(page.get_by_role("button", name="Add files")).to_have_count(0)
    page.locator("#fn-documents").evaluate("e => e.scrollTo(0, e.scrollHeight)")
    expect(row(page, "report 1999.txt")).to_be_visible()
    assert page.locator(".fn-line").count() <= 100
    page.get_by_label("Search documents by name").fill("REPORT 0042")
    expect(page.locator("#fn-documents .fn-count")).to_contain_text("1 of 2,000 documents")
    expect(page.locator(".fn-document")).to_have_count(1)
    page.get_by_label("Search documents by name").fill("07/report")
    expect(page.locator("#fn-documents .fn-count")).to_contain_text("100 of 2,000 documents")
    page.locator("#fn-documents .fn-count input").check()
    expect(page.locator("#fn-scope")).to_contain_text("Asking 100 of 2,000 documents")
    page.get_by_label("Search documents by name").fill("nothing like it")
    expect(page.locator(".fn-none")).to_be_visible()


def test_an_empty_library_says_how_to_fill_it(visit: Callable[..., Page], closing: ExitStack, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    assistant = Assistant.from_memory([], tmp_path / "index", encoder=HashingEncoder())
    library = Library.of(assistant, tmp_path / "corpus")
    served = start(assistant, port=0, library=library, examples=())
    for close in (assistant.close, library.close, served.close):
        closing.callback(close)
    page = visit(served)
    expect(page.locator(".fn-bare")).to_contain_text("No documents yet")
    upload(page, ("first.txt", b"The very first words of 1999."))
    expect(row(page, "first.txt")).to_contain_text("29 characters")
    assert ask(page, "What were the very first words?").locator("figcaption").count() > 0
