"""The library as HTML: pure functions, every text escaped; of thousands of documents a window is rendered.

Filtering and the window are the server's: nothing but what is seen travels, however many documents there are, and names
are compared in one way (Unicode, without case) for every browser.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assistant.corpus.limits import shown_size
from assistant.library import Entry, Job, folder_of
from assistant.ui.escaping import shortened, text_to_html
from assistant.ui.rendering import counted

WINDOW = 80
"""Lines that are rendered at once."""
LINE_PIXELS = 52
"""Height of every line; the style sheet has it too."""
JOBS_SHOWN = 6
QUERY_LIMIT = 200

Show: TypeAlias = Literal["all", "chosen", "problems"]


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader looks at.

    Attributes:
        query: words that the names must hold.
        show: which documents.
        first: first line that is rendered.
        folded: folders that are folded up.
    """

    query: str = ""
    show: Show = "all"
    first: int = 0
    folded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder's line: its name, and the entries in it that are looked at."""

    name: str
    entries: tuple[Entry, ...]


def matching(entries: Sequence[Entry], look: Look, chosen: Collection[str]) -> tuple[Entry, ...]:
    """The entries that are looked at: each word of the query is in the name or the title."""
    words = _folded(look.query).split()
    return tuple(
        entry
        for entry in entries
        if _shown(entry, look.show, chosen) and all(word in _folded(f"{entry.name} {entry.title}") for word in words)
    )


def lines_of(entries: Sequence[Entry], folded: Collection[str]) -> tuple[Folder | Entry, ...]:
    """The lines of the list: a folder's line before its documents; those of the folder of all have none."""
    by_folder: dict[str, list[Entry]] = {}
    for entry in entries:
        by_folder.setdefault(folder_of(entry.name), []).append(entry)
    lines: list[Folder | Entry] = []
    for name, members in by_folder.items():
        if name:
            lines.append(Folder(name, tuple(members)))
        if name not in folded:
            lines.extend(members)
    return tuple(lines)


def render_documents(entries: Sequence[Entry], look: Look, chosen: Collection[str], editable: bool) -> str:
    """Return the list: how many documents match, and a window of them."""
    if not entries:
        return _empty(editable)
    found = matching(entries, look, chosen)
    lines = lines_of(found, () if look.query.strip() else look.folded)
    first = max(0, min(look.first, len(lines) - WINDOW))
    shown = lines[first : first + WINDOW]
    below = len(lines) - first - len(shown)
    rows = "".join(
        _folder(line, place, len(lines), chosen, look)
        if isinstance(line, Folder)
        else _document(line, place, len(lines), chosen, editable)
        for place, line in enumerate(shown, start=first + 1)
    )
    nothing = "" if found else '<p class="fn-none">No document matches. Use other words, or show all.</p>'
    return (
        f"{_count(entries, found, chosen)}{nothing}"
        f'<ul class="fn-lines" aria-label="Documents" data-first="{first}" data-lines="{len(lines)}" '
        f'style="padding-block: {first * LINE_PIXELS}px {below * LINE_PIXELS}px">{rows}</ul>'
    )


def render_jobs(jobs: Sequence[Job]) -> str:
    """Return what is being done and what went wrong, newest first; busy while anything is on its way."""
    working = sum(not job.over for job in jobs)
    told = [job for job in reversed(jobs) if job.state == "working" or job.note or job.over]
    listed = "".join(map(_job, told[:JOBS_SHOWN]))
    waiting = sum(job.state == "waiting" for job in jobs)
    more = f"<li>{counted(waiting, 'more file')} waiting</li>" if waiting else ""
    over = len(jobs) - working
    clear = '<button type="button" data-forget>Clear this list</button>' if over and not working else ""
    body = (
        f'<ul tabindex="0" aria-label="Changes to the documents">{more}{listed}</ul>{clear}' if listed or more else ""
    )
    news = f"{counted(working, 'change')} under way" if working else (f"{counted(over, 'change')} done" if over else "")
    hidden = f'<p class="fn-hidden" role="status">{news}</p>'
    return f'<div data-busy="{int(working > 0)}">{hidden}{body}</div>'


def render_tools(editable: bool, closed: str, largest: int) -> str:
    """Return the head of the pane: search, filter, and for those who may the ways to add documents."""
    adding = (
        '<p class="fn-adding"><button type="button" data-add>Add files</button>'
        '<button type="button" data-refresh title="Reads new and changed files of the folder">Check the folder</button>'
        '<input type="file" multiple hidden tabindex="-1" aria-label="Files to add"></p>'
        f'<p class="fn-drop">Files can be dropped here, up to {shown_size(largest)} each.</p>'
    )
    note = f'<p class="fn-closed">{text_to_html(closed)}</p>' if closed else ""
    return (
        f'<div class="fn-tools" data-editable="{int(editable)}" data-largest="{largest}">'
        '<header><h2 id="fn-library-title" tabindex="-1">Documents</h2>'
        '<button type="button" class="fn-fold" data-hide aria-label="Close the documents">×</button></header>'
        '<p class="fn-search"><input type="search" aria-label="Search documents by name" placeholder="Search by name" '
        f'maxlength="{QUERY_LIMIT}" autocomplete="off" spellcheck="false">'
        '<select aria-label="Which documents are listed"><option value="all">All</option>'
        '<option value="chosen">Chosen</option><option value="problems">Problems</option></select></p>'
        f'{adding if editable else note}<ul class="fn-uploads" aria-label="Uploads"></ul>'
        '<dialog aria-labelledby="fn-dialog-title"><h3 id="fn-dialog-title"></h3><p dir="auto"></p>'
        '<form method="dialog"><button value="no">Close</button>'
        '<button value="yes" class="fn-danger">Remove</button></form></dialog></div>'
    )


def _count(entries: Sequence[Entry], found: Sequence[Entry], chosen: Collection[str]) -> str:
    """How many match, with a box that chooses them all."""
    askable = [entry.document for entry in found if entry.document is not None]
    every = bool(askable) and all(document in chosen for document in askable)
    which = counted(len(entries), "document")
    which = which if len(found) == len(entries) else f"{len(found):,} of {which}"
    box = f'<input type="checkbox" data-matching data-key="matching"{_checked(every)}>' if askable else ""
    return f'<p class="fn-count"><label>{box}<span>{which}</span></label></p>'


def _folder(folder: Folder, place: int, lines: int, chosen: Collection[str], look: Look) -> str:
    number = folder.entries[0].number
    askable = [entry.document for entry in folder.entries if entry.document is not None]
    every = bool(askable) and all(document in chosen for document in askable)
    opened = str(folder.name not in look.folded or bool(look.query.strip())).lower()
    name = text_to_html(folder.name)
    return (
        f'<li class="fn-line fn-folder" aria-posinset="{place}" aria-setsize="{lines}">'
        f'<input type="checkbox" data-folder="{number}" data-key="c{number}" aria-label="Ask the folder {name}"'
        f"{_checked(every)}>"
        f'<button type="button" data-fold="{number}" data-key="f{number}" aria-expanded="{opened}" title="{name}">'
        f"<bdi>{name}</bdi> <span>{len(folder.entries):,}</span></button></li>"
    )


def _document(entry: Entry, place: int, lines: int, chosen: Collection[str], editable: bool) -> str:
    name = text_to_html(entry.name.removeprefix(folder_of(entry.name)).lstrip("!/"))
    whole = text_to_html(entry.name)
    if entry.document is None:
        shown = f'<span class="fn-nobox"></span><span class="fn-name" title="{whole}"><bdi>{name}</bdi></span>'
    else:
        shown = (
            f'<label class="fn-choose"><input type="checkbox" data-number="{entry.number}" data-key="d{entry.number}" '
            f'aria-label="Ask {whole}" title="Ask this document"{_checked(entry.document in chosen)}></label>'
            f'<button type="button" class="fn-name" data-open="{entry.number}" data-key="o{entry.number}" '
            f'title="Open {whole}"><bdi>{name}</bdi></button>'
        )
    remove = (
        f'<button type="button" class="fn-remove" data-remove="{entry.number}" data-key="r{entry.number}" '
        f'data-file="{text_to_html(entry.file)}" aria-label="Remove {whole}">×</button>'
        if editable and entry.file
        else ""
    )
    inside = " fn-inside" if folder_of(entry.name) else ""
    return (
        f'<li class="fn-line fn-document fn-{entry.status}{inside}" aria-posinset="{place}" aria-setsize="{lines}">'
        f"{shown}{_facts(entry)}{remove}</li>"
    )


def _facts(entry: Entry) -> str:
    if entry.status == "failed":
        reason = text_to_html(shortened(entry.reason, 1_000))
        old = "; its last good version is asked" if entry.document else ""
        return (
            f'<button type="button" class="fn-why" data-why="{text_to_html(entry.name)}" data-key="w{entry.number}" '
            f'title="{reason}">Cannot be read: <bdi>{reason}</bdi>{old}</button>'
        )
    if entry.status != "indexed":
        return f'<p class="fn-facts">{"Being read" if entry.status == "reading" else "Waiting to be read"}…</p>'
    pages = counted(entry.pages, entry.page_kind) if entry.pages else ""
    facts = " · ".join(part for part in (pages, counted(entry.characters, "character")) if part)
    return f'<p class="fn-facts">{facts}</p>'


def _job(job: Job) -> str:
    name = f"<bdi>{text_to_html(shortened(job.name, 80))}</bdi>"
    note = text_to_html(shortened(job.note, 400))
    doing = {"add": "is being read", "remove": "is being removed", "refresh": "is being checked"}[job.kind]
    done = {"add": "is in the library", "remove": "removed", "refresh": "checked"}[job.kind]
    if job.state == "working":
        text = f"{name} {doing}" + (f": {note}" if note else "")
    elif job.state == "failed":
        text = f"{name}: {note}"
    else:
        text = f"{name} {done}" + (f": {note}" if note else "")
    return f'<li class="fn-job fn-{job.state}">{text}</li>'


def _empty(editable: bool) -> str:
    how = (
        "Drop files here, or choose <b>Add files</b>: PDF, Word, web pages, Markdown, text and more."
        if editable
        else "Put files into the folder of documents and run: <code>footnote index</code>"
    )
    return f'<div class="fn-bare"><h3>No documents yet</h3><p>{how}</p></div>'


def _shown(entry: Entry, show: Show, chosen: Collection[str]) -> bool:
    if show == "chosen":
        return entry.document in chosen
    return show == "all" or entry.status != "indexed"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _checked(on: bool) -> str:
    return " checked" if on else ""
