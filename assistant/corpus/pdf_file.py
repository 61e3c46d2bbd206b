"""PDF files opened with pdfium: passwords tried, errors told in one line, one thread at a time."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from assistant.corpus.building import UnreadableError, one_line
from assistant.corpus.options import ReadOptions

_PDFIUM = threading.RLock()  # pdfium may not be called from two threads at once
_PASSWORD_ERROR = 4
_LARGE_IMAGE = 0.2
_DEEPEST = 4
_DATE = re.compile(r"(?:D:)?(\d{4})(?:(\d\d)(\d\d)?)?")
_LETTERS = re.compile(r"[^\W\d_]{2}|[^\W\d_a-zA-Z]")  # a word, or a letter of a script that writes words with one
_EMPTY_TITLE = re.compile(
    r"(untitled|unknown|unspecified|title|document\d*|(microsoft )?(word|powerpoint)\b.*|"
    r".*\.(docx?|pdf|indd|tex|dvi|pptx?|xlsx?|qxd|ai|pages|odt|rtf|html?))",
    re.IGNORECASE,
)


class EncryptedError(UnreadableError):
    """None of the passwords that were given opens the file."""


@contextmanager
def opened(data: bytes, options: ReadOptions) -> Iterator[Any]:
    """The ``pypdfium2.PdfDocument`` of some bytes; no other thread uses pdfium meanwhile.

    Raises:
        EncryptedError: encrypted with a password that is not among those given.
        UnreadableError: damaged.
    """
    with _PDFIUM:
        document = _open(data, options.passwords)
        try:
            yield document
        finally:
            document.close()


@contextmanager
def opened_page(document: Any, index: int) -> Iterator[tuple[Any, Any]]:
    """A page and its text page, by index from 0.

    Raises:
        UnreadableError: the page is damaged.
    """
    try:
        page = document[index]
        try:
            textpage = page.get_textpage()
        except pdfium.PdfiumError:
            page.close()
            raise
    except pdfium.PdfiumError as error:
        raise UnreadableError(f"is damaged on page {index + 1}: copy or download it again") from error
    try:
        yield page, textpage
    finally:
        textpage.close()
        page.close()


def title_of(document: Any) -> str:
    """The title in the metadata; empty where that is none, as a number, a program's file name or ``Document 3``."""
    title = one_line(_said(document, "Title"))
    said = " ".join(word for word in title.split() if not any(map(str.isdigit, word)))
    return title if _LETTERS.search(title) and not any(map(_EMPTY_TITLE.fullmatch, (title, said))) else ""


def metadata_of(document: Any) -> dict[str, str]:
    """What the file says of itself: author, date as far as it is known (``2024-05-17``) and language."""
    date = _DATE.match(_said(document, "CreationDate") or _said(document, "ModDate"))
    return {
        "author": _said(document, "Author"),
        "date": "-".join(filter(None, date.groups())) if date else "",
        "language": _language(document),
    }


def has_large_image(page: Any) -> bool:
    """Whether an image covers a good part of a page, as on a scan."""
    width, height = page.get_size()
    for each in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=_DEEPEST):
        try:
            left, bottom, right, top = each.get_bounds()
        except pdfium.PdfiumError:
            continue
        if abs(right - left) * abs(top - bottom) >= _LARGE_IMAGE * width * height:
            return True
    return False


def _open(data: bytes, passwords: tuple[str, ...]) -> Any:
    for password in (None, *passwords):
        try:
            return pdfium.PdfDocument(data, password=password)
        except pdfium.PdfiumError as error:
            if getattr(error, "err_code", None) != _PASSWORD_ERROR:
                raise UnreadableError("is not a PDF that can be opened: copy or download it again") from error
    if passwords:
        raise EncryptedError("is encrypted with another password than those given: give --password")
    raise EncryptedError("is encrypted with a password: give --password")


def _said(document: Any, key: str) -> str:
    try:
        return str(document.get_metadata_value(key))
    except UnicodeDecodeError:
        return ""


def _language(document: Any) -> str:
    size = raw.FPDFCatalog_GetLanguage(document.raw, None, 0)
    if size <= 2:
        return ""
    buffer = (raw.FPDF_WCHAR * (size // 2))()
    raw.FPDFCatalog_GetLanguage(document.raw, buffer, size)
    return bytes(buffer).decode("utf-16-le", "ignore").strip("\0")
