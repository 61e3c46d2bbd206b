"""Options that take several values with commas between."""

from __future__ import annotations

from typing import TypeVar

from assistant.errors import InputError

_Number = TypeVar("_Number", int, float)


def parts(option: str, text: str) -> list[str]:
    """What stands between the commas, each once, in order."""
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise InputError(f"{option} {text!r} has an empty place; write values with commas between, e.g. {option} A,B")
    return list(dict.fromkeys(parts))


def numbers(option: str, text: str, kind: type[_Number], low: float, high: float) -> list[_Number]:
    """The numbers between the commas, each once, in order."""
    values = []
    for part in parts(option, text):
        try:
            value = kind(part)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            what = "a whole number" if kind is int else "a number"
            raise InputError(
                f"{option} holds {part[:40]!r}, expected {what} from {low:g} to {high:g}; "
                f"write values with commas between, e.g. {option} {low:g},{high:g}"
            )
        values.append(value)
    return list(dict.fromkeys(values))
