"""A page traced by itself says the same as the whole file read anew; boxes and picture fit each other."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_files import pdf_file, pdf_lines
from PIL import Image
from reportlab.pdfgen import canvas
from test_pdf_places import FLOWING, squeezed, turned, under

from assistant.corpus.options import DEFAULT_OPTIONS
from assistant.corpus.pdf_file import opened, opened_page
from assistant.corpus.pdf_page import boxes_of, page_places, picture_of
from assistant.corpus.pdf_places import Rectangle
from assistant.corpus.pdf_reader import parse, read_traced
from assistant.datatypes import Document


def document_of(data: bytes) -> Document:
    content = parse(data)
    return Document(
        "a.pdf", "a.pdf", "A", content.text, "", "application/pdf", content.blocks, content.page_starts,
        content.metadata,
    )  # fmt: skip


@contextmanager
def page_of(data: bytes, index: int) -> Iterator[tuple[Any, Any]]:
    with opened(data, DEFAULT_OPTIONS) as pdf, opened_page(pdf, index) as both:
        yield both


def with_margins() -> bytes:
    """Ten pages with running heads, page numbers, broken words and a list."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, invariant=1)
    for number in range(1, 11):
        page.drawString(72, 810, "Report of the harbour")
        told = [f"On page {number} the inter-", "operability of cranes is told of, and a well-", "known ship is named."]
        listed = ["", "• One thing of many", "• Another thing", "1. The first of them", "City names"]
        for place, line in enumerate(told + listed):
            page.drawString(72, 750 - 14 * place, line)
        page.drawString(300, 30, str(number))
        page.showPage()
    page.save()
    return buffer.getvalue()


def with_columns() -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, invariant=1)
    for number in range(12):
        page.drawString(60, 750 - 14 * number, f"Left column line {number} goes on and on here")
        page.drawString(320, 750 - 14 * number, f"Right column line {number} goes on and on too")
    page.showPage()
    page.save()
    return buffer.getvalue()


FILES = {
    "flowing": FLOWING,
    "margins": with_margins(),
    "columns": with_columns(),
    "turned": turned(90),
    "one broken word": pdf_lines(["This shows how inter-", "operability is spelt."]),
    "outline": pdf_file([("h1", "Title"), ("p", "Words. " * 40), ("h2", "More"), ("li", "a thing"), ("page", "")]),
}


@pytest.mark.parametrize("name", FILES)
def test_a_page_by_itself_is_traced_as_in_the_whole(name: str) -> None:
    data = FILES[name]
    whole, document = read_traced(data, DEFAULT_OPTIONS), document_of(data)
    for index in range(len(document.page_starts)):
        with page_of(data, index) as (page, textpage):
            places = page_places(page, textpage, document, index, DEFAULT_OPTIONS)
        assert places.lost == ()
        assert places.sources == whole.characters[places.start : places.start + len(places.sources)]


@settings(max_examples=30)
@given(st.data())
def test_the_text_under_the_boxes_is_the_part_of_the_span_on_the_page(data: st.DataObject) -> None:
    document = document_of(FLOWING)
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    index = data.draw(st.integers(0, 1))
    with page_of(FLOWING, index) as (page, textpage):
        places = page_places(page, textpage, document, index, DEFAULT_OPTIONS)
        boxes = boxes_of(places, page, start, end)
        width, height = page.get_size()
    assert boxes is not None
    assert all(0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in boxes)
    rectangles = tuple(
        Rectangle(index + 1, left * width, (1 - bottom) * height, right * width, (1 - top) * height)
        for left, top, right, bottom in boxes
    )
    first, last = places.start, places.start + len(places.sources)
    assert squeezed(under(FLOWING, rectangles)) == squeezed(document.text[max(start, first) : max(0, min(end, last))])


def test_words_that_the_page_does_not_say_have_no_boxes() -> None:
    document = document_of(FLOWING)
    other = replace(document, text=document.text.replace("parties met", "parties sat", 1))
    start = other.text.index("parties sat")
    with page_of(FLOWING, 0) as (page, textpage):
        places = page_places(page, textpage, other, 0, DEFAULT_OPTIONS)
        assert boxes_of(places, page, start, start + 5) is None
        assert boxes_of(places, page, 0, len("The title")) is not None


@pytest.mark.parametrize("colour", [False, True], ids=["grey", "colour"])
def test_a_grey_page_is_a_grey_picture(colour: bool) -> None:
    buffer = io.BytesIO()
    drawn = canvas.Canvas(buffer, pagesize=(300, 200), invariant=1)
    drawn.setFillColorRGB(0.8 if colour else 0.2, 0.2, 0.2)
    drawn.rect(100, 50, 30, 30, fill=1)
    drawn.drawString(20, 20, "words")
    drawn.showPage()
    drawn.save()
    with page_of(buffer.getvalue(), 0) as (page, _):
        picture = picture_of(page, 600)
    image = Image.open(io.BytesIO(picture.data))
    assert (picture.media_type, image.mode) == ("image/png", "RGB" if colour else "L")
    assert image.size == (picture.width, picture.height) == (600, 400)


def test_a_very_long_page_is_made_smaller() -> None:
    buffer = io.BytesIO()
    drawn = canvas.Canvas(buffer, pagesize=(100, 10_000), invariant=1)
    drawn.drawString(20, 20, "words")
    drawn.showPage()
    drawn.save()
    with page_of(buffer.getvalue(), 0) as (page, _):
        assert picture_of(page).height <= 4_001
