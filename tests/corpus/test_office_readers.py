"""Presentations and spreadsheets, and what Word documents hold beside paragraphs."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from made_files import outline, path_to, pptx_file, read, xlsx_file
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches


def saved(thing: object) -> bytes:
    buffer = io.BytesIO()
    thing.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def test_each_slide_is_a_page_under_its_title(tmp_path: Path) -> None:
    pieces = [("h1", "First"), ("li", "one"), ("li", "two"), ("p", "A box."), ("h1", "Second"), ("li", "three")]
    document = read(tmp_path, "a.pptx", pptx_file(pieces))
    assert outline(document) == [
        *(("h1", "First"), ("list_item", "one"), ("list_item", "two"), ("paragraph", "A box.")),
        *(("h1", "Second"), ("list_item", "three")),
    ]
    assert document.title == "First"
    assert document.page_at(document.text.index("three")) == 2
    assert path_to(document, "three") == ("Second",)


def test_notes_tables_charts_and_groups_of_a_slide(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    presentation.core_properties.author = "Ann"
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Ducks"
    slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 9, 9).text_frame.text = "In a group."
    table = slide.shapes.add_table(2, 2, 0, 0, Inches(1), Inches(1)).table
    for place, text in enumerate(["Year", "Count", "2019", "120"]):
        table.cell(place // 2, place % 2).text = text
    data = CategoryChartData()
    data.categories = ["2019", "2020"]
    data.add_series("Wild", (1.5, 2.0))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(3), Inches(3), data)
    slide.notes_slide.notes_text_frame.text = "Say this."
    document = read(tmp_path, "a.pptx", saved(presentation))
    assert outline(document) == [
        ("h1", "Ducks"),
        ("paragraph", "In a group."),
        ("table_row", "Year | Count"),
        ("table_row", "Year: 2019 | Count: 120"),
        ("paragraph", "Bar chart"),
        ("table_row", "Wild"),
        ("table_row", "2019 | Wild: 1.5"),
        ("table_row", "2020 | Wild: 2"),
        ("paragraph", "Notes: Say this."),
    ]
    assert document.metadata["author"] == "Ann"


def test_comments_on_a_slide_name_their_authors(tmp_path: Path) -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "Ducks"
    main = "http://schemas.openxmlformats.org/presentationml/2006/main"
    comments = f'<p:cmLst xmlns:p="{main}"><p:cm authorId="0"><p:text>Really?</p:text></p:cm></p:cmLst>'
    authors = f'<p:cmAuthorLst xmlns:p="{main}"><p:cmAuthor id="0" name="Eve"/></p:cmAuthorLst>'
    for owner, name, content, kind in (
        (slide.part, "comments1", comments, RT.COMMENTS),
        (presentation.part, "commentAuthors", authors, RT.COMMENT_AUTHORS),
    ):
        part = Part(PackURI(f"/ppt/{name}.xml"), "application/xml", owner.package, content.encode())
        owner.relate_to(part, kind)
    assert outline(read(tmp_path, "a.pptx", saved(presentation))) == [
        ("h1", "Ducks"),
        ("paragraph", "Comment by Eve: Really?"),
    ]


def test_each_sheet_is_a_page_and_each_row_says_its_columns(tmp_path: Path) -> None:
    document = read(
        tmp_path, "a.xlsx", xlsx_file(People=[["Name", "Age"], ["Ann", "30"], ["Bob", "41"]], Other=[["x"]])
    )
    assert outline(document) == [
        ("h1", "People"),
        ("table_row", "Name | Age"),
        ("table_row", "Name: Ann | Age: 30"),
        ("table_row", "Name: Bob | Age: 41"),
        ("h1", "Other"),
        ("paragraph", "x"),
    ]
    assert [document.page_at(document.text.index(words)) for words in ("Bob", "Other")] == [1, 2]


def test_values_read_as_people_see_them(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append([0.1 + 0.2, 3.0, True, date(2024, 5, 1), datetime(2024, 5, 1, 9, 30), 0.25, "a\nb"])
    sheet["F1"].number_format = "0%"
    assert (
        "0.3 | 3 | TRUE | 2024-05-01 | 2024-05-01 09:30:00 | 25% | a b"
        in read(tmp_path, "a.xlsx", saved(workbook)).text
    )


def test_tables_side_by_side_titles_comments_and_charts_of_a_sheet(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.properties.modified = datetime(2024, 1, 2, tzinfo=UTC)
    sheet = workbook.active
    for row, values in enumerate(
        [["Ducks by year"], [], ["Year", "Wild", None, "Place", "Kind"], [2019, 120, None, "lake", "teal"]], 1
    ):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
    for column in "DE":
        sheet[f"{column}3"].font = Font(bold=True)
    sheet["B4"].comment = Comment("So many?", "Eve")
    chart = BarChart()
    chart.title = "Counts"
    chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "H1")
    document = read(tmp_path, "a.xlsx", saved(workbook))
    texts = [text for _, text in outline(document)]
    assert texts[1] == "Ducks by year"
    assert {"Year | Wild", "2019 | 120", "Place | Kind", "Place: lake | Kind: teal"} <= set(texts)
    assert "Comment on B4 by Eve: So many?" in texts
    assert "Counts (bar chart)" in texts


def test_a_sheet_that_is_hidden_is_read_and_said_to_be(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "Words."
    workbook.create_sheet("Secret").append(["Hidden words."])
    workbook["Secret"].sheet_state = "hidden"
    document = read(tmp_path, "a.xlsx", saved(workbook))
    assert "Hidden words." in document.text
    assert "Secret is hidden" in document.warnings[0]


def test_formulas_of_word_read_in_one_line(tmp_path: Path) -> None:
    word = docx.Document()
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def run(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    power = f"<m:sSup><m:e>{run('b')}</m:e><m:sup>{run('2')}</m:sup></m:sSup>"
    root = f"<m:rad><m:deg/><m:e>{power}{run('-4ac')}</m:e></m:rad>"
    fraction = f"<m:f><m:num>{run('-b±')}{root}</m:num><m:den>{run('2a')}</m:den></m:f>"
    word.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')} {m}><m:oMath>{run('x=')}{fraction}</m:oMath></w:p>"))
    assert outline(read(tmp_path, "a.docx", saved(word))) == [("paragraph", "x=(-b±√(b^2-4ac))/2a")]


def test_names_of_columns_in_word_are_told_by_bold_or_repeated_rows(tmp_path: Path) -> None:
    word = docx.Document()
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip(table.row_cells(0), ("Term", "Meaning"), strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for cell, text in zip(table.row_cells(1), ("duck", "a bird"), strict=True):
        cell.text = text
    assert outline(read(tmp_path, "a.docx", saved(word)))[1] == ("table_row", "Term: duck | Meaning: a bird")


def test_word_tells_its_author_and_what_was_left_out(tmp_path: Path) -> None:
    word = docx.Document()
    word.core_properties.author, word.core_properties.language = "Ann", "fr"
    word.sections[0].footer.paragraphs[0].text = "Page 1"
    paragraph = word.add_paragraph("Words.")
    word.add_comment(paragraph.runs, "Really?", "Eve")
    document = read(tmp_path, "a.docx", saved(word))
    assert (document.metadata["author"], document.metadata["language"]) == ("Ann", "fr")
    assert document.warnings == ("comments were left out", "footers were left out")
    assert document.text == "Words."
