"""Exchanges to JSON and back: what is kept of a conversation, and what an export of it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from assistant.datatypes import Answer, Citation, Part, Place
from assistant.suggestions import Suggestion
from assistant.ui.exchanges import Exchange

INTERRUPTED = "This question was interrupted before it was answered. Press “Ask again”."


def exchange_to_json(exchange: Exchange) -> str:
    """Return one line of JSON that ``exchange_from_json`` reads back, but for what is being done at the moment."""
    fields = asdict(exchange)
    del fields["stage"]
    return json.dumps(fields, ensure_ascii=True)  # half a surrogate pair is no UTF-8, but can be escaped


def exchange_from_json(text: str) -> Exchange:
    """Read an exchange; one that was never answered says so.

    Raises:
        ValueError: it is not what ``exchange_to_json`` writes.
    """
    try:
        return _exchange(json.loads(text))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an exchange: {error}") from None


def _exchange(fields: Mapping[str, Any]) -> Exchange:
    answer = _answer(fields["answer"]) if fields["answer"] is not None else None
    problem = fields["problem"] or ("" if answer else INTERRUPTED)
    return Exchange(
        number=fields["number"],
        question=fields["question"],
        answer=answer,
        problem=problem,
        history=tuple(fields["history"]),
        judged={int(mark): verdict for mark, verdict in fields["judged"].items()},
        where=None if fields["where"] is None else tuple(fields["where"]),
        suggestions=tuple(Suggestion(**each) for each in fields["suggestions"]),
        revision=fields["revision"],
    )


def _answer(fields: Mapping[str, Any]) -> Answer:
    read = {
        "citations": tuple(map(_citation, fields["citations"])),
        "nearest": tuple(map(_citation, fields["nearest"])),
        "searched_for": tuple(fields["searched_for"]),
        "parts": tuple(Part(**each) for each in fields["parts"]),
    }
    return Answer(**{**fields, **read})


def _citation(fields: Mapping[str, Any]) -> Citation:
    also = tuple(Place(**each) for each in fields["also"])
    marked = None if fields["marked"] is None else (fields["marked"][0], fields["marked"][1])
    return Citation(**{**fields, "also": also, "marked": marked})
