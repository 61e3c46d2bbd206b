"""An index is looked at through its store alone."""

from contextlib import closing

import pytest

from assistant import Assistant
from assistant.errors import UnknownDocumentError
from assistant.index import open_store
from assistant.open_index import OpenIndex


@pytest.fixture
def index(folder_of, tmp_path):
    folder = folder_of({"a.txt": "Apples grow here.", "b.txt": "Pears grow there."})
    Assistant.from_documents(folder, tmp_path / "index", encoder="hashing").close()
    return tmp_path / "index"


def test_no_encoder_is_needed_to_look_at_an_index(index, monkeypatch):
    monkeypatch.setattr("assistant.encoder_choice.load_encoder", None)
    with closing(OpenIndex(open_store(index))) as opened:
        assert sorted(opened.documents()) == ["a.txt", "b.txt"]
        assert opened.document("a.txt").text == "Apples grow here."
        assert [passage.text for passage in opened.passages_of("b.txt")] == ["Pears grow there."]
        assert opened.info().documents == 2
        assert opened.stale_sources() == {}


def test_a_document_that_is_not_there_is_named_with_its_index(index):
    with closing(OpenIndex(open_store(index))) as opened, pytest.raises(UnknownDocumentError, match=r"index.*'c\.txt'"):
        opened.document("c.txt")
