"""Books, letters and saved web pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_files import eml_file, epub_file, html, mhtml_file, outline, path_to, read, zip_file

from assistant.corpus import read_document
from assistant.errors import DocumentError


def test_each_chapter_of_a_book_is_a_page(tmp_path: Path) -> None:
    document = read(tmp_path, "a.epub", epub_file("<h2>One</h2><p>First.</p>", "<h2>Two</h2><p>Second.</p>"))
    assert outline(document) == [("h2", "One"), ("paragraph", "First."), ("h2", "Two"), ("paragraph", "Second.")]
    assert document.page_at(document.text.index("Second")) == 2
    assert path_to(document, "Second") == ("Two",)
    assert document.title == "A book"
    assert document.metadata == {"author": "A. Writer", "language": "en"}


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"META-INF/container.xml": "<a/>"}, "is not an EPUB book"),
        ({"META-INF/container.xml": "<a"}, "not well-formed"),
        ({"META-INF/container.xml": '<a><rootfile full-path="x.opf"/></a>'}, "has no part x.opf"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, parts: dict[str, str | bytes], reason: str) -> None:
    (tmp_path / "a.epub").write_bytes(zip_file(parts))
    with pytest.raises(DocumentError) as caught:
        read_document(tmp_path / "a.epub")
    assert reason in caught.value.reason


def test_a_letter_with_its_heads_and_the_names_of_what_is_attached(tmp_path: Path) -> None:
    document = read(tmp_path, "a.eml", eml_file("Dear Bob,\n\nall is well.\n", attachment="report.pdf"))
    assert outline(document) == [
        ("h1", "News"),
        ("paragraph", "From: Ann <ann@example.org>"),
        ("paragraph", "To: Bob <bob@example.org>"),
        ("paragraph", "Date: Mon, 05 Jan 2026 10:00:00 +0100"),
        ("paragraph", "Dear Bob,"),
        ("paragraph", "all is well."),
        ("paragraph", "Attachment: report.pdf"),
    ]
    assert document.title == "News"
    assert document.metadata == {"author": "Ann <ann@example.org>", "date": "2026-01-05T10:00:00+01:00"}
    assert document.warnings == ("the attachment report.pdf was not read",)


def test_the_plain_text_of_a_letter_is_read_rather_than_its_html(tmp_path: Path) -> None:
    text = read(tmp_path, "a.eml", eml_file("Plain words.", html="<p>Marked words.</p>")).text
    assert "Plain words." in text
    assert "Marked" not in text


def test_a_letter_in_html_alone_and_with_a_coded_subject(tmp_path: Path) -> None:
    letter = (
        b"From: ann@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
        b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n<h1>Caf\xe9</h1><p>More.</p>"
    )
    assert outline(read(tmp_path, "a.eml", letter)) == [
        *(("h1", "Grüße"), ("paragraph", "From: ann@example.org"), ("h2", "Café"), ("paragraph", "More.")),
    ]


def test_what_is_no_letter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text("Only words, and no head.")
    with pytest.raises(DocumentError, match="is not an e-mail"):
        read_document(tmp_path / "a.eml")


def test_a_saved_page_is_read_as_the_page_it_was(tmp_path: Path) -> None:
    document = read(tmp_path, "a.mhtml", mhtml_file(html([("h1", "Title"), ("p", "Größe = words.")])))
    assert outline(document) == [("h1", "Title"), ("paragraph", "Größe = words.")]
    assert document.metadata["address"] == "https://example.org/page"


def test_a_saved_page_without_a_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mhtml").write_bytes(b"Subject: x\n\nwords")
    with pytest.raises(DocumentError, match="is not a saved web page"):
        read_document(tmp_path / "a.mhtml")


def test_what_a_web_page_says_of_itself(tmp_path: Path) -> None:
    head = (
        '<meta name="author" content="Ann"><meta property="article:published_time" content="2024-05-01">'
        '<link rel="canonical" href="https://example.org/">'
    )
    page = html([("p", 'See <a href="/one">one</a>, <a href="#top">top</a> and <a href="/one">it</a>.')], head)
    page = page.replace("<html>", '<html lang="de">').replace("<body>", '<body><nav><a href="/menu">menu</a></nav>')
    document = read(tmp_path, "a.html", page)
    assert json.loads(document.metadata["links"]) == ["/one"]
    assert {name: document.metadata[name] for name in ("author", "date", "language", "address")} == {
        "author": "Ann",
        "date": "2024-05-01",
        "language": "de",
        "address": "https://example.org/",
    }


def test_links_are_kept_up_to_a_limit(tmp_path: Path) -> None:
    links = "".join(f'<a href="/{n}">words</a> ' for n in range(700))
    assert len(json.loads(read(tmp_path, "a.html", f"<p>{links}</p>").metadata["links"])) == 500


def test_cells_of_web_tables_are_said_in_each_row_and_column_they_span(tmp_path: Path) -> None:
    page = """<table><caption>Sales</caption><thead><tr><th>Year<th>Month<th>Sum</thead>
    <tr><td rowspan="2">2025<td>May<td>1<tr><td>June<td>2<tr><td colspan="2">both<td>3</table>"""
    assert outline(read(tmp_path, "a.html", page)) == [
        ("paragraph", "Sales"),
        ("table_row", "Year | Month | Sum"),
        ("table_row", "Year: 2025 | Month: May | Sum: 1"),
        ("table_row", "Year: 2025 | Month: June | Sum: 2"),
        ("table_row", "Year: both | Month: both | Sum: 3"),
    ]


def test_text_that_strays_between_cells_is_not_lost(tmp_path: Path) -> None:
    text = read(tmp_path, "a.html", "<p>x</p><table><tr><td>one</td>stray<td>two</td></tr></table>").text
    assert {"one", "stray", "two"} <= set(text.split())


def test_text_behind_comments_of_an_article_is_not_lost(tmp_path: Path) -> None:
    words = "This sentence is one of many that an article has, and it is long enough to be taken for one."
    paragraphs = "".join(f"<p>{words} <a href='/x'>Link {n}</a><!-- mark --> goes on {n} behind.</p>" for n in range(9))
    page = html([("article", paragraphs)], '<meta property="og:type" content="article">')
    assert read(tmp_path, "a.html", page).text.count("behind.") == 9
