"""MHTML (.mhtml, .mht): a web page saved as one file; its main page is read, its frames and pictures are not."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

from assistant.corpus import html_reader
from assistant.corpus.building import Content, UnreadableError, one_line
from assistant.corpus.eml_reader import header, message_from, message_metadata, part_bytes

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset", re.IGNORECASE)


def parse(data: bytes) -> Content:
    """Read a saved web page.

    Raises:
        UnreadableError: no web page in it.
    """
    message = message_from(data)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = message.get_param("start")
    page = next((part for part in pages if start and part.get("Content-ID") == start), next(iter(pages), None))
    if page is None:
        raise UnreadableError("is not a saved web page: it holds no HTML; save the page again")
    html = part_bytes(page)
    charset = page.get_content_charset()
    if charset and not _CHARSET.search(html[:4096]):
        with contextlib.suppress(
            UnicodeDecodeError, LookupError
        ):  # a wrong charset is common; then the reader tells it
            html = html.decode(charset).encode()
    content = html_reader.parse(html)
    address = header(message, "Snapshot-Content-Location") or header(page, "Content-Location")
    date = message_metadata(message)["date"]
    metadata = {"address": one_line(address), "date": one_line(date)} | dict(content.metadata)
    warnings = (f"{len(pages) - 1} frames were left out",) if len(pages) > 1 else ()
    return replace(
        content,
        title=content.title or one_line(header(message, "Subject")),
        metadata={name: value for name, value in metadata.items() if value},
        warnings=content.warnings + warnings,
    )
