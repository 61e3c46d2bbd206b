"""Documents written by the libraries people write them with, and the laws every read document obeys."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from email.message import EmailMessage
from html import escape
from pathlib import Path

import docx
import openpyxl
import pptx
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import PageBreak, SimpleDocTemplate
from reportlab.platypus import Paragraph as PdfParagraph

from assistant.corpus import read_document
from assistant.corpus.building import one_line
from assistant.datatypes import Document

Outline = list[tuple[str, str]]
"""Pieces as (kind, text); a kind is ``h1``, ``h2``, ``p``, ``li`` or ``page``."""


PAGED = {
    "application/pdf": "page",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "slide",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "sheet",
    "application/epub+zip": "chapter",
    "application/x-ipynb+json": "cell",
}
"""What pages are called, by media type, where a format has them."""


def outline(document: Document) -> Outline:
    """What a document was read as, in the same form: headings as ``h1``, the rest by its kind."""
    return [
        (f"h{block.level}" if block.level else block.kind, document.text[block.start : block.end])
        for block in document.blocks
    ]


def path_to(document: Document, words: str) -> tuple[str, ...]:
    """The headings above the first block that holds some words."""
    for block in document.blocks:
        if words in document.text[block.start : block.end]:
            return block.headings
    raise AssertionError(f"{words!r} is in no block of {document.id}")


def assert_laws(document: Document, data: bytes) -> None:
    """What holds for every document of every format."""
    end = 0
    above: list[tuple[int, str]] = []
    for block in document.blocks:
        piece = document.text[block.start : block.end]
        assert end <= block.start < block.end <= len(document.text)
        assert piece == piece.strip()
        assert piece
        assert (block.level > 0) == (block.kind == "heading")
        if block.kind == "heading":
            above = [entry for entry in above if entry[0] < block.level]
        assert len(block.headings) == len(above)
        if document.media_type != "text/markdown":  # there the path leaves out the markup inside a heading
            assert block.headings == tuple(one_line(text) for _, text in above)
        if block.kind == "heading":
            above.append((block.level, piece))
        end = block.end
    assert document.blocks
    assert document.title.strip()
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    document.text.encode("utf-8")  # fails on lone surrogates
    if document.media_type in PAGED:
        assert document.page_kind == PAGED[document.media_type]
        assert document.page_starts[0] == 0
        assert list(document.page_starts) == sorted(document.page_starts)
        assert document.page_starts[-1] <= len(document.text)
    else:
        assert document.page_starts == ()
    assert all(name and value.strip() for name, value in document.metadata.items())
    assert all(warning and "\n" not in warning for warning in document.warnings)


def read(folder: Path, name: str, data: bytes | str) -> Document:
    """Write a file, read it back as a document, and hold it to the laws."""
    data = data.encode("utf-8") if isinstance(data, str) else data
    path = folder / name
    path.write_bytes(data)
    document = read_document(path)
    assert_laws(document, data)
    return document


def html(pieces: Outline, head: str = "") -> str:
    """A page without clutter."""
    tags = {"page": "hr"}
    body = "\n".join(f"<{tags.get(kind, kind)}>{text}</{tags.get(kind, kind)}>" for kind, text in pieces)
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>"


def docx_file(pieces: Outline, title: str = "") -> bytes:
    """A Word document with Word's own styles."""
    document = docx.Document()
    document.core_properties.title = title
    styles = {"p": "Normal", "li": "List Bullet", "title": "Title"}
    for kind, text in pieces:
        if kind.startswith("h"):
            document.add_heading(text, level=int(kind[1]))
        elif kind != "page":
            document.add_paragraph(text, style=styles[kind])
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def zip_file(members: dict[str, str | bytes]) -> bytes:
    """A zip archive, the same whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in members.items():
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def pdf_file(pieces: Outline, title: str = "") -> bytes:
    """A flowing PDF document, wrapped by reportlab."""
    sheet = getSampleStyleSheet()
    styles = {
        "h1": sheet["Heading1"],
        "h2": sheet["Heading2"],
        "p": sheet["BodyText"],
        "li": sheet["BodyText"],
    }
    story = [
        PageBreak() if kind == "page" else PdfParagraph(("• " if kind == "li" else "") + text, styles[kind])
        for kind, text in pieces
    ]
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, title=title, invariant=1).build(story)
    return buffer.getvalue()


def pdf_lines(*pages: list[str], encrypt: str | None = None) -> bytes:
    """A PDF whose lines are given one by one, 14 points apart; an empty line leaves a gap."""
    buffer = io.BytesIO()
    page_canvas = canvas.Canvas(buffer, encrypt=encrypt, invariant=1)
    for page in pages:
        page_canvas.setFont("Helvetica", 11)
        for number, line in enumerate(page):
            page_canvas.drawString(72, 760 - 14 * number, line)
        page_canvas.showPage()
    page_canvas.save()
    return buffer.getvalue()


Rows = list[list[str]]


def pptx_file(pieces: Outline) -> bytes:
    """A presentation: each ``h1`` begins a slide, ``li`` is a line of its body, ``p`` a text box."""
    presentation = pptx.Presentation()
    slide = None
    for kind, text in pieces:
        if kind == "h1" or slide is None:
            slide = presentation.slides.add_slide(presentation.slide_layouts[1])
            slide.shapes.title.text = text if kind == "h1" else ""
        if kind == "li":
            frame = slide.placeholders[1].text_frame
            (frame.paragraphs[0] if not frame.text else frame.add_paragraph()).text = text
        elif kind in ("p", "h2"):
            slide.shapes.add_textbox(0, 0, 99, 99).text_frame.text = text
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def xlsx_file(**sheets: Rows) -> bytes:
    """A workbook; numbers in the rows are written as numbers."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([int(value) if value.isascii() and value.isdigit() else value or None for value in row])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def csv_file(rows: Rows, delimiter: str = ",") -> str:
    """A table as text."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def epub_file(*chapters: str, title: str = "A book", author: str = "A. Writer") -> bytes:
    """A book of chapters given as HTML bodies."""
    names = [f"text/chapter {n}.xhtml" for n in range(1, len(chapters) + 1)]
    items = "".join(
        f'<item id="c{n}" href="{name.replace(" ", "%20")}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(names)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>'
        f"<dc:language>en</dc:language></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    )
    pages = {
        f"OPS/{name}": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'
        for name, body in zip(names, chapters, strict=True)
    }
    return zip_file({"META-INF/container.xml": container, "OPS/book.opf": package, **pages})


def eml_file(body: str, *, subject: str = "News", html: str = "", attachment: str = "") -> bytes:
    """A letter as a mail program saves it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Ann <ann@example.org>", "Bob <bob@example.org>", subject
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    if attachment:
        message.add_attachment(b"%PDF-1.7 secret", maintype="application", subtype="pdf", filename=attachment)
    return message.as_bytes()


def mhtml_file(page: str) -> bytes:
    """A web page as a browser saves it."""
    message = EmailMessage()
    message["Subject"], message["Snapshot-Content-Location"] = "Saved", "https://example.org/page"
    message.set_content(page, subtype="html", cte="quoted-printable")
    message.make_related()
    message.add_related(b"GIF89a", maintype="image", subtype="gif")
    return message.as_bytes()


def ipynb_file(*cells: tuple[str, str], output: str = "") -> str:
    """A notebook of cells given as (kind, source)."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"language_info": {"name": "python"}},
            "cells": [
                {"cell_type": kind, "source": source.splitlines(keepends=True)}
                | ({"outputs": [{"output_type": "stream", "text": [output]}]} if kind == "code" else {})
                for kind, source in cells
            ],
        }
    )


def as_rst(pieces: Outline) -> str:
    """Pieces as reStructuredText."""
    marks = {"h1": "=", "h2": "-"}
    parts = []
    for kind, text in pieces:
        if kind in marks:
            parts.append(f"{text}\n{marks[kind] * max(len(text), 4)}")
        elif kind != "page":
            parts.append(f"* {text}" if kind == "li" else text)
    return "\n\n".join(parts)


def as_page(pieces: Outline) -> str:
    """Pieces as the body of a web page."""
    return "".join(f"<{kind}>{escape(text)}</{kind}>" for kind, text in pieces if kind != "page")
