"""Pictures of the page as people see it: ``python -m benchmarks.screenshots [--only evaluate-390-dark …]``.

The real server on the sample corpus and Footnote's own manual, with the real encoder, in Chromium. Every view is taken
at three widths, light and dark, into ``docs/images/page/NAME-WIDTH-SCHEME.webp``. Chromium must be on the PATH.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from assistant import Assistant
from assistant.library import Library
from assistant.ui import start
from assistant.ui.examples import example_questions

OUT = Path("docs/images/page")
SIZES = {1440: 900, 1024: 768, 390: 844}
SCHEMES = ("light", "dark")
WIDE = 1_100
"""Pixels from which library and source stand beside the conversation."""
LARGEST, LARGEST_TOGETHER = 150_000, 2_000_000
"""Bytes of one picture, and of all."""
FOUND = "When did Kazakhstan join the Partnership for Peace?"
FOLLOW_UP = "When was KAZCENT accredited?"
NOT_FOUND = "What is the population of Brazil?"
PATIENCE_MS = 120_000


def empty(_page: Page) -> None:
    """What is there before the first question."""


def answer(page: Page) -> None:
    """A conversation of two questions, and the source of the first footnote where there is room beside it."""
    asked(page, FOUND)
    asked(page, FOLLOW_UP)
    if page.viewport_size and page.viewport_size["width"] >= min(SIZES) + 1:
        page.locator(".fn-exchange").last.get_by_role("button", name="Footnote 1:").click()
        page.locator("#fn-source .fn-source").wait_for()


def not_found(page: Page) -> None:
    """A question that the documents do not answer."""
    asked(page, NOT_FOUND)


def library(page: Page) -> None:
    """The documents, one folder of them chosen."""
    if page.viewport_size and page.viewport_size["width"] < WIDE:
        page.locator("#fn-show-library").click()
    page.get_by_role("checkbox", name="Ask the folder manual").check()
    page.locator("#fn-scope b").wait_for(state="attached")


def evaluate(page: Page) -> None:
    """A question set that has been run."""
    tab(page, "Evaluate")
    page.get_by_label("Question set").select_option("questions.jsonl")
    page.wait_for_timeout(1_000)  # the report of an earlier run comes by itself
    if not page.locator(".fn-report header").count():
        page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".fn-report header").wait_for()
    page.wait_for_function("document.querySelector('#fn-view-evaluate button[data-run]:not([disabled])') !== null")


def index(page: Page) -> None:
    """What the index holds, and the map of its passages."""
    tab(page, "Index")
    page.locator("#fn-board canvas").wait_for()
    page.locator(".fn-sound").wait_for()


VIEWS: dict[str, Callable[[Page], None]] = {
    "empty": empty,
    "answer": answer,
    "not-found": not_found,
    "library": library,
    "evaluate": evaluate,
    "index": index,
}


def tab(page: Page, name: str) -> None:
    """Open one of the views."""
    page.get_by_role("navigation", name="Views").get_by_role("button", name=name).click()


def asked(page: Page, question: str) -> None:
    """Ask, and wait for the answer and for what can be asked next."""
    box, before = page.get_by_label("Your question"), page.locator(".fn-exchange .fn-badge").count()
    box.fill(question)
    box.press("Enter")
    page.locator(".fn-exchange .fn-badge").nth(before).wait_for()
    page.wait_for_timeout(1_500)  # suggestions come after the answer, if there are any


@contextmanager
def served() -> Iterator[str]:
    """The address of a server on the sample corpus and the manual."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        shutil.copytree("corpus", corpus)
        (corpus / "manual").mkdir()
        for each in sorted(Path("docs").glob("*.md")):
            shutil.copy(each, corpus / "manual" / each.name)
        assistant = Assistant.from_documents(corpus, Path(folder) / "index")
        library = Library.of(assistant, corpus)
        running = start(assistant, port=0, library=library, examples=example_questions(Path("corpus")))
        yield running.url
        running.close()
        library.close()
        assistant.close()


def taken(browser: Browser, url: str, name: str, width: int, scheme: str) -> bytes:
    """One picture, as WebP."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{url}?__theme={scheme}")
    page.locator(".fn-invitation").wait_for()
    page.locator("#fn-documents .fn-count").wait_for(state="attached")
    VIEWS[name](page)
    page.wait_for_timeout(500)  # fonts and pictures are painted
    image = Image.open(io.BytesIO(page.screenshot()))
    context.close()
    return compact(image.convert("RGB"))


def compact(image: Image.Image) -> bytes:
    """A picture as WebP, as sharp as fits the bound."""
    for quality in (80, 70, 55, 40):
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= LARGEST // 2:
            break
    return buffer.getvalue()


def main() -> None:
    """Take every picture, or those whose names begin as asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[""], help="beginnings of names; all by default")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the pictures")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = [
        (name, width, scheme)
        for name in VIEWS
        for width in SIZES
        for scheme in SCHEMES
        if f"{name}-{width}-{scheme}".startswith(tuple(options.only))
    ]
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, width, scheme in wanted:
            picture = options.out / f"{name}-{width}-{scheme}.webp"
            picture.write_bytes(taken(browser, url, name, width, scheme))
            print(f"{picture} {picture.stat().st_size:,} bytes", flush=True)
        browser.close()
    sizes = [each.stat().st_size for each in options.out.glob("*.webp")]
    if max(sizes) > LARGEST or sum(sizes) > LARGEST_TOGETHER:
        raise SystemExit(f"the pictures are too large: {max(sizes):,} bytes at most, {sum(sizes):,} together")
    print(f"{len(sizes)} pictures, {sum(sizes):,} bytes")


if __name__ == "__main__":
    main()
