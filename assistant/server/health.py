"""What whoever runs the server may know at any time: does it live, is it ready, how is it doing."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from assistant import __version__
from assistant.errors import FootnoteError
from assistant.server.contract import ServedAssistant
from assistant.server.metrics import CONTENT_TYPE, Metrics
from assistant.server.replies import json_reply


def add_health(api: FastAPI, assistant: ServedAssistant, metrics: Metrics) -> None:
    """Add ``/healthz``, ``/readyz`` and ``/metrics``."""

    def state() -> dict[str, object]:
        ready, index = is_ready(assistant), index_state(assistant)
        return {"status": "ok", "version": __version__, "ready": ready and index == "ok", "index": index}

    @api.head("/healthz", include_in_schema=False)
    @api.get("/healthz", tags=["server"])
    def healthz() -> Response:
        """Whether the server lives, and whether it is ready; says nothing of the documents. Always 200."""
        return json_reply(state())

    @api.head("/readyz", include_in_schema=False)
    @api.get("/readyz", tags=["server"])
    def readyz() -> Response:
        """The same, with 503 while a question would wait for the encoder or the index cannot be read."""
        told = state()
        return json_reply(told, 200 if told["ready"] else 503)

    @api.get("/metrics", tags=["server"])
    def shown() -> Response:
        """Counts and times for Prometheus; needs a token where accounts are set."""
        return Response(metrics.text(), 200, {"cache-control": "no-store"}, media_type=CONTENT_TYPE)


def is_ready(assistant: ServedAssistant) -> bool:
    """Whether a question is answered without waiting for the encoder."""
    return bool(getattr(assistant, "is_ready", True))


def index_state(assistant: ServedAssistant) -> str:
    """``ok``, or ``unreadable``."""
    try:
        assistant.info()
    except FootnoteError:
        return "unreadable"
    return "ok"
