"""Numbers -> SVG. Pure functions of their arguments, no script, colours left to the style sheet.

Every plot is drawn in the same small frame, so that its letters stay legible on a telephone; every plot has a
sentence for those who do not see it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.evaluation.html_report.series import Bin, Covered, Estimate

WIDTH, HEIGHT = 360, 230
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 16, 38
_INNER = WIDTH - LEFT - RIGHT
_TALL = HEIGHT - TOP - BOTTOM
_STRIP = 44
"""Height of the counts under the reliability plot."""
_ROW, _NAME = 24, 18
"""Height of a row of the plot of percentiles, and the longest name that one shows."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A value of the horizontal axis that is named in a plot."""

    x: float
    label: str


def metric_bar(value: float, low: float, high: float, scale: float = 1.0) -> str:
    """A bar from 0 to the value, the interval as a line with ends across it.

    Args:
        value, low, high: in the unit of ``scale``.
        scale: the value at the right edge; above 0.
    """
    at = [min(max(number / scale, 0.0), 1.0) * 200 for number in (value, low, high)]
    ends = "".join(f'<line x1="{x:.2f}" x2="{x:.2f}" y1="3" y2="13"/>' for x in at[1:])
    return (
        f'<svg class="metric" viewBox="-1 0 202 16" preserveAspectRatio="none" role="img" '
        f'aria-label="{value:.3f}, interval {low:.3f} to {high:.3f}">'
        f'<rect class="track" width="200" height="16"/><rect class="bar" width="{at[0]:.2f}" height="16"/>'
        f'<g class="interval"><line x1="{at[1]:.2f}" x2="{at[2]:.2f}" y1="8" y2="8"/>{ends}</g></svg>'
    )


def recall_plot(points: Sequence[Estimate]) -> str:
    """Recall at each cut-off, evenly spaced, in a band of its interval."""
    step = _INNER / max(len(points) - 1, 1)
    xs = [LEFT + number * step for number in range(len(points))]
    upper = [f"{x:.1f},{_y(point.high):.1f}" for x, point in zip(xs, points, strict=True)]
    lower = [f"{x:.1f},{_y(point.low):.1f}" for x, point in zip(xs, points, strict=True)]
    places = [(x, _y(point.value)) for x, point in zip(xs, points, strict=True)]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>recall@{point.x:.0f}: {point.value:.3f}, '
        f"{point.low:.3f} to {point.high:.3f}</title></circle>"
        for (x, y), point in zip(places, points, strict=True)
    )
    ticks = "".join(_tick(x, f"{point.x:.0f}") for x, point in zip(xs, points, strict=True))
    said = ", ".join(f"{point.value:.2f} at {point.x:.0f}" for point in points)
    band = f'<polygon class="band" points="{" ".join([*upper, *reversed(lower)])}"/>'
    line = f'<polyline class="line" points="{_pairs(places)}"/>'
    return _svg(f"Recall: {said}", _shares() + ticks + band + line + dots + _below("passages looked at (k)"))


def risk_plot(points: Sequence[Covered], marks: Sequence[Mark] = ()) -> str:
    """Share of wrong answers against the share of questions answered; marks stand at coverages."""
    path = [(_x(point.coverage), _y(point.risk)) for point in points]
    whole = points[-1].risk
    level = f'<line class="guide" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(whole):.1f}" y2="{_y(whole):.1f}"/>'
    drawn = level + f'<polyline class="line" points="{_pairs(path)}"/>' + _marks(marks, 1.0)
    if len(path) == 1:
        drawn += f'<circle cx="{path[0][0]:.1f}" cy="{path[0][1]:.1f}" r="3"/>'
    said = f"Risk {whole:.2f} if every question is answered, " + ", ".join(
        f"{_risk_at(points, share):.2f} at a coverage of {share:.0%}" for share in (0.25, 0.5, 0.75)
    )
    return _svg(said, _shares() + _percents() + drawn + _below("questions answered, surest first"))


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Share of right answers against confidence, a bin each, on the diagonal of perfect calibration; counts below."""
    tall = _TALL - _STRIP
    bottom = _y(0)
    drawn = f'<line class="guide" x1="{LEFT}" y1="{_y(0, tall)}" x2="{WIDTH - RIGHT}" y2="{_y(1, tall)}"/>'
    most = max(each.n for each in bins)
    for each in bins:
        x, count = _x(each.confidence), (_STRIP - 16) * each.n / most
        drawn += (
            f'<rect class="bar" x="{x - 7:.1f}" y="{bottom - count:.1f}" width="14" height="{count:.1f}"/>'
            f'<text class="small" x="{x:.1f}" y="{bottom - count - 3:.1f}" text-anchor="middle">{each.n}</text>'
            f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(each.low, tall):.1f}" '
            f'y2="{_y(each.high, tall):.1f}"/><circle cx="{x:.1f}" cy="{_y(each.right, tall):.1f}" r="4"><title>'
            f"{each.n} answers, mean confidence {each.confidence:.2f}, right {each.right:.2f} "
            f"({each.low:.2f} to {each.high:.2f})</title></circle>"
        )
    said = "; ".join(f"confidence {each.confidence:.2f}: {each.right:.2f} of {each.n} right" for each in bins)
    axes = _shares(tall) + _percents()
    return _svg(f"Reliability. {said}", axes + drawn + _below("confidence, with the number of answers"))


def histogram(values: Sequence[float], marks: Sequence[Mark], unit: str, bins: int = 24) -> str:
    """How often values fall into equal ranges from 0 to their largest; marks stand at values.

    Args:
        values: 0 or more, one at least.
        marks: named values, such as percentiles.
        unit: of the values, for the axis.
        bins: number of ranges.
    """
    ticks = rounded_ticks(max(values))
    top = ticks[-1]
    counts = [0] * bins
    for value in values:
        counts[min(int(value / top * bins), bins - 1)] += 1
    most, wide = max(counts), _INNER / bins
    drawn = "".join(
        f'<rect class="bar" x="{LEFT + number * wide + 0.5:.1f}" y="{_y(count / most * 0.9):.1f}" '
        f'width="{wide - 1:.1f}" height="{_y(0) - _y(count / most * 0.9):.1f}"><title>{number * top / bins:.1f} to '
        f"{(number + 1) * top / bins:.1f} {escape(unit)}: {count}</title></rect>"
        for number, count in enumerate(counts)
        if count
    )
    axis = "".join(_tick(_x(tick / top), f"{tick:g}") for tick in ticks)
    base = f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(0)}" y2="{_y(0)}"/>'
    said = f"{len(values)} values up to {max(values):.1f} {unit}; " + ", ".join(
        f"{mark.label} at {mark.x:.1f}" for mark in marks
    )
    return _svg(said, base + axis + drawn + _marks(marks, top) + _below(f"{unit} per question"))


def percentile_plot(rows: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """A bar for each row up to its first percentile, a line on to its last.

    Args:
        rows: name -> percentile's name -> value, 0 or more, rising; one row and one percentile each at least.
        unit: of the values.
    """
    ticks = rounded_ticks(max(value for row in rows.values() for value in row.values()))
    names = {name: name if len(name) <= _NAME else f"{name[: _NAME - 1]}…" for name in rows}
    left = 8 + 6.5 * max(map(len, names.values()))
    wide = WIDTH - RIGHT - left
    tall = _ROW * len(rows)
    drawn = "".join(
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{tall}"/>'
        f'<text x="{x:.1f}" y="{tall + 14}" text-anchor="{"end" if tick == ticks[-1] else "middle"}">{tick:g}</text>'
        for tick in ticks
        for x in [left + tick / ticks[-1] * wide]
    )
    for number, (name, row) in enumerate(rows.items()):
        y, xs = _ROW * number + _ROW / 2, [left + value / ticks[-1] * wide for value in row.values()]
        ends = "".join(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - 4}" y2="{y + 4}"/>' for x in xs[1:])
        drawn += (
            f'<text class="label" x="{left - 8:.1f}" y="{y + 4}" text-anchor="end">{escape(names[name])}</text>'
            f'<rect class="bar" x="{left:.1f}" y="{y - 6}" width="{xs[0] - left:.1f}" height="12"/>'
            f'<g class="interval"><line x1="{xs[0]:.1f}" x2="{xs[-1]:.1f}" y1="{y}" y2="{y}"/>{ends}</g>'
        )
    said = "; ".join(
        f"{name}: " + ", ".join(f"{share} {value:.1f} {unit}" for share, value in row.items())
        for name, row in rows.items()
    )
    return _svg(said, drawn, tall + 20)


def rounded_ticks(largest: float, most: int = 5) -> list[float]:
    """From 0 in equal round steps (1, 2 or 5 times a power of ten) to the first that is not below ``largest``.

    Args:
        largest: 0 or more; less than a thousand-millionth counts as 1.
        most: at most so many steps.
    """
    largest = largest if largest >= 1e-9 else 1.0
    power = 10.0 ** math.floor(math.log10(largest / most))
    step = next(factor * power for factor in (1, 2, 5, 10, 20) if factor * power * most >= largest)
    return [float(f"{number * step:.12g}") for number in range(math.ceil(round(largest / step, 9)) + 1)]


def _risk_at(points: Sequence[Covered], coverage: float) -> float:
    """Risk at the smallest reachable coverage that is not below the one wanted."""
    return next(point.risk for point in points if point.coverage >= coverage)


def _x(share: float) -> float:
    return LEFT + min(max(share, 0.0), 1.0) * _INNER


def _y(share: float, tall: float = _TALL) -> float:
    return TOP + (1 - min(max(share, 0.0), 1.0)) * tall


def _pairs(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _shares(tall: float = _TALL) -> str:
    """The vertical axis from 0 to 1, with lines across."""
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(share, tall):.1f}" y2="{_y(share, tall):.1f}"/>'
        f'<text x="{LEFT - 6}" y="{_y(share, tall) + 4:.1f}" text-anchor="end">{share:g}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )


def _percents() -> str:
    return "".join(_tick(_x(share), f"{share:g}") for share in (0, 0.25, 0.5, 0.75, 1))


def _tick(x: float, label: str) -> str:
    return f'<text x="{x:.1f}" y="{_y(0) + 15:.1f}" text-anchor="middle">{escape(label)}</text>'


def _below(label: str) -> str:
    return (
        f'<text class="label" x="{LEFT + _INNER / 2:.1f}" y="{HEIGHT - 5}" text-anchor="middle">{escape(label)}</text>'
    )


def _marks(marks: Sequence[Mark], scale: float) -> str:
    """Upright lines with their labels, each label a line below the one before, turned inwards at the right edge."""
    drawn = ""
    for number, mark in enumerate(marks):
        x = _x(mark.x / scale)
        end = x > LEFT + _INNER * 0.6
        drawn += (
            f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 4}" y2="{_y(0):.1f}"/>'
            f'<text class="small" x="{x + (-4 if end else 4):.1f}" y="{TOP + 4 + 13 * number}" '
            f'text-anchor="{"end" if end else "start"}">{escape(mark.label)}</text>'
        )
    return drawn


def _svg(said: str, drawn: str, height: int = HEIGHT) -> str:
    return f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said)}">{drawn}</svg>'
