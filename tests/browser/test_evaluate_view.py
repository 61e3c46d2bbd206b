"""A question set is chosen, run, stopped and looked at, while questions are answered."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from actions import PHONE, PageFor, ask, open_footnote
from playwright.sync_api import Page, expect
from stub_assistant import StubAssistant, sample_assistant

from assistant.datatypes import Feedback

pytestmark = pytest.mark.browser

_1995 = "Practical cooperation began when Kazakhstan joined the Partnership for Peace (PfP) programme in 1995."
QUESTIONS = [
    {
        "id": "right",
        "question": "Partnership for Peace?",
        "answers": [{"document": "nato-kazakhstan.txt", "quote": _1995}],
    },
    {
        "id": "follow",
        "question": "Where did they <b>meet</b>?",
        "history": ["What is KAZCENT?", "Who is in Brazil?"],
        "answers": [{"document": "nato-kazakhstan.txt", "quote": _1995}],
    },
    {"id": "none", "question": "KAZCENT or plov?", "answers": [], "answerable": False},
    {"id": "refused", "question": "A recipe?", "answers": [], "answerable": False},
]


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "law.questions.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in QUESTIONS), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def shared_assistant(sets: Path) -> StubAssistant:
    made = sample_assistant()
    made.sets = [sets]
    return made


@pytest.fixture
def paced(assistant: StubAssistant) -> Iterator[threading.Semaphore]:
    """Questions of a set wait until they are released."""
    assistant.pace = threading.Semaphore(0)
    yield assistant.pace
    assistant.pace.release(100)
    assistant.pace = None


def evaluate_view(page: Page) -> Page:
    page.get_by_role("button", name="Evaluate").click()
    expect(page.get_by_role("heading", name="Evaluate", exact=True)).to_be_visible()
    return page


def run(page: Page, name: str = "law.questions.jsonl") -> None:
    page.get_by_label("Question set").select_option(name)
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".fn-report header")).to_be_visible()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def upload(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("Upload a set").set_input_files({"name": name, "mimeType": "text/plain", "buffer": content})


def test_a_set_beside_the_documents_is_run_and_its_report_is_shown(page_for: PageFor, assistant: StubAssistant) -> None:
    page = evaluate_view(page_for(assistant))
    run(page)
    expect(page.locator(".fn-report .figures")).to_contain_text("questions4misses2")
    expect(page.get_by_role("row", name="quote_hit@1")).to_contain_text("0.500")
    for plot in ("Recall: ", "Risk ", "Reliability."):
        expect(page.locator(f"#fn-result svg[aria-label^='{plot}']")).to_be_visible()
    assert page.locator(".fn-worst .fn-miss").all_text_contents() == ["false answer", "false refusal"]


def test_a_miss_is_opened_in_the_conversation_after_its_earlier_questions(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = evaluate_view(page_for(assistant))
    run(page)
    assistant.asked.clear()
    page.get_by_role("button", name="Where did they <b>meet</b>?").click()
    expect(page.locator(".fn-exchange")).to_have_count(3)
    expect(page.locator(".fn-exchange").last.get_by_role("heading", level=2)).to_have_text(
        "Where did they <b>meet</b>?"
    )
    expect(page.locator(".fn-searching")).to_have_count(0)
    assert [question for question, _ in assistant.asked] == [*QUESTIONS[1]["history"], QUESTIONS[1]["question"]]
    assert [turn.question for turn in assistant.asked[-1][1]] == QUESTIONS[1]["history"]
    expect(page.locator("#fn-view-evaluate")).to_be_hidden()


def test_a_miss_starts_a_saved_conversation_and_the_open_one_stays_in_the_list(
    page_for: PageFor, assistant: StubAssistant
) -> None:
    page = page_for(assistant)
    open_footnote(ask(page, "Which harbour was calm?"))
    assistant.patience.clear()
    page.get_by_label("Your question").fill("Slowly: what is KAZCENT?")
    page.get_by_label("Your question").press("Enter")
    expect(page.locator(".fn-searching")).to_be_visible()
    evaluate_view(page)
    run(page)
    page.get_by_role("button", name="Where did they <b>meet</b>?").click()
    expect(page.locator(".fn-exchange")).to_have_count(3)
    expect(page.locator(".fn-source")).to_be_hidden()  # it showed a footnote of the other conversation
    assistant.patience.set()
    page.get_by_role("button", name="Saved", exact=True).click()
    sheet = page.get_by_role("dialog", name="Saved conversations")
    expect(sheet.locator("[aria-current]")).to_contain_text(QUESTIONS[1]["history"][0])
    sheet.locator(".fn-open-saved", has_text="Which harbour was calm?").click()
    expect(page.locator(".fn-question")).to_have_text(["Which harbour was calm?", "Slowly: what is KAZCENT?"])
    expect(page.locator(".fn-exchange").last.locator(".fn-words")).to_be_visible()  # asked to its end meanwhile


def test_a_run_shows_its_progress_is_stopped_and_blocks_no_question(
    page_for: PageFor, assistant: StubAssistant, paced: threading.Semaphore
) -> None:
    page = evaluate_view(page_for(assistant))
    page.get_by_role("button", name="Run", exact=True).click()
    paced.release(2)
    expect(page.locator(".fn-progress")).to_contain_text("2 of 4 questions")
    page.get_by_role("button", name="Conversation", exact=True).click()
    expect(ask(page, "What is KAZCENT?").locator(".fn-words")).to_be_visible()
    page.get_by_role("button", name="Evaluate").click()
    assistant.asked.clear()
    stop = page.get_by_role("button", name="Stop")
    stop.click()
    expect(stop).to_have_text("Stopping…", timeout=500)
    expect(stop).to_be_disabled()
    expect(page.locator(".fn-progress")).to_contain_text("Stopping after this question 2 of 4 questions")
    paced.release(2)  # the one being asked, and one that must not be
    expect(page.locator(".fn-report header")).to_contain_text("partial: 3 of 4 questions")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    assert [question for question, _ in assistant.asked] == [QUESTIONS[2]["question"]]


def test_a_run_that_is_stopped_in_one_tab_says_so_in_the_other(
    page_for: PageFor, assistant: StubAssistant, paced: threading.Semaphore
) -> None:
    one, other = evaluate_view(page_for(assistant)), page_for(assistant)
    one.get_by_role("button", name="Run", exact=True).click()
    expect(one.locator(".fn-progress")).to_be_visible()
    evaluate_view(other)
    expect(other.get_by_role("button", name="Stop")).to_be_enabled()
    one.get_by_role("button", name="Stop").click()
    expect(other.get_by_role("button", name="Stopping…")).to_be_disabled()
    paced.release()
    expect(other.locator(".fn-report header")).to_contain_text("partial: 1 of 4 questions")


def test_a_run_is_seen_from_another_tab_too(
    page_for: PageFor, assistant: StubAssistant, paced: threading.Semaphore
) -> None:
    page = evaluate_view(page_for(assistant))
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".fn-progress")).to_be_visible()
    other = evaluate_view(page_for(assistant))
    expect(other.locator(".fn-progress")).to_contain_text("0 of 4 questions")
    expect(other.get_by_role("button", name="Stop")).to_be_visible()
    paced.release(4)
    expect(page.locator(".fn-report header")).to_contain_text("law.questions")
    expect(other.locator(".fn-report header")).to_contain_text("law.questions")


def test_an_uploaded_set_is_chosen_and_run(page_for: PageFor, assistant: StubAssistant) -> None:
    page = evaluate_view(page_for(assistant, viewport=PHONE))
    upload(
        page, "mine.csv", f'question,answer,document\nPartnership for Peace?,"{_1995}",nato-kazakhstan.txt\n'.encode()
    )
    expect(page.locator("#fn-set option:checked")).to_have_text("mine (uploaded)")
    run(page, "mine (uploaded)")
    expect(page.locator(".fn-report header")).to_contain_text("mine")


def test_bad_sets_are_refused_in_a_line(page_for: PageFor, assistant: StubAssistant) -> None:
    page = evaluate_view(page_for(assistant))
    for name, content, problem in [
        ("bad.jsonl", b'{"id": 1}\n', "bad.jsonl, line 1"),
        ("empty.csv", b"", "empty.csv"),
        ("notes.txt", b"hello", "notes.txt: is of no type that is read"),
        ("large.jsonl", b" " * 5_000_001, "Choose a smaller file"),
    ]:
        upload(page, name, content)
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text(problem)
        assert not re.search(r"\n|/tmp", alert.text_content() or "")


def test_the_full_report_is_downloaded(page_for: PageFor, assistant: StubAssistant) -> None:
    page = evaluate_view(page_for(assistant))
    run(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the full report").click()
    assert download.value.suggested_filename == "law.questions.html"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "Where did they &lt;b&gt;meet&lt;/b&gt;?" in text


def test_what_readers_said_is_downloaded_and_run_as_a_set(page_for: PageFor, assistant: StubAssistant) -> None:
    place = assistant.documents["nato-kazakhstan.txt"].text.index(_1995)
    said = Feedback("Partnership for Peace?", (), "right", "nato-kazakhstan.txt", place, place + len(_1995), _1995)
    assistant.said[:] = [said]
    page = evaluate_view(page_for(assistant))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download what readers said (1 judgement)").click()
    assert download.value.suggested_filename == "feedback.questions.jsonl"
    assert json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["question"] == said.question
    run(page, "What readers said")
    expect(page.locator(".fn-report header")).to_contain_text("feedback")
    assistant.said.clear()
