"""PDF: pages, paragraphs from lines, headings from type, broken words made whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_files import outline, path_to, pdf_file, pdf_lines, read

LONG = "The parties met again in spring and agreed on a plan that was to be carried out in two years. " * 4


def test_structure_of_a_flowing_document(tmp_path: Path) -> None:
    pieces = [("h1", "The title"), ("p", LONG), ("h2", "A part"), ("li", "An item. " + LONG), ("p", LONG)]
    assert outline(read(tmp_path, "a.pdf", pdf_file(pieces))) == [
        ("h1", "The title"),
        ("paragraph", LONG.strip()),
        ("h2", "A part"),
        ("list_item", ("An item. " + LONG).strip()),
        ("paragraph", LONG.strip()),
    ]


def test_pages_are_kept(tmp_path: Path) -> None:
    pieces = [("p", "First page."), ("page", ""), ("p", "Second page."), ("page", ""), ("p", "Third page.")]
    document = read(tmp_path, "a.pdf", pdf_file(pieces))
    assert [document.page_at(document.text.index(word)) for word in ("First", "Second", "Third")] == [1, 2, 3]
    assert [document.text[start:].split()[0] for start in document.page_starts] == [
        "First",
        "Second",
        "Third",
    ]


def test_empty_pages_count(tmp_path: Path) -> None:
    document = read(tmp_path, "a.pdf", pdf_lines([], ["Words on page two."], [], ["Words on page four."], []))
    assert len(document.page_starts) == 5
    assert document.page_at(document.text.index("two")) == 2
    assert document.page_at(document.text.index("four")) == 4


def test_a_gap_parts_paragraphs_and_a_line_break_does_not(tmp_path: Path) -> None:
    lines = ["The first line of it goes on", "in the second line.", "", "A new paragraph begins here."]
    assert [text for _, text in outline(read(tmp_path, "a.pdf", pdf_lines(lines)))] == [
        "The first line of it goes on in the second line.",
        "A new paragraph begins here.",
    ]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["This shows how inter-", "operability is spelt."], "This shows how interoperability is spelt."),
        (["A well-known fact is well-", "known to all."], "A well-known fact is well-known to all."),
        (
            ["They are well and it is known: well-", "known it is."],
            "They are well and it is known: well-known it is.",
        ),
        (["All about Euro-", "Atlantic matters."], "All about Euro-Atlantic matters."),
        (["In the years 2003-", "2012 it was so."], "In the years 2003-2012 it was so."),
    ],
    ids=["broken", "written elsewhere", "both halves are words", "capital", "numbers"],
)
def test_words_broken_at_a_line_end(tmp_path: Path, lines: list[str], text: str) -> None:
    assert read(tmp_path, "a.pdf", pdf_lines(lines)).text == text


def test_list_items(tmp_path: Path) -> None:
    lines = ["What is needed:", "• a coat that is warm", "• good shoes", "1. a map", "2) a torch"]
    assert outline(read(tmp_path, "a.pdf", pdf_lines(lines))) == [
        ("paragraph", "What is needed:"),
        ("list_item", "a coat that is warm"),
        ("list_item", "good shoes"),
        ("list_item", "a map"),
        ("list_item", "a torch"),
    ]


def test_headings_lead_to_what_is_below(tmp_path: Path) -> None:
    pieces = [("h1", "Title"), ("p", LONG), ("h2", "2. Numbered part"), ("p", "Look for me. " + LONG)]
    assert path_to(read(tmp_path, "a.pdf", pdf_file(pieces)), "Look for me") == ("Title", "2. Numbered part")


@pytest.mark.parametrize(
    ("metadata", "title"),
    [
        ("A real title", "A real title"),
        ("Microsoft Word - x.doc", "The heading"),
        ("untitled", "The heading"),
        ("0001018724-23-000008", "The heading"),
        ("04.01.2023 10Q Document", "The heading"),
        ("Form 10-Q", "Form 10-Q"),
        ("二零二三年報告", "二零二三年報告"),
    ],
)
def test_the_title(tmp_path: Path, metadata: str, title: str) -> None:
    assert read(tmp_path, "a.pdf", pdf_file([("h1", "The heading"), ("p", LONG)], metadata)).title == title


def test_without_title_or_heading_the_file_name_is_the_title(tmp_path: Path) -> None:
    assert read(tmp_path, "minutes.pdf", pdf_lines(["Only words."])).title == "minutes"
