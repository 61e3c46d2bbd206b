"""Rectangles: what pdfium finds under them is the span, across lines and pages, on turned pages, within ligatures."""

from __future__ import annotations

import hashlib
import io
import re

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_files import pdf_file, pdf_lines
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from assistant.corpus.building import UnreadableError
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.pdf_places import Rectangle, rectangles
from assistant.corpus.pdf_reader import parse, read_traced

PROSE = "The parties met again in spring and agreed on a plan that was to be carried out in two years. " * 3
FLOWING = pdf_file([("h1", "The title"), ("p", PROSE), ("page", ""), ("p", "On the next page. " + PROSE)])


def under(data: bytes, places: tuple[Rectangle, ...], password: str | None = None) -> str:
    document = pypdfium2.PdfDocument(data, password=password)
    try:
        return " ".join(
            document[place.page - 1].get_textpage().get_text_bounded(place.left, place.bottom, place.right, place.top)
            for place in places
        )
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def place_of(data: bytes, words: str) -> tuple[int, int]:
    start = parse(data).text.index(words)
    return start, start + len(words)


def turned(angle: int, *, shown: bool = True) -> bytes:
    """Lines drawn at an angle, on a page that is shown turned, so that they are then upright, or is not."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=(600, 600), invariant=1)
    page.setPageRotation(angle if shown else 0)
    page.translate(*{0: (0, 0), 90: (600, 0), 180: (600, 600), 270: (0, 600)}[angle])
    page.rotate(angle)
    for number, text in enumerate(["The first line of it", "and the second line", "and a third one here"]):
        page.drawString(100, 500 - 20 * number, text)
    page.showPage()
    page.save()
    return buffer.getvalue()


def test_one_rectangle_for_each_line() -> None:
    data = pdf_lines(["The first line of it goes on", "in the second line."])
    first, second = rectangles(data, *place_of(data, "of it goes on in the second"))
    assert (first.page, second.page) == (1, 1)
    assert first.left > second.left
    assert first.bottom > second.top
    assert squeezed(under(data, (first,))) == "ofitgoeson"
    assert squeezed(under(data, (second,))) == "inthesecond"


def test_where_the_words_were_drawn() -> None:
    data = pdf_lines(["Only words."])
    (place,) = rectangles(data, 0, len("Only words."))
    assert place.left == pytest.approx(72, abs=1)
    assert 755 < place.bottom < 760 < place.top < 771


def test_across_a_page_break() -> None:
    text = parse(FLOWING).text
    end = text.index("On the next page.") + len("On the next page.")
    places = rectangles(FLOWING, text.index("The parties"), end)
    assert [place.page for place in places] == sorted(place.page for place in places)
    assert {place.page for place in places} == {1, 2}
    assert squeezed(under(FLOWING, places)) == squeezed(text[text.index("The parties") : end])


@settings(max_examples=40)
@given(st.data())
def test_the_text_under_the_rectangles_is_the_span(data: st.DataObject) -> None:
    text = parse(FLOWING).text
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert squeezed(under(FLOWING, rectangles(FLOWING, start, end))) == squeezed(text[start:end])


@pytest.mark.parametrize("shown", [True, False], ids=["page", "text"])
@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_turned_text_is_read_upright(angle: int, shown: bool) -> None:
    data = turned(angle, shown=shown)
    assert parse(data).text == "The first line of it and the second line and a third one here"
    start, end = place_of(data, "line of it")
    assert squeezed(under(data, rectangles(data, start, end))) == "lineofit"


def test_a_broken_word_has_a_rectangle_on_each_line() -> None:
    data = pdf_lines(["This shows how inter-", "operability is spelt."])
    places = rectangles(data, *place_of(data, "interoperability"))
    assert [squeezed(under(data, (place,))).strip("-\x02\ufffe") for place in places] == ["inter", "operability"]


def test_characters_beyond_the_first_plane() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, invariant=1)
    page.setFont("HeiseiMin-W3", 12)
    page.drawString(72, 700, "a\U0002000bb c")
    page.showPage()
    page.save()
    data = buffer.getvalue()
    text = parse(data).text
    places = rectangles(data, text.index("b"), len(text))
    assert squeezed(under(data, places)) == "bc"


def test_bars_between_cells_stand_nowhere() -> None:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, invariant=1)
    for number, cells in enumerate([("City", "Area", "People"), ("Ulm", "119", "126,000"), ("Bonn", "141", "331,000")]):
        for left, cell in zip((72, 200, 300), cells, strict=True):
            page.drawString(left, 700 - 14 * number, cell)
    page.showPage()
    page.save()
    data = buffer.getvalue()
    assert parse(data).text.splitlines()[1] == "Ulm | 119 | 126,000"
    assert squeezed(under(data, rectangles(data, *place_of(data, "Ulm | 119 | 126,000")))) == "Ulm119126,000"
    bar = parse(data).text.index(" | ")
    assert rectangles(data, bar, bar + 3) == ()


def test_every_character_that_is_seen_stands_somewhere() -> None:
    traced = read_traced(FLOWING, DEFAULT_OPTIONS)
    lost = [
        c for c, number in zip(traced.content.text, traced.characters, strict=True) if number < 0 and not c.isspace()
    ]
    assert lost == []


def test_another_file_is_refused() -> None:
    digest = hashlib.sha256(FLOWING).hexdigest()
    assert rectangles(FLOWING, 0, 3, sha256=digest)
    with pytest.raises(UnreadableError, match="has changed since it was read"):
        rectangles(FLOWING + b"\n", 0, 3, sha256=digest)


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 2), (0, 10**9)])
def test_what_is_no_span_is_refused(start: int, end: int) -> None:
    with pytest.raises(UnreadableError, match="has no characters"):
        rectangles(FLOWING, start, end)


def test_an_encrypted_file_gives_rectangles_with_its_password() -> None:
    data = pdf_lines(["Secret words."], encrypt="key")
    places = rectangles(data, 0, 6, ReadOptions(passwords=("wrong", "key")))
    assert squeezed(under(data, places, "key")) == "Secret"
    with pytest.raises(UnreadableError, match="give --password"):
        rectangles(data, 0, 6)
