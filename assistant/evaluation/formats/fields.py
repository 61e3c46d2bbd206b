"""Reading question-set files line by line and field by field, with errors that name the place.

Every message reads ``FILE, PLACE: found …, expected …. How to mend it.``
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import QuestionSetError

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a question set something stands: a file and ``line 7``, or a path inside a JSON document."""

    file: Path
    where: str

    def error(self, found: str, expected: str, mend: str) -> QuestionSetError:
        """The error to raise for what was found here."""
        at = f"{self.file}, {self.where}" if self.where else str(self.file)
        return QuestionSetError(f"{at}: found {found}, expected {expected}. {mend}")


def shown(value: object) -> str:
    """``value`` in one line, cut to what fits a message."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def text_lines(path: Path) -> Iterator[tuple[Place, str]]:
    """Lines of a UTF-8 file with their places (numbered from 1), blank ones left out.

    Raises:
        QuestionSetError: the file cannot be opened, or a line is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                place = Place(path, f"line {number}")
                try:
                    line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                except UnicodeDecodeError as error:
                    raise place.error(
                        f"a byte that is not UTF-8 ({raw[error.start]:#04x})",
                        "UTF-8 text",
                        "Save the file as UTF-8.",
                    ) from error
                if line.strip():
                    yield place, line
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> QuestionSetError:
    """The error for a file that cannot be opened or read."""
    reason = error.strerror or type(error).__name__
    return QuestionSetError(f"{path}: cannot be read ({reason}). Give the path of a readable question set.")


def parse_json(place: Place, text: str) -> Any:
    """``json.loads`` with our error.

    Raises:
        QuestionSetError: not JSON; the message carries the parser's reason.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        spot = f"line {error.lineno}, column {error.colno}" if not place.where else f"column {error.colno}"
        found = f"{error.msg.lower()} at {spot}"
    except (ValueError, RecursionError) as error:
        found = f"JSON that cannot be read ({type(error).__name__})"
    raise place.error(found, "valid JSON", "Correct it there; a JSON checker shows the same place.")


def json_lines(path: Path) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """One JSON object a line: its place, the object, and the line itself.

    Raises:
        QuestionSetError: a line is not a JSON object.
    """
    for place, line in text_lines(path):
        record = parse_json(place, line)
        if not isinstance(record, dict):
            raise place.error(shown(record), "a JSON object", 'Write one object a line, such as {"id": "1", …}.')
        yield place, record, line


def text_field(place: Place, record: dict[str, Any], key: str, *, empty: bool = False) -> str:
    """The string under ``key``.

    Raises:
        QuestionSetError: it is missing, not a string, blank (unless ``empty``), or holds half a surrogate
            pair.
    """
    value = record.get(key)
    if not isinstance(value, str) or not (empty or value.strip()):
        found = f'"{key}": {shown(value)}' if key in record else f'no "{key}"'
        kind = "a string" if empty else "a string that is not blank"
        raise place.error(found, f'"{key}" to be {kind}', f'Write "{key}": "…" there.')
    if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
        raise place.error(
            f'half a surrogate pair in "{key}"',
            "whole characters",
            "Write the character itself instead of its escape.",
        )
    return value


def flag_field(place: Place, record: dict[str, Any], key: str, default: bool) -> bool:
    """The true or false under ``key``, or ``default`` where it is missing.

    Raises:
        QuestionSetError: it is something else.
    """
    value = record.get(key, default)
    if not isinstance(value, bool):
        raise place.error(f'"{key}": {shown(value)}', "true or false", "Write it without quotation marks.")
    return value


def list_field(place: Place, record: dict[str, Any], key: str) -> list[Any]:
    """The list under ``key``, empty where it is missing.

    Raises:
        QuestionSetError: it is something else.
    """
    value = record.get(key, [])
    if not isinstance(value, list):
        raise place.error(f'"{key}": {shown(value)}', f'"{key}" to be a list', "Put it between [ and ].")
    return value


def history_field(place: Place, record: dict[str, Any]) -> tuple[str, ...]:
    """Earlier questions: strings, or turns ``{"speaker": "user", "text": …}`` of which the user's are kept.

    Raises:
        QuestionSetError: an entry is neither.
    """
    questions = []
    for turn in list_field(place, record, "history"):
        if isinstance(turn, dict) and isinstance(turn.get("text"), str):
            if turn.get("speaker", "user") == "user" and turn["text"].strip():
                questions.append(turn["text"])
        elif isinstance(turn, str) and turn.strip():
            questions.append(turn)
        else:
            raise place.error(
                f'{shown(turn)} in "history"',
                'earlier questions as strings, or {"speaker", "text"} turns',
                'Write them as "history": ["What is …?"], oldest first.',
            )
    return tuple(questions)


class Distinct:
    """Ids seen so far, each with the place it was first seen at."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._first: dict[str, Place] = {}

    def add(self, place: Place, identity: str) -> None:
        """Remember an id.

        Raises:
            QuestionSetError: it was seen before.
        """
        first = self._first.setdefault(identity, place)
        if first is not place:
            raise place.error(
                f"{self._what} id {shown(identity)} again (first at {first.where})",
                "each id once",
                "Rename or remove one of the two.",
            )

    def __contains__(self, identity: object) -> bool:
        return identity in self._first


def digest(paths: Iterable[Path]) -> str:
    """Hexadecimal SHA-256 over the bytes of the files, in the given order.

    Raises:
        QuestionSetError: a file cannot be read.
    """
    total = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise unreadable(path, error) from error
    return total.hexdigest()
