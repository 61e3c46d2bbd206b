"""Pages of indexed documents: rectangles and pictures, with the file checked against what was indexed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from assistant.corpus import ReadOptions, read_document
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.pages import boxes_on_picture, page_picture, span_rectangles

KEY = ReadOptions(passwords=("key",))


def written(words: str, encrypt: str | None = None) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, encrypt=encrypt, invariant=1)
    page.drawString(72, 760, words)
    page.showPage()
    page.save()
    return buffer.getvalue()


@pytest.fixture
def document(tmp_path: Path) -> Document:
    (tmp_path / "a.pdf").write_bytes(written("Only a few words.", encrypt="key"))
    return read_document(tmp_path / "a.pdf", source="a.pdf", options=KEY)


def test_a_span_has_a_box_on_the_picture_of_its_page(document: Document, tmp_path: Path) -> None:
    index = tmp_path / "index"
    places = span_rectangles(document, 0, 4, index, KEY)
    (box,) = boxes_on_picture(document, places, index, 1.0, KEY)
    assert [place.page for place in places] == [1]
    assert (box.left, box.top) == pytest.approx((72, 842 - 768), abs=2)
    assert page_picture(document, 1, index, 1.0, KEY).startswith(b"\x89PNG")


def test_a_file_that_changed_is_told(document: Document, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(written("Others."))
    with pytest.raises(DocumentError, match=r"a\.pdf: has changed since it was read: run 'footnote index' again"):
        span_rectangles(document, 0, 4, tmp_path / "index", KEY)


def test_a_file_that_is_gone_is_told(document: Document, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").unlink()
    with pytest.raises(DocumentError, match=r"a\.pdf: cannot be read \(No such file or directory\): put it back"):
        page_picture(document, 1, tmp_path / "index", options=KEY)


def test_an_encrypted_file_asks_for_its_password_again(document: Document, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="is encrypted with a password: give --password"):
        span_rectangles(document, 0, 4, tmp_path / "index")


def test_other_formats_have_no_pages(document: Document, tmp_path: Path) -> None:
    text = replace(document, media_type="text/plain")
    assert span_rectangles(text, 0, 4, tmp_path / "index") == ()
    with pytest.raises(DocumentError, match="has no page images"):
        page_picture(text, 1, tmp_path / "index")


def test_a_document_in_an_archive_has_pages_too(document: Document, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as package:
        package.write(tmp_path / "a.pdf", "in/a.pdf")
    packed = read_document(tmp_path / "z.zip!" / "in" / "a.pdf", source="z.zip!/in/a.pdf", options=KEY)
    index = tmp_path / "index"
    assert span_rectangles(packed, 0, 4, index, KEY) == span_rectangles(document, 0, 4, index, KEY)
    (tmp_path / "z.zip").write_bytes(b"no zip")
    with pytest.raises(DocumentError, match="is a damaged zip archive"):
        span_rectangles(packed, 0, 4, index, KEY)
