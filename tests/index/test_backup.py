"""A backup is the index as it was at one instant; what is restored is that, or nothing is touched."""

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.analysis import Analyser
from assistant.datatypes import Document, Feedback, Passage
from assistant.errors import IndexDamagedError, IndexMissingError
from assistant.index import EmbeddedStore, Makers, check_store
from assistant.index.backup import MANIFEST, BackupError, backup_index, restore_index
from assistant.index.conversations import FILE, ConversationFile
from assistant.index.truth import TRUTH

MAKERS = Makers("hashing", "hashing-1", 2, "splitter", "english", Analyser().fingerprint)


def put(store: EmbeddedStore, name: str, text: str = "Apples.") -> None:
    passage = Passage(f"{name}#0-{len(text)}", name, 0, len(text), text, sentences=((0, len(text)),))
    vectors = np.array([[1, 0]], dtype=np.float32)
    store.replace_document(Document(name, name, "", text, "0"), [passage], vectors, f"{name} {text}")


def documents(folder: Path) -> list[str]:
    with closing(EmbeddedStore.open(folder)) as store:
        assert len(store.dense(np.array([1, 0], dtype=np.float32), 99)) == len(store.document_hashes())
        return list(store.document_hashes())


@pytest.fixture
def index(tmp_path):
    folder = tmp_path / "index"
    with closing(EmbeddedStore.create(folder, MAKERS)) as store:
        for name in ("a", "b"):
            put(store, name)
        store.info()
        store.add_feedback([Feedback("Which?", (), "right", "a", 0, 7, "Apples.")])
    said = ConversationFile(folder / FILE)
    kept = said.create("ann", "Which apples?")
    said.write("ann", kept.key, 0, {0: '{"question": "Which apples?"}'})
    said.close()
    return folder


def test_a_backup_brings_everything_back(index, tmp_path):
    made = backup_index(index, tmp_path / "kept")
    assert (made.documents, sorted(made.files)) == (2, [FILE, TRUTH])
    with closing(EmbeddedStore.open(index)) as store:
        store.delete_documents(["a", "b"])
        store.info()
    (index / FILE).unlink()
    assert restore_index(tmp_path / "kept", index, force=True) == made
    assert documents(index) == ["a", "b"]
    assert check_store(index).sound
    with closing(EmbeddedStore.open(index)) as store:
        assert [said.question for said in store.feedback()] == ["Which?"]
    said = ConversationFile(index / FILE)
    assert [kept.title for kept in said.listed("ann")] == ["Which apples?"]
    said.close()
    assert (index / FILE).stat().st_mode & 0o077 == 0


def test_a_backup_restores_into_a_new_folder(index, tmp_path):
    backup_index(index, tmp_path / "kept")
    restore_index(tmp_path / "kept", tmp_path / "new")
    assert documents(tmp_path / "new") == documents(index)


def test_a_backup_is_of_one_instant_while_a_writer_works(index, tmp_path):
    stop = threading.Event()

    def write() -> None:
        with closing(EmbeddedStore.open(index)) as store:
            number = 0
            while not stop.is_set():
                number += 1
                put(store, "a", f"Version {number}.")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(5):
            backup_index(index, tmp_path / f"kept-{turn}")
    finally:
        stop.set()
        writer.join()
    assert all(check_store(tmp_path / f"kept-{turn}").sound for turn in range(5))


def test_what_was_committed_but_not_checkpointed_is_in_the_copy(index, tmp_path):
    with closing(EmbeddedStore.open(index)) as store:
        put(store, "c")
        backup_index(index, tmp_path / "kept")
    restore_index(tmp_path / "kept", tmp_path / "new")
    assert documents(tmp_path / "new") == ["a", "b", "c"]


def test_nothing_is_overwritten_without_being_told_to(index, tmp_path):
    backup_index(index, tmp_path / "kept")
    with pytest.raises(BackupError, match="--force"):
        backup_index(index, tmp_path / "kept")
    backup_index(index, tmp_path / "kept", force=True)
    with pytest.raises(BackupError, match="--force"):
        restore_index(tmp_path / "kept", index)


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_no_backup_is_left_alone(index, tmp_path, force):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear Ann")
    with pytest.raises(BackupError, match="is no backup"):
        backup_index(index, tmp_path / "mine", force=force)
    assert (tmp_path / "mine" / "letter.txt").read_text() == "Dear Ann"
    with pytest.raises(BackupError, match="is no backup"):
        restore_index(tmp_path / "mine", index, force=force)


def test_a_damaged_index_is_not_backed_up(index, tmp_path):
    with closing(sqlite3.connect(index / TRUTH)) as connection, connection:
        connection.execute("UPDATE passages SET text = 'Others.' WHERE key = 1")
    with pytest.raises((BackupError, IndexDamagedError), match="damaged"):
        backup_index(index, tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


def test_a_missing_index_cannot_be_backed_up(tmp_path):
    with pytest.raises(IndexMissingError):
        backup_index(tmp_path / "nowhere", tmp_path / "kept")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [TRUTH, FILE])
def test_a_damaged_backup_replaces_nothing(index, tmp_path, name):
    backup_index(index, tmp_path / "kept")
    content = bytearray((tmp_path / "kept" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "kept" / name).write_bytes(content)
    before = (index / TRUTH).read_bytes()
    with pytest.raises(BackupError, match="not as it was written"):
        restore_index(tmp_path / "kept", index, force=True)
    assert (index / TRUTH).read_bytes() == before
    assert not (index / "restoring").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"files": {}},
        {"files": {TRUTH: {"bytes": 1, "sha256": ""}, "../../etc/passwd": {"bytes": 1, "sha256": ""}}},
        {"documents": None},
    ],
)
def test_a_manifest_that_is_none_is_refused(index, tmp_path, change):
    backup_index(index, tmp_path / "kept")
    manifest = tmp_path / "kept" / MANIFEST
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **change}))
    with pytest.raises(BackupError, match="is no backup"):
        restore_index(tmp_path / "kept", tmp_path / "new")


def test_derived_files_of_before_are_not_taken_for_those_of_the_restored_index(index, tmp_path):
    """Also where both were changed as often."""
    backup_index(index, tmp_path / "kept")
    shutil.copytree(index, tmp_path / "other")
    with closing(EmbeddedStore.open(index)) as store:
        put(store, "c")
        store.info()
    restore_index(tmp_path / "kept", index, force=True)
    with closing(EmbeddedStore.open(index)) as store:
        put(store, "d", "Pears.")
    with closing(EmbeddedStore.open(tmp_path / "other")) as other:
        put(other, "d", "Plums.")
        other.info()
    for path in (tmp_path / "other").glob("[vlp]*.*"):
        shutil.copy(path, index)
    with closing(EmbeddedStore.open(index)) as store:
        assert len(store.lexical({"pear": 1.0}, 9)) == 1


def test_makers_travel_with_it(index, tmp_path):
    backup_index(index, tmp_path / "kept")
    restore_index(tmp_path / "kept", tmp_path / "new")
    with closing(EmbeddedStore.open(tmp_path / "new")) as store:
        assert store.makers == MAKERS


def test_who_has_the_index_open_reads_the_restored_one_with_the_next_question(index, tmp_path):
    backup_index(index, tmp_path / "kept")
    with closing(EmbeddedStore.open(index)) as reader:
        put(reader, "c")
        with reader.reading():
            assert sorted(reader.document_hashes()) == ["a", "b", "c"]
        restore_index(tmp_path / "kept", index, force=True)
        with reader.reading():
            assert sorted(reader.document_hashes()) == ["a", "b"]
            assert len(reader.dense(np.array([1, 0], dtype=np.float32), 9)) == 2


def test_a_restore_waits_for_nobody_who_changes_the_index_for_long(index, tmp_path, monkeypatch):
    from assistant.errors import IndexBusyError
    from assistant.index import backup, one_writer

    backup_index(index, tmp_path / "kept")
    monkeypatch.setattr(backup, "one_writer", lambda folder: one_writer(folder, wait=0))
    with one_writer(index), pytest.raises(IndexBusyError, match="is being changed"):
        restore_index(tmp_path / "kept", index, force=True)
