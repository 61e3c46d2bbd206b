"""The families of files that can be read, and which module of this package reads each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath

from assistant.corpus.archives import ARCHIVE_SUFFIXES
from assistant.corpus.building import Content
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions


@dataclass(frozen=True, slots=True)
class Family:
    """A family of files with one reader.

    Attributes:
        name: what people call it, with its article: ``a PDF``.
        suffixes: file name suffixes, lower case, the usual one first.
        media_type: the ``Document.media_type`` of its documents.
        module: the module of this package with ``parse(data: bytes) -> Content``.
        takes_options: whether ``parse`` takes ``ReadOptions`` as well.
    """

    name: str
    suffixes: tuple[str, ...]
    media_type: str
    module: str
    takes_options: bool = False

    def parse(self, data: bytes, options: ReadOptions = DEFAULT_OPTIONS) -> Content:
        """Read a file's bytes; imports the reader, and with it the heavy library, on first use.

        Raises:
            UnreadableError: the bytes are not what the family expects; says why and what to do.
        """
        reader = import_module(f"assistant.corpus.{self.module}")
        content: Content = reader.parse(data, options) if self.takes_options else reader.parse(data)
        return content


FAMILIES = (
    Family("a text", (".txt", ".text"), "text/plain", "text_reader"),
    Family("a Markdown", (".md", ".markdown"), "text/markdown", "markdown_reader"),
    Family("an HTML", (".html", ".htm", ".xhtml"), "text/html", "html_reader"),
    Family("a PDF", (".pdf",), "application/pdf", "pdf_reader", takes_options=True),
    Family(
        "a Word",
        (".docx",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx_reader",
    ),
)

SUPPORTED_SUFFIXES = (*(suffix for family in FAMILIES for suffix in family.suffixes), *ARCHIVE_SUFFIXES)
"""Every suffix that can be read, lower case with the dot."""


def family_of(path: PurePath) -> Family | None:
    """The family a file belongs to by its suffix (any case), or None."""
    suffix = path.suffix.lower()
    return next((family for family in FAMILIES if suffix in family.suffixes), None)
