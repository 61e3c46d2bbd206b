"""What a PDF is called that does not say it itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_files import pdf_file, read
from made_lines import line

from assistant.corpus.pdf_headings import HeadingLevels
from assistant.corpus.pdf_layout import Piece
from assistant.corpus.pdf_titles import cover_title
from assistant.corpus.traced import Traced

TEXT = "Words in the size of the text, of which there are many more than of any other."


def titled(*pages: list[tuple[str, float]]) -> str:
    pieces = [[Piece("paragraph", Traced.made(text), 0, size, False, 1) for text, size in page] for page in pages]
    lines = [replace(line(text), size=size) for page in pages for text, size in page]
    return cover_title(pieces, HeadingLevels(lines, [piece for page in pieces for piece in page]))


@pytest.mark.parametrize(
    ("pages", "title"),
    [
        ([[(TEXT, 10)]], ""),
        ([[("The title", 20), ("The author", 16), (TEXT, 10)]], "The title"),
        ([[("An agency", 12), ("Form 7", 16), ("Acme Inc.", 20), (TEXT, 10)]], "Acme Inc."),
        ([[("Form 7", 20), (TEXT, 10), ("Acme Inc.", 20)]], "Form 7 – Acme Inc."),
        ([[("First part", 20), (TEXT, 10)], [("Second part", 20), (TEXT, 10)]], "First part"),
        ([[(TEXT, 10)], [("Late title", 20), (TEXT, 10)]], "Late title"),
    ],
    ids=["none", "largest", "below others", "as large", "elsewhere too", "second page"],
)
def test_the_cover_is_the_title(pages: list[list[tuple[str, float]]], title: str) -> None:
    assert titled(*pages) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("2023 Q1 ACME.pdf", "The heading (2023 Q1 ACME)"),
        ("report-2021.pdf", "The heading (report-2021)"),
        ("scan0001.pdf", "The heading"),
        ("2021.pdf", "The heading"),
        ("a.pdf", "The heading"),
    ],
)
def test_a_year_in_the_files_name_tells_a_series_apart(tmp_path: Path, name: str, title: str) -> None:
    data = pdf_file([("h1", "The heading"), ("p", TEXT * 3)])
    assert read(tmp_path, name, data).title == title
