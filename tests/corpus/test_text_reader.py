"""Structure of plain text: headings, list items and paragraphs by blank lines, marks and short lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_files import outline, path_to, read

SAMPLE = Path(__file__).parents[2] / "corpus" / "nato-kazakhstan.txt"


def test_the_sample_document(tmp_path: Path) -> None:
    document = read(tmp_path, "nato-kazakhstan.txt", SAMPLE.read_bytes())
    assert document.title == "Relations with Kazakhstan"
    assert [text for kind, text in outline(document) if kind == "h2"] == [
        "Key areas of cooperation",
        "Building capabilities and interoperability",
        "Wider cooperation",
    ]
    kinds = [block.kind for block in document.blocks]
    assert (kinds.count("list_item"), kinds.count("paragraph")) == (13, 3)
    assert path_to(document, "Science for Peace") == ("Relations with Kazakhstan", "Wider cooperation")
    assert path_to(document, "KAZCENT") == (
        "Relations with Kazakhstan",
        "Building capabilities and interoperability",
    )


def test_a_hard_wrapped_paragraph_is_one_block(tmp_path: Path) -> None:
    source = "A report\n\nThe first line goes on\nin the second and ends\nin the third.\n\nAnother paragraph.\n"
    assert outline(read(tmp_path, "a.txt", source)) == [
        ("h1", "A report"),
        ("paragraph", "The first line goes on\nin the second and ends\nin the third."),
        ("paragraph", "Another paragraph."),
    ]


def test_lines_too_long_to_be_wrapped_are_paragraphs_of_their_own(tmp_path: Path) -> None:
    first, second = "One sentence after another. " * 10, "And on and on it goes. " * 10
    assert [text for _, text in outline(read(tmp_path, "a.txt", f"{first}\n{second}\n"))] == [
        first.strip(),
        second.strip(),
    ]


@pytest.mark.parametrize("mark", ["•", "  •", "-", "*", "–", "1.", "12)", "a)", "(b)", "\t◦", "•\u00a0"])
def test_list_marks_and_indents_are_no_part_of_an_item(tmp_path: Path, mark: str) -> None:
    source = f"Things to bring:\n{mark} a warm coat\n    and a hat\n{mark} good shoes\n"
    assert outline(read(tmp_path, "a.txt", source)) == [
        ("paragraph", "Things to bring:"),
        ("list_item", "a warm coat\n    and a hat"),
        ("list_item", "good shoes"),
    ]


def test_a_wrapped_line_that_begins_with_a_number_is_no_list_item(tmp_path: Path) -> None:
    source = "The treaty was signed by all of the parties on the\n4. It came into force a year later.\n"
    assert [kind for kind, _ in outline(read(tmp_path, "a.txt", source))] == ["paragraph"]


@pytest.mark.parametrize(
    "line",
    [
        "It ends like a sentence.",
        "it begins in lower case",
        "It introduces something:",
        "• It has a bullet",
        "It is far too long to be the heading of anything that anybody would ever write, is it not",
        "12 / 34",
    ],
)
def test_a_line_that_is_no_heading(tmp_path: Path, line: str) -> None:
    source = f"Title\n\nSome words.\n\n{line}\n\nMore words.\n"
    assert [kind for kind, _ in outline(read(tmp_path, "a.txt", source)) if kind.startswith("h")] == ["h1"]


def test_a_caption_nearer_to_what_is_above_it_is_no_heading(tmp_path: Path) -> None:
    source = "Title\n\nSome words.\n\nA view of the palace\n\n\nMore words.\n"
    assert ("paragraph", "A view of the palace") in outline(read(tmp_path, "a.txt", source))


def test_numbered_headings_and_numbered_lists_are_told_apart(tmp_path: Path) -> None:
    source = "Title\n\n1. Scope\n\nThis applies to all.\n\nDo this:\n\n1. First thing\n\n2. Second thing\n"
    assert outline(read(tmp_path, "a.txt", source)) == [
        ("h1", "Title"),
        ("h2", "1. Scope"),
        ("paragraph", "This applies to all."),
        ("paragraph", "Do this:"),
        ("list_item", "First thing"),
        ("list_item", "Second thing"),
    ]


def test_underlined_headings(tmp_path: Path) -> None:
    source = "Title of it all\n===============\nSome words.\n\nA part\n------\nMore words.\n"
    assert outline(read(tmp_path, "a.txt", source)) == [
        ("h1", "Title of it all"),
        ("paragraph", "Some words."),
        ("h2", "A part"),
        ("paragraph", "More words."),
    ]


def test_many_short_lines_are_no_headings(tmp_path: Path) -> None:
    source = "\n\n".join(["Names", "Ann Lee", "Bob Ray", "Cy Fox", "Di Poe", "Ed Orr", "All of them came."])
    assert [kind for kind, _ in outline(read(tmp_path, "a.txt", source))] == ["h1"] + ["paragraph"] * 6


def test_without_a_heading_at_the_top_the_file_name_is_the_title(tmp_path: Path) -> None:
    assert read(tmp_path, "my notes.txt", "Some words come first.\n\nA part\n\nMore words.").title == "my notes"


def test_a_document_of_one_short_line_is_a_paragraph(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "a.txt", "Hello world")) == [("paragraph", "Hello world")]
