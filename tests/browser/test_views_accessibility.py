"""Library, Evaluate and Index: nothing serious by axe-core, enough contrast, room for all tabs, all reached by Tab."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from actions import DESKTOP, PHONE, PageFor, focused
from audits import findings, poor_contrast
from playwright.sync_api import Page, expect
from stub_assistant import LETTER, StubAssistant, sample_assistant

from assistant import Assistant
from assistant.datatypes import Feedback
from assistant.encoders import HashingEncoder
from assistant.library import Library
from assistant.ui import Served, start

pytestmark = pytest.mark.browser

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
PATIENCE_MS = 20_000
STEPS = 40
"""Tabs after which what is looked for should have been reached."""


@pytest.fixture(scope="module")
def shared_assistant(tmp_path_factory: pytest.TempPathFactory) -> StubAssistant:
    """The sample assistant with a question set that has a hit, a miss and gold to mend, and a file that changed."""
    made, path = sample_assistant(), tmp_path_factory.mktemp("corpus") / "law.questions.jsonl"
    gold = {"document": LETTER.id, "quote": "Practical cooperation began when Kazakhstan joined"}
    questions = [
        {"id": "right", "question": "Partnership for Peace?", "answers": [gold]},
        {"id": "miss", "question": "Where did they meet?", "history": ["Who?"], "answers": [gold]},
        {"id": "mend", "question": "Kazcent?", "answers": [{**gold, "quote": "These words stand nowhere."}]},
        {"id": "none", "question": "KAZCENT or plov?", "answers": [], "answerable": False},
    ]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in questions), encoding="utf-8")
    made.sets, made.stale = [path], {"corpus/a.txt": "has changed"}
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A library that can be changed, with a folder and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "corpus" / "letters").mkdir(parents=True)
    (folder / "corpus" / "apples.txt").write_text("Apples were planted in Almaty in 1930.")
    (folder / "corpus" / "letters" / "pears.txt").write_text("Pears were planted in Tashkent in 1950.")
    (folder / "corpus" / "broken.pdf").write_bytes(b"none")
    assistant = Assistant.from_documents(folder / "corpus", folder / "index", encoder=HashingEncoder())
    library = Library.of(assistant, folder / "corpus")
    served = start(assistant, port=0, library=library)
    yield served
    served.close()
    library.close()
    assistant.close()


def evaluate_view(page: Page) -> None:
    page.get_by_role("button", name="Evaluate").click()
    page.get_by_role("button", name="Run", exact=True).wait_for()


def index_view(page: Page) -> None:
    page.get_by_role("navigation", name="Views").get_by_role("button", name="Index").click()
    page.locator("#fn-board canvas").wait_for()


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the focus is on a control of that name."""
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if (
            focused(page, "(e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent ?? e.textContent).trim()")
            == wanted
        ):
            return
    pytest.fail(f"Tab never reached {wanted!r}")


@SCHEMES
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_library_has_no_serious_finding(
    page_for: PageFor, site: Served, scheme: str, viewport: dict[str, int]
) -> None:
    page = page_for(site, color_scheme=scheme, viewport=viewport)
    if viewport == PHONE:
        page.locator("#fn-show-library").click()
    page.get_by_role("checkbox", name="Ask apples.txt").check()
    page.locator("#fn-library input[type=file]").set_input_files(
        [
            {"name": "song.mp3", "mimeType": "audio/mpeg", "buffer": b"la"},
            {"name": "b.txt", "mimeType": "", "buffer": b""},
        ]
    )
    expect(page.locator("#fn-jobs")).to_contain_text("song.mp3: is of a type", timeout=PATIENCE_MS)
    expect(page.locator(".fn-uploads [role=alert]")).to_contain_text("is empty")
    assert findings(page) == []
    assert poor_contrast(page, "#fn-library") == []
    page.get_by_role("button", name="Remove apples.txt").click()
    page.get_by_role("dialog", name="Remove this file?").wait_for()
    assert findings(page) == []
    page.get_by_role("button", name="Keep").click()
    page.locator("#fn-documents .fn-name").first.click()
    page.locator(".fn-source").wait_for()
    assert findings(page) == []


@SCHEMES
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_evaluate_has_no_serious_finding(
    page_for: PageFor, assistant: StubAssistant, scheme: str, viewport: dict[str, int]
) -> None:
    assistant.said.append(Feedback("Who?", (), "not_in_documents"))
    page = page_for(assistant, color_scheme=scheme, viewport=viewport)
    evaluate_view(page)
    page.get_by_label("Question set").select_option("law.questions.jsonl")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Gold to mend").wait_for()
    page.get_by_label("Upload a set").set_input_files({"name": "no.txt", "mimeType": "text/plain", "buffer": b"?"})
    page.locator("#fn-picker [role=alert]").wait_for()
    assert findings(page) == []
    assert poor_contrast(page, "#fn-view-evaluate") == []


@SCHEMES
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_index_has_no_serious_finding(
    page_for: PageFor, assistant: StubAssistant, scheme: str, viewport: dict[str, int]
) -> None:
    page = page_for(assistant, color_scheme=scheme, viewport=viewport)
    index_view(page)
    page.locator(".fn-updates summary").first.click()
    page.get_by_role("group", name="Documents on the map").get_by_role("button", name=LETTER.id).click()
    page.locator(".fn-passages").wait_for()
    expect(page.locator("#fn-health")).to_contain_text("1 file changed")
    assert findings(page) == []
    assert poor_contrast(page, "#fn-view-index") == []
    page.locator(".fn-passages button").nth(1).click()
    page.locator(".fn-source").wait_for()
    assert findings(page) == []


def test_poor_contrast_is_found(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    index_view(page)
    page.locator(".fn-sizes th").first.evaluate("cell => { cell.style.color = '#999'; }")
    assert [name for _, _, name in poor_contrast(page, "#fn-view-index")] == ["footnote.sqlite"]


@pytest.mark.parametrize("width", [1024, 390, 360, 320])
def test_all_tabs_have_room(page_for: PageFor, assistant: StubAssistant, width: int) -> None:
    page = page_for(assistant, viewport={"width": width, "height": 700})
    boxes = [each.bounding_box() for each in page.locator("#fn-tabs button").all()]
    assert len(boxes) == 4
    assert all(box and box["x"] >= 8 and box["x"] + box["width"] <= width - 8 for box in boxes)
    assert len({box["y"] for box in boxes if box}) == 1
    evaluate_view(page)
    page.get_by_label("Question set").select_option("law.questions.jsonl")
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator("#fn-result .metrics").wait_for()
    for view in (evaluate_view, index_view):
        view(page)
        assert page.evaluate("[document.scrollingElement.scrollLeft, scrollX].join()") == "0,0"
        assert page.locator(".fn-picked").evaluate("e => e.scrollWidth <= e.clientWidth")


def test_the_library_is_walked_by_tab_and_asked_opened_and_folded(page_for: PageFor, site: Served) -> None:
    page = page_for(site)
    page.locator("#fn-show-library").focus()
    for name in ("Search documents by name", "Which documents are listed", "Add files", "Check the folder"):
        tab_to(page, name)
    tab_to(page, "Ask apples.txt")
    page.keyboard.press("Space")
    expect(page.locator("#fn-scope")).to_contain_text("Asking 1 of")
    expect(page.get_by_role("checkbox", name="Ask apples.txt")).to_be_focused()
    tab_to(page, "apples.txt")
    page.keyboard.press("Enter")
    expect(page.locator(".fn-source .fn-kicker")).to_have_text("Document")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="apples.txt", exact=True)).to_be_focused()
    tab_to(page, "Remove apples.txt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Remove this file?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove apples.txt")).to_be_focused()


def test_evaluate_is_walked_by_tab_run_and_left_for_a_question(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    page.locator("#fn-show-library").focus()
    tab_to(page, "Evaluate")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Run", exact=True).wait_for()
    tab_to(page, "Question set")
    tab_to(page, "Run")
    page.keyboard.press("Enter")
    page.locator(".fn-report").wait_for()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    for name in ("Upload a set", "Download the full report", "KAZCENT or plov?"):
        tab_to(page, name)
    page.keyboard.press("Enter")
    expect(page.locator(".fn-question")).to_have_text(["KAZCENT or plov?"])
    expect(page.get_by_label("Your question")).to_be_focused()


def test_the_index_is_walked_by_tab_and_a_passage_opened(page_for: PageFor, assistant: StubAssistant) -> None:
    page = page_for(assistant)
    page.locator("#fn-show-library").focus()
    tab_to(page, "Index")
    page.keyboard.press("Enter")
    page.locator(".fn-documents button").first.wait_for()
    names = page.locator(".fn-documents bdi").all_inner_texts()
    for _ in names[: names.index(LETTER.id) + 1]:
        page.keyboard.press("Tab")
    while focused(page, "e.querySelector('bdi')?.textContent") != LETTER.id:
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    passages = page.locator(".fn-passages button")
    passages.first.wait_for()
    tab_to(page, passages.nth(1).text_content() or "")
    page.keyboard.press("Enter")
    expect(page.locator("#fn-cited")).to_be_focused()
    page.keyboard.press("Escape")
    expect(passages.nth(1)).to_be_focused()
    tab_to(page, "Check now")
    page.keyboard.press("Enter")
    expect(page.locator("#fn-health")).to_contain_text("1 file changed")
