"""Word documents: headings by style, list items, tables, in document order."""

from __future__ import annotations

import io
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from made_files import docx_file, outline, path_to, read


def saved(document: WordDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_headings_paragraphs_and_list_items(tmp_path: Path) -> None:
    pieces = [
        ("h1", "First"),
        ("p", "Words."),
        ("h2", "Second"),
        ("li", "An item"),
        ("h1", "Third"),
        ("p", "End."),
    ]
    document = read(tmp_path, "a.docx", docx_file(pieces))
    assert outline(document) == [
        ("h1", "First"),
        ("paragraph", "Words."),
        ("h2", "Second"),
        ("list_item", "An item"),
        ("h1", "Third"),
        ("paragraph", "End."),
    ]
    assert path_to(document, "An item") == ("First", "Second")
    assert path_to(document, "End.") == ("Third",)


def test_a_title_stands_above_all_headings(tmp_path: Path) -> None:
    document = read(tmp_path, "a.docx", docx_file([("title", "Report"), ("h1", "Part"), ("p", "Words.")]))
    assert path_to(document, "Words.") == ("Report", "Part")
    assert document.title == "Report"


def test_the_title_property_names_the_document(tmp_path: Path) -> None:
    assert read(tmp_path, "a.docx", docx_file([("h1", "Part"), ("p", "Words.")], title="Official")).title == "Official"


def test_tables_stand_where_they_are(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("Before.")
    table = word.add_table(rows=2, cols=3)
    for cell, text in zip(table.row_cells(0) + table.row_cells(1), "abcdef", strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    word.add_paragraph("After.")
    assert outline(read(tmp_path, "a.docx", saved(word))) == [
        ("paragraph", "Before."),
        ("table_row", "a | b | c"),
        ("table_row", "a: d e | b: d e | c: f"),
        ("paragraph", "After."),
    ]


def test_a_table_of_one_column_is_only_a_frame(tmp_path: Path) -> None:
    word = docx.Document()
    cell = word.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "Framed words."
    cell.add_paragraph("More of them.")
    assert [kind for kind, _ in outline(read(tmp_path, "a.docx", saved(word)))] == ["paragraph", "paragraph"]


def test_links_controls_and_insertions_are_read_and_deletions_are_not(tmp_path: Path) -> None:
    word = docx.Document()
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
    parts = [
        run.format("One "),
        f"<w:hyperlink>{run.format('two ')}</w:hyperlink>",
        f"<w:ins w:id='1' w:author='x'>{run.format('three ')}</w:ins>",
        f"<w:del w:id='2' w:author='x'>{run.format('no ')}<w:r><w:delText>no</w:delText></w:r></w:del>",
        f"<w:sdt><w:sdtContent>{run.format('four')}</w:sdtContent></w:sdt>",
    ]
    paragraph = f"<w:p {nsdecls('w')}>{''.join(parts)}</w:p>"
    word.element.body.insert(0, parse_xml(paragraph))
    block = f"<w:sdt {nsdecls('w')}><w:sdtContent>{paragraph}</w:sdtContent></w:sdt>"
    word.element.body.insert(1, parse_xml(block))
    assert [text for _, text in outline(read(tmp_path, "a.docx", saved(word)))] == ["One two three four"] * 2


def test_line_breaks_stay_and_tabs_are_spaces(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("One\ttwo\nthree")
    assert read(tmp_path, "a.docx", saved(word)).text == "One two\nthree"
