"""From a question to its answer: in context, searched for, read and quoted, with what each stage took."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from assistant.analysis import Analyser
from assistant.answering import AnsweringSettings, together
from assistant.answering import answer as compose
from assistant.confidence import AnswerModel
from assistant.conversation import contextual_queries
from assistant.datatypes import Answer, Hit, Stage, Turn
from assistant.encoders import Encoded
from assistant.index import Store
from assistant.questions import question_parts, understand_each
from assistant.rarity import Rarity, background
from assistant.searching import Found, Searcher
from assistant.sentences import Evidence

OnStage: TypeAlias = Callable[[Stage], object]
"""Called, in the thread that asks, with what is done next."""


class Answerer:
    """Answers questions from an open store. Safe to share between threads.

    Args:
        store: where to search.
        searcher: over it.
        analyser: of its language.
        settings: the knobs of quoting.
        model: of the outcome.
    """

    def __init__(
        self, store: Store, searcher: Searcher, analyser: Analyser, settings: AnsweringSettings, model: AnswerModel
    ) -> None:
        self._store = store
        self._searcher = searcher
        self._analyser = analyser
        self._settings = settings
        self._model = model
        self._spent = threading.local()

    @property
    def stage_seconds(self) -> dict[str, float]:
        """What each stage of this thread's latest question took: conversation, encode, dense, lexical, rank, answer."""
        return dict(getattr(self._spent, "stages", {}))

    def answer(
        self,
        question: str,
        turns: Sequence[Turn],
        k: int,
        depth: int,
        allowed: frozenset[str] | None = None,
        on_stage: OnStage | None = None,
    ) -> tuple[Answer, list[Hit]]:
        """The answer to a question and to each of its parts, and the ranking it was made from.

        Args:
            question: as :func:`assistant.asked.check_question` gives it.
            turns: earlier ones, oldest first.
            k: how many of the nearest passages the answer carries beside its citations.
            depth: how long the ranking is at most.
            allowed: ids of the documents to answer from; all by default.
            on_stage: called with what is done next.
        """
        self._spent.stages = {}
        whole, hits = self.single(question, turns, k, depth, allowed, on_stage)
        parts = question_parts(question)
        if len(parts) == 1:
            return self._with_lines(whole), hits
        answers: list[Answer] = []
        for part in parts:
            before = [Turn(each.question, tuple(c.quote for c in each.citations)) for each in answers]
            answers.append(self.single(part, [*turns, *before], k, k, allowed, on_stage)[0])
        return self._with_lines(together(whole, answers)), hits

    def single(
        self,
        question: str,
        turns: Sequence[Turn],
        k: int,
        depth: int,
        where: frozenset[str] | None = None,
        on_stage: OnStage | None = None,
    ) -> tuple[Answer, list[Hit]]:
        """The answer to one question, and the ranking it was made from."""
        tell = on_stage or (lambda _: None)
        tell("searching")
        started = time.perf_counter()
        queries = contextual_queries(question, turns, self._searcher.likeness)
        understood = time.perf_counter()
        found = self._searcher.find(queries, max(depth, k, self._settings.passages), where)
        tell("reading")
        began = time.perf_counter()
        evidence = self.evidence(found, max(k, self._settings.passages))
        asked = [(each.query.text, each.encoded, each.query.late) for each in found.queries]
        terms = self._analyser.terms
        of_corpus, in_general = understand_each(asked, terms, [self.rarity(asked), background().rarity])
        made = compose(
            of_corpus,
            in_general,
            [query.text for query in queries],
            evidence,
            terms,
            self._model,
            k,
            self._settings,
        )
        spent = {"conversation": understood - started, **found.seconds, "answer": time.perf_counter() - began}
        stages = self._spent.__dict__.setdefault("stages", {})
        stages.update((stage, stages.get(stage, 0.0) + seconds) for stage, seconds in spent.items())
        return made, list(found.hits[:depth])

    def evidence(self, found: Found, count: int) -> list[Evidence]:
        """The best hits with their token vectors and origins."""
        hits = found.hits[:count]
        origins = self._store.origins({hit.passage.document for hit in hits})
        return [
            Evidence(hit, self._searcher.tokens_of(hit.passage, found), origins[hit.passage.document])
            for hit in hits
            if hit.passage.document in origins
        ]

    def rarity(self, asked: Sequence[tuple[str, Encoded, float]]) -> Rarity:
        """Rarity of the terms of some questions in this corpus, blended with general text."""
        terms = {term for text, _, _ in asked for term in self._analyser.terms(text)}
        return background().blended(self._store.document_frequencies(terms), self._store.info().passages)

    def _with_lines(self, made: Answer) -> Answer:
        """The answer, its citations from documents without pages with the lines they start on."""
        several = (made.citations, made.nearest)
        lines = self._store.lines({(c.document, c.start) for group in several for c in group if c.page is None})
        citations, nearest = (
            tuple(replace(c, line=lines.get((c.document, c.start))) for c in group) for group in several
        )
        return replace(made, citations=citations, nearest=nearest)
