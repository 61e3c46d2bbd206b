"""A run on a Ray cluster stores what a plain run stores, also when a machine is lost in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

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


def test_an_update_is_that_of_one_process(machines, documents, server_address, plain):
    indexed(documents, server_address)
    with ZipFile(documents / "more.zip", "w") as archive:
        archive.writestr("inside.txt", "A document in an archive.")
        archive.writestr("broken.pdf", b"no PDF")
    (documents / "d1.txt").write_text("Something else altogether.")
    (documents / "d2.txt").unlink()
    (documents / "sub").mkdir()
    (documents / "d3.txt").rename(documents / "sub" / "moved.txt")
    alone = indexed(documents, plain)
    report = indexed(documents, server_address, ray=machines.address)
    assert report.changed == ("d1.txt",)
    for field in ("added", "changed", "removed", "unchanged", "moved", "warnings", "skipped"):
        assert getattr(report, field) == getattr(alone, field), field
    assert sorted(map(str, report.failed)) == sorted(map(str, alone.failed))
    assert_same(server_address, plain)
    one, two = open_store(server_address), open_store(plain)
    entries = [store.updates(1)[0] for store in (one, two)]
    assert entries[0].added == entries[1].added == 2
    assert sorted(entries[0].details) == sorted(entries[1].details)
    one.close()
    two.close()


def test_what_is_there_is_left_alone(machines, documents, server_address):
    indexed(documents, server_address)
    before = open_store(server_address)
    generation = before.info().generation
    report = indexed(documents, server_address, ray=machines.address)
    assert (report.added, report.changed, report.unchanged) == ((), (), FILES)
    assert before.info().generation == generation
    before.close()


def test_a_rebuilt_index_takes_the_place_of_the_old_one(machines, documents, server_address, plain):
    indexed(documents, server_address)
    report = indexed(documents, server_address, ray=machines.address, rebuild=True)
    assert len(report.added) == FILES
    assert_same(server_address, plain)
