"""A copy is the whole index or none, in both directions, and goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant.datatypes import Feedback, IndexUpdate
from assistant.encoders import TokenVectors, quantise
from assistant.errors import StoreError
from assistant.index import EmbeddedStore, check_store, conversations_of, open_store, store_exists
from assistant.index.copying import CopyError, copy_index
from assistant.index.server.address import ServerAddress
from benchmarks.server_documents import DIMENSION, MAKERS, made, put

SAID = Feedback("When?", (), "not_in_documents", at="2026-01-02T03:04:05+00:00")
UPDATE = IndexUpdate("2026-01-01T10:00:00+00:00", 1.5, added=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index in a folder with everything in it; its keys do not go up with the ids."""
    folder = tmp_path / "here" / "index"
    with closing(EmbeddedStore.create(folder, MAKERS)) as store:
        for number in (5, 3, 8, 1):
            put(store, f"document{number}", number)
        document, passages, rows = made("tokens", 9)
        codes = quantise(TokenVectors(np.eye(DIMENSION, dtype=np.float32)[:2], np.array([[0, 2], [2, 4]], np.int32)))
        store.replace_document(document, passages, rows, "hash-9", {0: codes})
        store.add_feedback([SAID])
        store.add_updates([UPDATE])
    with closing(conversations_of(folder)) as kept:
        key = kept.create("anna", "Why?").key
        kept.write("anna", key, 0, {1: '{"a": 1}'})
    return folder


def content(address: str | Path) -> list[object]:
    """Everything an index says, in the order of its keys; sources by the file that they name."""
    with closing(open_store(address)) as store, closing(conversations_of(address)) as kept:
        found: list[object] = [store.makers, store.feedback(), store.updates(), list(kept.every())]
        for name in store.written_order():
            document = store.document(name)
            codes = store.token_codes([(name, 0)])
            tokens = {part: (each.vectors.tolist(), each.spans.tolist()) for part, each in codes.items()}
            found += [document, store.passages_of(name), store.vectors_of(name).tobytes(), tokens]
        return [*found, store.document_hashes(), store.lexical({"balon": 1.0, "korid": 0.5}, 9, None, 0.3)]


@pytest.fixture
def there(server_address: ServerAddress, folder: Path) -> Iterator[ServerAddress]:
    yield ServerAddress(f"{server_address.whole}&folder={folder}")
    from assistant.index.server import lifecycle

    lifecycle.remove(lifecycle.beside(server_address, "_copying"))


def test_nothing_is_lost_on_the_way_there_and_back(folder, there, tmp_path):
    back = tmp_path / "here" / "back"
    done = copy_index(folder, there)
    assert (done.documents, done.passages, done.feedback, done.updates, done.conversations) == (5, 15, 1, 1, 1)
    copy_index(there, back)
    assert content(there)[:-1] == content(folder)[:-1] == content(back)[:-1]
    scores = [[each.score for each in content(place)[-1]] for place in (folder, there, back)]
    assert scores[0] == scores[1] == scores[2] != []
    assert check_store(there).findings == check_store(back).findings == ()


def test_an_index_that_is_there_is_not_overwritten_unless_that_is_said(folder, there):
    copy_index(folder, there)
    with closing(open_store(there)) as other:
        other.delete_documents(["document5"])
    with pytest.raises(CopyError, match="--replace"):
        copy_index(folder, there)
    assert "document5" not in content(there)[-2]
    with closing(open_store(there)) as open_before:
        copy_index(folder, there, replace=True)
        assert "document5" in open_before.document_hashes()  # who reads goes on with the new one
    assert content(there)[:-1] == content(folder)[:-1]
    with pytest.raises(CopyError, match="itself"):
        copy_index(there, there, replace=True)


class StoppedError(Exception):
    """Stands for a kill."""


@pytest.mark.parametrize("to", ["server", "folder"])
def test_what_was_stopped_is_no_index_and_goes_on(folder, there, tmp_path, to):
    target = there if to == "server" else tmp_path / "here" / "copy"

    def stop(done: int, _known: int, _name: str) -> None:
        if done == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        copy_index(folder, target, progress=stop)
    assert not store_exists(target)
    seen: list[int] = []
    assert copy_index(folder, target, progress=lambda done, *_: seen.append(done)).there == 3
    assert seen == [1, 2, 3, 4, 5]
    assert content(target)[:-1] == content(folder)[:-1]


def test_what_a_stopped_copy_has_of_another_state_is_not_kept(folder, there):
    def stop(done: int, _known: int, _name: str) -> None:
        if done == 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        copy_index(folder, there, progress=stop)
    with closing(open_store(folder)) as store:
        put(store, "document3", 33)
        store.delete_documents(["document5"])
    copy_index(folder, there)
    assert content(there)[:-1] == content(folder)[:-1]


def test_nobody_else_changes_what_is_replaced(folder, there):
    copy_index(folder, there)
    from assistant.index import writing

    with writing(there), pytest.raises(StoreError, match="--wait"):
        copy_index(folder, there, replace=True, wait=0.2)


def test_sources_are_told_from_the_new_place(folder, server_address):
    elsewhere = ServerAddress(f"{server_address.whole}&folder=/srv/elsewhere/index")
    copy_index(folder, elsewhere)
    with closing(open_store(elsewhere)) as store:
        assert store.sources() == {str(folder.parent / f"{name}.txt"): name for name in store.document_hashes()}
