"""A store follows what others commit, reads one state within a question, and pins none for long."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.analysis import Analyser
from assistant.datatypes import Document, Passage
from assistant.errors import IndexDamagedError, IndexMismatchError
from assistant.index import EmbeddedStore, Makers, existing_or_new
from assistant.index.truth import TRUTH

MAKERS = Makers("hashing", "hashing-1", 2, "splitter", "english", Analyser().fingerprint)
X = np.array([[1, 0]], dtype=np.float32)


def put(store: EmbeddedStore, name: str, text: str = "Apples.") -> None:
    passage = Passage(f"{name}#0-{len(text)}", name, 0, len(text), text, sentences=((0, len(text)),))
    store.replace_document(Document(name, name, "", text, "0"), [passage], X, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(EmbeddedStore.create(tmp_path / "index", MAKERS)) as store:
        put(store, "a")
        store.info()
    return tmp_path / "index"


def held_up(folder: Path) -> bool:
    """Whether a reader keeps the log from being brought into the truth."""
    with closing(sqlite3.connect(folder / TRUTH, timeout=0)) as connection:
        return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


def test_within_a_question_one_state_is_read_and_the_next_reads_the_latest(folder):
    with closing(EmbeddedStore.open(folder)) as reader, closing(EmbeddedStore.open(folder)) as writer:
        with reader.reading():
            put(writer, "b")
            writer.delete_documents(["a"])
            assert list(reader.document_hashes()) == ["a"]
            assert [
                place.document for place in reader.places([each.key for each in reader.dense(X[0], 5)]).values()
            ] == ["a"]
        with reader.reading():
            assert list(reader.document_hashes()) == ["b"]
            assert len(reader.dense(X[0], 5)) == 1


def test_a_rebuilt_index_is_followed_also_at_the_same_generation(folder):
    with closing(EmbeddedStore.open(folder)) as reader:
        with reader.reading():
            assert reader.passages([each.key for each in reader.dense(X[0], 5)])
        with existing_or_new(folder, None, MAKERS, rebuild=True) as store:
            put(store, "new", "Pears.")
        with reader.reading():
            assert list(reader.document_hashes()) == ["new"]
            assert len(reader.lexical({"pear": 1.0}, 5)) == 1
            assert reader.lexical({"appl": 1.0}, 5) == []


def test_an_index_rebuilt_by_another_encoder_is_refused_with_what_to_do(folder):
    with closing(EmbeddedStore.open(folder)) as reader:
        with existing_or_new(folder, None, replace(MAKERS, encoder_fingerprint="other"), rebuild=True):
            pass
        with pytest.raises(IndexMismatchError, match="start this again"), reader.reading():
            pass


def test_what_is_dear_is_done_seldom(folder, monkeypatch):
    monkeypatch.setattr("assistant.index.following.QUICK_SECONDS", 0.0)
    monkeypatch.setattr("assistant.index.following.PATIENCE", 1e6)
    with closing(EmbeddedStore.open(folder)) as reader, closing(EmbeddedStore.open(folder)) as writer:
        for seen in (["a"], ["a", "b"], ["a", "b"]):  # what is loaded when it is opened says nothing of a change
            with reader.reading():
                assert sorted(reader.document_hashes()) == seen
            put(writer, "b" if seen == ["a"] else "c")


def test_a_state_that_nobody_reads_any_more_does_not_hold_up_the_log(folder, monkeypatch):
    with closing(EmbeddedStore.open(folder)) as reader, closing(EmbeddedStore.open(folder)) as writer:
        with reader.reading():
            pass
        put(writer, "b")
        assert held_up(folder)
        monkeypatch.setattr("assistant.index.following.IDLE_SECONDS", 0.0)
        reader._follower._when_idle()
        assert not held_up(folder)
        with reader.reading():
            assert sorted(reader.document_hashes()) == ["a", "b"]


def test_what_is_held_is_not_moved_by_questions(folder):
    with closing(EmbeddedStore.open(folder)) as reader, closing(EmbeddedStore.open(folder)) as writer:
        reader.hold()
        put(writer, "b")
        with reader.reading():
            assert list(reader.document_hashes()) == ["a"]
        reader.let_go()
        with reader.reading():
            assert sorted(reader.document_hashes()) == ["a", "b"]


def test_a_state_that_cannot_be_derived_is_not_held(folder, monkeypatch):
    from assistant.index import embedded

    def fails(*_):
        raise IndexDamagedError("lost")

    with closing(EmbeddedStore.open(folder)) as reader, closing(EmbeddedStore.open(folder)) as writer:
        with monkeypatch.context() as patched:
            patched.setattr(embedded, "derived", fails)
            with pytest.raises(IndexDamagedError, match="lost"):
                reader.hold()
        put(writer, "b")
        with reader.reading():
            put(writer, "c")
            assert sorted(reader.document_hashes()) == ["a", "b"]  # one state a question, as before
