"""An answer as text to paste elsewhere, each quotation with where it stands: pure functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from assistant.datatypes import Answer, Citation
from assistant.ui.rendering import BADGES, counted, place_of

CopyForm: TypeAlias = Literal["plain", "markdown", "bibtex"]
Where: TypeAlias = Sequence[str] | None
"""Ids of the documents that a question was asked of; None: of all."""
NAMED = 20
"""Documents that are named where only some were asked; more are counted."""

_MARKDOWN = re.compile(r"[\\`*_\[\]<>&|~$!]")
_MARKDOWN_START = re.compile(r"^(\d+)([.)])|^([#+\-=:])")
_BIBTEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_"},
}
# Marks that turn the order of letters around would turn what comes after the quotation, too.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def copied(answer: Answer, form: CopyForm, where: Where = None) -> str:
    """Return question, outcome and quotations, each with its footnote, in one of three forms."""
    return _FORMS[form](answer, where)


def asked_of(where: Where) -> str:
    """Return a line that says which documents alone were asked; nothing where all were."""
    if where is None:
        return ""
    more = f" and {len(where) - NAMED:,} more" if len(where) > NAMED else ""
    return f"Asked of {counted(len(where), 'document')}: {', '.join(map(one_line, where[:NAMED]))}{more}"


def plain_answer(answer: Answer, where: Where = None) -> str:
    """Return the answer as plain text, footnotes at the end."""
    lines = [one_line(answer.question), *([asked_of(where)] if where else []), ""]
    if BADGES[answer.outcome]:
        lines += [BADGES[answer.outcome], ""]
    lines += [f"“{one_line(each.quote)}” [{mark}]" for mark, each in enumerate(answer.citations, 1)]
    notes = [f"[{mark}] {', '.join(map(one_line, _place(each)))}" for mark, each in enumerate(answer.citations, 1)]
    return "\n".join([*lines, *([""] if notes else []), *notes]).rstrip() + "\n"


def markdown_answer(answer: Answer, where: Where = None, label: str = "") -> str:
    """Return the answer as Markdown with footnotes; ``label`` keeps their names apart within one file."""
    lines = [markdown_question(answer.question, where)]
    if BADGES[answer.outcome]:
        lines += [f"*{markdown_text(BADGES[answer.outcome])}*", ""]
    notes = []
    for mark, each in enumerate(answer.citations, 1):
        lines += [f"> {markdown_text(each.quote)} [^{label}{mark}]", ""]
        notes.append(f"[^{label}{mark}]: {', '.join(map(markdown_text, _place(each)))}")
    return "\n".join([*lines, *notes]).rstrip() + "\n"


def markdown_question(question: str, where: Where) -> str:
    """Return a question as Markdown, with a line that says what was asked where that was not everything."""
    scope = f"\n*{markdown_text(asked_of(where))}*\n" if where else ""
    return f"**{markdown_text(question)}**\n{scope}"


def bibtex_answer(answer: Answer) -> str:
    """Return one BibTeX entry for each quotation: the document, the place, the words and the file's digest."""
    return "\n".join(_entry(each, mark) for mark, each in enumerate(answer.citations, 1))


def one_line(text: str) -> str:
    """Return ``text`` on one line, without control characters, and no mark of direction left open."""
    line = " ".join(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text).split())
    if _DIRECTIONS.search(line):
        closing = "\N{POP DIRECTIONAL FORMATTING}" * len(re.findall("[\u202a\u202b\u202d\u202e]", line))
        closing += "\N{POP DIRECTIONAL ISOLATE}" * len(re.findall("[\u2066-\u2068]", line))
        return f"\N{FIRST STRONG ISOLATE}{line}{closing}\N{POP DIRECTIONAL ISOLATE}"
    return line


def markdown_text(text: str) -> str:
    """Return ``text`` as Markdown that shows it and means nothing else: no link, no markup, no HTML."""
    escaped = _MARKDOWN.sub(r"\\\g<0>", one_line(text))
    return _MARKDOWN_START.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", escaped)


def _place(citation: Citation) -> list[str]:
    return [*place_of(citation), f"characters {citation.start}–{citation.end}"]


def _entry(citation: Citation, mark: int) -> str:
    fields = {
        "title": citation.title or citation.document,
        "howpublished": citation.document,
        "chapter": citation.heading,
        "pages": str(citation.page) if citation.page is not None else "",
        "note": f"“{one_line(citation.quote)}”, characters {citation.start}–{citation.end}",
        "sha256": citation.sha256,
    }
    rows = "".join(f"  {name} = {{{_bibtex(value)}}},\n" for name, value in fields.items() if value)
    key = re.sub(r"[^A-Za-z0-9]+", "-", citation.document.rpartition("/")[2]).strip("-") or "document"
    return f"@misc{{{key}-{citation.start}-{mark},\n{rows}}}\n"


def _bibtex(text: str) -> str:
    return "".join(_BIBTEX.get(sign, sign) for sign in one_line(text))


_FORMS: Mapping[CopyForm, Callable[[Answer, Where], str]] = {
    "plain": plain_answer,
    "markdown": markdown_answer,
    "bibtex": lambda answer, _: bibtex_answer(answer),
}
COPY_FORMS = tuple(_FORMS)
