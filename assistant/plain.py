"""Values as plain JSON: what the command line prints, and what programs get over HTTP, Gradio and MCP."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from assistant.datatypes import Answer, Hit


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as plain values: the fields of :class:`~assistant.datatypes.Answer`, by name."""
    return asdict(answer)


def hit_json(hit: Hit) -> dict[str, Any]:
    """A hit as plain values: the fields of :class:`~assistant.datatypes.Hit`, by name."""
    return {"passage": asdict(hit.passage), "score": float(hit.score), "signals": dict(hit.signals)}


def json_text(value: Any) -> str:
    """One JSON value, indented; what is not ASCII stays as it is."""
    return json.dumps(value, ensure_ascii=False, indent=2)
