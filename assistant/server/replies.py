"""Refusals as the server sends them: ``{"error": "one line"}`` with the status that says which kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from assistant.errors import FootnoteError, InputError, SourceChangedError, StoreError, UnknownDocumentError
from assistant.library import ClosedLibraryError, FolderError
from assistant.plain import json_text

UNEXPECTED = "something went wrong here; ask again, the details are in the server's log"


def json_reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON value, as the command line prints it; never kept by a cache.

    Halves of surrogate pairs, which JSON lets a client send and UTF-8 does not know, come back as question marks.
    """
    kept = {"cache-control": "no-store", **(headers or {})}
    text = json_text(value) + "\n"
    return Response(text.encode(errors="replace"), status, kept, media_type="application/json")


def refusal(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    """One of our one-line messages."""
    return json_reply({"error": " ".join(reason.split())}, status, headers)


def problem(error: FootnoteError) -> Response:
    """What becomes of one of our own errors."""
    return refusal(status_of(error), str(error))


def status_of(error: FootnoteError) -> int:
    """404 for what is not there, 403 for what is closed, 409 for what has changed, 400 for other mistakes, else 5xx."""
    if isinstance(error, UnknownDocumentError):
        return 404
    if isinstance(error, SourceChangedError):
        return 409
    if isinstance(error, ClosedLibraryError):
        return 403
    if isinstance(error, FolderError):
        return 503
    if isinstance(error, InputError):
        return 400
    return 503 if isinstance(error, StoreError) else 500


def wants_html(request: Request) -> bool:
    """Whether this is a person's browser opening a page, which is better shown the login than told of JSON."""
    return request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
