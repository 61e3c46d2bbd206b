"""Markdown: kept exactly as written; structure from markdown-it's line maps.

markdown-it gives the lines of each block but no columns. The column follows from the content it gives: the
text of a block is the end of its first source line, after whatever marks (``>``, ``-``, ``#``) its containers
put before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.corpus.building import Content, SpanRecorder, one_line
from assistant.corpus.decoding import decode

_LINE_BREAK = re.compile(r"\r\n?|\n")  # markdown-it's own notion of a line
_FRONT_MATTER = re.compile(
    r"(---|\+\+\+)[ \t]*(?:\r\n?|\n)(?=[\w-]+[ \t]*[:=])(.*?)(?:\r\n?|\n)\1[ \t]*(?=\r|\n|\Z)", re.DOTALL
)
_FRONT_FIELD = re.compile(r"^([\w-]+)[ \t]*[:=][ \t]*(.+?)[ \t]*$", re.MULTILINE)
_KEPT_FIELDS = {"author": "author", "date": "date", "lang": "language", "language": "language"}
_CLOSING_HASHES = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_CONTAINER_MARKS = re.compile(r"(?:\s*(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s)))*\s*")
_HTML = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def parse(data: bytes) -> Content:
    """Read a Markdown file.

    Raises:
        UnreadableError: not text, or in an encoding that cannot be told.
    """
    text = decode(data)
    front = _FRONT_MATTER.match(text)
    # Blank lines in its place keep the line numbers.
    body = "\n" * len(_LINE_BREAK.findall(front.group())) + text[front.end() :] if front else text
    reader = _Reader(text)
    reader.read(MarkdownIt("commonmark", {"maxNesting": 200}).enable("table").parse(body))
    fields = _fields(front.group(2)) if front else {}
    metadata = {_KEPT_FIELDS[name]: value for name, value in fields.items() if name in _KEPT_FIELDS and value}
    return Content(fields.get("title") or reader.title, text, reader.recorder.blocks, metadata=metadata)


def _fields(front: str) -> dict[str, str]:
    """The plain fields of front matter, names in lower case; the first of a name counts."""
    fields: dict[str, str] = {}
    for match in _FRONT_FIELD.finditer(_LINE_BREAK.sub("\n", front)):
        fields.setdefault(match[1].lower(), one_line(match[2].strip("\"'")))
    return fields


class _Reader:
    """Walks markdown-it's tokens and records a block for each piece of text."""

    def __init__(self, text: str) -> None:
        self.recorder = SpanRecorder(text)
        self._titles: dict[int, str] = {}
        self._text = text
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text)), len(text)]

    @property
    def title(self) -> str:
        """The first heading of the highest level."""
        return self._titles[min(self._titles)] if self._titles else ""

    def read(self, tokens: Sequence[Token]) -> None:
        """Record the blocks of a document."""
        items = 0
        for i, token in enumerate(tokens):
            items += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
            if token.map is None:
                continue
            first, last = token.map
            if token.type == "heading_open":
                self._heading(first, tokens[i + 1], int(token.tag[1:]))
            elif token.type == "paragraph_open" and _plain(tokens[i + 1]):
                start, end = self._inline(first, tokens[i + 1].content)
                self.recorder.add("list_item" if items else "paragraph", start, end)
            elif token.type == "tr_open":
                self._row(first)
            elif token.type in ("fence", "code_block"):
                self._code(first, last, token)
            elif token.type == "html_block" and _HTML.sub("", token.content).strip():
                self.recorder.add("paragraph", *self._lines(first, last))

    def _lines(self, first: int, last: int) -> tuple[int, int]:
        """Span of lines ``first`` to ``last``, exclusive."""
        top = len(self._starts) - 1
        return self._starts[min(first, top)], self._starts[min(last, top)]

    def _inline(self, first: int, content: str) -> tuple[int, int]:
        """Span of a block's content, which ends its first line and all the lines after."""
        lines = content.split("\n")
        start, end = self._lines(first, first + 1)
        after_marks = start + len(self._text[start:end].rstrip()) - len(lines[0].rstrip())
        return max(start, after_marks), self._lines(first, first + len(lines))[1]

    def _heading(self, first: int, inline: Token, level: int) -> None:
        if inline.markup or not inline.content:
            return
        start, end = self._lines(first, first + 1)
        line = self._text[start:end].rstrip()
        if not line.endswith(inline.content.split("\n")[0].rstrip()):
            line = _CLOSING_HASHES.sub("", line)
        if "\n" in inline.content:
            start, end = self._inline(first, inline.content)
        else:
            end = start + len(line.rstrip())
            start = max(start, end - len(inline.content))
        label = _plain(inline) or inline.content
        self.recorder.add("heading", start, end, level=level, label=label)
        self._titles.setdefault(level, one_line(label))

    def _row(self, first: int) -> None:
        """A table row without its outer bars."""
        start, end = self._lines(first, first + 1)
        line = self._text[start:end].rstrip().removesuffix("|")
        marks = _CONTAINER_MARKS.match(line)
        start, line = (start + marks.end(), line[marks.end() :]) if marks else (start, line)
        bar = line.startswith("|")
        if line.strip("| \t"):
            self.recorder.add("table_row", start + bar, start + len(line))

    def _code(self, first: int, last: int, token: Token) -> None:
        """The code itself, without its fences."""
        if token.type == "fence":
            first += 1
            start, end = self._lines(last - 1, last)
            closing = _CONTAINER_MARKS.sub("", self._text[start:end], count=1).strip()
            if last > first and closing.startswith(token.markup) and not closing.strip(token.markup[0]):
                last -= 1
        start, end = self._lines(first, last)
        code = self._text[start:end]
        quoted = re.match(r"(?:[ \t]*>)*", code)
        self.recorder.add("code", start + (quoted.end() if quoted else 0), max(start, end))


def _plain(inline: Token) -> str:
    """How inline content reads: without emphasis marks, link targets and images."""
    parts = []
    for child in inline.children or []:
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return one_line("".join(parts))
