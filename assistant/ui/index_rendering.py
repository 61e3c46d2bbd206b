"""The Index view as HTML: pure functions from values to markup, every text escaped on its way in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.datatypes import IndexUpdate, Passage, StoreInfo
from assistant.indexing.history import told
from assistant.passage_map import MapPoint, PassageMap
from assistant.ui.escaping import shortened, text_to_html
from assistant.ui.rendering import counted

DOCUMENTS = 300
"""Documents that the list beside the map has."""
PASSAGES = 200
"""Passages of one document that are listed."""
STALE = 100
"""Changed files that are named."""
_GRAIN = 10_000
"""Places travel to the browser as whole numbers from 0 to this."""
_WORDS = 110
"""Characters of a passage that the list shows."""


def render_figures(info: StoreInfo, sizes: Mapping[str, int]) -> str:
    """Return how large the index is and what made it."""
    encoder = info.encoder.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    numbers = [
        ("document" if info.documents == 1 else "documents", f"{info.documents:,}"),
        ("passage" if info.passages == 1 else "passages", f"{info.passages:,}"),
        ("on disk", bytes_of(sum(sizes.values()))),
        ("encoder", encoder),
    ]
    figures = "".join(f"<div><dt>{name}</dt><dd>{text_to_html(value)}</dd></div>" for name, value in numbers)
    return f'<h2 class="fn-view-title">Index</h2><dl class="figures">{figures}</dl>'


def render_records(sizes: Mapping[str, int], updates: Sequence[IndexUpdate]) -> str:
    """Return what was done to the index, newest first, and its files."""
    files = "".join(
        f'<tr><th scope="row">{text_to_html(name)}</th><td>{bytes_of(size)}</td></tr>' for name, size in sizes.items()
    )
    history = "".join(map(_update, updates)) or "<li>No update has been kept yet; the next one will be.</li>"
    return (
        f'<div class="fn-pair"><section><h3>Updates</h3><ol class="fn-updates" reversed>{history}</ol></section>'
        f'<section><h3>Files</h3><table class="fn-sizes"><tbody>{files}</tbody></table></section></div>'
    )


def render_health(stale: Mapping[str, str] | None, problem: str = "", at: str = "") -> str:
    """Return whether the files are still those that were indexed; ``stale`` is None while that is looked at.

    Args:
        stale: changed and vanished files, with the reason.
        problem: why it cannot be told.
        at: when it was looked at.
    """
    if problem:
        body = f'<p class="fn-problem" role="alert">{text_to_html(problem)}</p>'
    elif stale is None:
        body = '<p role="status">Comparing the files with the index…</p>'
    elif not stale:
        body = '<p role="status" class="fn-sound">All files are as they were when they were indexed.</p>'
    else:
        named = "".join(
            f"<li><bdi>{text_to_html(source)}</bdi> <span>{text_to_html(reason)}</span></li>"
            for source, reason in list(stale.items())[:STALE]
        )
        more = f"<li>… and {len(stale) - STALE:,} more</li>" if len(stale) > STALE else ""
        body = (
            f'<p role="status" class="fn-problem">{counted(len(stale), "file")} changed or vanished since. Run: '
            f"<code>footnote index</code></p><ul>{named}{more}</ul>"
        )
    again = (
        "" if stale is None and not problem else '<button type="button" class="fn-quiet" data-check>Check now</button>'
    )
    when = f'<p class="fn-lead">Checked {text_to_html(at)}.</p>' if at else ""
    return f"<section><h3>Health</h3>{body}{when}{again}</section>"


def render_map(drawn: PassageMap | None, problem: str = "") -> str:
    """Return the map and the list of its documents; ``drawn`` is None while it is worked on."""
    if problem:
        return f'<h3>Map</h3><p class="fn-problem" role="alert">{text_to_html(problem)}</p>'
    if drawn is None:
        return '<h3>Map</h3><p role="status">Drawing the map of the passages…</p>'
    if not drawn.points:
        return "<h3>Map</h3><p>There is no passage yet. Put documents into the corpus and run: footnote index</p>"
    some = len(drawn.points) < drawn.passages
    which = f"{len(drawn.points):,} of {drawn.passages:,} passages, evenly chosen" if some else _all(drawn)
    held = f"{drawn.explained:.0%}"
    numbers = _numbers(drawn.points)
    return (
        "<h3>Map</h3>"
        f'<p class="fn-lead">{which}, each a dot in the colour of its document. The axes are the first two principal '
        f"components (PCA) of the passage vectors and hold {held} of their variance: near dots often, not always, say "
        "alike things. A click opens the passage.</p>"
        f'<div class="fn-map"><div class="fn-canvas"><canvas role="img" aria-label="Map of {which}. The list of '
        f'documents opens the same passages." data-map="{text_to_html(_data(drawn.points, numbers))}"></canvas>'
        f'<p class="fn-tip" hidden></p></div>{_documents(drawn.points, numbers)}</div>'
    )


def render_passages(points: Sequence[MapPoint], texts: Mapping[int, Passage]) -> str:
    """Return the passages of one document as a list that opens them; of a long one the first."""
    shown = [point for point in points if point.key in texts][:PASSAGES]
    if not shown:
        return ""
    rows = "".join(_passage(point, texts[point.key]) for point in shown)
    more = f"The first {len(shown)} of " if len(shown) < len(points) else ""
    title = f"{more}{counted(len(points), 'passage')} on the map from "
    return f'<h4>{title}<bdi>{text_to_html(shown[0].document)}</bdi></h4><ol class="fn-passages">{rows}</ol>'


def bytes_of(size: int) -> str:
    """Return e.g. ``1.2 MB``; powers of ten, as ``footnote status`` counts."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"


def _all(drawn: PassageMap) -> str:
    return f"All {drawn.passages:,} passages" if drawn.passages > 1 else "The only passage"


def _update(update: IndexUpdate) -> str:
    details = "".join(
        f"<li><span>{kind}</span> <bdi>{text_to_html(name)}</bdi>{f': {text_to_html(reason)}' if reason else ''}</li>"
        for kind, name, reason in update.details
    )
    day, _, clock = update.at.partition("T")
    head = f'<time datetime="{text_to_html(update.at)}">{text_to_html(day)} {text_to_html(clock[:5])} UTC</time>'
    line = f"{head} <span>{text_to_html(told(update))}</span>"
    return f"<li><details><summary>{line}</summary><ul>{details}</ul></details></li>" if details else f"<li>{line}</li>"


def _numbers(points: Sequence[MapPoint]) -> dict[str, int]:
    """A number for each document, by which it is coloured: in order of their ids."""
    return {name: number for number, name in enumerate(sorted({point.document for point in points}))}


def _data(points: Sequence[MapPoint], numbers: Mapping[str, int]) -> str:
    headings = {name: number for number, name in enumerate(dict.fromkeys(point.heading for point in points))}
    rows = [
        [p.key, numbers[p.document], headings[p.heading], round(p.x * _GRAIN), round(p.y * _GRAIN), p.page or 0]
        for p in points
    ]
    value = {"documents": list(numbers), "headings": list(headings), "points": rows, "grain": _GRAIN}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _documents(points: Sequence[MapPoint], numbers: Mapping[str, int]) -> str:
    """The documents with most passages on the map; each button carries the key of its document's first passage."""
    counts = Counter(point.document for point in points)
    first: dict[str, int] = {}
    for point in points:
        first.setdefault(point.document, point.key)
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    rows = "".join(
        f'<li><button type="button" data-document="{numbers[name]}" data-first="{first[name]}" aria-pressed="false">'
        f'<span class="fn-dot" aria-hidden="true"></span><bdi>{text_to_html(name)}</bdi> '
        f'<span class="fn-count">{counts[name]:,}</span></button></li>'
        for name in ordered[:DOCUMENTS]
    )
    more = f"<p>… and {len(ordered) - DOCUMENTS:,} more documents</p>" if len(ordered) > DOCUMENTS else ""
    return f'<div class="fn-documents" role="group" aria-label="Documents on the map"><ul>{rows}</ul>{more}</div>'


def _passage(point: MapPoint, passage: Passage) -> str:
    place = [point.heading, f"page {point.page}" if point.page else ""]
    where = "".join(f"<span><bdi>{text_to_html(each)}</bdi></span>" for each in place if each)
    return (
        f'<li><button type="button" data-passage="{point.key}"><span dir="auto">'
        f'{text_to_html(shortened(passage.text, _WORDS))}</span></button><p class="fn-place">{where}</p></li>'
    )
