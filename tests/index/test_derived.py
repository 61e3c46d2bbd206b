"""What is searched follows change by change, and is always what would be derived anew."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.analysis import Analyser
from assistant.datatypes import Document, Passage
from assistant.errors import IndexDamagedError
from assistant.index import EmbeddedStore, Makers, PassageRef, derived, journal, soundness
from assistant.index.layer import LEXICAL, PLACES, VECTORS, Layer, saved_state
from assistant.index.tables import SEARCHED
from assistant.index.truth import TRUTH

MAKERS = Makers("hashing", "hashing-1", 4, "splitter", "english", Analyser().fingerprint)
WORDS = ["apple", "pear", "quince", "plum"]


@pytest.fixture(autouse=True)
def large(monkeypatch):
    monkeypatch.setattr(soundness, "SMALL_BYTES", 0)


def put(store, name, *words):
    """A document with a passage for each word; the vectors depend on them and on the name."""
    text = " ".join(words)
    passages, vectors, at = [], np.zeros((len(words), 4), dtype=np.float32), 0
    for row, word in enumerate(words):
        end = at + len(word)
        passages.append(Passage(f"{name}#{at}-{end}", name, at, end, word, "T", sentences=((0, len(word)),),
                                parts=((at, end),)))  # fmt: skip
        vectors[row, WORDS.index(word) if word in WORDS else 0] = 1.0
        vectors[row, row % 4] += len(name) / 10
        at = end + 1
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    store.replace_document(Document(name, f"corpus/{name}", "T", text, "0"), passages, vectors, f"{name} {text}")


def asked(store):
    """All that searching gives."""
    keys = list(range(200))
    ids = [f"{w}{n}" for w in "ab" for n in range(6)] + ["w#1", "w#2"]
    places = store.places(keys)
    return (
        [[(c.key, c.score) for c in store.dense(np.eye(4, dtype=np.float32)[n], 7)] for n in range(4)],
        [[(c.key, c.score) for c in store.dense(np.eye(4, dtype=np.float32)[n], 7, ids[::2])] for n in range(2)],
        [[(c.key, c.score) for c in store.lexical({"appl": 1.0, "quinc": 0.5}, k, w, context=1.0)]
         for k, w in ((3, None), (50, None), (9, ids[::2]))],
        store.document_frequencies(["appl", "pear", "plum", "none"]),
        places,
        [store.beside(place, 2) for place in places.values()],
        store.beside(PassageRef(0, "a9", 3, 4, ()), 3),
        store.sample(5).keys,
        store.info().passages,
        store.info().terms_per_passage,
    )  # fmt: skip


CHANGE = st.one_of(
    st.tuples(
        st.just("put"),
        st.sampled_from([f"{w}{n}" for w in "ab" for n in range(6)] + ["w#1", "w#2"]),
        st.lists(st.sampled_from(WORDS), max_size=4),
    ),
    st.tuples(st.just("delete"), st.sampled_from([f"{w}{n}" for w in "ab" for n in range(6)] + ["w#1"]), st.just([])),
    st.tuples(st.just("ask"), st.just(""), st.just([])),
    st.tuples(st.just("open again"), st.just(""), st.just([])),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGE, max_size=25), st.sampled_from([1, 4, 50]))
def test_it_is_always_what_would_be_derived_anew(tmp_path_factory, monkeypatch, changes, few):
    monkeypatch.setattr(derived, "FEW_RECENT", few)
    folder = tmp_path_factory.mktemp("index") / "index"
    store = EmbeddedStore.create(folder, MAKERS)
    reader = EmbeddedStore.open(folder)
    for kind, name, words in [*changes, ("ask", "", [])]:
        if kind == "put":
            put(store, name, *words)
        elif kind == "delete":
            store.delete_documents([name])
        elif kind == "open again":
            store.close()
            store = EmbeddedStore.open(folder)
        else:
            now = asked(store)
            with reader.reading():
                assert asked(reader) == now
    for file in folder.glob("*.safetensors"):
        file.unlink()
    with closing(EmbeddedStore.open(folder)) as anew:
        assert asked(anew) == now
    store.close()
    reader.close()


def built(folder, count=30):
    with closing(EmbeddedStore.create(folder, MAKERS)) as store:
        for n in range(count):
            put(store, f"a{n}", "apple", "pear")
        store.info()
    return folder


def written(folder):
    return {name: (folder / name).stat().st_mtime_ns for name in (VECTORS, LEXICAL, PLACES)}


def test_a_small_change_leaves_the_files_as_they_are(tmp_path, monkeypatch):
    folder = built(tmp_path / "index")
    before, state = written(folder), saved_state(folder)
    monkeypatch.setattr(derived, "_anew", None)  # nothing is derived anew
    with closing(EmbeddedStore.open(folder)) as store:
        put(store, "b1", "quince")
        put(store, "a3", "plum")
        store.delete_documents(["a4"])
        assert store.info().passages == 30 * 2 + 1 - 1 - 2
        assert [c.key for c in store.lexical({"quinc": 1.0}, 5)] == [61]
    with closing(EmbeddedStore.open(folder)) as store:
        assert store.info().passages == 58
    assert (written(folder), saved_state(folder)) == (before, state)


def test_many_changes_are_joined_to_the_files(tmp_path, monkeypatch):
    folder = built(tmp_path / "index")
    state = saved_state(folder)
    monkeypatch.setattr(derived, "_anew", None)
    with closing(EmbeddedStore.open(folder)) as store:
        for n in range(40):
            put(store, f"b{n}", "quince", "plum")
        now = asked(store)
    assert saved_state(folder).generation == state.generation + 40
    with closing(EmbeddedStore.open(folder)) as store:
        assert asked(store) == now


def test_what_was_searched_before_is_not_loaded_again(tmp_path, monkeypatch):
    folder = built(tmp_path / "index")
    with closing(EmbeddedStore.open(folder)) as store:
        store.info()
        monkeypatch.setattr(Layer, "load", None)
        put(store, "b1", "quince")
        assert store.info().passages == 61


@pytest.mark.parametrize("forgotten", ["DELETE FROM changes WHERE generation = 31", "DROP TABLE changes"])
def test_a_journal_that_does_not_lead_there_is_not_followed(tmp_path, forgotten):
    folder = built(tmp_path / "index")
    with closing(EmbeddedStore.open(folder)) as store:
        put(store, "b1", "quince")
        put(store, "b2", "quince")
    with closing(sqlite3.connect(folder / TRUTH)) as connection, connection:
        connection.execute(forgotten)
    with closing(EmbeddedStore.open(folder)) as store:
        assert len(store.lexical({"quinc": 1.0}, 5)) == 2
        assert saved_state(folder).generation == 32
        put(store, "b3", "quince")
    with closing(EmbeddedStore.open(folder)) as store:
        assert len(store.lexical({"quinc": 1.0}, 5)) == 3


def test_much_that_was_added_is_not_read_into_memory_beside_the_files(tmp_path, monkeypatch):
    folder = built(tmp_path / "index", 2)
    monkeypatch.setattr(derived, "MOST_RECENT", 10)
    monkeypatch.setattr(derived, "READ_AT_ONCE", 7)
    asked_for, real = [], derived._built
    monkeypatch.setattr(derived, "_built", lambda *given: asked_for.append(given[3]) or real(*given))
    with closing(EmbeddedStore.open(folder)) as store:
        for n in range(20):
            put(store, f"b{n}", "quince", "plum")
        assert store.info().passages == 44
        assert asked_for == [SEARCHED]
        assert len(store.lexical({"quinc": 1.0}, 50)) == 20


def test_files_that_cannot_be_written_are_done_without(tmp_path, monkeypatch):
    folder = built(tmp_path / "index")
    for file in folder.glob("*.safetensors"):
        file.unlink()

    def refused(self, *_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refused)
    monkeypatch.setattr(Path, "replace", refused)
    with closing(EmbeddedStore.open(folder)) as store:
        assert store.info().passages == 60


def test_what_a_killed_writer_left_is_cleared_away(tmp_path):
    folder = built(tmp_path / "index")
    old, new = folder / f"1_2-{VECTORS}", folder / f"3_4-{VECTORS}"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (0, 0))
    for file in folder.glob("*.safetensors"):
        file.unlink()
    with closing(EmbeddedStore.open(folder)) as store:
        store.info()
    assert (old.exists(), new.exists()) == (False, True)


def test_the_journal_forgets(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "KEPT", 3)
    folder = built(tmp_path / "index", 9)
    with closing(sqlite3.connect(folder / TRUTH)) as connection:
        assert [row[0] for row in connection.execute("SELECT generation FROM changes")] == [7, 8, 9]


def test_an_earlier_state_that_is_read_does_not_take_the_place_of_later_files(tmp_path, monkeypatch):
    folder = built(tmp_path / "index")
    monkeypatch.setattr(derived, "FEW_RECENT", 1)
    with closing(EmbeddedStore.open(folder)) as held, closing(EmbeddedStore.open(folder)) as writer:
        held.hold()
        for n in range(9):
            put(writer, f"b{n}", "quince")
            writer.info()
        later = saved_state(folder)
        held._derived = None
        assert held.info().passages == 60
        assert saved_state(folder) == later
        held.let_go()
        assert held.info().passages == 69


@pytest.mark.parametrize("statement", ["UPDATE passages SET terms = '{}'", "DELETE FROM passages"])
def test_what_was_added_is_checked(tmp_path, statement):
    folder = built(tmp_path / "index")
    with closing(EmbeddedStore.open(folder)) as store:
        put(store, "b1", "quince")
    with closing(sqlite3.connect(folder / TRUTH)) as connection, connection:
        connection.execute(f"{statement} WHERE document = 'b1'")
    with closing(EmbeddedStore.open(folder)) as store, pytest.raises(IndexDamagedError, match=r"61 is not|missing"):
        store.info()
