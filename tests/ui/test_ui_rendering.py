"""Answers and documents as HTML: whatever the text, the browser reads back exactly that text and nothing runs."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.datatypes import Answer, Block, Citation, Document, Part, StoreInfo
from assistant.suggestions import Suggestion
from assistant.ui.document_view import render_source, render_text
from assistant.ui.escaping import shortened, text_to_html
from assistant.ui.exchanges import Exchange
from assistant.ui.opening import STEP, WHOLE, Opened, grown, window_around
from assistant.ui.rendering import BADGES, announcement, place_of, render_exchange, render_status

TAGS_WE_WRITE = {
    *("article", "bdi", "blockquote", "button", "details", "div", "figcaption", "figure", "h2", "header", "li"),
    *("form", "input", "label", "mark", "ol", "p", "q", "section", "span", "summary", "sup", "template", "ul", "h3"),
}
REPRESENTABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
HOSTILE = st.sampled_from(
    (
        *("<script>alert(1)</script>", "</mark>", '" onload="x', "&lt;", "&amp;", "${x}", "{{x}}", "<!--", "]]>"),
        *("\r\n", "\r", "\u202e", "שלום", "漢字", "👩\u200d👩\u200d👧", "\t  ", "\x85", "\u2028", "a\n\nb"),
    )
)
TEXT = st.lists(HOSTILE | st.text(REPRESENTABLE, max_size=20), max_size=12).map("".join)


class Reader(HTMLParser):
    """Reads markup as a browser does: text by the class it stands in, tags and attributes as found."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.pieces: list[tuple[tuple[str, ...], str]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("img", "input"):
            self.open.append((tag, dict(attrs).get("class") or tag))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.pieces.append((tuple(name for _, name in self.open), data))

    def text(self, within: str) -> str:
        return "".join(data for names, data in self.pieces if within in names)


def citation(quote: str, start: int = 0, document: str = "a.txt", **values: object) -> Citation:
    plain: dict[str, object] = {"title": "A", "heading": "", "page": None, "score": 1.0}
    rest = {"source": f"corpus/{document}", "passage": f"{document}#0-9", "sha256": "0" * 64, **plain, **values}
    return Citation(quote=quote, document=document, start=start, end=start + len(quote), **rest)  # type: ignore[arg-type]


def answer(*quotes: str, outcome: str = "answered", **values: object) -> Answer:
    rest: dict[str, object] = {"question": "Why?", "confidence": 0.9, "text": "", **values}
    return Answer(outcome=outcome, citations=tuple(citation(each) for each in quotes), **rest)  # type: ignore[arg-type]


def opened(text: str, start: int, end: int, window: tuple[int, int] | None = None) -> Opened:
    first, last = window or (0, len(text))
    return Opened(1, 1, citation(text[start:end], start), first, last, 1)


@st.composite
def cited_documents(draw: st.DrawFn) -> tuple[Document, Opened]:
    """A document with headings and pages anywhere, a quotation anywhere, and a window that holds it."""
    text = draw(TEXT.filter(bool))
    offsets = st.integers(0, len(text))
    start, end = sorted(draw(st.tuples(offsets, offsets).filter(lambda pair: pair[0] != pair[1])))
    edges = sorted(draw(st.sets(offsets, max_size=6)))
    blocks = tuple(Block("heading", a, b, level=1) for a, b in zip(edges[::2], edges[1::2], strict=False))
    pages = tuple(sorted(draw(st.sets(st.integers(0, len(text) - 1), max_size=4))))
    document = Document(draw(TEXT), "", draw(TEXT), text, "", blocks=blocks, page_starts=pages)
    window = draw(st.integers(0, start)), draw(st.integers(end, len(text)))
    return document, opened(text, start, end, window)


@given(TEXT)
def test_text_survives_html(text: str) -> None:
    assert Reader(f"<p>{text_to_html(text)}</p>").text("p") == text


def test_a_bare_carriage_return_never_stands_in_html() -> None:
    assert text_to_html("a\r\nb\rc") == "a&#13;\nb&#13;c"


def test_what_html_cannot_hold_is_replaced() -> None:
    assert text_to_html("\0 \ud800") == "\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}"


@given(cited_documents())
def test_the_marked_words_are_the_quotation(case: tuple[Document, Opened]) -> None:
    document, source = case
    read = Reader(f"<div>{render_text(document, source)}</div>")
    assert read.text("mark") == source.citation.quote
    assert read.text("div") == document.text[source.start : source.end]


@given(cited_documents())
def test_a_source_holds_no_markup_but_ours(case: tuple[Document, Opened]) -> None:
    markup = render_source(*case)
    read = Reader(markup)
    assert read.tags <= TAGS_WE_WRITE
    assert not any(name.startswith("on") for name in read.attributes)
    assert markup.count('id="fn-cited"') == 1


@given(TEXT.filter(str.strip), TEXT, TEXT, TEXT)
def test_a_conversation_holds_no_markup_but_ours(quote: str, title: str, heading: str, question: str) -> None:
    cited = citation(quote, title=title, heading=heading, document=heading)
    found = Answer(question, "weak", 0.5, "", (cited,), (cited,), (question, title))
    suggested = (Suggestion(heading, title, 0, len(heading), "passage"),)
    markup = render_exchange(Exchange(1, question, found, suggestions=suggested)) + render_exchange(
        Exchange(2, question, problem=title)
    )
    read = Reader(markup)
    assert read.tags <= TAGS_WE_WRITE
    assert not any(name.startswith("on") for name in read.attributes)
    assert read.text("fn-words") == quote * 2


@pytest.mark.parametrize("newlines", ["\n", "\r\n", ""])
def test_a_large_document_is_shown_around_the_quotation(newlines: str) -> None:
    text = f"{'x' * 100}{newlines}" * 30_000
    start, end = 1_000_000, 1_000_050
    first, last = window_around(text, start, end)
    assert STEP <= start - first <= STEP + 2_000
    assert STEP <= last - end <= STEP + 2_000
    if newlines:
        assert text[first - 1] == text[last - 1] == "\n"


def test_a_small_document_is_shown_whole() -> None:
    assert window_around("x" * WHOLE, 5, 6) == (0, WHOLE)


@given(st.text(st.sampled_from("a\n"), max_size=300), st.data())
def test_a_window_grows_to_the_ends(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    assert grown(text, start, len(text), "above") == (0, len(text))
    assert grown(text, 0, start, "below") == (0, len(text))


def test_pages_and_headings_are_shown_without_entering_the_text() -> None:
    document = Document(
        "a.pdf", "", "A", "One\ntwo three", "", blocks=(Block("heading", 0, 3, level=1),), page_starts=(0, 8)
    )
    markup = render_text(document, opened(document.text, 4, 13))
    assert re.findall(r'data-page="(.*?)"', markup) == ["Page 1", "Page 2"]
    assert '<span class="fn-heading" role="heading" aria-level="3">One</span>' in markup
    assert re.findall("<mark.*?>(.*?)</mark>", markup) == ["two ", "three"]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"title": "T", "heading": "H > I", "page": 3}, ("T", "H › I", "p. 3", "a.txt")),
        ({"title": "T", "page": 3, "page_kind": "slide"}, ("T", "slide 3", "a.txt")),
        ({"title": "T", "line": 12}, ("T", "line 12", "a.txt")),
        ({"title": "a.txt"}, ("a.txt",)),
        ({"title": "T", "heading": "T"}, ("T", "a.txt")),
        ({"title": "T", "heading": "T > I"}, ("T", "I", "a.txt")),
    ],
    ids=[
        "everything",
        "a slide",
        "a line",
        "title is the file's name",
        "heading is the title",
        "path begins with the title",
    ],
)
def test_a_place_names_each_thing_once(values: dict[str, object], place: tuple[str, ...]) -> None:
    assert place_of(citation("q", **values)) == place


def test_footnotes_of_one_answer_are_numbered_through() -> None:
    found = answer("a", "b", nearest=(citation("c"),))
    marks = re.findall(
        r'<button type="button" class="fn-mark" data-mark="(\d)"',
        render_exchange(Exchange(7, "Why?", found)),
    )
    assert marks == ["1", "2", "3"]


def test_searched_for_is_shown_only_where_it_differs() -> None:
    same, other = answer("a", searched_for=("Why?",)), answer("a", searched_for=("Why?", "What?"))
    assert "Searched for" not in render_exchange(Exchange(1, "Why?", same))
    assert "Searched for: <q>Why?</q> and <q>What?</q>" in render_exchange(Exchange(1, "Why?", other))


def test_the_words_that_answer_are_marked() -> None:
    marked = answer()
    marked = replace(marked, citations=(citation("<In> 1995.", 40, marked=(45, 49)),))
    page = render_exchange(Exchange(1, "When?", marked))
    assert '&lt;In&gt; <mark class="fn-answering">1995</mark>.' in page


def test_each_part_of_a_question_has_its_own_outcome_and_quotations() -> None:
    parts = (Part("Who?", "answered", 0.9, 1), Part("When?", "weak", 0.4, 1), Part("<Why>?", "not_found", 0.1, 0))
    found = answer("Ada.", "In 1840.", parts=parts, searched_for=("Why?", "Who?", "When?"), outcome="weak")
    page = render_exchange(Exchange(1, "Why?", found))
    sections = page.split('<section class="fn-part">')[1:]
    assert [re.findall(r"<h3[^>]*>(.*?)</h3>", each) for each in sections] == [["Who?"], ["When?"], ["&lt;Why&gt;?"]]
    assert "Ada." in sections[0]
    assert BADGES["weak"] in sections[1]
    assert "In 1840." in sections[1]
    assert BADGES["not_found"] in sections[2]
    assert "Searched for" not in page


def test_a_part_that_another_quotation_answers_says_so() -> None:
    parts = (Part("Who?", "answered", 0.9, 1), Part("When?", "answered", 0.9, 0))
    page = render_exchange(Exchange(1, "Why?", answer("Ada, in 1840.", parts=parts)))
    assert "The quotation above says this too." in page


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (Exchange(1, "q"), "Searching your documents"),
        (Exchange(1, "q", stage="reading"), "Reading the best passages"),
        (Exchange(1, "q", problem="Too long."), "Too long."),
        (Exchange(1, "q", answer("It is.")), "Found, 1 footnote. It is."),
        (Exchange(1, "q", answer("It is.", outcome="weak")), "Possibly – check the source, 1 footnote. It is."),
        (Exchange(1, "q", answer(outcome="not_found")), "I could not find this in your documents."),
    ],
    ids=["searching", "reading", "problem", "answered", "weak", "not found"],
)
def test_each_outcome_is_announced_in_words(exchange: Exchange, said: str) -> None:
    assert announcement(exchange) == said


def test_the_status_line_counts_in_words() -> None:
    read = Reader(f"<p>{render_status(StoreInfo(1, 'models/mini/', '', 1, 2_000, 30.0, 384), 'all local')}</p>")
    assert read.text("p") == "1 document · 2,000 passages · mini · all local"


@given(st.text(), st.integers(1, 50))
def test_a_shortened_line_keeps_its_limit(text: str, limit: int) -> None:
    assert len(shortened(text, limit)) <= limit


def test_a_question_of_some_documents_only_says_which() -> None:
    assert "Asked of" not in render_exchange(Exchange(1, "Why?", answer("It is.")))
    few = Reader(render_exchange(Exchange(1, "Why?", answer("It is."), where=("a.txt", "<b>.txt"))))
    assert few.text("fn-searched") == "Asked of 2 documents: a.txt, <b>.txt Ask it of all documents"
    many = Exchange(1, "Why?", answer("It is."), where=tuple(f"{n}.txt" for n in range(1_003)))
    assert "Asked of 1,003 documents: " in Reader(render_exchange(many)).text("fn-searched")
    assert "2.txt and 1,000 more" in Reader(render_exchange(many)).text("fn-searched")


def test_a_question_that_is_still_asked_cannot_be_asked_of_all_documents() -> None:
    assert "data-everywhere" not in render_exchange(Exchange(1, "Why?", where=("a.txt",)))
    assert "data-everywhere" in render_exchange(Exchange(1, "Why?", problem="Too long.", where=("a.txt",)))


def test_suggestions_name_their_document_once_where_there_is_one() -> None:
    one, other = (Suggestion("Prices", name, 0, 6, "heading") for name in ("zoo.txt", "sea.txt"))
    alone = render_exchange(Exchange(1, "Why?", answer("It is."), suggestions=(one,)))
    both = render_exchange(Exchange(1, "Why?", answer("It is."), suggestions=(one, other)))
    assert alone.count("zoo.txt") == 1
    assert "Nearby in the documents" in both
    assert "sea.txt" in both
