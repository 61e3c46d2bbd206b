"""The numbers of numbered headings and clauses in Word, which its files leave to be counted: ``4.2``.

A number has several levels; counting at one begins the deeper ones anew, and levels above it that were skipped count as
begun. Numberings that share a definition count on
together unless one says where it starts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x")),
    *((9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST = 100_000

Element = Any  # lxml elements have no types


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    kind: str
    text: str
    plain: bool


class Numbering:
    """Counts the numbered paragraphs of a document as they are read.

    Args:
        part: the root of the document's numbering part; None where it has none.
    """

    def __init__(self, part: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._definition: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        for each in () if part is None else part:
            if each.tag == qn("w:abstractNum"):
                self._levels[each.get(qn("w:abstractNumId"), "")] = dict(map(_level, each.iter(qn("w:lvl"))))
            elif each.tag == qn("w:num"):
                self._add(each)

    def number(self, numbering: str, level: int) -> str:
        """The number of the next paragraph of a numbering at a level, from 0; empty for bullets.

        Counts it: to be called once for each paragraph, in order.
        """
        definition = self._definition.get(numbering, "")
        levels = self._levels.get(definition, {})
        here = levels.get(level)
        if here is None:
            return ""
        counts = self._counts.setdefault(definition, {})
        if numbering not in self._begun:
            self._begun.add(numbering)
            for at, start in self._starts.get(numbering, {}).items():
                counts[at] = start - 1
        counts[level] = min(counts.get(level, here.start - 1) + 1, _MOST)
        for above in range(level):
            counts.setdefault(above, levels[above].start if above in levels else 1)
        for deeper in range(level + 1, _LEVELS):
            counts.pop(deeper, None)

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            one = levels.get(at, here)
            return _written(counts.get(at, one.start), "decimal" if here.plain else one.kind)

        return "" if here.kind in ("bullet", "none") else _PLACE.sub(shown, here.text).strip()

    def _add(self, element: Element) -> None:
        name = element.get(qn("w:numId"), "")
        definition = element.find(qn("w:abstractNumId"))
        self._definition[name] = "" if definition is None else definition.get(qn("w:val"), "")
        for override in element.iter(qn("w:lvlOverride")):
            start = override.find(qn("w:startOverride"))
            if start is not None:
                at = _integer(override.get(qn("w:ilvl")), 0)
                self._starts.setdefault(name, {})[at] = _integer(start.get(qn("w:val")), 1)


def _level(element: Element) -> tuple[int, _Level]:
    def value(name: str, default: str) -> str:
        found = element.find(qn(name))
        return default if found is None else str(found.get(qn("w:val"), default))

    level = _Level(
        _integer(value("w:start", "0"), 0),
        value("w:numFmt", "decimal"),
        value("w:lvlText", ""),
        element.find(qn("w:isLgl")) is not None,
    )
    return _integer(element.get(qn("w:ilvl")), 0), level


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else default


def _written(number: int, kind: str) -> str:
    if kind == "decimalZero":
        return f"{number:02}"
    if kind in ("lowerLetter", "upperLetter") and 0 < number <= _LEVELS * 26:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if kind == "upperLetter" else letters
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman, left = "", number
        for value, sign in _ROMAN:
            roman += sign * (left // value)
            left %= value
        return roman.upper() if kind == "upperRoman" else roman
    return str(number)
