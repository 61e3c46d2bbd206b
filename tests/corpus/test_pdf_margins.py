"""Running heads, feet and page numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_files import pdf_lines, read
from made_lines import line, page

from assistant.corpus.pdf_lines import PageText
from assistant.corpus.pdf_margins import margins_of

BODY = ["The first words of the page.", "And further words.", "And more of them.", "And the very last ones."]


def margins(*pages: PageText) -> list[list[str]]:
    return [[each.text for edge in found for row in edge for each in row] for found in margins_of(pages)]


def body(number: int, last: float = 400) -> list:
    return [
        line(f"{text} {'abcdefgh'[number]}", 72, 700 - place)
        for place, text in zip((0, 20, 40, 700 - last), BODY, strict=True)
    ]


def test_a_head_on_every_page_is_a_margin() -> None:
    assert margins(*(page(line("The report", 72, 770), *body(n)) for n in range(4))) == [["The report"]] * 4


def test_heads_of_left_and_right_pages_differ() -> None:
    heads = ["Author", "Title"] * 3
    found = margins(*(page(line(head, 72, 770), *body(n)) for n, head in enumerate(heads)))
    assert found == [[head] for head in heads]


def test_page_numbers_are_margins() -> None:
    assert margins(*(page(*body(n), line(f"{n + 7}", 300, 30)) for n in range(4))) == [["7"], ["8"], ["9"], ["10"]]


def test_a_number_that_counts_the_pages_is_a_margin_whatever_stands_beside_it() -> None:
    sections = ["Introduction", "Methods", "Results", "Discussion"]
    found = margins(*(page(*body(n), line(f"{name} {n + 1}", 72, 30)) for n, name in enumerate(sections)))
    assert found == [[f"{name} {n + 1}"] for n, name in enumerate(sections)]


def test_a_foot_that_follows_the_text_at_any_height_is_a_margin() -> None:
    low = [400, 350, 500, 450]
    found = margins(*(page(*body(n, at), line(f"ACME Form 7 | {n + 1}", 72, at - 30)) for n, at in enumerate(low)))
    assert found == [[f"ACME Form 7 | {n + 1}"] for n in range(4)]


def test_what_repeats_within_the_text_stays() -> None:
    assert margins(*(page(*body(n)[:2], line("See the notes.", 72, 500), *body(n)[2:]) for n in range(4))) == [[]] * 4


def test_what_is_on_two_pages_of_many_is_none() -> None:
    assert (
        margins(*(page(line("Annex" if n < 2 else f"Part {'abcd'[n]}", 72, 770), *body(n)) for n in range(4)))[0] == []
    )


@pytest.mark.parametrize("count", [1, 2])
def test_a_short_document(count: int) -> None:
    found = margins(*(page(line("Letter", 72, 770), *body(n)) for n in range(count)))
    assert found == ([[]] if count == 1 else [["Letter"]] * 2)


def test_a_margin_stays_in_the_text_as_a_block_of_its_own(tmp_path: Path) -> None:
    pages = [["The yearly report", "", "", *(f"{text} {name}" for text in BODY)] for name in ("one", "two", "three")]
    document = read(tmp_path, "a.pdf", pdf_lines(*pages))
    blocks = [(block.kind, document.text[block.start : block.end]) for block in document.blocks]
    assert [text for kind, text in blocks if kind == "margin"] == ["The yearly report"] * 3
    assert [document.page_at(block.start) for block in document.blocks if block.kind == "margin"] == [1, 2, 3]
