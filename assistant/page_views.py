"""Pages of indexed PDFs as they look, with boxes around spans of their text; only the page asked for is read.

What was made is kept, within bounds: images by the bytes they take, where characters stand by the number of pages.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from assistant.corpus import DEFAULT_OPTIONS, ReadLimits, ReadOptions
from assistant.corpus.archives import in_archive
from assistant.corpus.building import UnreadableError
from assistant.corpus.pieces import single
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.sources import source_path

if TYPE_CHECKING:
    from assistant.corpus.pdf_page import PagePicture, PagePlaces

PDF = "application/pdf"
IMAGES_KEPT = 32_000_000
"""Bytes of page images that are kept."""
PAGES_KEPT = 24
"""Pages whose characters' places are kept; a dense one takes about a megabyte."""
FILES_KEPT = 64_000_000
"""Bytes of files that are kept, so that turning a page does not read one again."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in fractions of the image's width and height, from its upper left corner."""
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of a document as it looks.

    Attributes:
        page: its number, from 1.
        image: the bytes of its picture.
        media_type: ``image/png`` or ``image/jpeg``.
        width, height: of the picture, in pixels.
        boxes: for each span that was asked for, one box a line; empty where none of it stands on this page, None where
            it does but cannot be placed.
    """

    page: int
    image: bytes
    media_type: str
    width: int
    height: int
    boxes: tuple[tuple[Box, ...] | None, ...] = ()


class PageViews:
    """The pages of one index's PDFs; safe to share between threads.

    Args:
        index: folder of the index; sources are relative to the folder above.
        options: passwords of encrypted files.
    """

    def __init__(self, index: Path, options: ReadOptions = DEFAULT_OPTIONS) -> None:
        self._index = index
        self._options = options
        self._files: _Bounded[str, bytes] = _Bounded(FILES_KEPT, len)
        self._pictures: _Bounded[tuple[str, int], PagePicture] = _Bounded(
            IMAGES_KEPT, lambda picture: len(picture.data)
        )
        self._places: _Bounded[tuple[str, int], PagePlaces] = _Bounded(PAGES_KEPT, lambda _: 1)

    def view(self, document: Document, page: int, spans: Sequence[tuple[int, int]] = ()) -> PageView:
        """A page of a document with boxes around spans of its text.

        Args:
            document: as it was indexed.
            page: from 1.
            spans: in the document's text; parts on other pages are passed over.

        Raises:
            DocumentError: the document is no PDF, has no such page, or its file is gone, has changed, is damaged or
                asks for a password.
        """
        if document.media_type != PDF:
            raise DocumentError(document.source, "has no page images, only PDFs have: open its text")
        if not 1 <= page <= len(document.page_starts):
            raise DocumentError(document.source, f"has no page {page}, only {len(document.page_starts)}: open another")
        try:
            return self._view(document, page, spans)
        except UnreadableError as error:
            raise DocumentError(document.source, str(error)) from error

    def _view(self, document: Document, page: int, spans: Sequence[tuple[int, int]]) -> PageView:
        from assistant.corpus.pdf_file import opened, opened_page
        from assistant.corpus.pdf_page import boxes_of, page_places, picture_of

        data = self._bytes(document)
        key = document.sha256, page
        as_read = replace(self._options, ocr=document.metadata.get("ocr_language", ""))
        with opened(data, as_read) as pdf:
            if page > len(pdf):
                raise UnreadableError("has fewer pages than when it was indexed; run: footnote index")
            with opened_page(pdf, page - 1) as (shown, textpage):
                picture = self._pictures.get(key, lambda: picture_of(shown))
                first, last = _page_span(document, page)
                boxes: list[tuple[Box, ...] | None] = []
                for start, end in spans:
                    if start >= last or end <= first:
                        boxes.append(())
                        continue
                    places = self._places.get(key, lambda: page_places(shown, textpage, document, page - 1, as_read))
                    boxes.append(boxes_of(places, shown, start, end))
        return PageView(page, picture.data, picture.media_type, picture.width, picture.height, tuple(boxes))

    def _bytes(self, document: Document) -> bytes:
        """The bytes of a document's file, which are those that were indexed."""
        path = source_path(document.source, self._index)
        place = in_archive(path)
        try:
            stamp = (place[0] if place else path).stat()
        except OSError as error:
            raise UnreadableError("is no longer there; put it back, or run: footnote index") from error
        key = f"{document.sha256} {path} {stamp.st_mtime_ns} {stamp.st_size}"
        return self._files.get(key, lambda: _checked(path, place, document))


def _checked(path: Path, place: tuple[Path, str] | None, document: Document) -> bytes:
    data = single(path, place, document.id, document.source, ReadLimits()).load()
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise UnreadableError("has changed since it was indexed; to read it anew, run: footnote index")
    return data


def _page_span(document: Document, page: int) -> tuple[int, int]:
    starts = (*document.page_starts, len(document.text))
    return starts[page - 1], starts[page]


class _Bounded(Generic[_Key, _Value]):
    """The values used last, as many as weigh no more than ``most`` together; one that alone weighs more is not kept."""

    def __init__(self, most: int, weigh: Callable[[_Value], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._kept = OrderedDict[_Key, _Value]()
        self._lock = threading.Lock()

    def get(self, key: _Key, make: Callable[[], _Value]) -> _Value:
        """The value of a key, made if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()
        weight = self._weigh(value)
        with self._lock:
            if key not in self._kept and weight <= self._most:
                self._kept[key] = value
                self._weight += weight
                while self._weight > self._most:
                    _, old = self._kept.popitem(last=False)
                    self._weight -= self._weigh(old)
        return value
