"""The conversation as HTML: pure functions from values to markup, every text escaped on its way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.datatypes import Answer, Citation, Outcome, StoreInfo, Verdict
from assistant.suggestions import Suggestion
from assistant.ui.escaping import shortened, text_to_html
from assistant.ui.exchanges import Doing, Exchange

BADGES: dict[Outcome, str] = {
    "answered": "",
    "weak": "Possibly – check the source",
    "not_found": "I could not find this in your documents.",
}
SIGNS: dict[Outcome, str] = {"answered": "✓", "weak": "?", "not_found": "–"}
"""What stands before the words of a badge, so that it is not told by its colour alone."""
STAGES: dict[Doing, str] = {
    "waiting": "Waiting for the answer before it",
    "searching": "Searching your documents",
    "reading": "Reading the best passages",
}
NAMED = 3
"""Documents that are named where only some were asked; more are counted."""
NAME_SHOWN = 48
"""Characters of such a name that are shown."""
QUESTION_SHOWN = 400
"""Characters of a question that are shown; longer ones are cut in the page, never in the search."""


def announcement(exchange: Exchange) -> str:
    """Return what a screen reader says when ``exchange`` changes: the outcome and the first quotation."""
    if exchange.problem:
        return exchange.problem
    if exchange.answer is None:
        return STAGES[exchange.stage or "searching"]
    outcome = BADGES[exchange.answer.outcome] or "Found"
    if not exchange.answer.citations:
        return outcome
    footnotes = counted(len(exchange.answer.citations), "footnote")
    return f"{outcome}, {footnotes}. {exchange.answer.citations[0].quote}"


def render_status(info: StoreInfo, note: str) -> str:
    """Return the line that says what is being searched, by which encoder, and ``note``."""
    parts = (
        counted(info.documents, "document"),
        counted(info.passages, "passage"),
        info.encoder.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1],
        note,
    )
    return _facts(parts)


def counted(number: int, noun: str) -> str:
    """Return e.g. ``1 document`` or ``2,000 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def place_of(citation: Citation) -> tuple[str, ...]:
    """Return where a quotation stands: title, headings, page or line, document; no empty parts, none said twice."""
    title = "" if citation.title == citation.document else citation.title
    return tuple(part for part in (title, heading_path(citation), page_or_line(citation), citation.document) if part)


def page_or_line(citation: Citation) -> str:
    """Return e.g. ``p. 3``, ``slide 3`` or ``line 12``; nothing where neither is known."""
    if citation.page is not None:
        return f"{'p.' if citation.page_kind == 'page' else citation.page_kind} {citation.page}"
    return f"line {citation.line}" if citation.line else ""


def heading_path(citation: Citation) -> str:
    """Return the headings above a quotation, outermost first, without one that only repeats the title."""
    path = citation.heading.split(" > ") if citation.heading else []
    return " › ".join(path[1:] if path[:1] == [citation.title] else path)


def render_invitation(examples: Sequence[str]) -> str:
    """Return what stands in place of an empty conversation: an invitation with example questions."""
    buttons = "".join(
        f'<li><button type="button" data-example="{place}" dir="auto">{text_to_html(example)}</button></li>'
        for place, example in enumerate(examples)
    )
    listed = f'<ul class="fn-examples" aria-label="Example questions">{buttons}</ul>' if examples else ""
    return (
        '<div class="fn-invitation"><h2>Ask your documents</h2>'
        "<p>Answers are quotations. Each one has a footnote that opens its source at the very words.</p>"
        f"{listed}</div>"
    )


def render_exchange(exchange: Exchange) -> str:
    """Return one question and what came of it, as an item of the list that is the conversation."""
    question = text_to_html(shortened(exchange.question, QUESTION_SHOWN))
    after = ""
    if exchange.problem:
        body = f'<p class="fn-problem">{text_to_html(exchange.problem)}</p>'
        after = _actions(exchange)
    elif exchange.answer is None:
        stage = STAGES[exchange.stage or "searching"]
        body = f'<p class="fn-searching">{stage}<span aria-hidden="true">…</span></p>'
    else:
        body = _answer(exchange.answer, exchange.judged)
        after = f"{_suggestions(exchange.suggestions)}{_actions(exchange)}"
    return (
        f'<li class="fn-exchange" data-number="{exchange.number}" data-revision="{exchange.revision}">'
        f'<h2 class="fn-question" dir="auto">{question}</h2>{_asked_of(exchange)}{body}{after}</li>'
    )


def _asked_of(exchange: Exchange) -> str:
    """Say which documents alone were asked, the first of them by name, with a button that asks all."""
    if exchange.where is None:
        return ""
    names = ", ".join(
        f'<bdi title="{text_to_html(each)}">{text_to_html(shortened(each, NAME_SHOWN))}</bdi>'
        for each in exchange.where[:NAMED]
    )
    more = f" and {len(exchange.where) - NAMED:,} more" if len(exchange.where) > NAMED else ""
    over = exchange.answer is not None or exchange.problem
    every = '<button type="button" class="fn-alone" data-everywhere>Ask it of all documents</button>' if over else ""
    return f'<p class="fn-searched">Asked of {counted(len(exchange.where), "document")}: {names}{more} {every}</p>'


def _answer(answer: Answer, judged: Mapping[int, Verdict]) -> str:
    quotations = [_quotation(each, mark, judged) for mark, each in enumerate(answer.citations, start=1)]
    rest = f"{_nearest(answer, judged)}{_nowhere(answer, judged)}"
    if answer.parts:
        return f"{_searched_for(answer)}{_parts(answer, quotations)}{rest}"
    shown = _badge(answer.outcome)
    return f"{shown}{_searched_for(answer)}{''.join(quotations)}{rest}"


def _badge(outcome: Outcome) -> str:
    sign = f'<span class="fn-sign" aria-hidden="true">{SIGNS[outcome]}</span>'
    return f'<p class="fn-badge fn-{outcome}">{sign}{BADGES[outcome] or "Found"}</p>'


def _suggestions(suggested: Sequence[Suggestion]) -> str:
    """Words of the documents that can be asked with one click, each in quotation marks, with its document."""
    if not suggested:
        return ""
    one = len({each.document for each in suggested}) == 1
    items = "".join(
        f'<li><button type="button" data-suggest="{place}"><bdi class="fn-said" dir="auto">'
        f"{text_to_html(each.text)}{'…' if each.kind == 'passage' else ''}</bdi>"
        f"{'' if one else _from(each)}</button></li>"
        for place, each in enumerate(suggested)
    )
    return (
        f'<section class="fn-suggestions"><h3>Nearby in {_from(suggested[0]) if one else "the documents"}</h3>'
        f"<ul>{items}</ul></section>"
    )


def _from(suggestion: Suggestion) -> str:
    return f'<bdi class="fn-from">{text_to_html(suggestion.document)}</bdi>'


def _actions(exchange: Exchange) -> str:
    """What can be done with a question and its answer."""
    forms = (("plain", "Copy"), ("markdown", "Copy as Markdown"), ("bibtex", "Copy as BibTeX"))
    copies = "".join(
        f'<button type="button" data-copy="{form}">{label}</button>'
        for form, label in forms
        if exchange.answer is not None and (exchange.answer.citations or form == "plain")
    )
    return (
        f'<div class="fn-actions" role="group" aria-label="Question {exchange.number}">{copies}'
        '<button type="button" data-edit>Edit the question</button>'
        '<button type="button" data-retry>Ask again</button></div>'
    )


def _parts(answer: Answer, quotations: Sequence[str]) -> str:
    """Each part of the question with its own outcome and quotations."""
    shown, first = "", 0
    for part in answer.parts:
        own = "".join(quotations[first : first + part.citations])
        if part.outcome != "not_found" and not own:
            own = '<p class="fn-same">The quotation above says this too.</p>'
        question = text_to_html(shortened(part.question, QUESTION_SHOWN))
        shown += f'<section class="fn-part"><h3 dir="auto">{question}</h3>{_badge(part.outcome)}{own}</section>'
        first += part.citations
    return shown


def _searched_for(answer: Answer) -> str:
    parts = {part.question for part in answer.parts}
    searched_for = [query for query in answer.searched_for if query not in parts]
    if searched_for in ([], [answer.question]):
        return ""
    queries = " and ".join(f"<q>{text_to_html(shortened(query, 120))}</q>" for query in searched_for)
    alone = '<button type="button" class="fn-alone" data-alone>Ask without the conversation</button>'
    return f'<p class="fn-searched" dir="auto">Searched for: {queries} {alone}</p>'


def _quotation(citation: Citation, mark: int, judged: Mapping[int, Verdict]) -> str:
    label = text_to_html(f"Footnote {mark}: open {citation.document} at the quoted words")
    button = f'<button type="button" class="fn-mark" data-mark="{mark}" aria-label="{label}">{mark}</button>'
    return (
        f'<figure class="fn-quotation"><blockquote dir="auto">'
        f'<span class="fn-words">{_words(citation)}</span><sup>{button}</sup></blockquote>'
        f'<figcaption data-mark="{mark}">{_facts(place_of(citation))}</figcaption>{_judging(mark, judged)}</figure>'
    )


def _judging(mark: int, judged: Mapping[int, Verdict]) -> str:
    """Two buttons: this quotation answers the question, or it does not."""
    said = judged.get(mark)
    buttons = "".join(
        f'<button type="button" data-judge="{verdict}" data-of="{mark}" aria-pressed="{str(said == verdict).lower()}" '
        f'aria-label="{label} (footnote {mark})">{label}</button>'
        for verdict, label in (("right", "Answers it"), ("wrong", "Does not"))
    )
    return f'<p class="fn-judging">{buttons}</p>'


def _nowhere(answer: Answer, judged: Mapping[int, Verdict]) -> str:
    """A button that says that nothing in the documents answers the question."""
    if not answer.citations and not answer.nearest:
        return ""
    pressed = str(judged.get(0) == "not_in_documents").lower()
    label = "Right, it is not there" if answer.outcome == "not_found" else "The answer is not in the documents"
    return (
        f'<p class="fn-judging fn-nowhere"><button type="button" data-judge="not_in_documents" data-of="0" '
        f'aria-pressed="{pressed}">{label}</button></p>'
    )


def _words(citation: Citation) -> str:
    """The quotation, with the words that answer marked where they are known."""
    if citation.marked is None:
        return text_to_html(citation.quote)
    start, end = (place - citation.start for place in citation.marked)
    before, words, after = citation.quote[:start], citation.quote[start:end], citation.quote[end:]
    return f'{text_to_html(before)}<mark class="fn-answering">{text_to_html(words)}</mark>{text_to_html(after)}'


def _nearest(answer: Answer, judged: Mapping[int, Verdict]) -> str:
    if not answer.nearest:
        return ""
    first = len(answer.citations) + 1
    quotations = "".join(_quotation(each, mark, judged) for mark, each in enumerate(answer.nearest, start=first))
    name = "Nearest passages" if answer.outcome == "not_found" else "Other passages nearby"
    return f'<details class="fn-nearest"><summary>{name} ({len(answer.nearest)})</summary>{quotations}</details>'


def _facts(parts: Sequence[str]) -> str:
    """Return short texts as one line, each kept whole and apart from its neighbours in any direction of writing."""
    return '<span aria-hidden="true"> · </span>'.join(f"<bdi>{text_to_html(part)}</bdi>" for part in parts)
