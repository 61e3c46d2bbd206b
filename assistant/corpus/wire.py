"""Values between a worker and its parent: frozen dataclasses as JSON, checked field by field when they come in.

A worker has had a stranger's file in its hands, so nothing it says is trusted, and nothing that could carry code
(pickle) is spoken. A dataclass travels as the list of its fields, so a field that is added to ``Document`` travels
without a change here.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import IO, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from assistant.datatypes import Document

Decode: TypeAlias = Callable[[Any], Any]

_LENGTH = 4
LONGEST_FRAME = (1 << 31) - 1
"""Bytes; a longer message is refused unread."""


class WireError(ValueError):
    """What came is not what was agreed on."""


def send(stream: IO[bytes], kind: bytes, value: object, flush: bool = True) -> None:
    """Write one message: its length, one byte that says what it is, and JSON.

    Args:
        stream: where to.
        kind: one byte.
        value: what JSON knows.
        flush: whether it is to be on its way at once.

    Raises:
        OSError: if nobody reads.
    """
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    send_bytes(stream, kind, body)
    if flush:
        stream.flush()


def send_bytes(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    """Write a message that is no JSON, such as an image; it goes on its way with the next one.

    Raises:
        OSError: if nobody reads.
    """
    stream.write((len(body) + 1).to_bytes(_LENGTH, "big") + kind)
    stream.write(body)


def receive(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The next message's kind and JSON; None at the end, also where it comes amid a message.

    Raises:
        WireError: if the message is longer than any is allowed to be.
    """
    head = stream.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    length = int.from_bytes(head, "big")
    if not 0 < length <= LONGEST_FRAME:
        raise WireError(f"a message of {length} bytes")
    body = stream.read(length)
    return (body[:1], body[1:]) if len(body) == length else None


def parsed(data: bytes) -> Any:
    """The value of a message's JSON.

    Raises:
        WireError: if it is not JSON.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError("no JSON") from error


def to_wire(value: object) -> object:
    """A frozen dataclass, or what it is made of, as values that JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return [to_wire(getattr(value, name)) for name in _names(type(value))]
    if isinstance(value, Mapping):
        return {key: to_wire(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_wire(each) for each in value]
    return value


def from_wire(kind: Any, value: object) -> Any:
    """The value of a type that :func:`to_wire` took apart.

    Raises:
        WireError: if it is not of that type in every part.
    """
    return _decoder(kind)(value)


def document_from_wire(value: object) -> Document:
    """A document, held to the laws its spans obey.

    Raises:
        WireError: if it is none, or breaks a law.
    """
    document: Document = from_wire(Document, value)
    end = 0
    for block in document.blocks:
        if not end <= block.start < block.end <= len(document.text):
            raise WireError(f"a block at [{block.start}:{block.end}]")
        end = block.end
    starts = document.page_starts
    if list(starts) != sorted(starts) or (starts and not 0 <= starts[0] <= starts[-1] <= len(document.text)):
        raise WireError("pages out of order")
    try:
        for text in (document.text, document.title, *(each for block in document.blocks for each in block.headings)):
            text.isascii() or text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise WireError("half of a surrogate pair") from error
    return document


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@cache
def _decoder(kind: Any) -> Decode:
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass_decoder(kind)
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin in (Union, types.UnionType):
        return _union_decoder(arguments)
    if origin is Literal:
        return _checked(lambda value: isinstance(value, str) and value in arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_decoder(arguments[1])
    if kind is float:
        return _checked(lambda value: type(value) in (int, float))
    if kind in (str, int, bool, types.NoneType):
        return _checked(lambda value: type(value) is kind)
    raise TypeError(f"{kind} does not travel")


def _checked(right: Callable[[object], bool]) -> Decode:
    def decode(value: object) -> object:
        if not right(value):
            raise WireError(f"{type(value).__name__} in a wrong place")
        return value

    return decode


def _dataclass_decoder(kind: type) -> Decode:
    hints = get_type_hints(kind)
    decoders = [_decoder(hints[each.name]) for each in fields(kind)]

    def decode(value: object) -> object:
        if not isinstance(value, list) or len(value) != len(decoders):
            raise WireError(f"no {kind.__name__}")
        return kind(*[decoder(each) for decoder, each in zip(decoders, value, strict=True)])

    return decode


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decode:
    repeated = len(arguments) == 2 and arguments[1] is Ellipsis
    decoders = [_decoder(each) for each in arguments if each is not Ellipsis]

    def decode(value: object) -> object:
        if not isinstance(value, list) or not (repeated or len(value) == len(decoders)):
            raise WireError("no list of that length")
        if repeated:
            return tuple(map(decoders[0], value))
        return tuple(decoder(each) for decoder, each in zip(decoders, value, strict=True))

    return decode


def _mapping_decoder(of: Any) -> Decode:
    decoder = _decoder(of)

    def decode(value: object) -> object:
        if not isinstance(value, dict):
            raise WireError("no mapping")
        return {key: decoder(each) for key, each in value.items()}

    return decode


def _union_decoder(arguments: tuple[Any, ...]) -> Decode:
    decoders = [_decoder(each) for each in arguments]

    def decode(value: object) -> object:
        for decoder in decoders:
            try:
                return decoder(value)
            except WireError:
                continue
        raise WireError(f"{type(value).__name__} in a wrong place")

    return decode
