"""What was not written as it stands is refused when it is read, and found by a check, which says what it is."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from assistant.analysis import Analyser
from assistant.encoders import TokenVectors, quantise
from assistant.errors import IndexDamagedError, IndexMismatchError, InputError
from assistant.index import check_store, open_store
from assistant.index.server.store import ServerStore
from benchmarks.server_documents import DIMENSION, MAKERS, WORDS, made, put


@pytest.fixture
def index(server_address):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)
        document, passages, rows = made("b", 2)
        codes = quantise(TokenVectors(np.eye(DIMENSION, dtype=np.float32)[:2], np.array([[0, 2], [2, 4]], np.int32)))
        store.replace_document(document, passages, rows, "hash-2", {0: codes})
    assert check_store(server_address).sound
    return server_address


DAMAGE = {
    "a text": ("UPDATE documents SET text = text || '!' WHERE id = 'a'", lambda s: s.document("a")),
    "a header": ("UPDATE documents SET title = 'Other' WHERE id = 'a'", lambda s: s.summaries()),
    "a passage": ("UPDATE passages SET text = 'Other' WHERE document = 'a'", lambda s: s.passages_of("a")),
    "a passage that is gone": (
        "DELETE FROM passages WHERE key = (SELECT min(key) FROM passages)",
        lambda s: s.passages_of("a"),
    ),
    "a vector": (
        "UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE document = 'b' LIMIT 1) WHERE document = 'a'",
        lambda s: s.dense(np.eye(DIMENSION, dtype=np.float32)[0], 5),
    ),
    "token vectors": (
        "UPDATE tokens SET codes = substr(codes, 2) || '\\x00'::bytea",
        lambda s: s.token_codes([("b", 0)]),
    ),
    "a document that is gone": ("DELETE FROM documents WHERE id = 'a'", lambda s: s.document_hashes()),
    "where its parts start": ("UPDATE passages SET parts = 'x' WHERE document = 'a'", lambda s: s.passages_of("a")),
    "a posting that is none": (
        "UPDATE postings SET packed = '\\x00'::bytea WHERE document = 'a'",
        lambda s: s.lexical(dict.fromkeys(Analyser().counts(" ".join(WORDS)), 1.0), 5),
    ),
    "what it holds altogether": ("DELETE FROM state", lambda s: s.info()),
}
UNSEEN = {
    "a posting": "UPDATE postings SET packed = packed || packed WHERE document = 'a' AND ctid = '(0,1)'",
    "postings that are gone": "DELETE FROM postings WHERE document = 'a'",
    "the count of terms": "UPDATE state SET terms = terms + 1",
    "the count of works": "DELETE FROM works WHERE work = 'a'",
    "a vector that is gone": "DELETE FROM vectors WHERE document = 'b'",
    "rows of nobody": "INSERT INTO postings VALUES ('nobody', 'apple', '')",
}


def damage(address, statement: str) -> None:
    with closing(ServerStore.open(address)) as store:
        store.connections.latest(lambda connection: connection.execute(statement))


@pytest.mark.parametrize("what", DAMAGE)
def test_it_is_refused_when_it_is_read(index, what):
    statement, reads = DAMAGE[what]
    damage(index, statement)
    with closing(open_store(index)) as store, pytest.raises(IndexDamagedError, match=r"damaged: .*--rebuild"):
        reads(store)


@pytest.mark.parametrize("what", [*DAMAGE, *UNSEEN])
def test_a_check_finds_it(index, what):
    if what == "what it holds altogether":
        pytest.skip("without it nothing can be read")
    damage(index, UNSEEN[what] if what in UNSEEN else DAMAGE[what][0])
    assert check_store(index).findings


def test_tables_of_a_later_version_are_refused(index):
    damage(index, "INSERT INTO versions (version) VALUES (99)")
    with pytest.raises(IndexMismatchError, match="update footnote"):
        open_store(index)


def test_what_it_was_made_by_cannot_be_changed_unseen(index):
    damage(index, "UPDATE meta SET value = 'other' WHERE name = 'encoder'")
    with pytest.raises(IndexDamagedError, match="made by"):
        open_store(index)


def test_metadata_is_looked_at_too(index):
    document, passages, rows = made("c", 3)
    with closing(open_store(index)) as store, pytest.raises(InputError, match="PostgreSQL cannot keep"):
        store.replace_document(replace(document, metadata={"author": "a\ud800b"}), passages, rows, "c")


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_characters_that_the_server_cannot_hold_are_refused_in_a_line(index, text):
    document, passages, rows = made("c", 3)
    with closing(open_store(index)) as store:
        with pytest.raises(InputError, match="PostgreSQL cannot keep"):
            store.replace_document(replace(document, text=text), passages, rows, "c")
        assert store.info().documents == 2
