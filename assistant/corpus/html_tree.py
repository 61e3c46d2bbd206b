"""Walks an HTML tree, as lxml parses it or as trafilatura cleans it, and appends its blocks to a builder."""

from __future__ import annotations

import re

from lxml import etree

from assistant.corpus.building import TextBuilder
from assistant.corpus.html_names import INLINE, ITEMS, ROWS, heading_level, is_hidden, name_of
from assistant.corpus.html_tables import grid, is_layout, rows_of
from assistant.corpus.tables import add_table
from assistant.datatypes import BlockKind

_SPACE = re.compile(r"\s+")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")


def add_tree(builder: TextBuilder, root: etree._Element) -> None:
    """Append every block below ``root``, in document order."""
    walk = _Walk(builder)
    walk.children(root, "paragraph")
    walk.flush("paragraph")


class _Walk:
    """Collects inline text until a block begins or ends, then appends it as one block."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder
        self._inline: list[str] = []

    def flush(self, kind: BlockKind, level: int = 0) -> None:
        """Append the inline text collected so far; two line breaks in it part blocks."""
        text = "".join(self._inline)
        self._inline.clear()
        if kind == "heading":
            self._builder.add(kind, _SPACE.sub(" ", text), level=level)
            return
        for piece in _PARAGRAPH_BREAK.split(text):
            self._builder.add(kind, piece)

    def children(self, element: etree._Element, kind: BlockKind) -> None:
        """Walk the text and the elements inside an element; their text is of the given kind."""
        self._text(element.text)
        for child in element:
            if isinstance(child.tag, str) and not is_hidden(child):
                self._element(child, kind)
            self._text(child.tail)

    def _element(self, element: etree._Element, kind: BlockKind) -> None:
        tag = name_of(element)
        level = heading_level(element)
        if tag in ("br", "lb"):
            self._inline.append("\n")
        elif level:
            self.flush(kind)
            self.children(element, kind)
            self.flush("heading", level)
        elif tag == "pre" or (tag == "code" and "\n" in "".join(element.itertext()).strip()):
            self.flush(kind)
            self._builder.add("code", "".join(element.itertext()))
        elif tag in INLINE:
            self.children(element, kind)
        elif tag == "table" and not is_layout(element):
            self._table(element, kind)
        elif tag in ROWS and not is_layout(element):  # of a table that also arranges the page
            self.flush(kind)
            add_table(self._builder, grid([element]))
        else:
            inside: BlockKind = "list_item" if tag in ITEMS else kind
            self.flush(kind)
            self.children(element, inside)
            self.flush(inside)

    def _table(self, table: etree._Element, kind: BlockKind) -> None:
        """A table below its caption."""
        self.flush(kind)
        for caption in table.iter("caption", "{*}caption"):
            self.children(caption, "paragraph")
            self.flush("paragraph")
        add_table(self._builder, grid(rows_of(table)))

    def _text(self, text: str | None) -> None:
        if text:
            self._inline.append(_SPACE.sub(" ", text))
