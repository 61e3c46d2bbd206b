"""Copies and exports show the words they quote, and let them do nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.datatypes import Answer, Citation
from assistant.ui.copying import NAMED, asked_of, copied, markdown_text, one_line
from assistant.ui.exchange_json import INTERRUPTED, exchange_from_json, exchange_to_json
from assistant.ui.exchanges import Exchange
from assistant.ui.exporting import EXPORT_FORMS, exported

ONE = Citation("Foxes are\nred.", "zoo/a_b.pdf", "zoo/a_b.pdf", "The zoo", "Animals", 3, 10, 24, 0.9, "p", "ab" * 32)
TWO = replace(ONE, quote="Wolves 50% {grey}", title="", heading="", page=None, start=40, end=57, line=7)
ANSWER = Answer("What colour?", "weak", 0.5, "", (ONE, TWO), (ONE,), ("What colour?",))

PLAIN = """What colour?

Possibly – check the source

“Foxes are red.” [1]
“Wolves 50% {grey}” [2]

[1] The zoo, Animals, p. 3, zoo/a_b.pdf, characters 10–24
[2] line 7, zoo/a_b.pdf, characters 40–57
"""
MARKDOWN = """**What colour?**

*Possibly – check the source*

> Foxes are red. [^1]

> Wolves 50% {grey} [^2]

[^1]: The zoo, Animals, p. 3, zoo/a\\_b.pdf, characters 10–24
[^2]: line 7, zoo/a\\_b.pdf, characters 40–57
"""
BIBTEX = r"""@misc{a-b-pdf-10-1,
  title = {The zoo},
  howpublished = {zoo/a\_b.pdf},
  chapter = {Animals},
  pages = {3},
  note = {“Foxes are red.”, characters 10–24},
  sha256 = {DIGEST},
}

@misc{a-b-pdf-40-2,
  title = {zoo/a\_b.pdf},
  howpublished = {zoo/a\_b.pdf},
  note = {“Wolves 50\% \{grey\}”, characters 40–57},
  sha256 = {DIGEST},
}
"""


@pytest.mark.parametrize(
    ("form", "text"), [("plain", PLAIN), ("markdown", MARKDOWN), ("bibtex", BIBTEX.replace("DIGEST", "ab" * 32))]
)
def test_an_answer_is_copied_with_its_citations(form: str, text: str) -> None:
    assert copied(ANSWER, form) == text  # type: ignore[arg-type]


def test_a_copy_says_which_documents_alone_were_asked() -> None:
    assert copied(ANSWER, "plain", ("zoo.txt", "a_b\n.pdf")).startswith(
        "What colour?\nAsked of 2 documents: zoo.txt, a_b .pdf\n\nPossibly"
    )
    assert copied(ANSWER, "markdown", ("zoo.txt", "a_b.pdf")).startswith(
        "**What colour?**\n\n*Asked of 2 documents: zoo.txt, a\\_b.pdf*\n\n*Possibly"
    )
    many = asked_of([f"{n}.txt" for n in range(NAMED + 1_000)])
    assert many.startswith("Asked of 1,020 documents: 0.txt, 1.txt, ")
    assert many.endswith(", 19.txt and 1,000 more")


def test_an_answer_that_was_not_found_says_so() -> None:
    nothing = Answer("Why?", "not_found", 0.0, "", ())
    assert copied(nothing, "plain") == "Why?\n\nI could not find this in your documents.\n"
    assert copied(nothing, "bibtex") == ""


SIGNS = st.text(st.sampled_from(list("\\`*_{}[]()<>#+-.!|&~$=:1a \n\"'/")) | st.characters(), max_size=40)


class Text(HTMLParser):
    """Collects what a browser would show, and the tags it would make."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", set()
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)


@given(SIGNS)
def test_any_text_stands_in_markdown_as_itself(text: str) -> None:
    shown = Text(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(f"x {markdown_text(text)}"))
    alone = Text(MarkdownIt("commonmark").render(f"> {markdown_text(text)} [^1]"))
    assert shown.text.split() == f"x {one_line(text)}".split()
    assert shown.tags <= {"p"}
    assert alone.tags <= {"blockquote", "p"}


@given(SIGNS)
def test_a_mark_of_direction_never_reaches_what_follows(text: str) -> None:
    line = one_line(text)
    opened = len(re.findall("[\u202a\u202b\u202d\u202e]", line)) - line.count("\u202c")
    assert opened <= 0
    assert line.count("\u2069") >= len(re.findall("[\u2066-\u2068]", line))
    assert "\n" not in line


HOSTILE = "</style></title><script>alert(1)</script> [x](javascript:alert(1)) \u202e``` \ud800 <img src=x onerror=y> $&"
HOSTILE_CITATION = replace(ONE, quote=HOSTILE, title=HOSTILE, heading=HOSTILE, document=HOSTILE, source=HOSTILE)
CONVERSATION = (
    Exchange(1, "What colour?", ANSWER, judged={1: "right"}),
    Exchange(2, HOSTILE, Answer(HOSTILE, "answered", 1.0, "", (HOSTILE_CITATION,))),
    Exchange(3, "Why?", problem="It is too long."),
    Exchange(4, "Which?", ANSWER, where=("zoo.txt", HOSTILE)),
    Exchange(5, "Where?", problem="It is too long.", where=("zoo.txt",)),
)


def test_an_exported_page_holds_text_only_and_may_load_nothing() -> None:
    page = exported(CONVERSATION, HOSTILE, "html").text
    shown = Text(page)
    assert not shown.tags & {"script", "img", "a", "link", "iframe", "svg"}
    assert "default-src 'none'" in page
    assert "Foxes are\nred." in shown.text
    assert "It is too long." in shown.text
    page.encode()


def test_exported_json_has_the_fields_of_an_answer() -> None:
    file = exported(CONVERSATION, "Zoo talk", "json")
    first, second, third, fourth, fifth = json.loads(file.text)["exchanges"]
    assert first["citations"][0]["quote"] == ONE.quote
    assert (first["outcome"], first["judged"]) == ("weak", {"1": "right"})
    assert second["question"] == HOSTILE
    assert third["problem"] == "It is too long."
    assert [each["where"] for each in (first, fourth, fifth)] == [None, ["zoo.txt", HOSTILE], ["zoo.txt"]]


def test_exported_markdown_names_each_footnote_once() -> None:
    text = exported(CONVERSATION, "Zoo talk", "markdown").text
    assert sorted(re.findall(r"^\[\^(.*?)\]:", text, re.MULTILINE)) == [
        *("1-1", "1-2", "2-1", "4-1", "4-2"),
    ]
    assert "<script>" not in text.replace("\\<script", "")


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_an_export_says_which_documents_alone_were_asked(form: str) -> None:
    text = exported(CONVERSATION, "Zoo talk", form).text  # type: ignore[arg-type]
    assert text.count("Asked of 2 documents: zoo.txt, ") == 1
    assert text.count("Asked of 1 document: zoo.txt") == 1
    assert text.count("Asked of") == 2


@pytest.mark.parametrize("form", EXPORT_FORMS)
@pytest.mark.parametrize("title", ["", "../../etc/passwd", "a/b\\c:d", "Заголовок 漢字", "\u202e.exe"])
def test_the_files_name_is_a_plain_name(form: str, title: str) -> None:
    name = exported(CONVERSATION, title, form).name  # type: ignore[arg-type]
    assert re.fullmatch(r"[\w-]+\.(md|json|html)", name)


def test_what_is_kept_of_an_exchange_is_all_of_it() -> None:
    for exchange in CONVERSATION:
        assert exchange_from_json(exchange_to_json(exchange)) == exchange


def test_a_question_that_was_interrupted_says_so() -> None:
    assert exchange_from_json(exchange_to_json(Exchange(1, "Why?", stage="reading"))).problem == INTERRUPTED


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"number": 1}', exchange_to_json(CONVERSATION[0])[:-9]])
def test_anything_else_is_no_exchange(text: str) -> None:
    with pytest.raises(ValueError):
        exchange_from_json(text)
