"""The server's log: one line an event, as text or JSON, to standard error. Text of documents is never in it.

What a client sends cannot begin a line or move a cursor: whatever is not printable is escaped. Of an unexpected error
the log tells type and place; its message, which may repeat what was being read, only where text may be logged.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO, TypeAlias

LogFormat: TypeAlias = Literal["text", "json"]
LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

LOG = logging.getLogger("footnote")
SPOKEN = ("footnote", "uvicorn", "asyncio")
"""Loggers that are written in our form: our own, the HTTP server's, the event loop's."""
_PLAIN = re.compile(r"[\w.,:/+@*-]+")
_LONGEST = 6_000
"""Characters of one value: a question with all of its characters fits."""


def tell(event: str, fields: Mapping[str, Any], level: int = logging.INFO) -> None:
    """Log one event with its fields; those that are None are left out."""
    if LOG.isEnabledFor(level):
        kept = {name: value for name, value in fields.items() if value is not None}
        LOG.log(level, event, extra={"fields": kept})


def configure_log(
    style: LogFormat = "text", level: LogLevel = "warning", with_text: bool = False, stream: TextIO | None = None
) -> logging.Handler:
    """Write the server's events to ``stream``, by default standard error, and return the handler that does.

    Args:
        style: ``text``: ``time level event name=value …``; ``json``: an object a line.
        level: the least that is written.
        with_text: whether messages of unexpected errors may be written, too.
        stream: where to.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(EventFormatter(style, with_text))
    for name in SPOKEN:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
    LOG.setLevel(level.upper())
    return handler


class EventFormatter(logging.Formatter):
    """One line of ASCII or printable characters for a record, whatever is in it."""

    def __init__(self, style: LogFormat, with_text: bool) -> None:
        super().__init__()
        self._as_json = style == "json"
        self._with_text = with_text

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields: dict[str, Any] = {"time": at, "level": record.levelname.lower(), "event": record.getMessage()}
        fields |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            fields |= self._error(record.exc_info[1])
        if self._as_json:
            return json.dumps(fields, ensure_ascii=True, default=str)  # whatever is odd is escaped
        head = " ".join(escaped(str(fields.pop(name))) for name in ("time", "level", "event"))
        return " ".join([head, *(f"{escaped(name)}={_shown(value)}" for name, value in _flat(fields))])

    def _error(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames[-8:]]
        told: dict[str, Any] = {"error": type(error).__name__, "at": " ".join(places)}
        return {**told, "message": str(error)} if self._with_text else told


def _flat(fields: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Fields by name; those of an object in it as ``object.name``."""
    found: list[tuple[str, Any]] = []
    for name, value in fields.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{before}{name}.")
        else:
            found.append((before + name, value))
    return found


def _shown(value: Any) -> str:
    text = escaped(str(value))
    if _PLAIN.fullmatch(text):
        return text
    quoted = text.replace('"', '\\"')
    return f'"{quoted}"'


def escaped(text: str) -> str:
    """The text in one line that a terminal shows as it is: what is not printable becomes its escape, as in Python."""
    kept = text[:_LONGEST]
    line = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in kept)
    return line if len(text) <= _LONGEST else f"{line}…"
