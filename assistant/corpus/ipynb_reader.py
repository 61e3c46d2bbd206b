"""Jupyter notebooks: each cell a page; text cells as Markdown, code and what it printed as code."""

from __future__ import annotations

from typing import Any

from assistant.corpus import markdown_reader
from assistant.corpus.building import Content, TextBuilder, UnreadableError
from assistant.corpus.decoding import decode
from assistant.corpus.json_reader import load

_LONGEST_OUTPUT = 20_000


def parse(data: bytes) -> Content:
    """Read a notebook of format 3 or 4.

    Raises:
        UnreadableError: not JSON, or not a notebook.
    """
    try:
        notebook = load(decode(data))
    except ValueError as error:
        raise UnreadableError(f"is not a notebook ({error}): save it again in Jupyter") from error
    cells = _cells(notebook)
    builder = TextBuilder("cell")
    title = ""
    for cell in cells:
        builder.start_page()
        source = _text(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") == "code":
            builder.add("code", source)
            builder.part()
            for output in _list(cell.get("outputs")):
                _add_output(builder, output)
        elif cell.get("cell_type") in ("markdown", "heading") and source.strip():
            content = markdown_reader.parse(source.encode("utf-8", "replace"))
            title = title or content.title
            builder.add_content(content)
        else:
            builder.add("paragraph", source)
    metadata = notebook.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    authors = ", ".join(_text(a.get("name")) for a in _list(metadata.get("authors")) if isinstance(a, dict))
    language = metadata.get("language_info")
    programming = _text(language.get("name")) if isinstance(language, dict) else ""
    return builder.content(_text(metadata.get("title")) or title, {"author": authors, "programming": programming})


def _cells(notebook: Any) -> list[dict[str, Any]]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict):  # format 3 has them in worksheets
        sheets = [sheet for sheet in _list(notebook.get("worksheets")) if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in _list(sheet.get("cells"))] if sheets else None
    if not isinstance(cells, list):
        raise UnreadableError("is not a notebook: it has no cells; save it again in Jupyter")
    return [cell for cell in cells if isinstance(cell, dict)]


def _add_output(builder: TextBuilder, output: Any) -> None:
    """What a cell printed or returned, as text; pictures are named in a warning."""
    if not isinstance(output, dict):
        return
    inner = output.get("data")
    data = inner if isinstance(inner, dict) else output
    text = _text(output.get("text")) or _text(data.get("text/plain")) or _text(output.get("evalue"))
    if any(kind.startswith("image/") for kind in data if isinstance(kind, str)):
        builder.warn("pictures among the outputs were left out")
    if len(text) > _LONGEST_OUTPUT:
        builder.warn(f"outputs longer than {_LONGEST_OUTPUT:,} characters were cut")
    builder.add("code", text[:_LONGEST_OUTPUT])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A string, which a notebook may write as a list of lines."""
    if isinstance(value, list):
        return "".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""
