"""One page of a PDF drawn, with boxes around spans of its text: what a drawing process does for its parent.

The parent keeps images and knows the documents; here files are opened, and what was opened or placed last is kept.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.corpus.archives import in_archive
from assistant.corpus.bounded import Bounded
from assistant.corpus.building import UnreadableError
from assistant.corpus.limits import ReadLimits
from assistant.corpus.options import ReadOptions
from assistant.corpus.page_request import Box, DrawnPage, PageRequest
from assistant.corpus.pdf_file import EncryptedError, opened, opened_page
from assistant.corpus.pdf_page import PagePlaces, boxes_of, page_places, picture_of
from assistant.corpus.pieces import single

PAGES_KEPT = 24
"""Pages whose characters' places are kept; a dense one takes about a megabyte."""
FILES_KEPT = 64_000_000
"""Bytes of files that stay open together, so that turning a page does not read one again; a larger one is alone."""


ENCRYPTED = "is encrypted; its pages are shown once its password is given at the start: footnote serve --password"


class Drawer:
    """Draws pages in this process.

    Args:
        options: passwords of encrypted files.
        limits: on what is read of an archive.
    """

    def __init__(self, options: ReadOptions, limits: ReadLimits | None = None) -> None:
        self._options = options
        self._limits = limits or ReadLimits()
        self._open: OrderedDict[str, tuple[Any, int, ExitStack]] = OrderedDict()
        self._places: Bounded[tuple[str, int], PagePlaces] = Bounded(PAGES_KEPT, lambda _: 1)

    def draw(self, request: PageRequest) -> DrawnPage:
        """What was asked for.

        Raises:
            UnreadableError: the file is gone, another, damaged or encrypted, or has no such page.
        """
        pdf, words = self._document(request), request.words
        if request.page > len(pdf):
            raise UnreadableError("has fewer pages than when it was indexed; run: footnote index")
        key = words.sha256, request.page
        as_read = replace(self._options, ocr=words.metadata.get("ocr_language", ""))
        with opened_page(pdf, request.page - 1) as (shown, textpage):
            boxes: list[tuple[Box, ...] | None] = []
            for start, end in request.spans:
                if start >= end:
                    boxes.append(())
                    continue
                places = self._places.get(key, lambda: page_places(shown, textpage, words, 0, as_read))
                boxes.append(boxes_of(places, shown, start, end))
            return DrawnPage(picture_of(shown) if request.picture else None, tuple(boxes))

    def close(self) -> None:
        """Close every file."""
        while self._open:
            self._open.popitem()[1][2].close()

    def _document(self, request: PageRequest) -> Any:
        key = f"{request.words.sha256} {request.path} {request.stamp}"
        if key not in self._open:
            data = _checked(request, self._limits)
            try:
                with ExitStack() as stack:
                    pdf = stack.enter_context(opened(data, self._options))
                    self._open[key] = pdf, len(data), stack.pop_all()
            except EncryptedError as error:
                raise UnreadableError(ENCRYPTED) from error
            while len(self._open) > 1 and sum(size for _, size, _ in self._open.values()) > FILES_KEPT:
                self._open.popitem(last=False)[1][2].close()
        self._open.move_to_end(key)
        return self._open[key][0]


def _checked(request: PageRequest, limits: ReadLimits) -> bytes:
    """The bytes of a document's file, which are those that were indexed."""
    path, words = Path(request.path), request.words
    data = single(path, in_archive(path), words.id, words.source, limits).load()
    if hashlib.sha256(data).hexdigest() != words.sha256:
        raise UnreadableError("has changed since it was indexed; to read it anew, run: footnote index")
    return data
