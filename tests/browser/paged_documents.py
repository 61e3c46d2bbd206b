"""Documents with pages, made for the source pane: a long PDF, a small one, slides, and text of several scripts."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen import canvas
from stub_assistant import StubAssistant, cite, document

from assistant.corpus import read_document
from assistant.datatypes import Citation, Document
from assistant.page_views import PageViews

PAGES = 1_000
OAK = "The oak stood at the harbour's gate in 1840."
NOTICE = "A notice on page {} says that the ferry leaves at noon from the northern quay."
ARABIC_QUOTE = "وُلِدَ الشاعر في دمشق سنة 1923."
CJK_QUOTE = "東京は一八六八年に首都となった。"
SLIDES_QUOTE = "Costs fell by a third."


def long_pdf() -> bytes:
    """A thousand short pages; each says its own notice, and the 700th what is quoted."""
    buffer = io.BytesIO()
    pages = canvas.Canvas(buffer, invariant=1)
    for number in range(1, PAGES + 1):
        pages.setFont("Times-Roman", 12)
        pages.drawString(72, 760, NOTICE.format(number))
        if number == 700:
            pages.drawString(72, 300, OAK)
        pages.showPage()
    pages.save()
    return buffer.getvalue()


def small_pdf() -> bytes:
    """Two pages; the quotation runs over the second and third line of the first."""
    buffer = io.BytesIO()
    pages = canvas.Canvas(buffer, pagesize=(420, 595), invariant=1)
    words = "The council met in March and decided that the old bridge was to be closed to carts. " * 6
    for number in (1, 2):
        pages.setFont("Times-Roman", 12)
        for place, line in enumerate(simpleSplit(f"Page {number}. {words}", "Times-Roman", 12, 300)):
            pages.drawString(60, 520 - 16 * place, line)
        pages.showPage()
    pages.save()
    return buffer.getvalue()


def minutes_assistant(folder: Path) -> StubAssistant:
    """An assistant over one small PDF in ``folder``, with a question: bridge."""
    minutes = _read(folder, "minutes.pdf", small_pdf())
    table = {"bridge": ("answered", (_spanning(minutes),), ())}
    return StubAssistant({minutes.id: minutes}, table=table, pages=PageViews(folder / "index"))


def paged_assistant(folder: Path) -> StubAssistant:
    """An assistant over PDFs in ``folder`` and texts; a question for each: oak, bridge, slides, arabic, japanese."""
    made = {name: _read(folder, name, data) for name, data in (("long.pdf", long_pdf()), ("minutes.pdf", small_pdf()))}
    parts = ["Our year\n", "Costs\n\nCosts fell by a third.\n", "Outlook\n\nMore of it.\n"]
    starts = [0, len(parts[0]), len(parts[0]) + len(parts[1])]
    slides = document("year.pptx", "".join(parts), "Our year", pages=starts)
    slides = Document(**{**_fields(slides), "page_kind": "slide"})
    arabic = document("sha3ir.txt", f"الشاعر\n\nهذه مقدمة. {ARABIC_QUOTE} ثم سافر.\n" * 3, "الشاعر")
    japanese = document("tokyo.txt", f"東京\n\n昔は江戸と呼ばれた。{CJK_QUOTE}今は大きい。\n" * 200, "東京")
    for each in (slides, arabic, japanese):
        made[each.id] = each
    bridge = _spanning(made["minutes.pdf"])
    table: dict[str, tuple[str, tuple[Citation, ...], tuple[Citation, ...]]] = {
        "oak": ("answered", (cite(made["long.pdf"], OAK), cite(made["long.pdf"], NOTICE.format(3))), (bridge,)),
        "bridge": ("answered", (bridge,), ()),
        "slides": ("answered", (cite(slides, SLIDES_QUOTE),), ()),
        "arabic": ("answered", (cite(arabic, ARABIC_QUOTE),), ()),
        "japanese": ("answered", (cite(japanese, CJK_QUOTE),), ()),
    }
    return StubAssistant(made, table=table, pages=PageViews(folder / "index"))


def _spanning(minutes: Document) -> Citation:
    """A sentence that runs over a line's end."""
    return cite(minutes, "The council met in March and decided that the old bridge was to be closed to carts.")


def _read(folder: Path, name: str, data: bytes) -> Document:
    (folder / name).write_bytes(data)
    read = read_document(folder / name, source=name)
    assert read.sha256 == hashlib.sha256(data).hexdigest()
    return read


def _fields(value: Document) -> dict[str, object]:
    return {name: getattr(value, name) for name in Document.__slots__}
