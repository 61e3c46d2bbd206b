"""A whole conversation as one file, Markdown, JSON or HTML, that needs nothing else to be read: pure functions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from assistant.datatypes import Citation
from assistant.ui.copying import asked_of, markdown_answer, markdown_question, markdown_text, one_line
from assistant.ui.escaping import text_to_html
from assistant.ui.exchanges import Conversation, Exchange
from assistant.ui.rendering import BADGES, place_of

ExportForm: TypeAlias = Literal["markdown", "json", "html"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2.5rem; }
blockquote { margin: 1rem 0 .2rem; padding-inline-start: 1rem; border-inline-start: 3px solid #8886; }
blockquote { font-family: Georgia, serif; white-space: pre-line; overflow-wrap: anywhere; }
figure { margin: 0; } figcaption, .scope { font-size: .85rem; opacity: .8; overflow-wrap: anywhere; }
code { font-size: .75rem; }
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to be saved: its name, what it is, and its text."""

    name: str
    media_type: str
    text: str


def exported(conversation: Conversation, title: str, form: ExportForm) -> Exported:
    """Return the conversation as a file named after its title; questions without an answer say why."""
    suffix, media_type, make = _FORMS[form]
    stem = re.sub(r"[^\w-]+", "-", title[:60]).strip("-_") or "conversation"
    return Exported(f"{stem}.{suffix}", media_type, make(conversation, title))


def markdown_conversation(conversation: Conversation, title: str) -> str:
    """Return the conversation as Markdown, the footnotes numbered anew in each answer."""
    parts = [f"# {markdown_text(title)}\n"]
    for each in conversation:
        if each.answer is not None:
            parts.append(markdown_answer(each.answer, each.where, f"{each.number}-"))
        else:
            parts.append(f"{markdown_question(each.question, each.where)}\n{markdown_text(each.problem)}\n")
    return "\n".join(parts)


def json_conversation(conversation: Conversation, title: str) -> str:
    """Return the conversation as JSON: the fields of ``footnote ask --json`` for each answer."""
    exchanges = [_fields(each) for each in conversation]
    return json.dumps({"title": title, "exchanges": exchanges}, indent=2, ensure_ascii=True) + "\n"


def html_conversation(conversation: Conversation, title: str) -> str:
    """Return the conversation as one page without script, whose policy lets it load nothing at all."""
    body = "".join(map(_exchange, conversation))
    name = text_to_html(one_line(title))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{_STYLE}</style></head>\n"
        f'<body><h1 dir="auto">{name}</h1>{body}</body></html>\n'
    )


def _fields(exchange: Exchange) -> dict[str, Any]:
    asked = {"question": exchange.question, "history": exchange.history, "where": exchange.where}
    if exchange.answer is None:
        return {**asked, "problem": exchange.problem}
    judged = {str(mark): verdict for mark, verdict in exchange.judged.items()}
    return {**asked, **asdict(exchange.answer), "judged": judged}


def _exchange(exchange: Exchange) -> str:
    question = f'<h2 dir="auto">{text_to_html(one_line(exchange.question))}</h2>'
    question += f'<p class="scope">{text_to_html(asked_of(exchange.where))}</p>' if exchange.where else ""
    if exchange.answer is None:
        return f"<section>{question}<p>{text_to_html(exchange.problem)}</p></section>\n"
    badge = BADGES[exchange.answer.outcome]
    said = f"<p><strong>{text_to_html(badge)}</strong></p>" if badge else ""
    quotations = "".join(_quotation(each, mark) for mark, each in enumerate(exchange.answer.citations, 1))
    return f"<section>{question}{said}{quotations}</section>\n"


def _quotation(citation: Citation, mark: int) -> str:
    place = " · ".join(f"<bdi>{text_to_html(part)}</bdi>" for part in place_of(citation))
    return (
        f'<figure><blockquote dir="auto"><bdi>{text_to_html(citation.quote)}</bdi> <sup>[{mark}]</sup></blockquote>'
        f"<figcaption>[{mark}] {place} · characters {citation.start}–{citation.end} · "
        f"<code>SHA-256 {text_to_html(citation.sha256)}</code></figcaption></figure>"
    )


_Maker: TypeAlias = Callable[[Conversation, str], str]
_FORMS: Mapping[ExportForm, tuple[str, str, _Maker]] = {
    "markdown": ("md", "text/markdown;charset=utf-8", markdown_conversation),
    "json": ("json", "application/json", json_conversation),
    "html": ("html", "text/html;charset=utf-8", html_conversation),
}
EXPORT_FORMS = tuple(_FORMS)
