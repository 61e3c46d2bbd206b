"""What is told of each question, whichever way it came: how it ended and what it took; its words only where allowed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from assistant.datatypes import Answer, Hit
from assistant.errors import FootnoteError, InputError
from assistant.server.contract import ServedAssistant
from assistant.server.log import tell
from assistant.server.metrics import Metrics
from assistant.ui.asking import SUGGESTING

REQUEST_ID: ContextVar[str | None] = ContextVar("footnote.request_id", default=None)
"""The request that is being answered here; None in what goes on after its reply, as the page's questions do."""

_T = TypeVar("_T")


def observed(assistant: ServedAssistant, metrics: Metrics, log_text: bool = False) -> ServedAssistant:
    """The same assistant, its questions counted and logged; with ``log_text`` their words are logged too."""
    return cast("ServedAssistant", _Observed(assistant, metrics, log_text))


class _Observed:
    """An assistant whose ``ask`` and ``search`` are watched; all else is the assistant's own."""

    def __init__(self, assistant: ServedAssistant, metrics: Metrics, log_text: bool) -> None:
        self._assistant = assistant
        self._metrics = metrics
        self._log_text = log_text

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)

    def ask(self, question: str, *arguments: Any, **options: Any) -> Answer:
        """As the assistant's."""
        kind = "suggestion" if SUGGESTING.get() else "ask"
        return self._watched(kind, question, lambda: self._assistant.ask(question, *arguments, **options), _of_answer)

    def search(self, question: str, *arguments: Any, **options: Any) -> list[Hit]:
        """As the assistant's."""
        return self._watched(
            "search", question, lambda: self._assistant.search(question, *arguments, **options), _of_hits
        )

    def _watched(self, kind: str, question: str, work: Callable[[], _T], told: Callable[[_T], Mapping[str, Any]]) -> _T:
        began = time.perf_counter()
        fields: dict[str, Any] = {"id": REQUEST_ID.get(), "kind": kind, "characters": len(question)}
        if self._log_text:
            fields["question"] = question
        try:
            result = work()
        except Exception as error:
            refused = isinstance(error, InputError)
            outcome, type_ = "refused" if refused else "failed", type(error).__name__
            self._metrics.question(kind, outcome, 0.0, {})
            self._metrics.error(type_ if isinstance(error, FootnoteError) else "unexpected")
            level = logging.INFO if refused else logging.ERROR
            tell("question", {**fields, "outcome": outcome, "error": type_}, level)
            raise
        seconds = time.perf_counter() - began
        stages = getattr(self._assistant, "stage_seconds", {}) if kind != "search" else {}
        found = told(result)
        self._metrics.question(kind, found["outcome"], seconds, stages)
        spent = {stage: round(each * 1_000, 1) for stage, each in stages.items()}
        fields |= {**found, "ms": round(seconds * 1_000, 1), "stages_ms": spent or None}
        tell("question", fields, logging.DEBUG if kind == "suggestion" else logging.INFO)
        return result


def _of_answer(answer: Answer) -> Mapping[str, Any]:
    return {
        "outcome": answer.outcome,
        "confidence": round(answer.confidence, 3),
        "citations": len(answer.citations),
        "parts": len(answer.parts) or None,
        "searched_for": len(answer.searched_for),
    }


def _of_hits(hits: Collection[Hit]) -> Mapping[str, Any]:
    return {"outcome": "found" if hits else "not_found", "passages": len(hits)}
