"""Two servers on one database are as one: the same answers, conversations and feedback, and changes seen by both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from calling import FILES, call

from assistant import Assistant
from assistant.confidence import AnswerModel
from assistant.encoders import HashingEncoder
from assistant.index import conversations_of, open_store
from assistant.index.server.address import ServerAddress
from assistant.library import Library
from assistant.server import Served, start


@pytest.fixture
def replicas(server_address: ServerAddress, tmp_path: Path, certain_model: AnswerModel) -> Iterator[list[Served]]:
    for name, text in FILES.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    Assistant.from_documents(tmp_path / "corpus", server_address, encoder="hashing").close()
    assistants = [Assistant(open_store(server_address), HashingEncoder(), confidence=certain_model) for _ in range(2)]
    running = [start(each, port=0, conversations=conversations_of(server_address)) for each in assistants]
    yield running
    for each in running:
        each.close()
    for assistant in assistants:
        assistant.close()


QUESTION = {"question": "When did the harbour open?"}


def test_both_answer_alike_and_follow_a_change_made_elsewhere(replicas, server_address, tmp_path):
    one, other = (call(each, "POST", "/api/ask", QUESTION).json for each in replicas)
    assert one == other
    assert one["citations"]
    with (tmp_path / "corpus" / "new.txt").open("w") as file:
        file.write("The harbour opened a second time in 2001.")
    Assistant.from_documents(tmp_path / "corpus", server_address).close()
    listed = [{each["id"] for each in call(each, "GET", "/api/documents").json["documents"]} for each in replicas]
    assert listed[0] == listed[1]
    assert "new.txt" in listed[0]
    one, other = (call(each, "POST", "/api/ask", QUESTION).json for each in replicas)
    assert one == other


def test_a_conversation_begun_on_one_goes_on_on_the_other(replicas):
    first, second = (each.conversations for each in replicas)
    key = first.create("anna", "When did the harbour open?").key
    assert first.write("anna", key, 0, {1: "{}"}) == 1
    assert [each.key for each in second.listed("anna")] == [key]
    assert second.write("anna", key, 1, {2: "{}"}) == 2
    assert first.write("anna", key, 1, {2: "{lost}"}) is None  # it has not seen what the other wrote
    assert first.load("anna", key)[1] == ["{}", "{}"]
    assert second.delete("anna", key)
    assert first.listed("anna") == []


def test_what_a_reader_says_on_one_the_other_knows(replicas, server_address):
    stores = [open_store(server_address) for _ in range(2)]
    assistant = Assistant(stores[0], HashingEncoder())
    said = assistant.give_feedback("Who?", "not_in_documents")
    assert stores[1].feedback() == [said]
    for each in stores:
        each.close()


def test_documents_are_not_added_on_the_page_of_one_of_many_machines(server_address, tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("Apples.")
    assistant = Assistant.from_documents(tmp_path / "corpus", server_address, encoder="hashing")
    library = Library.of(assistant, tmp_path / "corpus")
    assert "another server" in library.closed
    assistant.close()
