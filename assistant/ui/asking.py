"""Asking on behalf of the page: an answer with what is being done until it is there, and what can be asked next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from itertools import islice
from queue import Empty, SimpleQueue

from assistant.datatypes import Stage, Verdict
from assistant.errors import FootnoteError
from assistant.suggestions import Suggestion, suggestions
from assistant.ui.contract import PageAssistant
from assistant.ui.exchanges import Conversation, Exchange, turns

SUGGESTING: ContextVar[bool] = ContextVar("footnote.suggesting", default=False)
"""Whether a question is asked beforehand, to see whether it is worth suggesting: nobody asked it yet."""
QUESTION_KEPT = 1_000
"""Characters of a refused question that stay in the conversation."""
QUICK = 0.2
"""Seconds in which an answer comes without a word of what is being done, which would only flicker."""
SUGGESTED = 3
"""Suggestions under an answer."""
TRIED = 6
"""Suggestions that are asked beforehand to see whether they have an answer."""
CITED = 2
"""Documents that are looked through for suggestions."""


def asked(
    assistant: PageAssistant, workers: ThreadPoolExecutor, exchange: Exchange, before: Conversation, k: int
) -> Iterator[Exchange]:
    """Yield ``exchange`` as it becomes: at each stage if it takes longer than ``QUICK``, and answered at last.

    Whatever the assistant raises that is no ``FootnoteError`` is raised here.
    """
    stages: SimpleQueue[Stage | None] = SimpleQueue()  # None: it is done
    running = workers.submit(answered, assistant, exchange, before, k, stages)
    running.add_done_callback(lambda _: stages.put(None))
    latest: Stage | None = "searching"
    until = time.monotonic() + QUICK
    shown: Stage | None = None
    while True:
        try:
            latest = stages.get(timeout=max(until - time.monotonic(), 0) if shown is None else None)
        except Empty:
            pass  # quick no longer: from here on each stage is shown
        else:
            if latest is not None and time.monotonic() < until:
                continue
        if latest is None:
            break
        if latest != shown:
            shown = latest
            yield exchange.changed(stage=latest)
    yield running.result()


def answered(
    assistant: PageAssistant,
    exchange: Exchange,
    before: Conversation,
    k: int,
    stages: SimpleQueue[Stage | None] | None = None,
) -> Exchange:
    """Return ``exchange`` with the assistant's answer, or with the problem it reports."""
    tell = stages.put if stages is not None else None
    history = turns(before)
    try:
        answer = assistant.ask(exchange.question, history, k, where=exchange.where, on_stage=tell)
    except FootnoteError as problem:
        return exchange.changed(question=exchange.question[:QUESTION_KEPT], problem=str(problem), stage=None)
    return exchange.changed(answer=answer, history=tuple(turn.question for turn in history), stage=None)


def with_suggestions(
    assistant: PageAssistant, exchange: Exchange, before: Conversation, wanted: Callable[[], bool] = lambda: True
) -> Exchange:
    """Return ``exchange`` with suggestions that the assistant has an answer to; itself where there are none.

    Given up when ``wanted`` says no: the next question is not to wait for suggestions to the last one.
    """
    if exchange.answer is None:
        return exchange
    citations = exchange.answer.citations or exchange.answer.nearest
    names = list(dict.fromkeys(each.document for each in citations))[:CITED]
    questions = [*(each.question for each in before), exchange.question]
    try:
        documents = {name: assistant.document(name) for name in names}
        tried = suggestions(citations, documents, questions)[:TRIED]
        found = tuple(islice((each for each in tried if wanted() and _has_an_answer(assistant, each)), SUGGESTED))
    except FootnoteError:  # a document that has just been removed: there is nothing to suggest, and nothing is wrong
        return exchange
    return exchange.changed(suggestions=found) if found else exchange


def _has_an_answer(assistant: PageAssistant, suggestion: Suggestion) -> bool:
    trying = SUGGESTING.set(True)
    try:
        return assistant.ask(suggestion.text, (), 1, where=(suggestion.document,)).outcome != "not_found"
    finally:
        SUGGESTING.reset(trying)


def judged(assistant: PageAssistant, exchange: Exchange, verdict: object, mark: object) -> Exchange | None:
    """Keep what a reader said, and return the exchange with it; None if the browser sent anything else."""
    if exchange.answer is None or type(mark) is not int:
        return None
    citation = exchange.sources[mark - 1] if 1 <= mark <= len(exchange.sources) else None
    known: Verdict
    if verdict == "not_in_documents" and mark == 0:
        known, others = "not_in_documents", {}
    elif verdict in ("right", "wrong") and citation is not None:
        known = "right" if verdict == "right" else "wrong"
        others = {each: said for each, said in exchange.judged.items() if each != 0}
    else:
        return None
    assistant.give_feedback(exchange.question, known, citation, exchange.history)
    return exchange.changed(judged={**others, mark: known})
