"""Pages of indexed PDFs as they look, with boxes around spans of their text; only the page asked for is read.

Other processes draw them (:mod:`assistant.page_processes`). What they drew is kept here, by the bytes that images take.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.corpus import DEFAULT_OPTIONS, ReadLimits, ReadOptions
from assistant.corpus.archives import in_archive
from assistant.corpus.bounded import Bounded
from assistant.corpus.building import UnreadableError
from assistant.corpus.page_request import Box, PagePicture, page_request
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.page_processes import LIMITS, PageProcesses
from assistant.sources import source_path

PDF = "application/pdf"
IMAGES_KEPT = 32_000_000
"""Bytes of page images that are kept."""


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
        limits: what drawing one page may cost; ``workers`` of them at the same time.
    """

    def __init__(self, index: Path, options: ReadOptions = DEFAULT_OPTIONS, limits: ReadLimits = LIMITS) -> None:
        self._index = index
        self._options = options
        self._limits = limits
        self._started: PageProcesses | None = None
        self._starting = threading.Lock()
        self._pictures: Bounded[tuple[str, int], PagePicture] = Bounded(IMAGES_KEPT, lambda picture: len(picture.data))

    def view(self, document: Document, page: int, spans: Sequence[tuple[int, int]] = ()) -> PageView:
        """A page of a document with boxes around spans of its text.

        Args:
            document: as it was indexed.
            page: from 1.
            spans: in the document's text; parts on other pages are passed over.

        Raises:
            DocumentError: the document is no PDF, has no such page, or its file is gone, has changed, is damaged,
                asks for a password or costs too much to draw.
        """
        if document.media_type != PDF:
            raise DocumentError(document.source, "has no page images, only PDFs have: open its text")
        if not 1 <= page <= len(document.page_starts):
            raise DocumentError(document.source, f"has no page {page}, only {len(document.page_starts)}: open another")
        try:
            return self._view(document, page, spans)
        except UnreadableError as error:
            raise DocumentError(document.source, str(error)) from error

    def start(self) -> None:
        """Let a process come up before it is needed, without waiting for it.

        Raises:
            ReaderError: if the system does not let it start.
        """
        self._processes().start()

    def close(self) -> None:
        """End the processes; a page that is asked for later starts them anew."""
        with self._starting:
            if self._started is not None:
                self._started.close()
                self._started = None

    def _view(self, document: Document, page: int, spans: Sequence[tuple[int, int]]) -> PageView:
        path = source_path(document.source, self._index)
        key = document.sha256, page
        kept = self._pictures.peek(key)
        request = page_request(path, _stamp(path), document, page, tuple(spans), kept is None)
        drawn = self._processes().draw(request)
        picture = kept or drawn.picture
        if picture is None:
            raise UnreadableError("was drawn without its image; try again")
        self._pictures.get(key, lambda: picture)
        return PageView(page, picture.data, picture.media_type, picture.width, picture.height, drawn.boxes)

    def _processes(self) -> PageProcesses:
        with self._starting:
            if self._started is None:
                self._started = PageProcesses(self._options, self._limits)
            return self._started


def _stamp(path: Path) -> str:
    """Changes when a file does, or the archive it lies in."""
    place = in_archive(path)
    try:
        status = (place[0] if place else path).stat()
    except OSError as error:
        raise UnreadableError("is no longer there; put it back, or run: footnote index") from error
    return f"{status.st_mtime_ns} {status.st_size}"
