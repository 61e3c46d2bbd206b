"""An encoder that is loaded when it is needed."""

from __future__ import annotations

import threading

import pytest

from assistant import Assistant
from assistant.encoders import HashingEncoder, LateEncoder
from assistant.errors import IndexMismatchError


def test_it_is_loaded_once_by_whoever_needs_it_first():
    loads: list[int] = []

    def load() -> HashingEncoder:
        loads.append(1)
        return HashingEncoder()

    late = LateEncoder("hashing", "hashing-1", 512, load)
    assert not late.is_loaded
    threads = [threading.Thread(target=late.encode, args=(["words"],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (loads, late.is_loaded, late.window) == ([1], True, 256)
    assert (late.encode(["a"])[0].vector == HashingEncoder().encode(["a"])[0].vector).all()


def test_an_index_is_open_before_its_encoder(folder_of, tmp_path):
    folder = folder_of({"a.txt": "Apples grow in Almaty."})
    Assistant.from_documents(folder, tmp_path / "index", encoder="hashing").close()
    opened = Assistant.open(tmp_path / "index", wait=False)
    assert (opened.info().documents, list(opened.documents()), opened.is_ready) == (1, ["a.txt"], False)
    assert opened.ask("Where do apples grow?").nearest
    assert opened.is_ready
    opened.close()


def test_another_encoder_than_the_index_has_is_told_when_it_is_loaded(folder_of, tmp_path):
    class Other(HashingEncoder):
        fingerprint = "other-1"

    folder = folder_of({"a.txt": "Apples grow in Almaty."})
    Assistant.from_documents(folder, tmp_path / "index", encoder="hashing").close()
    opened = Assistant.open(tmp_path / "index", encoder=Other(), wait=False)
    for _ in range(2):
        with pytest.raises(IndexMismatchError, match="--rebuild"):
            opened.prepare()
    opened.close()
