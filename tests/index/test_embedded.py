"""The embedded store: what is peculiar to files in a folder."""

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.analysis import Analyser
from assistant.datatypes import Document, Passage
from assistant.encoders import TokenVectors, quantise
from assistant.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from assistant.index import EmbeddedStore, Makers, existing_or_new
from assistant.index.layer import LEXICAL, VECTORS
from assistant.index.truth import TRUTH

MAKERS = Makers("hashing", "hashing-1", 2, "splitter", "english", Analyser().fingerprint)
X = np.array([[1, 0]], dtype=np.float32)


def put(store: EmbeddedStore, name: str, text: str = "Apples.") -> None:
    passage = Passage(f"{name}#0-{len(text)}", name, 0, len(text), text, sentences=((0, len(text)),))
    store.replace_document(Document(name, name, "", text, "0"), [passage], X, name)


def build_and_fail(folder: Path, *names: str, rebuild: bool = False) -> None:
    with existing_or_new(folder, None, MAKERS, rebuild=rebuild) as store:
        for name in names:
            put(store, name)
        raise RuntimeError


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "index"
    store = EmbeddedStore.create(folder, MAKERS)
    put(store, "a")
    store.info()  # makes the derived files
    store.close()
    return folder


def test_a_missing_index_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(IndexMissingError, match="run: footnote index"):
        EmbeddedStore.open(tmp_path)


@pytest.mark.parametrize("name", [VECTORS, "vectors.json", LEXICAL])
@pytest.mark.parametrize("damage", ["missing", "truncated", "foreign"])
def test_derived_files_are_rebuilt_from_the_truth(folder, name, damage):
    path = folder / name
    whole = path.read_bytes()
    {
        "missing": path.unlink,
        "truncated": lambda: path.write_bytes(whole[: len(whole) // 2]),
        "foreign": lambda: path.write_bytes(b"something else"),
    }[damage]()
    store = EmbeddedStore.open(folder)
    assert len(store.dense(X[0], 5)) == len(store.lexical({"appl": 1.0}, 5)) == 1
    store.close()
    assert path.stat().st_size == pytest.approx(len(whole), abs=80)


def test_stale_derived_files_are_not_used(folder):
    store = EmbeddedStore.open(folder)
    put(store, "b")
    store.close()
    store = EmbeddedStore.open(folder)
    assert len(store.dense(X[0], 5)) == len(store.lexical({"appl": 1.0}, 5)) == 2
    store.close()


def test_a_reader_sees_what_another_connection_wrote(folder):
    reader, writer = EmbeddedStore.open(folder), EmbeddedStore.open(folder)
    assert len(reader.dense(X[0], 5)) == 1
    put(writer, "b")
    assert len(reader.dense(X[0], 5)) == 2
    reader.close()
    writer.close()


@pytest.mark.parametrize("content", [b"", b"not a database, though long enough to look like one" * 100])
def test_a_damaged_truth_is_refused_with_the_command_that_mends_it(folder, content):
    for leftover in folder.glob(f"{TRUTH}-*"):
        leftover.unlink()
    (folder / TRUTH).write_bytes(content)
    with pytest.raises(IndexDamagedError, match="--rebuild"):
        EmbeddedStore.open(folder)


def test_another_format_is_refused(folder):
    with sqlite3.connect(folder / TRUTH) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'format'")
    connection.close()
    with pytest.raises(IndexMismatchError, match=r"999.*--rebuild"):
        EmbeddedStore.open(folder)


def test_threads_share_a_store(folder):
    store = EmbeddedStore.open(folder)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(store.lexical({"appl": 1.0}, 5)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    assert found == [1] * 8


def test_a_rebuild_that_fails_leaves_the_old_index(folder):
    with pytest.raises(RuntimeError):
        build_and_fail(folder, "new", rebuild=True)
    old = EmbeddedStore.open(folder)
    assert list(old.document_hashes()) == ["a"]
    old.close()
    assert not (folder / "rebuilding").exists()


def test_a_rebuild_takes_the_place_of_the_old_index(folder):
    with existing_or_new(folder, None, MAKERS, rebuild=True) as store:
        put(store, "new")
    rebuilt = EmbeddedStore.open(folder)
    assert list(rebuilt.document_hashes()) == ["new"]
    assert len(rebuilt.lexical({"appl": 1.0}, 5)) == 1
    rebuilt.close()


def test_a_first_build_that_fails_keeps_finished_documents_and_leaves_no_empty_index(tmp_path):
    with pytest.raises(RuntimeError):
        build_and_fail(tmp_path / "empty")
    assert not EmbeddedStore.exists(tmp_path / "empty")
    with pytest.raises(RuntimeError):
        build_and_fail(tmp_path / "begun", "a")
    begun = EmbeddedStore.open(tmp_path / "begun")
    assert list(begun.document_hashes()) == ["a"]
    begun.close()


def test_past_the_budget_token_vectors_are_not_kept(tmp_path):
    codes = quantise(TokenVectors(np.ones((1000, 2), dtype=np.float32), np.zeros((1000, 2), dtype=np.int32)))
    for budget, kept in [(1 << 20, 1), (10_000, 0)]:
        store = EmbeddedStore.create(tmp_path / str(budget), replace(MAKERS, token_budget=budget))
        passage = Passage("a#0-1", "a", 0, 1, "A", parts=((0, 1),))
        store.replace_document(Document("a", "a", "", "A", "0"), [passage], X, "a", {0: codes})
        assert len(store.token_codes([("a", 0)])) == kept
        assert len(store.dense(X[0], 5)) == 1
        store.close()
