"""What every place for saved conversations must do: whole, each its owner's alone, never overwritten unseen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.index.conversations import TITLE_LIMIT, ConversationFile, Conversations
from assistant.index.server.conversations import ServerConversations
from assistant.index.server.store import ServerStore
from tests.contract.test_store import MAKERS


@pytest.fixture(params=["file", "server"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Conversations]:
    opened: Conversations
    if request.param == "file":
        opened = ConversationFile(tmp_path / "conversations.sqlite")
    else:
        address = request.getfixturevalue("server_address")
        ServerStore.create(address, MAKERS).close()
        opened = ServerConversations(address)
    yield opened
    opened.close()


def begun(kept: Conversations, owner: str = "anna", *bodies: str) -> str:
    made = kept.create(owner, "Why?")
    assert kept.write(owner, made.key, 0, dict(enumerate(bodies or ("{one}",), 1))) == 1
    return made.key


def test_what_is_written_comes_back(kept):
    key = begun(kept, "anna", "{1}", "{2}", "{3}")
    assert kept.write("anna", key, 1, {2: "{TWO}", 10: "{ten}"}, dropped=[3]) == 2
    found = kept.load("anna", key)
    assert (found[1], found[0].version, found[0].questions) == (["{1}", "{TWO}", "{ten}"], 2, 3)


def test_another_owner_reaches_nothing(kept):
    key = begun(kept)
    assert kept.load("ben", key) is None
    assert kept.write("ben", key, 1, {1: "{his}"}) is None
    assert not kept.rename("ben", key, "his")
    assert not kept.delete("ben", key)
    assert kept.listed("ben") == []


def test_who_has_not_seen_the_last_change_cannot_write(kept):
    key = begun(kept)
    assert kept.write("anna", key, 1, {2: "{mine}"}) == 2
    assert kept.write("anna", key, 1, {2: "{other}"}, dropped=[1]) is None
    assert kept.load("anna", key)[1] == ["{one}", "{mine}"]


def test_the_list_has_the_latest_first_and_none_without_a_question(kept):
    first, second = begun(kept), begun(kept)
    kept.create("anna", "empty")
    kept.write("anna", first, 1, {2: "{again}"})
    assert [each.key for each in kept.listed("anna")] == [first, second]


def test_names_are_one_line_and_never_blank(kept):
    key = begun(kept)
    assert kept.rename("anna", key, "a\nb" + "c" * TITLE_LIMIT)
    assert not kept.rename("anna", key, " \n ")
    title = kept.listed("anna")[0].title
    assert title.startswith("a bc")
    assert len(title) == TITLE_LIMIT


def test_deleting(kept):
    key = begun(kept)
    assert kept.delete("anna", key)
    assert kept.load("anna", key) is None
    assert not kept.delete("anna", key)


def test_a_copy_has_all_of_every_owner(kept, tmp_path):
    keys = {begun(kept, "anna", "{1}", "{2}"), begun(kept, "ben")}
    copy = ConversationFile(tmp_path / "copy.sqlite")
    for _ in range(2):  # put twice, it is there once
        for saved in kept.every():
            copy.put(saved)
    assert {saved.key for saved in copy.every()} == keys
    assert list(copy.every()) == list(kept.every())
    copy.close()


def test_many_threads_lose_nothing(kept):
    def converse() -> None:
        key = kept.create("anna", "Why?").key
        for version in range(5):
            assert kept.write("anna", key, version, {version + 1: f"{{{version}}}"}) == version + 1

    threads = [threading.Thread(target=converse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.questions for each in kept.listed("anna")] == [5] * 4
