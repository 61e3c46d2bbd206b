"""The head of the source pane: what is open, and the controls to move through it. Pure, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.datatypes import Document
from assistant.ui.escaping import text_to_html
from assistant.ui.finding import MOST
from assistant.ui.opening import Look, Opened, Origin
from assistant.ui.permalink import link_to
from assistant.ui.rendering import heading_path

BACK: dict[Origin, str] = {"conversation": "Conversation", "library": "Documents", "index": "Index"}
"""What stands on the way back, where the source covers what it was opened from."""


def render_close(origin: Origin) -> str:
    """Return the button that closes the pane; on narrow screens it says where that leads."""
    return (
        '<button type="button" class="fn-close" data-close aria-label="Close the source">'
        f'<span class="fn-narrow" aria-hidden="true">‹ {BACK[origin]}</span>'
        '<span class="fn-wide" aria-hidden="true">×</span></button>'
    )


def render_head(document: Document, opened: Opened, matches: Sequence[tuple[int, int]], *, pictured: bool) -> str:
    """Return the head: title and place, then the tools.

    Args:
        document: that is open.
        opened: where.
        matches: of what is looked for.
        pictured: whether its pages can be shown as they look.
    """
    return (
        f'<header>{render_close(opened.origin)}<p class="fn-kicker">{_kicker(opened)}</p>'
        f'<h2 id="fn-source-title" dir="auto">{text_to_html(document.title or document.id)}</h2>'
        f'<div class="fn-whereabouts"><p class="fn-place">{_place(document, opened)}</p>{_copying(opened)}</div>'
        "</header>"
        f'<div class="fn-tools">{_pages(document, opened)}{_looks(opened) if pictured else ""}'
        f"{_finding(opened, matches)}</div>"
    )


def _kicker(opened: Opened) -> str:
    if not opened.mark:
        return "Passage" if opened.citation.quote else "Document"
    if opened.marks < 2:
        return f"Footnote {opened.mark}"
    last, first = opened.mark >= opened.marks, opened.mark <= 1
    return (
        f"{_button('step', '-1', 'Previous footnote', '‹', off=first)}"
        f"<span>Footnote {opened.mark} of {opened.marks}</span>"
        f"{_button('step', '1', 'Next footnote', '›', off=last)}"
    )


def _place(document: Document, opened: Opened) -> str:
    cited = opened.citation
    page = "" if cited.page is None or not cited.quote else f"{document.page_kind.capitalize()} {cited.page}"
    page += ", recognised by OCR" if cited.ocr else ""
    page = page or (f"Line {cited.line}" if cited.line and cited.quote else "")
    parts = (document.id, page, heading_path(cited))
    return "".join(f"<span><bdi>{text_to_html(part)}</bdi></span>" for part in parts if part)


def _pages(document: Document, opened: Opened) -> str:
    """First, previous, a number, next, last; nothing where there is but one page."""
    count, page, kind = len(document.page_starts), opened.page, text_to_html(document.page_kind)
    if page is None or count < 2:
        return ""
    return (
        f'<form class="fn-pages" data-pages="{count}" aria-label="Go to {kind}">'
        f"{_button('turn', 'first', f'First {kind}', '«', off=page == 1)}"
        f"{_button('turn', 'previous', f'Previous {kind}', '‹', off=page == 1)}"
        f'<label><span>{kind.capitalize()}</span> <input type="text" inputmode="numeric" autocomplete="off" '
        f'data-keep="page" size="{len(str(count))}" maxlength="7" value="{page}"></label><span>of {count:,}</span>'
        f"{_button('turn', 'next', f'Next {kind}', '›', off=page == count)}"
        f"{_button('turn', 'last', f'Last {kind}', '»', off=page == count)}</form>"
    )


def _looks(opened: Opened) -> str:
    def choice(look: Look, name: str) -> str:
        pressed = str(opened.look == look).lower()
        return f'<button type="button" data-look="{look}" data-keep="{look}" aria-pressed="{pressed}">{name}</button>'

    choices = choice("page", "Page") + choice("text", "Text")
    return f'<div class="fn-looks" role="group" aria-label="Show as">{choices}</div>'


def _finding(opened: Opened, matches: Sequence[tuple[int, int]]) -> str:
    none = not matches
    said = ""
    if opened.words:
        most = "+" if len(matches) == MOST else ""
        said = "not found" if none else f"{opened.match + 1:,} of {len(matches):,}{most}"
    return (
        '<form class="fn-finding" role="search"><input type="search" aria-label="Find in this document" '
        f'placeholder="Find" autocomplete="off" dir="auto" maxlength="200" data-keep="find" '
        f'value="{text_to_html(opened.words)}"><span class="fn-matches" role="status">{said}</span>'
        f"{_button('find', '-1', 'Previous match', '↑', off=none)}"
        f"{_button('find', '1', 'Next match', '↓', off=none)}</form>"
    )


def _copying(opened: Opened) -> str:
    if not opened.citation.quote:
        return ""
    link = text_to_html(link_to(opened.citation))
    return (
        '<div class="fn-copying"><button type="button" data-copy="quote">Copy quotation</button>'
        f'<button type="button" data-copy="link" data-link="{link}">Copy link</button>'
        f'<span class="fn-copied" role="status"></span>'
        f'<template class="fn-quote">{text_to_html(opened.citation.quote)}</template></div>'
    )


def _button(action: str, value: str, name: str, sign: str, *, off: bool) -> str:
    """A button with a sign; ``aria-disabled`` keeps the focus where ``disabled`` would lose it."""
    disabled = ' aria-disabled="true"' if off else ""
    return (
        f'<button type="button" class="fn-sign" data-{action}="{value}" data-keep="{action}-{value}" '
        f'aria-label="{name}" title="{name}"{disabled}><span aria-hidden="true">{sign}</span></button>'
    )
