"""Values between processes: they come back equal, and nothing else gets through."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus import ReadLimits
from assistant.corpus.options import ReadOptions
from assistant.corpus.wire import WireError, document_from_wire, from_wire, parsed, receive, send, to_wire
from assistant.corpus.worker import Request, Settings, Task
from assistant.datatypes import Block, Document

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
DOCUMENT = Document(
    "a",
    "b",
    "Title",
    "Title\n\nWords – 🙂",
    "0" * 64,
    blocks=(Block("heading", 0, 5, (), 1), Block("paragraph", 7, 16, ("Title",))),
    page_starts=(0, 7),
    metadata={"author": "Ada"},
    warnings=("a picture was left out",),
)


def travelled(value: object) -> object:
    """What is read at the other end of a pipe."""
    pipe = io.BytesIO()
    send(pipe, b"X", to_wire(value))
    pipe.seek(0)
    message = receive(pipe)
    assert message is not None
    return parsed(message[1])


def test_a_document_travels_whole() -> None:
    assert document_from_wire(travelled(DOCUMENT)) == DOCUMENT


@given(TEXT, TEXT, st.dictionaries(TEXT, TEXT))
def test_any_text_travels_whole(text: str, title: str, metadata: dict[str, str]) -> None:
    document = replace(DOCUMENT, text=text, title=title, metadata=metadata, blocks=(), page_starts=())
    assert document_from_wire(travelled(document)) == document


def test_what_a_worker_is_told_travels_whole() -> None:
    settings = Settings(ReadLimits(workers=3, seconds=1), ReadOptions(("geheim", "pässword"), "eng"))
    request = Request(Task("/caf\udce9/a.txt", "a.txt", "a.txt", {"a.txt": "0" * 64}), 3)
    assert from_wire(Settings, travelled(settings)) == settings
    assert from_wire(Request, travelled(request)) == request


@pytest.mark.parametrize(
    "broken",
    [
        replace(DOCUMENT, blocks=(Block("paragraph", 0, 99),)),
        replace(DOCUMENT, blocks=(Block("paragraph", -3, 5),)),
        replace(DOCUMENT, blocks=(Block("paragraph", 5, 5),)),
        replace(DOCUMENT, blocks=tuple(reversed(DOCUMENT.blocks))),
        replace(DOCUMENT, blocks=(Block("script", 0, 5),)),  # type: ignore[arg-type]
        replace(DOCUMENT, page_starts=(7, 0)),
        replace(DOCUMENT, page_starts=(0, 99)),
        replace(DOCUMENT, text="\ud800" * 20),
        replace(DOCUMENT, title="\udfff"),
        replace(DOCUMENT, title=None),  # type: ignore[arg-type]
        replace(DOCUMENT, sha256=7),  # type: ignore[arg-type]
        replace(DOCUMENT, metadata={"pages": 7}),  # type: ignore[dict-item]
        replace(DOCUMENT, warnings=None),  # type: ignore[arg-type]
    ],
    ids=lambda _: "",
)
def test_a_document_that_breaks_a_law_is_refused(broken: Document) -> None:
    with pytest.raises(WireError):
        document_from_wire(travelled(broken))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(TEXT, inner, max_size=3),
)


@given(JSON)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(WireError):
        document_from_wire(value)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b"nope"])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        parsed(data)


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"\x00\x00\x00\x09abc"])
def test_a_message_that_breaks_off_is_the_end(data: bytes) -> None:
    assert receive(io.BytesIO(data)) is None


@pytest.mark.parametrize("head", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"])
def test_a_message_of_no_size_is_refused_unread(head: bytes) -> None:
    with pytest.raises(WireError):
        receive(io.BytesIO(head + b"x"))
