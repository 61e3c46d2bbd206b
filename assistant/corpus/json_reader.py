"""JSON and JSON Lines: values said with their names; a list of records is a table, one row a record.

Nested objects are sections under the name of their key, as long as they are not too deep for that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.decoding import decode

Json: TypeAlias = Any

_DEEPEST = 6
_LONGEST_ROW = 1500
_PARAGRAPHS = re.compile(r"\n\s*\n")
_TITLES = ("title", "name")


def parse(data: bytes) -> Content:
    """Read a JSON file, or one with a JSON value on each line.

    Raises:
        UnreadableError: not text, or not JSON.
    """
    text = decode(data)
    builder = TextBuilder()
    try:
        value = load(text)
    except ValueError as error:
        records = _lines(text, error)
        for record in records:
            _record(builder, record, 1)
        return builder.content()
    _value(builder, "", value, 1)
    title = next((value[k] for k in _TITLES if isinstance(value.get(k), str)), "") if isinstance(value, dict) else ""
    return builder.content(title if len(title) < 200 else "")


def load(text: str) -> Json:
    """The value of a JSON text.

    Raises:
        ValueError: not JSON, or nested too deep.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _lines(text: str, fault: ValueError) -> list[Json]:
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        if len(lines) < 2:
            raise fault
        load(lines[0])
    except ValueError as error:
        raise UnreadableError(f"is not JSON ({_fault(fault)}): correct it") from error
    records = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                records.append(load(line))
            except ValueError as error:
                raise UnreadableError(f"is not JSON in line {number} ({_fault(error)}): correct it") from error
    return records


def _fault(error: ValueError) -> str:
    return one_line(str(error))[:120]


def _value(builder: TextBuilder, name: str, value: Json, level: int) -> None:
    """Append a value under its name, in as many blocks as it needs."""
    if isinstance(value, dict) and value and level <= _DEEPEST:
        if name:
            builder.add("heading", one_line(name), level=level)
        for key, inner in value.items():
            _value(builder, key, inner, level + bool(name))
    elif isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value) and level <= _DEEPEST:
        if name:
            builder.add("heading", one_line(name), level=level)
        for record in value:
            _record(builder, record, level + bool(name))
    else:
        said = _said(value)
        for place, piece in enumerate(_PARAGRAPHS.split(said)):
            builder.add("paragraph", f"{one_line(name)}: {piece}" if name and not place else piece)


def _record(builder: TextBuilder, record: Json, level: int) -> None:
    """Append one record of several: a row, or, if it is long, its values one by one."""
    row = " | ".join(f"{name}: {text}" if name else text for name, text in _flat("", record) if text)
    if len(row) <= _LONGEST_ROW:
        builder.add("table_row", one_line(row))
    else:
        builder.part()
        _value(builder, "", record, level)


def _flat(name: str, value: Json, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The plain values in a record, with the names that lead to each joined by full stops."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else key, inner, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST and any(isinstance(each, (dict, list)) for each in value):
        for place, inner in enumerate(value, 1):
            yield from _flat(f"{name}.{place}" if name else str(place), inner, depth + 1)
    else:
        yield name, _said(value)


def _said(value: Json) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and not any(isinstance(each, (dict, list)) for each in value):
        return ", ".join(_said(each) for each in value)
    return "" if value is None or value in ({}, []) else json.dumps(value, ensure_ascii=False)
