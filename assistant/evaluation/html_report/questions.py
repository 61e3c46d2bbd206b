"""The table of questions: a row each, worst first, with what is behind it folded underneath."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal, TypeAlias

from assistant.datatypes import Outcome
from assistant.evaluation.html_report.passages import (
    TextOf,
    excerpt,
    gold_excerpt,
    marked,
    place_of,
    telling_words,
)
from assistant.evaluation.report import SHOWN_RANKS, QuestionResult

Verdict: TypeAlias = Literal[
    "false answer",
    "false refusal",
    "not in the first ten",
    "wrong quotation",
    "right",
    "ranked",
    "hedged",
    "rightly refused",
    "not judged",
]
_UNANSWERABLE: dict[Outcome, Verdict] = {"answered": "false answer", "weak": "hedged", "not_found": "rightly refused"}
MISSES = frozenset(("false answer", "false refusal", "not in the first ten", "wrong quotation"))

TEXTS_FOR = 500
"""Passage texts are shown for so many of the worst questions, which bounds the size of the file."""
_CUT = 90
"""Longest id that a row shows; it is shown whole underneath."""

_NUMBER = ' class="number"'
_COLUMNS = (
    ("Worst", "number"),
    ("Id", "text"),
    ("Question", "text"),
    ("Verdict", "text"),
    ("Outcome", "text"),
    ("Confidence", "number"),
    ("First rank", "number"),
    ("nDCG@10", "number"),
    ("Span recall@5", "number"),
)


def verdict(result: QuestionResult) -> Verdict:
    """What came of a question, in a word; the first that fits of the order in ``Verdict``."""
    metrics = result.metrics
    if not result.answerable:
        return _UNANSWERABLE[result.outcome]
    if not (result.relevant or result.gold):
        return "not judged"
    if result.outcome == "not_found":
        return "false refusal"
    if metrics.get("rr@10") == 0:
        return "not in the first ten"
    if "quote_hit@1" not in metrics:
        return "ranked"
    return "right" if metrics["quote_hit@1"] else "wrong quotation"


def missed(result: QuestionResult) -> bool:
    """Whether a question counts as a miss."""
    return verdict(result) in MISSES


def first_rank(result: QuestionResult) -> int | None:
    """Rank, from 1, of the first relevant id; None where none came back."""
    ranks = (rank for rank, (identity, _) in enumerate(result.ranking, 1) if result.relevant.get(identity, 0) > 0)
    return next(ranks, None)


def worst_first(results: Sequence[QuestionResult]) -> list[QuestionResult]:
    """Misses before the rest, the surest false answers and the lowest rankings first; not judged ones last."""
    return sorted(results, key=_badness)


def _badness(result: QuestionResult) -> tuple[bool, bool, float, float]:
    found = verdict(result)
    score = 0.0 if found == "false answer" else result.metrics.get("ndcg@10", 1.0)
    return (found not in MISSES, found == "not judged", score, -result.confidence)


def question_table(results: Sequence[QuestionResult], text_of: TextOf) -> str:
    """The whole table, one body per question: its row, and its details that a button unfolds.

    Every element says its role, because on a narrow page the style sheet takes the table apart.
    """
    heads = "".join(
        f'<th role="columnheader" scope="col" aria-sort="{"ascending" if number == 0 else "none"}" '
        f'data-kind="{kind}"><button type="button">{name}</button></th>'
        for number, (name, kind) in enumerate(_COLUMNS)
    )
    bodies = "".join(
        _body(number, result, text_of if number <= TEXTS_FOR else None)
        for number, result in enumerate(worst_first(results), start=1)
    )
    return (
        '<table id="questions" role="table"><caption class="unseen">Questions, worst first</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>{bodies}</table>'
    )


def _body(number: int, result: QuestionResult, text_of: TextOf | None) -> str:
    found, rank = verdict(result), first_rank(result)
    ranked = "ndcg@10" in result.metrics
    history = "".join(f'<span class="earlier" dir="auto">{escape(earlier)}</span>' for earlier in result.history)
    cells = (
        _number(number, "d"),
        f'<bdi class="id">{escape(_cut(result.id))}</bdi>',
        f'{history}<button type="button" class="unfold" aria-expanded="true" aria-controls="d{number}">'
        f'<span dir="auto">{escape(result.question)}</span></button>',
        f'<span class="verdict">{found}</span>',
        escape(result.outcome).replace("_", " "),
        _number(result.confidence, ".2f"),
        "–" if ranked and rank is None else _number(rank, "d"),
        _number(result.metrics.get("ndcg@10"), ".2f"),
        _number(result.metrics.get("span_recall@5"), ".2f"),
    )
    keys = (
        str(number),
        _cut(result.id),
        result.question,
        found,
        result.outcome,
        str(result.confidence),
        "" if not ranked else str(rank or len(result.ranking) + 1),
        str(result.metrics.get("ndcg@10", "")),
        str(result.metrics.get("span_recall@5", "")),
    )
    row = "".join(
        f'<td role="cell" data-label="{name}" data-key="{escape(key)}"{_NUMBER if kind == "number" else ""}>{cell}</td>'
        for (name, kind), key, cell in zip(_COLUMNS, keys, cells, strict=True)
    )
    return (
        f'<tbody role="rowgroup" data-outcome="{escape(result.outcome)}" data-miss="{int(found in MISSES)}">'
        f'<tr role="row" class="row">{row}</tr><tr role="row" class="detail" id="d{number}">'
        f'<td role="cell" colspan="{len(_COLUMNS)}">{_detail(result, text_of)}</td></tr></tbody>\n'
    )


def _detail(result: QuestionResult, text_of: TextOf | None) -> str:
    """Gold beside what came back; texts where they can be looked up, places otherwise."""
    texts: TextOf = text_of or (lambda _: None)
    words = telling_words(
        text[span.start : span.end] for span in result.gold for text in [texts(span.document)] if text is not None
    )
    gold = "".join(
        f"<li>{_where(span.document, span.start, span.end)}{_quoted(gold_excerpt(span, text)) if text else ''}</li>"
        for span in result.gold
        for text in [texts(span.document)]
    )
    if not gold:
        wanted = [identity for identity, grade in result.relevant.items() if grade > 0]
        gold = "".join(f"<li>{_id(identity)}</li>" for identity in wanted)
    if not gold:
        gold = "<li>nothing: the documents do not hold the answer</li>" * (not result.answerable)
    metrics = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{value:.3f}</dd></div>" for name, value in result.metrics.items()
    )
    ranking = "".join(
        _retrieved(identity, score, result, texts, words) for identity, score in result.ranking[:SHOWN_RANKS]
    )
    retrieved = f'<ol class="texts">{ranking}</ol>' if ranking else "<p>nothing</p>"
    whole_id = f"<p>Id <bdi>{escape(result.id)}</bdi></p>" if len(result.id) > _CUT else ""
    return (
        f'{whole_id}<div class="sides"><section><h3>Gold</h3><ul class="texts">{gold or "<li>none known</li>"}</ul>'
        f"<h3>First quotation</h3>{_first_quotation(result, words)}"
        f'<dl class="values">{metrics}</dl></section>'
        f"<section><h3>Retrieved</h3>{retrieved}</section></div>"
    )


def _first_quotation(result: QuestionResult, words: frozenset[str]) -> str:
    quote = result.quote
    if quote is None:
        return "<p>none cited</p>"
    spans = _spans_in(quote.document, result)
    return _where(quote.document, quote.start, quote.end) + _quoted(marked(quote.quote, quote.start, spans, words))


def _retrieved(identity: str, score: float, result: QuestionResult, texts: TextOf, words: frozenset[str]) -> str:
    relevant = result.relevant.get(identity, 0) > 0
    whole = texts(identity)
    place = (identity, 0, len(whole)) if whole is not None else place_of(identity)
    shown = ""
    if place is not None:
        text = whole if whole is not None else texts(place[0])
        if text is not None:
            shown = _quoted(excerpt(text, place[1:], _spans_in(place[0], result), words))
    named = _where(*place) if place is not None and whole is None else _id(identity)
    tag = ' <span class="tag">gold</span>' if relevant else ""
    return f'<li>{named} <span class="score">{score:.3f}</span>{tag}{shown}</li>'


def _spans_in(document: str, result: QuestionResult) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in result.gold if span.document == document]


def _where(document: str, start: int, end: int) -> str:
    return f"{_id(document)} <small>characters {start:,}–{end:,}</small>"


def _id(identity: str) -> str:
    return f"<bdi>{escape(identity)}</bdi>"


def _quoted(html: str) -> str:
    return f'<blockquote dir="auto">{html}</blockquote>'


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else text[: _CUT - 1] + "…"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
