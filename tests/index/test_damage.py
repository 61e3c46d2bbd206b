"""Damage to the truth: whatever was changed, lost or put there is found when it is read, and never believed."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.analysis import Analyser
from assistant.datatypes import Block, Document, Passage
from assistant.encoders import TokenVectors, quantise
from assistant.errors import IndexDamagedError
from assistant.index import EmbeddedStore, Makers, PassageRef, check_store, soundness
from assistant.index.connection import PAGE_BYTES
from assistant.index.layer import LEXICAL, PLACES, VECTORS
from assistant.index.stamped import stamp_of
from assistant.index.state import WITNESS, State
from assistant.index.truth import TRUTH
from benchmarks.reliability.flips import _in_a_process

MAKERS = Makers("hashing", "hashing-1", 2, "splitter", "english", Analyser().fingerprint)
TEXT = "Apples grow.\nPears too."
KEYS = (1, 2)


def put(store: EmbeddedStore, name: str) -> None:
    blocks = (Block("paragraph", 0, len(TEXT), ("Top",)),)
    document = Document(name, f"corpus/{name}", "Title", TEXT, "ab" * 32, blocks=blocks, page_starts=(0, 4))
    passages = [
        Passage(f"{name}#{a}-{b}", name, a, b, TEXT[a:b], "Title", ("Top",), 1, ((0, b - a),), ((a, b),))
        for a, b in ((0, 12), (13, 23))
    ]
    codes = quantise(TokenVectors(np.eye(2, dtype=np.float32), np.array([[0, 3], [3, 6]], dtype=np.int32)))
    store.replace_document(document, passages, np.eye(2, dtype=np.float32), name, {0: codes, 13: codes})


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """As an index that is too large to be read whole when it is opened."""
    monkeypatch.setattr(soundness, "SMALL_BYTES", 0)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "index"
    with closing(EmbeddedStore.create(folder, MAKERS)) as store:
        for name in ("a", "b"):
            put(store, name)
        store.info()  # makes the derived files
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "index"))


def change(folder: Path, *statements: str) -> None:
    """What damage could have done, and the digests have not heard of."""
    with closing(sqlite3.connect(folder / TRUTH)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def everything(folder: Path) -> object:
    """All that an answer is made from."""
    with closing(EmbeddedStore.open(folder)) as store:
        return (
            [(c.key, c.score) for c in store.dense(np.array([1, 0], dtype=np.float32), 9)],
            [(c.key, c.score) for c in store.lexical({"appl": 1.0, "pear": 1.0}, 9, context=0.5)],
            store.places([1, 2, 3, 4]),
            store.beside(PassageRef(1, "a", 0, 12, (0,)), 2),
            store.passages([1, 2, 3, 4]),
            [(k, v.vectors.tolist(), v.spans.tolist()) for k, v in store.token_codes([("a", 0), ("a", 13)]).items()],
            store.origins(["a", "b"]),
            store.lines([("a", 14)]),
            [store.document(name) for name in ("a", "b")],
            store.passages_of("a"),
            store.summaries(),
            store.sources(),
            store.document_hashes(),
        )


DOCUMENT = ("source", "title", "sha256", "media_type", "page_starts", "page_kind", "metadata", "warnings")
SHOWN = ("document", "start", '"end"', "text", "headings", "page", "sentences", "parts")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *[("documents", column) for column in (*DOCUMENT, "content_hash", "text", "blocks", "characters", "passages")],
        *[("documents", f"{each}_digest") for each in ("header", "text", "blocks")],
        *[("passages", column) for column in (*SHOWN, "shown_digest")],
        *[("tokens", column) for column in ("codes", "scales", "spans", "digest")],
    ],
)
def test_a_changed_column_of_what_is_shown_is_refused(folder, table, column):
    change(folder, f"UPDATE {table} SET {column} = CASE WHEN typeof({column}) = 'integer' THEN {column} + 1 "
           f"ELSE CAST(substr({column}, 1, length({column}) - 1) || 'x' AS BLOB) END")  # fmt: skip
    with pytest.raises(IndexDamagedError, match=r"damaged|cannot be read"):
        everything(folder)


@pytest.mark.parametrize("column", ["terms", "vector", "searched_digest", "start", "parts"])
def test_what_the_derived_files_are_made_from_is_checked_when_they_are_made(folder, column):
    (folder / PLACES).unlink()
    change(folder, f"UPDATE passages SET {column} = zeroblob(8) WHERE key = 3")
    with pytest.raises(IndexDamagedError, match="passage 3 is not as it was written"):
        everything(folder)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM passages WHERE key = 2",
        "UPDATE passages SET key = 77 WHERE key = 2",
        "DELETE FROM documents WHERE id = 'b'",
        "UPDATE documents SET id = 'c' WHERE id = 'b'",
    ],
)
@pytest.mark.parametrize("derived", ["kept", "lost"])
def test_a_lost_row_is_refused(folder, statement, derived):
    if derived == "lost":
        (folder / LEXICAL).unlink()
    change(folder, "PRAGMA foreign_keys = OFF", statement)
    with pytest.raises(IndexDamagedError, match=r"missing|written"):
        everything(folder)


def test_what_was_checked_in_a_state_comes_from_memory_and_is_checked_again_in_the_next(folder):
    with closing(EmbeddedStore.open(folder)) as store:
        before, lines = store.token_codes([("a", 0)])["a", 0], store.lines([("a", 14)])
        change(folder, "UPDATE tokens SET codes = zeroblob(2)", "UPDATE documents SET text = text || 'x'")
        assert store.token_codes([("a", 0)])["a", 0].codes.tobytes() == before.codes.tobytes()
        assert store.lines([("a", 14)]) == lines
        put(store, "c")
        with pytest.raises(IndexDamagedError, match="token vectors"):
            store.token_codes([("a", 0)])
        with pytest.raises(IndexDamagedError, match="text of document"):
            store.lines([("a", 14)])


def test_lost_token_vectors_are_as_those_past_the_budget(folder):
    change(folder, "DELETE FROM tokens")
    with closing(EmbeddedStore.open(folder)) as store:
        assert store.token_codes([("a", 0)]) == {}


@pytest.mark.parametrize(
    "name", ["encoder", "encoder_fingerprint", "language", "analyser", "token_budget", "dimension"]
)
def test_what_an_index_was_made_by_is_checked(folder, name):
    change(folder, f"UPDATE meta SET value = '1' || value WHERE name = '{name}'")
    with pytest.raises(IndexDamagedError, match="made by"):
        EmbeddedStore.open(folder)


@pytest.mark.parametrize("line", ["", "x", "a b c d e", "0 99 2 5 00000000"])
def test_a_state_that_is_none_is_refused(folder, line):
    change(folder, f"UPDATE meta SET value = '{line}' WHERE name = 'state'")
    with pytest.raises(IndexDamagedError, match="--rebuild"):
        EmbeddedStore.open(folder)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM passages; END",
        "CREATE VIEW v AS SELECT * FROM documents",
        "CREATE TABLE more (x)",
        "CREATE INDEX by_title ON documents (title)",
        "ALTER TABLE documents ADD COLUMN more",
        "DROP INDEX passages_by_document",
    ],
)
def test_tables_that_are_not_ours_are_refused(folder, statement):
    change(folder, statement)
    with pytest.raises(IndexDamagedError, match="not those of an index"):
        EmbeddedStore.open(folder)


def test_a_view_in_place_of_a_table_is_not_read(folder):
    change(folder, "DROP TABLE meta", "CREATE VIEW meta AS SELECT 'format' AS name, '3' AS value")
    with pytest.raises(IndexDamagedError, match="names no format"):
        EmbeddedStore.open(folder)


def test_a_truth_that_lost_what_was_committed_is_refused(folder):
    older = (folder / TRUTH).read_bytes()
    with closing(EmbeddedStore.open(folder)) as store:
        put(store, "c")
    (folder / TRUTH).write_bytes(older)
    with pytest.raises(IndexDamagedError, match="change 3 was committed, but it ends with 2"):
        EmbeddedStore.open(folder)


@pytest.mark.parametrize("content", [b"", b"half a li", b"\xff\xfe"])
def test_a_witness_that_is_torn_says_nothing(folder, content):
    (folder / WITNESS).write_bytes(content)
    everything(folder)


def test_the_state_accounts_for_every_document(folder):
    with closing(EmbeddedStore.open(folder)) as store:
        put(store, "a")
        store.delete_documents(["b"])
        store.delete_documents(["a"])
    with closing(sqlite3.connect(folder / TRUTH)) as connection:
        state = State.read(connection.execute("SELECT value FROM meta WHERE name = 'state'").fetchone()[0])
    assert (state.generation, state.documents, state.total) == (5, 0, 0)


@pytest.mark.parametrize("name", [VECTORS, LEXICAL, PLACES])
@pytest.mark.parametrize("place", [0, 9, -1])
def test_a_changed_byte_of_a_derived_file_changes_no_answer(whole, folder, name, place):
    content = bytearray((folder / name).read_bytes())
    content[place] ^= 0x10
    (folder / name).write_bytes(content)
    assert everything(folder) == everything(whole)
    assert (folder / name).read_bytes() != content


@pytest.mark.parametrize("name", [VECTORS, LEXICAL, PLACES])
def test_derived_files_of_another_index_are_not_believed(whole, folder, tmp_path, name):
    """Not even one that was changed as often, and whose stamp is whole."""
    with closing(EmbeddedStore.create(tmp_path / "other", MAKERS)) as store:
        put(store, "b")
        put(store, "c")
        store.info()
    for path in (Path(name), stamp_of(Path(name))):
        shutil.copy(tmp_path / "other" / path, folder / path)
    assert everything(folder) == everything(whole)


@pytest.mark.parametrize("name", [VECTORS, LEXICAL, PLACES])
@pytest.mark.parametrize("content", [b"", b"IxM2", b"IxM2" + bytes(500), b"PK\x03\x04" + bytes(500)])
def test_a_derived_file_that_somebody_made_with_a_stamp_that_fits_is_not_parsed(whole, folder, name, content):
    import hashlib
    import json

    stamp = stamp_of(folder / name)
    known = json.loads(stamp.read_text())
    (folder / name).write_bytes(content)
    stamp.write_text(json.dumps({**known, "sha256": hashlib.sha256(content).hexdigest()}))
    assert everything(folder) == everything(whole)


# everything read at once


def test_a_sound_index_is_found_sound(folder):
    found = check_store(folder)
    assert (found.sound, found.documents, found.passages, found.token_vectors) == (True, 2, 4, 4)
    assert found.derived == {VECTORS: "sound", LEXICAL: "sound", PLACES: "sound"}


def test_a_check_tells_how_far_it_is(folder):
    told: list[tuple[int, int, str]] = []
    check_store(folder, lambda *each: told.append(each))
    assert told == [(1, 2, "a"), (2, 2, "b")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET whole_digest = 1 WHERE id = 'b'",
        "UPDATE passages SET terms = '{}' WHERE key = 4",
        "UPDATE tokens SET codes = zeroblob(4) WHERE document = 'b'",
        "DELETE FROM tokens WHERE start = 13",
        "DELETE FROM passages WHERE key = 4",
        "DELETE FROM documents WHERE id = 'b'",
        "INSERT INTO tokens SELECT document, 99, digest, codes, scales, spans FROM tokens LIMIT 1",
        "UPDATE documents SET text = 'x' WHERE id = 'a'",
    ],
)
def test_a_check_finds_what_no_question_has_read(folder, statement, monkeypatch):
    change(folder, statement)
    found = check_store(folder)
    assert not found.sound
    assert len(found.findings) >= 1
    monkeypatch.setattr(soundness, "SMALL_BYTES", 1 << 20)
    with pytest.raises(IndexDamagedError, match="--rebuild"):  # a small one is read whole when it is opened
        EmbeddedStore.open(folder)


def test_a_check_says_how_the_derived_files_are(folder):
    with closing(EmbeddedStore.open(folder)) as store:
        put(store, "c")
    (folder / LEXICAL).unlink()
    stamp_of(folder / PLACES).write_text("[]")
    found = check_store(folder)
    assert found.sound
    assert found.derived == {VECTORS: "behind", LEXICAL: "missing", PLACES: "damaged"}


def test_a_page_that_is_overwritten_is_found(folder):
    content = bytearray((folder / TRUTH).read_bytes())
    for end in range(2 * PAGE_BYTES, len(content) + 1, PAGE_BYTES):  # rows fill a page from its end
        content[end - 60 : end - 20] = bytes(40)
    (folder / TRUTH).write_bytes(content)
    try:
        assert not check_store(folder).sound
    except IndexDamagedError as error:
        assert "--rebuild" in str(error)  # noqa: PT017 - either is right: some pages are needed to open it


def test_a_change_that_is_committed_while_an_index_is_opened_is_no_loss(folder, monkeypatch):
    from assistant.index import truth

    read = truth.witnessed

    def meanwhile(place):
        monkeypatch.setattr(truth, "witnessed", read)
        known = read(place)
        with closing(EmbeddedStore.open(folder)) as writer:
            put(writer, "c")
        return known

    monkeypatch.setattr(truth, "witnessed", meanwhile)
    with closing(EmbeddedStore.open(folder)) as store:
        assert sorted(store.document_hashes()) == ["a", "b", "c"]


@pytest.mark.parametrize("held", [True, False])
def test_a_truth_that_is_cut_short_while_it_is_open_is_an_error_and_no_end_of_the_process(folder, held):
    def asked():
        store = EmbeddedStore.open(folder)
        store.info()
        if held:
            store.hold()
        with (folder / TRUTH).open("r+b") as file:
            file.truncate(PAGE_BYTES)
        store.passages([1, 2, 3, 4])

    (outcome,) = _in_a_process(asked).items()
    assert outcome[0] == "refused"
    assert "IndexDamagedError" in outcome[1]
