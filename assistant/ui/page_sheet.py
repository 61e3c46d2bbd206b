"""A page's picture with boxes over it, in percent, so that they scale with it. Pure."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from assistant.corpus.page_request import Box
from assistant.datatypes import Document
from assistant.page_views import PageView
from assistant.ui.escaping import shortened, text_to_html
from assistant.ui.opening import Opened

NO_BOX = "The exact place cannot be marked on this page. Choose “Text” to see the words marked."
_READ_OUT = 1_000


def render_sheet(document: Document, opened: Opened, view: PageView, current: int | None) -> str:
    """Return the page.

    Args:
        document: that is open.
        opened: where.
        view: the page; its first boxes are those of the quotation, the others those of matches.
        current: which of the matches the reader is at, if it is on this page.
    """
    cited, matches = view.boxes[0], view.boxes[1:]
    note = "" if all(boxes is not None for boxes in view.boxes) else f'<p class="fn-note">{NO_BOX}</p>'
    name = f"{document.page_kind.capitalize()} {view.page} of {document.id}"
    source = f"data:{view.media_type};base64,{b64encode(view.image).decode()}"
    boxes = _boxes(cited or (), "fn-box", "fn-cited", f"Quoted: {shortened(opened.citation.quote, _READ_OUT)}")
    for number, each in enumerate(matches):
        now = number == current
        boxes += _boxes(each or (), "fn-box fn-find fn-now" if now else "fn-box fn-find", "fn-match" if now else "", "")
    return (
        f'{note}<div class="fn-leaf" id="fn-here" style="aspect-ratio: {view.width} / {view.height}">'
        f'<img src="{source}" width="{view.width}" height="{view.height}" alt="{text_to_html(name)}">{boxes}</div>'
    )


def _boxes(boxes: Sequence[Box], classes: str, name: str, label: str) -> str:
    """Boxes of one span; the first has the name and, to be read out, the label."""
    return "".join(
        f'<span class="{classes}"{_named(name, label) if place == 0 else ""} style="left: {left:.3%}; top: {top:.3%}; '
        f'width: {right - left:.3%}; height: {bottom - top:.3%}"></span>'
        for place, (left, top, right, bottom) in enumerate(boxes)
    )


def _named(name: str, label: str) -> str:
    said = f' role="img" aria-label="{text_to_html(label)}"' if label else ""
    return f' id="{name}" tabindex="-1"{said}' if name else ""
