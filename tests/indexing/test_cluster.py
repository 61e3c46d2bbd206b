"""A run on a Ray cluster stores what a plain run stores, also when a machine is lost in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from assistant.index import check_store, open_store
from assistant.index.server import lifecycle
from assistant.index.server.address import ServerAddress
from assistant.indexing import IndexReport, build_from_files, cluster
from benchmarks.ray_nodes import Nodes, nodes

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra [ray]")  # not yet imported

FILES = 160


@pytest.fixture(scope="module")
def machines() -> Iterator[Nodes]:
    """Head and two nodes of one core, in processes of their own."""
    with nodes(2) as started:
        yield started


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"d{number}.txt").write_text(
            f"Document {number} tells of fruit number {number}. " * (3 + number % 20)
        )
    (folder / "bad.pdf").write_bytes(b"no PDF")
    return folder


@pytest.fixture
def plain(server_address: ServerAddress, documents: Path) -> Iterator[ServerAddress]:
    """An index of the documents, made by one process."""
    address = ServerAddress(server_address.whole.replace("schema=test_", "schema=test_plain_"))
    indexed(documents, address)
    yield address
    lifecycle.remove(address)


def indexed(documents: Path, address: ServerAddress, **options: Any) -> IndexReport:
    reports: list[IndexReport] = []
    build_from_files([documents], address, encoder="hashing", on_report=reports.append, **options)
    return reports[0]


def assert_same(address: ServerAddress, other: ServerAddress) -> None:
    """The same documents, passages and vectors, and all of it sound."""
    one, two = open_store(address), open_store(other)
    assert one.document_hashes() == two.document_hashes()
    assert one.sources() == two.sources()
    for name in one.document_hashes():
        assert one.document(name) == two.document(name)
        assert one.passages_of(name) == two.passages_of(name)
        assert one.vectors_of(name).tobytes() == two.vectors_of(name).tobytes()
    one.close()
    two.close()
    assert check_store(address).findings == check_store(other).findings == ()


def test_a_node_that_is_killed_in_the_middle_costs_nothing(machines, documents, server_address, plain, monkeypatch):
    give, lost, killed = cluster._Team._give, [], []

    def gives(team: cluster._Team) -> None:
        if killed or sum(each.start is None for each in team._hired) == 2:  # both have something when one is killed
            give(team)

    def progress(_done: int, _known: int, _name: str) -> None:
        if not killed:
            killed.append(machines.kill_one())

    take_back = cluster._Team._lost
    monkeypatch.setattr(cluster._Team, "_give", gives)
    monkeypatch.setattr(cluster._Team, "_lost", lambda *args: lost.append(args) or take_back(*args))
    told: list[str] = []
    report = indexed(documents, server_address, ray=machines.address, progress=progress, on_wait=told.append)
    assert killed
    assert lost
    assert "was lost" in told[0]
    assert (len(report.added), report.unchanged, len(report.failed)) == (FILES, 0, 1)
    assert len(set(report.added)) == FILES
    assert_same(server_address, plain)
