"""Links that open a document at a place: made here, and held to be anything at all when they come back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from assistant.datatypes import Citation, Document
from assistant.errors import InputError, UnknownDocumentError
from assistant.lines import line_at

_DIGEST = re.compile("[0-9a-f]{64}")
_OFFSET = re.compile("[0-9]{1,12}")
_LONGEST_ID = 4_000
MALFORMED = "This link is incomplete or damaged. Copy it again from where it was made."
UNKNOWN = "This link names “{document}”, which is not among the documents here. Ask for the words you look for instead."
CHANGED = "“{document}” has changed since this link was made. Ask for the words you look for instead."
BEYOND = "This link points beyond the end of “{document}”. Copy it again from where it was made."


class LinkError(InputError):
    """A link names no place in the documents; the text is for people."""


def link_to(citation: Citation) -> str:
    """The query of the address that opens a quotation's place again."""
    place = {"document": citation.document, "start": citation.start, "end": citation.end, "sha256": citation.sha256}
    return "?" + urlencode(place)


def linked(values: Mapping[str, object], document_of: Callable[[str], Document]) -> tuple[Document, Citation]:
    """The document that a link names, and its place as a citation.

    Args:
        values: ``document``, ``start``, ``end`` and ``sha256``, as they came; the document alone opens it at its
            beginning.
        document_of: gives a document by id, or raises UnknownDocumentError.

    Raises:
        LinkError: malformed, of an unknown or changed document, or beyond its end.
    """
    name = values.get("document")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID:
        raise LinkError(MALFORMED)
    place = [values.get(key) for key in ("start", "end", "sha256")]
    whole = not any(place)
    start, end, digest = place
    if not whole and not (_matches(_OFFSET, start) and _matches(_OFFSET, end) and _matches(_DIGEST, digest)):
        raise LinkError(MALFORMED)
    try:
        document = document_of(name)
    except UnknownDocumentError:
        raise LinkError(UNKNOWN.format(document=name)) from None
    if whole:
        return document, citation_at(document, 0, 0)
    if digest != document.sha256:
        raise LinkError(CHANGED.format(document=name))
    first, last = int(str(start)), int(str(end))
    if not first < last <= len(document.text):
        raise LinkError(BEYOND.format(document=name) if first < last else MALFORMED)
    return document, citation_at(document, first, last)


def citation_at(document: Document, start: int, end: int) -> Citation:
    """A span of a document as a citation that nobody gave as an answer; an empty one is the document's beginning."""
    block = next((each for each in document.blocks if each.end > start), None)
    headings = block.headings if block and start < end else ()
    page = document.page_at(start)
    return Citation(
        quote=document.text[start:end],
        document=document.id,
        source=document.source,
        title=document.title,
        heading=" > ".join(headings),
        page=page,
        start=start,
        end=end,
        score=0.0,
        passage=f"{document.id}#{start}-{end}",
        sha256=document.sha256,
        page_kind=document.page_kind,
        line=None if page else line_at(document.text, start),
        ocr=start < end and document.origin.is_recognised(start, end),
    )


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
