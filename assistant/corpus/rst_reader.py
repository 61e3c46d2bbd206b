"""reStructuredText by docutils: nothing is included from elsewhere, nothing is run.

Directives and roles that only Sphinx knows are read for their content.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.utils import SystemMessage

from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.decoding import decode
from assistant.corpus.tables import Cell, add_table
from assistant.datatypes import BlockKind

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
    "_disable_config": True,
    "smart_quotes": False,
    "line_length_limit": 1 << 20,
}
_ROLE = re.compile(r":[\w:.+-]+:`~?([^`<]*?)(?:\s*<[^`>]*>)?`")
_DIRECTIVE = re.compile(r"\s*\.\. +([\w:.+-]+):: *(.*)")
_OPTION = re.compile(r"\s*:[\w-]+:")
_ONLY_FOR_SPHINX = {
    "toctree",
    "currentmodule",
    "module",
    "index",
    "highlight",
    "automodule",
    "autoclass",
    "autofunction",
}
_SKIPPED = (nodes.comment, nodes.substitution_definition, nodes.target, nodes.raw, nodes.meta, nodes.label)
_DEEPEST = 4


def parse(data: bytes) -> Content:
    """Read a reStructuredText file.

    Raises:
        UnreadableError: not text, or so malformed that docutils gives up.
    """
    reader = _Reader()
    tree = _tree(decode(data))
    reader.section(tree, 1 + isinstance(next(iter(tree.children), None), nodes.title))
    return reader.builder.content(reader.title, reader.metadata)


def _tree(text: str) -> nodes.document:
    try:
        return publish_doctree(text, settings_overrides=_SETTINGS)
    except (SystemMessage, ValueError, IndexError, AttributeError, AssertionError, TypeError) as error:
        raise UnreadableError("is not reStructuredText that docutils can read: correct it") from error


class _Reader:
    """Appends the nodes of a document to a builder."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self.metadata: dict[str, str | None] = {}
        self._nested = 0

    def section(self, node: nodes.Element, level: int, kind: BlockKind = "paragraph") -> None:
        """Append everything below a node; a title is a heading of the given level."""
        for child in node.children:
            self._node(child, level, kind)

    def _node(self, node: Any, level: int, kind: BlockKind) -> None:
        if not isinstance(node, nodes.Element):
            return
        if isinstance(node, nodes.section):
            self.section(node, level + 1)
        elif isinstance(node, nodes.title):
            self.title = self.title or one_line(_text(node))
            heading = isinstance(node.parent, (nodes.section, nodes.document))
            self.builder.add(
                "heading" if heading else "paragraph", one_line(_text(node)), level=heading * max(level - 1, 1)
            )
        elif isinstance(node, nodes.subtitle):
            self.builder.add("heading", one_line(_text(node)), level=level)
        elif isinstance(node, (nodes.literal_block, nodes.doctest_block, nodes.math_block)):
            self.builder.add("code", _text(node))
        elif isinstance(node, nodes.table):
            self._table(node, level)
        elif isinstance(node, (nodes.list_item, nodes.definition_list_item, nodes.field, nodes.option_list_item)):
            self._item(node, level)
        elif isinstance(node, nodes.system_message):
            self._unknown(node, level, kind)
        elif isinstance(node, nodes.line_block):
            self.builder.add(kind, "\n".join(_text(line) for line in node.findall(nodes.line)))
        elif isinstance(node, nodes.docinfo):
            self._docinfo(node)
        elif isinstance(node, _SKIPPED) or "contents" in node.get("classes", ()):
            return
        elif isinstance(node, nodes.TextElement):
            self.builder.add(kind, " ".join(_text(node).split()))
        else:
            self.section(node, level, kind)

    def _item(self, node: Any, level: int) -> None:
        """An item of any list; terms, fields and options go before what is said of them, in one block."""
        plain = [child for child in node.children if isinstance(child, nodes.TextElement)]
        rest = [child for child in node.children if child not in plain]
        said = [" ".join(_text(child).split()) for child in plain]
        if not isinstance(node, nodes.list_item):
            for part in (nodes.field_name, nodes.option_group, nodes.term):
                said = said or [" ".join(_text(child).split()) for child in rest if isinstance(child, part)]
            rest = [child for child in rest if not isinstance(child, nodes.option_group)]
            body = rest[-1].children if rest else []
            first = body[0] if body and isinstance(body[0], nodes.paragraph) else None
            text = ": ".join(part for part in (" ".join(said), " ".join(_text(first).split()) if first else "") if part)
            self.builder.add("list_item", text)
            for child in body[1:] if first else body:
                self._node(child, level, "list_item")
            return
        self.section(node, level, "list_item")

    def _docinfo(self, node: Any) -> None:
        """What the document says of itself: kept as metadata, and as text too, for people ask about it."""
        for child in node.children:
            name = child.tagname if child.tagname != "field" else one_line(_text(child.children[0])).lower()
            text = _text(child.children[-1] if child.tagname == "field" else child)
            self.metadata.setdefault({"authors": "author"}.get(name, name), one_line(text)[:500])
            self.builder.add("list_item", f"{name.capitalize()}: {one_line(text)}")

    def _table(self, node: Any, level: int) -> None:
        for title in node.children:
            if isinstance(title, nodes.title):
                self._node(title, level, "paragraph")
        for group in node.findall(nodes.tgroup):
            rows, names = [], 0
            for part in group.children:
                for row in part.children if isinstance(part, (nodes.thead, nodes.tbody)) else ():
                    names += isinstance(part, nodes.thead)
                    rows.append([cell for entry in row.children for cell in _cells(entry)])
            add_table(self.builder, rows, names or None)

    def _unknown(self, node: Any, level: int, kind: BlockKind) -> None:
        """The content of a directive that docutils does not know; other messages are not of the text."""
        if "Unknown directive type" not in node.astext():
            return
        for block in node.findall(nodes.literal_block):
            first, _, body = block.astext().partition("\n")
            match = _DIRECTIVE.match(first)
            if match is None or match[1] in _ONLY_FOR_SPHINX or self._nested >= _DEEPEST:
                continue
            self.builder.add("paragraph", one_line(_plain(match[2])))
            lines = dedent(body).split("\n")
            while lines and (_OPTION.match(lines[0]) or not lines[0].strip()):
                lines.pop(0)
            self._nested += 1
            self.section(_tree("\n".join(lines)), level, kind)
            self._nested -= 1


def _cells(entry: Any) -> list[Cell]:
    text = one_line(" ".join(_text(child) for child in entry.children))
    return [Cell(text, spanned=place > 0) for place in range(1 + min(int(entry.get("morecols", 0)), 200))]


def _text(node: Any) -> str:
    return _plain(node.astext())


def _plain(text: str) -> str:
    """Text with roles that docutils does not know read as what they mark."""
    return _ROLE.sub(lambda match: match[1], text)
