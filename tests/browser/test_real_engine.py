"""The page over the real thing: the packaged encoder, an index built from the sample document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from actions import PageFor, ask, marked, open_footnote
from playwright.sync_api import expect

from assistant import Assistant

pytestmark = [pytest.mark.browser, pytest.mark.model]

IN_1995 = "Practical cooperation began when Kazakhstan joined the Partnership for Peace (PfP) programme in 1995."
CORPUS = Path(__file__).parent.parent.parent / "corpus"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    opened = Assistant.from_documents(CORPUS, tmp_path_factory.mktemp("real") / "index")
    yield opened
    opened.close()


def test_ask_see_the_footnote_click_it_and_the_highlighted_words_are_the_quotation(
    page_for: PageFor, real: Assistant
) -> None:
    page = page_for(real)
    exchange = ask(page, "When did Kazakhstan join the Partnership for Peace?")
    quote = exchange.locator(".fn-words").first.text_content()
    assert quote == IN_1995
    source = open_footnote(exchange)
    assert marked(page) == quote
    assert source.locator(".fn-text").text_content() == (CORPUS / "nato-kazakhstan.txt").read_text(encoding="utf-8")


def test_a_follow_up_says_what_was_searched_for(page_for: PageFor, real: Assistant) -> None:
    page = page_for(real)
    ask(page, "What is KAZCENT?")
    exchange = ask(page, "When was it accredited?")
    expect(exchange).to_contain_text("What is KAZCENT?")
    assert "December 2010" in (exchange.locator(".fn-words").first.text_content() or "")


def test_a_question_the_documents_do_not_answer_is_refused(page_for: PageFor, real: Assistant) -> None:
    exchange = ask(page_for(real), "best recipe for plov")
    expect(exchange).to_contain_text("I could not find this in your documents")


def test_one_click_asks_again_without_the_conversation(page_for: PageFor, real: Assistant) -> None:
    page = page_for(real)
    ask(page, "What is KAZCENT?")
    ask(page, "When was it accredited?").get_by_role("button", name="Ask without the conversation").click()
    expect(page.locator(".fn-exchange")).to_have_count(3)
    again = page.locator(".fn-exchange").last
    expect(again.locator(".fn-searching")).to_have_count(0)
    expect(again).to_contain_text("When was it accredited?")
    expect(again.locator(".fn-searched")).to_have_count(0)
