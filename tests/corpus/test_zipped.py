"""Archives are refused before they can do harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from made_files import docx_file, epub_file, outline, pptx_file, read, xlsx_file, zip_file

from assistant.corpus import read_document, zipped
from assistant.errors import DocumentError

MAKERS = {
    "a.docx": docx_file([("p", "Words.")]),
    "a.pptx": pptx_file([("p", "Words.")]),
    "a.xlsx": xlsx_file(A=[["Words", "1"]]),
    "a.epub": epub_file("<p>Words.</p>"),
}
offices = pytest.mark.parametrize("name", [name for name in MAKERS if name != "a.epub"])
archives = pytest.mark.parametrize("name", MAKERS)


def members(data: bytes) -> dict[str, str | bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        read_document(path)
    return caught.value.reason


@archives
def test_an_archive_that_expands_without_measure_is_refused_unread(tmp_path: Path, name: str) -> None:
    bomb = zip_file(members(MAKERS[name]) | {"bomb.xml": b"\0" * (zipped.FREE_BYTES + 1)})
    assert "times its size" in refused(tmp_path / name, bomb)


@archives
def test_the_expanded_size_and_the_number_of_parts_have_limits(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "MOST_BYTES", 10)
    assert "unpacks to" in refused(tmp_path / name, MAKERS[name])
    monkeypatch.setattr(zipped, "MOST_MEMBERS", 2)
    assert "more than 2: split it" in refused(tmp_path / name, MAKERS[name])


@offices
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_office_documents_may_not_declare_entities(tmp_path: Path, name: str, encoding: str) -> None:
    parts = members(MAKERS[name])
    main = next(part for part in parts if part.endswith(("document.xml", "presentation.xml", "workbook.xml")))
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    assert "declares entities" in refused(tmp_path / name, zip_file(parts | {main: text.encode(encoding)}))


def test_entities_of_a_book_are_not_expanded(tmp_path: Path) -> None:
    body = '<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><html><body><p>Words &b;.</p></body></html>'
    parts = members(MAKERS["a.epub"]) | {"OPS/text/chapter 1.xhtml": body}
    assert "lollol" not in read(tmp_path, "a.epub", zip_file(parts)).text


def test_a_strict_document_is_read_like_any_other(tmp_path: Path) -> None:
    parts = {
        name: part.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/", b"http://purl.oclc.org/ooxml/wordprocessingml/"
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"
        )
        for name, part in members(docx_file([("h1", "Title"), ("p", "Words.")])).items()
        if isinstance(part, bytes)
    }
    assert outline(read(tmp_path, "a.docx", zip_file(dict(parts)))) == [("h1", "Title"), ("paragraph", "Words.")]
