"""What is said beside a PDF's bytes: passwords of encrypted files, and whether scanned pages are recognised."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from made_files import pdf_lines
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from assistant.corpus import ReadOptions, read_document, read_documents
from assistant.corpus.pdf_images import page_image
from assistant.corpus.pdf_places import rectangles
from assistant.datatypes import Document
from assistant.errors import DocumentError

CAN_RECOGNISE = shutil.which("tesseract") and find_spec("pytesseract")
needs_tesseract = pytest.mark.skipif(not CAN_RECOGNISE, reason="tesseract or pytesseract is not installed")
ENGLISH = ReadOptions(ocr="eng")
WORDS = ["The harbour of Aberdeen", "was deepened in 1885"]


def scanned(*pages: Sequence[str] | None) -> bytes:
    """A PDF whose pages are images of their lines; ``None`` makes a page of real text."""
    buffer = io.BytesIO()
    whole = canvas.Canvas(buffer, pagesize=(595, 842), invariant=1)
    for lines in pages:
        if lines is None:
            whole.drawString(72, 700, "A page with a text layer.")
        else:
            image = Image.open(io.BytesIO(page_image(large(lines), 1, 3)))
            whole.drawImage(ImageReader(image), 0, 0, 595, 842)
        whole.showPage()
    whole.save()
    return buffer.getvalue()


def large(lines: Sequence[str]) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=(595, 842), invariant=1)
    page.setFont("Helvetica", 18)
    for number, line in enumerate(lines):
        page.drawString(72, 700 - 26 * number, line)
    page.showPage()
    page.save()
    return buffer.getvalue()


def read(folder: Path, data: bytes, options: ReadOptions) -> Document:
    (folder / "a.pdf").write_bytes(data)
    return read_document(folder / "a.pdf", options=options)


@pytest.mark.parametrize("passwords", [("key",), ("wrong", "key"), ("", "schlüssel", "key")])
def test_each_password_is_tried(tmp_path: Path, passwords: tuple[str, ...]) -> None:
    assert read(tmp_path, pdf_lines(["Secret words."], encrypt="key"), ReadOptions(passwords)).text == "Secret words."


@pytest.mark.parametrize(
    ("passwords", "reason"),
    [((), "is encrypted with a password: give --password"), (("wrong",), "is encrypted with another password than")],
)
def test_without_the_password_a_file_is_refused(tmp_path: Path, passwords: tuple[str, ...], reason: str) -> None:
    with pytest.raises(DocumentError, match=reason) as error:
        read(tmp_path, pdf_lines(["Secret words."], encrypt="key"), ReadOptions(passwords))
    assert "wrong" not in str(error.value)


def test_passwords_are_for_those_that_need_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Open words.", encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(pdf_lines(["Open lines."]))
    (tmp_path / "c.pdf").write_bytes(pdf_lines(["Secret words."], encrypt="key"))
    documents = list(read_documents(tmp_path, options=ReadOptions(("key",))))
    assert [getattr(document, "text", document) for document in documents] == [
        "Open words.",
        "Open lines.",
        "Secret words.",
    ]


def test_passwords_show_nowhere() -> None:
    assert "hush" not in repr(ReadOptions(("hush",)))


def test_a_document_of_scans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"has no text layer .*--ocr eng"):
        read(tmp_path, scanned(WORDS), ReadOptions())


def test_scanned_pages_of_a_document_are_named(tmp_path: Path) -> None:
    document = read(tmp_path, scanned(None, WORDS, WORDS, None, WORDS), ReadOptions())
    assert document.warnings == (
        "pages 2–3, 5 are scanned, without a text layer, and left out: index it with --ocr LANG",
    )
    assert len(document.page_starts) == 5


def test_a_blank_page_is_no_scan(tmp_path: Path) -> None:
    assert read(tmp_path, pdf_lines(["Words."], []), ReadOptions()).warnings == ()


@needs_tesseract
def test_scanned_pages_are_recognised_and_it_is_said_which(tmp_path: Path) -> None:
    document = read(tmp_path, scanned(None, WORDS), ENGLISH)
    assert document.text == "A page with a text layer.\n\nThe harbour of Aberdeen was deepened in 1885"
    assert document.metadata["ocr_pages"] == "2"
    assert document.origin.ocr_pages == (2,)
    assert document.warnings == ("page 2 is recognised by OCR: compare quotations with the page",)
    place = document.text.index("harbour")
    assert document.origin.is_recognised(place, place + 7)
    assert not document.origin.is_recognised(0, 6)


@needs_tesseract
def test_recognised_words_have_rectangles(tmp_path: Path) -> None:
    data = scanned(WORDS)
    document = read(tmp_path, data, ENGLISH)
    start = document.text.index("Aberdeen")
    first, second = rectangles(data, start, document.text.index("deepened") + len("deepened"), ENGLISH)
    assert first.left == pytest.approx(72 + 123, abs=6)
    assert (first.bottom, second.bottom) == pytest.approx((700, 674), abs=5)
    assert (first.top - first.bottom, second.top - second.bottom) == pytest.approx((14, 14), abs=5)


@needs_tesseract
def test_a_language_that_is_not_installed_is_told(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot read in 'xyz': install that language"):
        read(tmp_path, scanned(WORDS), ReadOptions(ocr="xyz"))


def test_without_tesseract_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pytesseract")
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "no-such-tesseract")
    with pytest.raises(DocumentError, match="install tesseract"):
        read(tmp_path, scanned(["Never seen before"]), ENGLISH)
