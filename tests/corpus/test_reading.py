"""Reading files: ids, digests, and an error in one line for whatever cannot be read."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from made_files import docx_file, pdf_file, pdf_lines

from assistant.corpus import find_files, read_document, read_documents
from assistant.datatypes import Document
from assistant.errors import DocumentError


def zip_of(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, text in members.items():
            package.writestr(name, text)
    return buffer.getvalue()


PDF = pdf_file([("p", "Words to read.")])
DOCX = docx_file([("p", "Words to read.")])
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def test_a_document_says_where_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Some words.")
    document = read_document(path)
    assert document == Document(
        id="a.txt",
        source=str(path),
        title="a",
        text="Some words.",
        sha256=hashlib.sha256(b"Some words.").hexdigest(),
        media_type="text/plain",
        blocks=document.blocks,
    )


def test_id_and_source_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some words.")
    document = read_document(tmp_path / "a.txt", document_id="x/y.txt", source="y.txt")
    assert (document.id, document.source) == ("x/y.txt", "y.txt")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.TEXT", "text/plain"),
        ("a.markdown", "text/markdown"),
        ("a.htm", "text/html"),
        ("a.xhtml", "text/html"),
    ],
)
def test_the_suffix_in_any_case_says_the_format(tmp_path: Path, name: str, media_type: str) -> None:
    (tmp_path / name).write_text("Some words.")
    assert read_document(tmp_path / name).media_type == media_type


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "is empty (0 bytes)"),
        ("empty.pdf", b"", "is empty (0 bytes)"),
        ("blank.txt", b" \n\t\r\n ", "holds no text"),
        ("rule.md", b"---\n\n***\n", "holds no text"),
        ("blank.html", b"<html><body><script>var x = 1</script> </body></html>", "holds no text"),
        ("comment.html", b"<!-- nothing -->", "holds no text"),
        ("blank.docx", docx_file([("p", " ")]), "holds no text"),
        ("pdf.txt", PDF, "is a PDF file named .txt: rename it to .pdf"),
        ("pdf.docx", PDF, "is a PDF file named .docx: rename it to .pdf"),
        ("word.txt", DOCX, "is a Word document named .txt: rename it to .docx"),
        ("word.pdf", DOCX, "is a Word document named .pdf: rename it to .docx"),
        ("image.txt", PNG, "is a PNG image named .txt: run OCR"),
        ("image.pdf", PNG, "is a PNG image named .pdf: run OCR"),
        ("sheet.docx", zip_of(**{"xl/workbook.xml": "<a/>"}), "is an Excel workbook named .docx: rename it to .xlsx"),
        ("archive.txt", zip_of(a="b"), "is a zip archive named .txt: rename it to .zip"),
        ("archive.docx", zip_of(a="b"), "is a zip archive named .docx: rename it to .zip"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password-protected Office file"),
        ("rich.txt", b"{\\rtf1 words}", "is an RTF file named .txt: save it as .docx"),
        ("binary.txt", b"\x01\x02\x00words" * 9, "holds binary data, not text"),
        ("words.pdf", b"only words", "is not a PDF that can be opened"),
        ("words.docx", b"only words", "is not a Word document (.docx)"),
        ("half.pdf", b"%PDF-1.7\nand then nothing", "is not a PDF that can be opened"),
        ("half.docx", DOCX[: len(DOCX) // 2], "is a damaged zip archive named .docx"),
        ("hollow.docx", zip_of(**{"word/document.xml": "<w"}), "Word document"),
        ("locked.pdf", pdf_lines(["Secret words."], encrypt="key"), "is encrypted with a password"),
        ("scan.pdf", pdf_lines([], []), "has no text layer (a scan?)"),
        ("table.odt", b"a,b", "is not one of the supported types"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_what_cannot_be_read_is_refused_by_name_and_reason(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        read_document(tmp_path / name)
    assert reason in caught.value.reason
    assert caught.value.source == str(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="does not exist"):
        read_document(tmp_path / "gone.txt")


def test_a_folder_named_like_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(DocumentError, match="cannot be read"):
        read_document(tmp_path / "folder.txt")


def test_one_bad_file_never_stops_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("First words.")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    (tmp_path / "c.txt").write_text("Last words.")
    first, second, third, missing = (*list(read_documents([tmp_path, tmp_path / "no.txt"]))[1:], None)
    assert missing is None
    assert isinstance(first, Document)
    assert isinstance(second, DocumentError)
    assert isinstance(third, Document)
    assert (first.id, second.source, third.id) == ("a.txt", str(tmp_path / "b.pdf"), "c.txt")


def test_errors_about_named_paths_come_first(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("First words.")
    error, _document = read_documents([tmp_path, tmp_path / "no.txt"])
    assert isinstance(error, DocumentError)


def test_what_was_found_can_be_read_without_searching_again(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("First words.")
    found = find_files(tmp_path)
    assert list(read_documents(found)) == list(read_documents(tmp_path))
    assert [document.id for document in read_documents(found) if isinstance(document, Document)] == ["sub/a.txt"]


def test_importing_the_package_imports_no_parser() -> None:
    parsers = ["docx", "lxml", "trafilatura", "pypdfium2", "markdown_it", "charset_normalizer"]
    code = f"import sys, assistant.corpus; print([name for name in {parsers!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
