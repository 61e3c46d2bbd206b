"""What the elements of HTML, and of the trees trafilatura makes of it, are to a reader."""

from __future__ import annotations

import re

from lxml import etree


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SKIPPED = _names(
    "script style noscript template svg nav iframe object embed canvas audio video select option datalist "
    "button input textarea map annotation annotation-xml link meta title base"
)
INLINE = _names(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark math meter output "
    "picture q rp rt ruby s samp small source span strike strong sub sup time tt u var wbr hi ref graphic "
    "mi mn mo ms mrow msup msub msubsup mfrac msqrt mtext mover munder munderover mstyle semantics"
)
ITEMS = _names("li dt dd item")
ROWS = _names("tr row")
CELLS = _names("td th cell")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def name_of(element: etree._Element) -> str:
    """An element's name in lower case without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def is_hidden(element: etree._Element) -> bool:
    """Whether a browser does not show an element as text of the page."""
    return (
        name_of(element) in SKIPPED
        or "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def heading_level(element: etree._Element) -> int:
    """1 to 6 for <h1> to <h6> and for trafilatura's <head rend="h2">, else 0."""
    name = element.get("rend") or "h2" if name_of(element) == "head" else name_of(element)
    return int(name[1]) if len(name) == 2 and name[0] == "h" and name[1] in "123456" else 0
