"""The evaluation report in a real browser: loads nothing, sorts, filters, unfolds, and runs no text of the set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from actions import DESKTOP, PHONE
from playwright.sync_api import Browser, Page, expect

from assistant.datatypes import Citation
from assistant.evaluation import Metric, QuestionResult, Report, render_html
from assistant.evaluation.gold import GoldSpan

pytestmark = pytest.mark.browser

TEXT = "Foxes are red. Wolves are grey. Bears are brown."
OpenReport: TypeAlias = Callable[..., Page]


def result(identity: str, question: str, confidence: float, ndcg: float, hit: float, **more: Any) -> QuestionResult:
    """An answerable question about the wolves, quoted rightly or not."""
    quote = Citation("Wolves are grey.", "zoo", "zoo", "", "", None, 15, 31, 1.0, "zoo#15-31", "0" * 64)
    values = {"ndcg@10": ndcg, "rr@10": ndcg, "span_recall@5": ndcg, "quote_hit@1": hit}
    ranking = (("zoo#15-31", 0.9), ("zoo#0-14", 0.4))
    fields: dict[str, Any] = {
        "history": (),
        "answerable": True,
        "relevant": {"zoo#15-31": 1},
        "gold": (GoldSpan("zoo", 26, 30),),
        "ranking": ranking,
        "metrics": values,
        "outcome": "answered",
        "quote": quote,
        "correct": bool(hit),
    }
    return QuestionResult(id=identity, question=question, confidence=confidence, **{**fields, **more})


RESULTS = (
    result("q1", "Which animal is grey?", 0.9, 1.0, 1.0),
    result("q2", "And which is red?", 0.5, 0.5, 0.0, history=("Which animal is grey?",)),
    result("q10", "Who is brown?", 0.7, 0.8, 1.0, outcome="weak"),
    result("q3", "Where do owls live?", 0.1, 0.0, 0.0, outcome="not_found", ranking=(), quote=None),
)


def report_of(*results: QuestionResult, name: str = "zoo questions") -> Report:
    counts = {"asked": len(results), "ranked": len(results), "empty": 0}
    return Report(name, "f" * 64, 100, counts, {"ndcg@10": Metric(0.6, 0.2, 0.9, 4)}, 5.0, 9.0, 9.5, results)


@pytest.fixture
def open_report(chromium: Browser, tmp_path: Path) -> Iterator[OpenReport]:
    """Open a report from a file; afterwards: one request, for the file itself, and no error of any kind."""
    contexts: list[Any] = []
    faults: list[str] = []
    requests: list[str] = []

    def opened(report: Report, **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(
            render_html(report, text_of={"zoo": TEXT}.get, timings={"whole": [4.0, 5.0, 9.0]}), encoding="utf-8"
        )
        context = chromium.new_context(**{"viewport": DESKTOP, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("request", lambda request: requests.append(request.url))
        page.on("websocket", lambda socket: requests.append(socket.url))
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert requests == [(tmp_path / "report.html").as_uri()]
    assert faults == []


def ids(page: Page) -> list[str]:
    return list(page.locator("tbody:not([hidden]) .id").all_inner_texts())


def head(page: Page, name: str) -> Any:
    return page.get_by_role("columnheader", name=name, exact=True)


def test_it_opens_with_the_worst_first_and_all_folded(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS))
    assert ids(page) == ["q3", "q2", "q10", "q1"]
    assert head(page, "Worst").get_attribute("aria-sort") == "ascending"
    assert page.locator(".detail:visible").count() == 0
    expect(page.get_by_role("status")).to_have_text("4 of 4 questions")
    assert page.locator("svg.plot").count() == 5
    assert page.get_by_role("img", name="0.600, interval 0.200 to 0.900").count() == 1


def test_a_click_on_a_head_sorts_and_a_second_one_turns_it(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS))
    head(page, "Confidence").get_by_role("button").click()
    assert ids(page) == ["q3", "q2", "q10", "q1"]
    assert head(page, "Confidence").get_attribute("aria-sort") == "ascending"
    assert head(page, "Worst").get_attribute("aria-sort") == "none"
    head(page, "Confidence").get_by_role("button").click()
    assert ids(page) == ["q1", "q10", "q2", "q3"]
    assert head(page, "Confidence").get_attribute("aria-sort") == "descending"


def test_ids_sort_by_their_numbers_and_every_column_sorts(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS))
    head(page, "Id").get_by_role("button").click()
    assert ids(page) == ["q1", "q2", "q3", "q10"]
    buttons = page.locator("#questions thead button")
    assert buttons.count() == 9
    for number in range(9):
        buttons.nth(number).click()
        heads = page.locator("#questions th").evaluate_all("all => all.map(head => head.ariaSort)")
        assert [each != "none" for each in heads] == [at == number for at in range(9)]


def test_a_question_without_a_value_comes_last_both_ways(open_report: OpenReport) -> None:
    absent = result("q5", "Is it blue?", 0.2, 0.0, 0.0, answerable=False, relevant={}, gold=(), metrics={})
    page = open_report(report_of(*RESULTS, absent))
    for _ in range(2):
        head(page, "nDCG@10").get_by_role("button").click()
        assert ids(page)[-1] == "q5"


def test_words_outcome_and_misses_filter_the_rows(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS))
    find = page.get_by_label("Find")
    find.fill("GREY animal")
    assert ids(page) == ["q2", "q1"]  # q2 has it in its history
    find.fill("no such words")
    assert ids(page) == []
    expect(page.get_by_role("status")).to_have_text("0 of 4 questions")
    find.press("Escape")
    assert len(ids(page)) == 4
    page.get_by_label("Outcome").select_option("weak")
    assert ids(page) == ["q10"]
    page.get_by_label("Outcome").select_option("")
    page.get_by_label("Only misses").check()
    assert ids(page) == ["q3", "q2"]
    page.get_by_label("Only misses").uncheck()
    assert len(ids(page)) == 4


def test_a_question_unfolds_to_gold_and_passages_with_the_gold_marked(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS))
    button = page.get_by_role("button", name="And which is red?")
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    detail = page.locator(".detail:visible")
    expect(detail).to_have_count(1)
    retrieved = detail.locator("ol li")
    assert retrieved.locator("blockquote").all_inner_texts() == ["Wolves are grey.", "Foxes are red."]
    assert retrieved.nth(0).locator("mark").inner_text() == "grey"
    assert retrieved.nth(1).locator("mark").count() == 0
    button.click()
    expect(detail).to_have_count(0)


def test_the_keyboard_does_it_all(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS))
    page.get_by_label("Find").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert ids(page) == ["q3", "q2"]
    page.keyboard.press("Tab")  # unfold all
    page.keyboard.press("Tab")  # Worst
    page.keyboard.press("Enter")
    assert ids(page) == ["q2", "q3"]
    assert page.evaluate("document.activeElement.textContent") == "Worst"
    for _ in range(9):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".detail:visible")).to_have_count(1)
    assert page.evaluate("document.activeElement.textContent") == "And which is red?"


def test_unfold_all_unfolds_what_is_shown(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS))
    page.get_by_label("Only misses").check()
    page.get_by_role("button", name="Unfold all").click()
    expect(page.locator(".detail:visible")).to_have_count(2)
    page.get_by_role("button", name="Unfold all").click()
    expect(page.locator(".detail:visible")).to_have_count(0)


HOSTILE = (
    "<script>document.title='owned'</script>",
    "</style><img src=x onerror=\"document.title='owned'\">",
    "\"' onmouseover=document.title='owned' x=\"",
    "</tbody></table><iframe src=javascript:parent.document.title='owned'></iframe>",
    "‮ שלום <svg onload=document.title='owned'> &lt;b&gt;",
    "W" * 10_000,
)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440", "390"])
def test_hostile_text_runs_nothing_and_breaks_nothing(open_report: OpenReport, viewport: dict[str, int]) -> None:
    def hostile(text: str) -> QuestionResult:
        place = f"{text}#0-9"
        quote = replace(RESULTS[0].quote, quote=text, document=text, passage=place)  # type: ignore[type-var]
        span = GoldSpan(text, 0, 9)
        fields = {"history": (text,), "relevant": {place: 1}, "gold": (span,), "ranking": ((place, 0.9),)}
        return result(text, text, 0.5, 0.0, 0.0, quote=quote, **fields)

    page = open_report(report_of(*map(hostile, HOSTILE), name=HOSTILE[0]), viewport=viewport)
    assert page.title() == f"Evaluation of {HOSTILE[0]}"
    page.get_by_role("button", name="Unfold all").click()
    head(page, "Question").get_by_role("button").click()
    page.mouse.move(200, 600)
    page.get_by_label("Find").fill("onerror")
    expect(page.get_by_role("status")).to_have_text("1 of 6 questions")
    page.get_by_label("Find").fill("")
    assert page.title() == f"Evaluation of {HOSTILE[0]}"
    assert page.locator("#questions tbody").count() == 6
    assert page.locator("img, iframe, #questions svg, #questions script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440", "390"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_page_and_follows_the_colour_scheme(
    open_report: OpenReport, viewport: dict[str, int], scheme: str
) -> None:
    page = open_report(report_of(*RESULTS), viewport=viewport, color_scheme=scheme)
    page.get_by_role("button", name="Unfold all").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    brightness = page.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
    assert brightness > 200 if scheme == "light" else brightness < 50
    assert page.get_by_role("columnheader", name="Confidence").is_visible()


def test_it_prints_without_its_controls(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS), color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.get_by_label("Find").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator(".row:visible").count() == 4


def test_without_script_everything_is_there(open_report: OpenReport) -> None:
    page = open_report(report_of(*RESULTS), java_script_enabled=False)
    expect(page.locator(".detail:visible")).to_have_count(4)
    expect(page.locator(".controls")).to_be_hidden()
