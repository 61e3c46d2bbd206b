"""Documents written by the libraries people write them with, and the laws every read document obeys."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import docx
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import PageBreak, SimpleDocTemplate
from reportlab.platypus import Paragraph as PdfParagraph

from assistant.corpus import read_document
from assistant.datatypes import Document

Outline = list[tuple[str, str]]
"""Pieces as (kind, text); a kind is ``h1``, ``h2``, ``p``, ``li`` or ``page``."""


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
            assert block.headings == tuple(" ".join(text.split()) for _, text in above)
        if block.kind == "heading":
            above.append((block.level, piece))
        end = block.end
    assert document.blocks
    assert document.title.strip()
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    document.text.encode("utf-8")  # fails on lone surrogates
    if document.media_type == "application/pdf":
        assert document.page_starts[0] == 0
        assert list(document.page_starts) == sorted(document.page_starts)
        assert document.page_starts[-1] <= len(document.text)
    else:
        assert document.page_starts == ()


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
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
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
