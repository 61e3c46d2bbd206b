"""The families of files that can be read, and which module of this package reads each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath

from assistant.corpus.archives import ARCHIVE_SUFFIXES
from assistant.corpus.building import Content
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions

SOURCE_CODE = (
    *(".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".scala", ".cs", ".c", ".h", ".cpp"),
    *(".hpp", ".cc", ".rs", ".go", ".rb", ".php", ".pl", ".lua", ".swift", ".r", ".jl", ".sh", ".bash", ".ps1", ".sql"),
    *(".css", ".scss", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".xml", ".xsd", ".proto"),
    *(".tex", ".bib", ".log", ".diff", ".patch"),
)
"""Suffixes of text with a syntax that is read line by line."""


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
    Family(
        "a PowerPoint",
        (".pptx",),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx_reader",
    ),
    Family(
        "an Excel",
        (".xlsx", ".xlsm"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx_reader",
    ),
    Family("a CSV", (".csv", ".tsv"), "text/csv", "csv_reader"),
    Family("an EPUB", (".epub",), "application/epub+zip", "epub_reader"),
    Family("an e-mail", (".eml",), "message/rfc822", "eml_reader"),
    Family("an MHTML", (".mhtml", ".mht"), "multipart/related", "mhtml_reader"),
    Family("a reStructuredText", (".rst", ".rest"), "text/x-rst", "rst_reader"),
    Family("a notebook", (".ipynb",), "application/x-ipynb+json", "ipynb_reader"),
    Family("a JSON", (".json", ".geojson", ".jsonl", ".ndjson"), "application/json", "json_reader"),
    Family("a source code", SOURCE_CODE, "text/x-source", "code_reader"),
)

SUPPORTED_SUFFIXES = (*(suffix for family in FAMILIES for suffix in family.suffixes), *ARCHIVE_SUFFIXES)
"""Every suffix that can be read, lower case with the dot."""

USUAL_SUFFIXES = tuple(family.suffixes[0] for family in FAMILIES)
"""One suffix for each family, for messages; the last stands for all source code."""


def family_of(path: PurePath) -> Family | None:
    """The family a file belongs to by its suffix (any case), or None."""
    suffix = path.suffix.lower()
    return next((family for family in FAMILIES if suffix in family.suffixes), None)
