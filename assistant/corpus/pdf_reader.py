"""PDF: the text layer, page by page, with paragraphs, list items and headings told from lines and font sizes.

What is not told from a page is where columns, running heads and tables are: lines come in the order of the
page's content, which programs that make PDFs mostly keep to reading order.
"""

from __future__ import annotations

import re
import threading

import pypdfium2 as pdfium

from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.pdf_headings import HeadingLevels
from assistant.corpus.pdf_layout import Words, pieces_of
from assistant.corpus.pdf_lines import Line, page_lines

_PDFIUM = threading.Lock()  # pdfium may not be called from two threads at once
_PASSWORD_ERROR = 4
_EMPTY_TITLE = re.compile(
    r"(untitled|unknown|unspecified|title|document\d*|(microsoft )?(word|powerpoint)\b.*|"
    r".*\.(docx?|pdf|indd|tex|dvi|pptx?|xlsx?|qxd|ai|pages|odt|rtf|html?))",
    re.IGNORECASE,
)


def parse(data: bytes) -> Content:
    """Read a PDF file.

    Raises:
        UnreadableError: encrypted, damaged, or without a text layer on any page.
    """
    with _PDFIUM:
        title, pages = _read(data)
    lines = [line for page in pages for line in page]
    if not lines:
        raise UnreadableError("has no text layer (a scan?): run OCR on it first, for instance with ocrmypdf")
    words = Words(lines)
    split = [pieces_of(page, words) for page in pages]
    levels = HeadingLevels(lines, [piece for page in split for piece in page])
    builder = TextBuilder()
    for page in split:
        builder.start_page()
        for piece in page:
            level = levels.of(piece)
            if level:
                title = title or piece.text
                builder.add("heading", piece.text, level=level)
            else:
                builder.add("paragraph" if piece.text == piece.body else "list_item", piece.body)
    return builder.content(title)


def _read(data: bytes) -> tuple[str, list[list[Line]]]:
    """The title in the metadata, if it is one, and the lines of every page."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR:
            raise UnreadableError("is encrypted with a password: save it without one") from error
        raise UnreadableError("is not a PDF that can be opened: copy or download it again") from error
    try:
        title = one_line(document.get_metadata_value("Title"))
        return ("" if _EMPTY_TITLE.fullmatch(title) else title), [_page(document, i) for i in range(len(document))]
    finally:
        document.close()


def _page(document: pdfium.PdfDocument, index: int) -> list[Line]:
    try:
        page = document[index]
        textpage = page.get_textpage()
    except pdfium.PdfiumError as error:
        raise UnreadableError(f"is damaged on page {index + 1}: copy or download it again") from error
    try:
        return page_lines(textpage)
    finally:
        textpage.close()
        page.close()
