"""Saved conversations: whole, each its owner's alone, and never overwritten by one that did not see the last change."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import StoreError
from assistant.index.conversations import TITLE_LIMIT, ConversationFile


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ConversationFile]:
    opened = ConversationFile(tmp_path / "index" / "conversations.sqlite")
    yield opened
    opened.close()


def kept(file: ConversationFile, owner: str = "anna", *bodies: str) -> str:
    made = file.create(owner, "Why?")
    assert file.write(owner, made.key, 0, dict(enumerate(bodies or ("one",), 1))) == 1
    return made.key


def test_what_is_written_is_there_when_the_file_is_opened_again(file: ConversationFile) -> None:
    key = kept(file, "anna", "one", "two", "three")
    assert file.write("anna", key, 1, {2: "TWO", 10: "ten"}, dropped=[3]) == 2
    assert file.path is not None
    again = ConversationFile(file.path)
    found = again.load("anna", key)
    again.close()
    assert found is not None
    assert (found[1], found[0].version, found[0].questions) == (["one", "TWO", "ten"], 2, 3)


def test_another_owner_reaches_nothing(file: ConversationFile) -> None:
    key = kept(file, "anna")
    assert file.load("ben", key) is None
    assert file.write("ben", key, 1, {1: "his"}) is None
    assert not file.rename("ben", key, "his")
    assert not file.delete("ben", key)
    assert file.listed("ben") == []
    assert [each.title for each in file.listed("anna")] == ["Why?"]


def test_who_has_not_seen_the_last_change_cannot_write(file: ConversationFile) -> None:
    key = kept(file)
    assert file.write("anna", key, 1, {2: "mine"}) == 2
    assert file.write("anna", key, 1, {2: "other"}, dropped=[1]) is None
    found = file.load("anna", key)
    assert found is not None
    assert found[1] == ["one", "mine"]


def test_the_list_has_the_latest_first_and_none_without_a_question(file: ConversationFile) -> None:
    first, second = kept(file), kept(file)
    file.create("anna", "never asked")
    assert [each.key for each in file.listed("anna")] == [second, first]
    file.write("anna", first, 1, {2: "again"})
    assert [each.key for each in file.listed("anna")] == [first, second]


def test_names_are_one_line_of_limited_length_and_never_blank(file: ConversationFile) -> None:
    key = kept(file)
    assert file.rename("anna", key, "  a\n\tb \ud800" + "c" * 500)
    (name,) = [each.title for each in file.listed("anna")]
    assert name.startswith("a b ?ccc")
    assert len(name) == TITLE_LIMIT
    assert not file.rename("anna", key, " \n ")


def test_what_is_deleted_is_gone_from_the_file(file: ConversationFile) -> None:
    key = kept(file, "anna", "a secret nobody else may read")
    assert file.delete("anna", key)
    assert file.load("anna", key) is None
    assert file.path is not None
    file.close()
    assert b"a secret nobody else" not in file.path.read_bytes()


def test_the_file_is_for_the_eyes_of_its_owner(file: ConversationFile) -> None:
    assert file.path is not None
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_many_threads_lose_nothing(file: ConversationFile) -> None:
    threads = [threading.Thread(target=kept, args=(file, f"user {n % 3}", "x", "y")) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(file.listed(f"user {n}")) for n in range(3)] == [8, 8, 8]


def test_without_a_path_they_last_as_long_as_the_object() -> None:
    file = ConversationFile()
    assert file.load("anna", kept(file)) is not None
    file.close()


@pytest.mark.parametrize("content", [b"not a database at all, but text", None], ids=["text", "newer"])
def test_another_file_in_its_place_is_refused_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "conversations.sqlite"
    if content is None:
        newer = sqlite3.connect(path)
        newer.execute("PRAGMA user_version = 99")
        newer.close()
    else:
        path.write_bytes(content * 50)
    with pytest.raises(StoreError, match=r"move .* away") as refused:
        ConversationFile(path)
    assert "\n" not in str(refused.value)
