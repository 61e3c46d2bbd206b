"""Limits on one file, as settings and as they are met."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_files import pdf_lines

from assistant.corpus import ReadLimits, read_document
from assistant.corpus.limits import parse_size, shown_size
from assistant.errors import DocumentError, InputError

LIMITS = ReadLimits()


@pytest.mark.parametrize(
    ("text", "size"),
    [("4096", 4096), ("500MB", 500 << 20), ("2g", 2 << 30), (" 1.5 GiB ", 3 << 29), ("10K", 10240), ("7 b", 7)],
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "1 XB", "1e9", "5 MB/s"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no size"):
        parse_size(text)


@given(st.integers(0, 1 << 41))
def test_a_size_that_is_shown_is_a_size(size: int) -> None:
    assert abs(parse_size(shown_size(size).replace(" bytes", "")) - size) <= size / 20


@pytest.mark.parametrize("name", ["file_bytes", "pages", "seconds", "memory_bytes", "workers", "nesting"])
def test_a_limit_that_lets_nothing_through_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"the limit {name} is 0"):
        replace(LIMITS, **{name: 0})


def test_there_are_no_more_workers_than_files() -> None:
    assert replace(LIMITS, workers=8).workers_for(3) == 3
    assert replace(LIMITS, workers=2).workers_for(1000) == 2
    assert LIMITS.workers_for(0) == 1


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (replace(LIMITS, file_bytes=1000), "KiB, at most 1000 bytes are read: split it, or raise --max-size"),
        (replace(LIMITS, pages=2), "has 3 pages, at most 2 are read"),
        (replace(LIMITS, characters=20), "characters of text, at most 20 are read"),
    ],
    ids=["size", "pages", "characters"],
)
def test_a_file_over_a_limit_is_refused_by_name_and_number(tmp_path: Path, limits: ReadLimits, reason: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_lines(["Words of the first page."], ["Words of the second."], ["Words of the third."]))
    with pytest.raises(DocumentError) as caught:
        read_document(path, limits=limits)
    assert reason in caught.value.reason
    assert read_document(path).text


def test_a_file_that_has_just_the_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Words.")
    assert read_document(path, limits=replace(LIMITS, file_bytes=6)).text == "Words."
