"""Walks an HTML tree, as lxml parses it or as trafilatura cleans it, and appends its blocks to a builder."""

from __future__ import annotations

import re

from lxml import etree

from assistant.corpus.building import TextBuilder
from assistant.datatypes import BlockKind


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SKIPPED = _names(
    "script style noscript template svg nav iframe object embed canvas audio video select option datalist "
    "button input textarea map annotation annotation-xml link meta title base"
)
_INLINE = _names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark math meter output "
    "picture q rp rt ruby s samp small source span strike strong sub sup time tt u var wbr hi ref graphic "
    "mi mn mo ms mrow msup msub msubsup mfrac msqrt mtext mover munder munderover mstyle semantics"
)
_ITEMS = _names("li dt dd item")
_ROWS = _names("tr row")
_CELLS = _names("td th cell")
_LAYOUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "head", "ul", "ol", "pre")
_LONGEST_CELL = 1000
_SPACE = re.compile(r"\s+")
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


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
            if isinstance(child.tag, str) and not _is_hidden(child):
                self._element(child, kind)
            self._text(child.tail)

    def _element(self, element: etree._Element, kind: BlockKind) -> None:
        tag = _name(element)
        level = _heading_level(element)
        if tag in ("br", "lb"):
            self._inline.append("\n")
        elif level:
            self.flush(kind)
            self.children(element, kind)
            self.flush("heading", level)
        elif tag == "pre" or (tag == "code" and "\n" in "".join(element.itertext()).strip()):
            self.flush(kind)
            self._builder.add("code", "".join(element.itertext()))
        elif tag in _INLINE:
            self.children(element, kind)
        elif tag in _ROWS and not _is_layout(element):
            self.flush(kind)
            cells = [_cell_text(cell) for cell in element if _name(cell) in _CELLS]
            if any(cells):
                self._builder.add("table_row", " | ".join(cells))
        else:
            inside: BlockKind = "list_item" if tag in _ITEMS else kind
            self.flush(kind)
            self.children(element, inside)
            self.flush(inside)

    def _text(self, text: str | None) -> None:
        if text:
            self._inline.append(_SPACE.sub(" ", text))


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _is_hidden(element: etree._Element) -> bool:
    return (
        _name(element) in _SKIPPED
        or "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def _heading_level(element: etree._Element) -> int:
    """1 to 6 for <h1> to <h6> and for trafilatura's <head rend="h2">, else 0."""
    name = element.get("rend") or "h2" if _name(element) == "head" else _name(element)
    return int(name[1]) if len(name) == 2 and name[0] == "h" and name[1] in "123456" else 0


def _is_layout(row: etree._Element) -> bool:
    """Whether a row arranges a page rather than holding data."""
    if next(row.iter(*_LAYOUT), None) is not None:
        return True
    return any(len("".join(cell.itertext())) > _LONGEST_CELL for cell in row if _name(cell))


def _cell_text(cell: etree._Element) -> str:
    parts: list[str] = []

    def collect(element: etree._Element) -> None:
        parts.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and not _is_hidden(child):
                inline = _name(child) in _INLINE
                parts.append("" if inline else " ")
                collect(child)
                parts.append("" if inline else " ")
            parts.append(child.tail or "")

    collect(cell)
    return _SPACE.sub(" ", "".join(parts)).strip()
