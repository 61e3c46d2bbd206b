"""Charts of Office documents as tables: what a chart shows is kept in its part as names and cached values."""

from __future__ import annotations

import re

from lxml import etree

from assistant.corpus.building import TextBuilder, one_line
from assistant.corpus.tables import add_table, cells
from assistant.corpus.zipped import parse_xml

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MOST_POINTS = 2000


def add_chart(builder: TextBuilder, part: bytes) -> None:
    """Append a chart: its title with its kind, then a row for each category with the value of each series.

    Args:
        builder: where to.
        part: the XML of the chart's part.

    Raises:
        UnreadableError: the XML is not well-formed.
    """
    root = parse_xml(part)
    title = "".join(text.text or "" for text in root.iterfind(f"{_C}chart/{_C}title//{_A}t"))
    kind = next((match[1] for e in root.iter() if (match := _kind(e))), "")
    builder.add("paragraph", f"{one_line(title)} ({kind} chart)" if title.strip() else f"{kind.capitalize()} chart")
    series = [
        (_label(one, "tx"), _points(one, "cat", "xVal"), _points(one, "val", "yVal")) for one in root.iter(f"{_C}ser")
    ]
    axis = dict(part for _, categories, _ in series for part in categories.items())
    places = sorted({at for _, _, values in series for at in values} | axis.keys())[:_MOST_POINTS]
    rows = [cells(["", *(name for name, _, _ in series)], names=True)]
    for at in places:
        values = [values.get(at, "") for _, _, values in series]
        rows.append(cells([axis.get(at, ""), *values]))
    if series and places:
        add_table(builder, rows, names=1)


def _kind(element: etree._Element) -> re.Match[str] | None:
    tag = element.tag if isinstance(element.tag, str) else ""
    return re.fullmatch(
        re.escape(_C) + r"(bar|line|pie|scatter|area|doughnut|radar|bubble|stock|surface)(?:3D)?Chart", tag
    )


def _label(series: etree._Element, name: str) -> str:
    return " ".join(_points(series, name).values())


def _points(series: etree._Element, *names: str) -> dict[int, str]:
    """Cached values by their place; of several levels of categories the innermost."""
    for name in names:
        found = series.find(f"{_C}{name}")
        if found is None:
            continue
        level = found.find(f".//{_C}lvl")
        points = (found if level is None else level).iter(f"{_C}pt")
        values = {int(p.get("idx", "0")): _number(p.findtext(f"{_C}v") or "") for p in points}
        return values or {0: found.findtext(f"{_C}v") or ""}
    return {}


def _number(value: str) -> str:
    """A value as people write it: without the noise of binary fractions."""
    try:
        return format(float(value), ".12g") if re.fullmatch(r"-?\d+\.\d+(?:[eE][+-]?\d+)?", value) else value
    except ValueError:
        return value
