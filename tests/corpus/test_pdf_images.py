"""Page images, and rectangles on them."""

from __future__ import annotations

import io

import pytest
from made_files import pdf_lines
from PIL import Image, ImageChops
from test_pdf_places import FLOWING, place_of, turned

from assistant.corpus.building import UnreadableError
from assistant.corpus.pdf_images import LARGEST_SIDE, on_image, page_image
from assistant.corpus.pdf_places import Rectangle, rectangles


def image_of(data: bytes, page: int = 1, scale: float = 2.0) -> Image.Image:
    return Image.open(io.BytesIO(page_image(data, page, scale))).convert("L")


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.5])
def test_a_page_is_a_png_of_the_size_asked_for(scale: float) -> None:
    assert page_image(FLOWING, 1, scale).startswith(b"\x89PNG")
    assert image_of(FLOWING, 1, scale).size == pytest.approx((595.3 * scale, 841.9 * scale), abs=1)


def test_an_image_is_never_larger_than_can_be_held() -> None:
    assert max(image_of(FLOWING, 1, 1e9).size) <= LARGEST_SIDE


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_what_is_drawn_lies_within_the_boxes_on_the_image(angle: int) -> None:
    data = turned(angle)
    start, _ = place_of(data, "The first line of it")
    _, end = place_of(data, "and a third one here")
    image = image_of(data)
    boxes = on_image(data, rectangles(data, start, end))
    assert len(boxes) == 3
    drawn = ImageChops.invert(image).getbbox()
    assert drawn is not None
    around = (
        min(b.left for b in boxes),
        min(b.top for b in boxes),
        max(b.right for b in boxes),
        max(b.bottom for b in boxes),
    )
    assert around == pytest.approx(drawn, abs=3)


@pytest.mark.parametrize("page", [0, 3, -1])
def test_a_page_that_is_not_there_is_refused(page: int) -> None:
    with pytest.raises(UnreadableError, match="has no page"):
        page_image(FLOWING, page)
    with pytest.raises(UnreadableError, match="has no page"):
        on_image(FLOWING, [Rectangle(page, 0, 0, 1, 1)])


def test_an_encrypted_file_is_refused_without_its_password() -> None:
    with pytest.raises(UnreadableError, match="is encrypted"):
        page_image(pdf_lines(["Secret words."], encrypt="key"), 1)
