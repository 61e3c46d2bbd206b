"""An inspection as one HTML file that loads nothing: the text as it is, with the spans drawn over it.

White space and all, the text content of the drawn text is ``Document.text``, so that what a reader selects there is
what a span counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise

from assistant.datatypes import Document, Passage
from assistant.inspection.values import Inspection
from assistant.standalone import standalone_page
from assistant.ui.escaping import shortened, text_to_html

_KINDS = ("heading", "paragraph", "list_item", "table_row", "code", "margin")
_FIRST_WORDS = 90


def render_html(inspections: Sequence[Inspection]) -> str:
    """One page for the documents of a file.

    Args:
        inspections: at least one; several for an archive.
    """
    title = shortened(f"What was read: {inspections[0].document.source}", 200)
    body = "\n".join(_article(number, each) for number, each in enumerate(inspections))
    return standalone_page(title, body, _asset("inspect.css"), _asset("inspect.js"))


@cache
def _asset(name: str) -> str:
    return (files("assistant.inspection") / name).read_text(encoding="utf-8")


def _article(number: int, inspection: Inspection) -> str:
    document = inspection.document
    warnings = "".join(f"<li>{text_to_html(warning)}</li>" for warning in document.warnings)
    shown_warnings = f'<ul class="warnings" aria-label="Warnings">{warnings}</ul>' if warnings else ""
    return (
        f'<article id="d{number}"><header><h1 dir="auto">{text_to_html(document.title)}</h1>'
        f"{_facts(inspection)}{shown_warnings}</header>"
        f'<div class="columns"><nav aria-label="Outline and passages">{_outline(number, inspection)}'
        f"{_passages(number, inspection)}</nav>"
        f'<section aria-label="Text"><p class="legend">{_legend()}</p>'
        f'<div class="text" dir="auto">{"".join(_drawn(number, inspection))}</div></section></div></article>'
    )


def _facts(inspection: Inspection) -> str:
    document = inspection.document
    pages = [(f"{document.page_kind}s", f"{len(document.page_starts):,}")] if document.page_starts else []
    facts = [
        ("characters", f"{len(document.text):,}"),
        ("blocks", f"{len(document.blocks):,}"),
        ("passages", f"{len(inspection.passages):,}"),
        *pages,
    ]
    told = [
        ("source", document.source),
        ("type", document.media_type),
        ("SHA-256", document.sha256),
        *((name, shortened(value, 400)) for name, value in document.metadata.items()),
    ]
    figures = "".join(f"<div><dt>{text_to_html(name)}</dt><dd>{value}</dd></div>" for name, value in facts)
    rows = "".join(
        f'<tr><th scope="row">{text_to_html(name)}</th><td dir="auto">{text_to_html(value)}</td></tr>'
        for name, value in told
    )
    return f'<dl class="figures">{figures}</dl><table class="told"><tbody>{rows}</tbody></table>'


def _legend() -> str:
    kinds = "".join(f'<span class="{kind}">{kind.replace("_", " ")}</span>' for kind in _KINDS)
    return f'{kinds}<span class="layout">layout, in no block</span><span class="cut">where a part begins</span>'


def _outline(number: int, inspection: Inspection) -> str:
    document = inspection.document
    entries = "".join(
        f'<li class="level{min(block.level, 6)}"><a href="#d{number}-{block.start}">'
        f"{text_to_html(shortened(document.text[block.start : block.end], _FIRST_WORDS))}</a>"
        f"{_place(document, block.start)}</li>"
        for block in inspection.outline
    )
    return f"<h2>Outline</h2><ol>{entries}</ol>" if entries else "<h2>Outline</h2><p>No headings.</p>"


def _passages(number: int, inspection: Inspection) -> str:
    entries = "".join(
        f'<li><a href="#d{number}-{passage.start}" data-from="{passage.start}" data-to="{passage.end}">'
        f"{text_to_html(shortened(passage.text, _FIRST_WORDS))}</a> "
        f"<small>{passage.start:,}–{passage.end:,}</small>{_place(inspection.document, passage.start)}</li>"
        for passage in inspection.passages
    )
    return f'<h2>Passages</h2><ol class="passages">{entries}</ol>'


def _place(document: Document, offset: int) -> str:
    page = document.page_at(offset)
    return "" if page is None else f" <small>{text_to_html(document.page_kind)} {page}</small>"


def _drawn(number: int, inspection: Inspection) -> Iterator[str]:
    """The whole text, cut wherever a block, a part of a passage or a page begins or ends."""
    document = inspection.document
    text, blocks = document.text, document.blocks
    begins = [block.start for block in blocks]
    parts = _parts(inspection.passages)
    pages = {start: page for page, start in enumerate(document.page_starts, 1)}
    cuts = {0, len(text), *pages, *parts, *parts.values()}
    cuts.update(edge for block in blocks for edge in (block.start, block.end))
    for start, end in pairwise(sorted(cuts)):
        if start in pages:
            kind = text_to_html(document.page_kind)
            yield f'<span class="page" data-name="{kind} {pages[start]}"></span>'
        at = bisect_right(begins, start) - 1
        inside = at >= 0 and start < blocks[at].end
        name = blocks[at].kind if inside else "layout"
        level = f" level{min(blocks[at].level, 6)}" if inside and blocks[at].level else ""
        cut = " cut" if start in parts else ""
        title = f' title="{start:,}–{parts[start]:,}"' if start in parts else ""
        yield (
            f'<span id="d{number}-{start}" class="{name}{level}{cut}" data-at="{start}"{title}>'
            f"{text_to_html(text[start:end])}</span>"
        )


def _parts(passages: Sequence[Passage]) -> dict[int, int]:
    """Where the parts of the passages begin and end."""
    return dict(sorted(part for passage in passages for part in passage.parts))
