"""Formulas of Office documents (OMML) as one line of text: ``x=(-b±√(b^2-4ac))/(2a)``."""

from __future__ import annotations

from lxml import etree

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DEEPEST = 60


def linear(element: etree._Element, depth: int = 0) -> str:
    """The text of a formula or of a part of one."""
    tag = element.tag.removeprefix(MATH) if isinstance(element.tag, str) else ""
    if tag == "t" or element.tag == f"{_W}t":
        return element.text or ""
    if depth > _DEEPEST:
        return "".join(element.itertext())

    def part(name: str) -> str:
        found = element.find(f"{MATH}{name}")
        return "" if found is None else linear(found, depth + 1)

    if tag == "sSup":
        return f"{_grouped(part('e'), 2)}^{_grouped(part('sup'))}"
    if tag == "sSub":
        return f"{part('e')}_{_grouped(part('sub'))}"
    if tag == "sSubSup":
        return f"{part('e')}_{_grouped(part('sub'))}^{_grouped(part('sup'))}"
    if tag == "f":
        return f"{_grouped(part('num'))}/{_grouped(part('den'))}"
    if tag == "rad":
        return f"{part('deg')}√{_grouped(part('e'))}"
    if tag == "d":
        inside = ", ".join(linear(one, depth + 1) for one in element.iterfind(f"{MATH}e"))
        return f"{_character(element, 'begChr', '(')}{inside}{_character(element, 'endChr', ')')}"
    if tag == "nary":
        limits = "".join(f"{mark}{_grouped(text)}" for mark, text in (("_", part("sub")), ("^", part("sup"))) if text)
        return f"{_character(element, 'chr', '∫')}{limits} {part('e')}"
    if tag == "func":
        return f" {part('fName')} {part('e')}"
    if tag in ("m", "eqArr"):
        rows = element.iterfind(f"{MATH}mr") if tag == "m" else element.iterfind(f"{MATH}e")
        return "; ".join(
            " ".join(linear(cell, depth + 1) for cell in row) if tag == "m" else linear(row, depth + 1) for row in rows
        )
    return "".join(linear(child, depth + 1) for child in element if child.tag != f"{MATH}rPr")


def _grouped(text: str, longest: int = 1) -> str:
    text = text.strip()
    closed = text.startswith("(") and text.endswith(")") and text.count("(") == 1
    return text if closed or text.isalnum() or len(text) <= longest else f"({text})"


def _character(element: etree._Element, name: str, default: str) -> str:
    found = element.find(f"{MATH}{element.tag.removeprefix(MATH)}Pr/{MATH}{name}")
    return default if found is None else found.get(f"{MATH}val", default)
