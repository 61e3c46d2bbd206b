"""Eight readers and a writer on a server; ``benchmarks/reliability/load.py`` has thirty-two and goes on for longer."""

from __future__ import annotations

from pathlib import Path

import pytest

load = pytest.importorskip(
    "benchmarks.reliability.load", reason="the benchmarks lie beside the tests in the repository"
)


def test_no_answer_fails_while_documents_change(tmp_path: Path) -> None:
    found = load.loaded(tmp_path, 80, 8, encoder="hashing")
    assert found["failures"] == []
    assert (found["questions"], found["failed"]) == (80, 0)
    assert found["updates"].keys() == {"done"}


def test_a_quotation_of_no_version_is_seen() -> None:
    versions = load.Versions()
    old, new = versions.add("a", load.station(1)), versions.add("a", load.station(1, 2))
    assert old != new
    assert versions.hold("a", old[:10], 0, 10)
    assert versions.hold("a", new[20:60], 20, 60)
    assert not versions.hold("a", f"{old[20:40]}{new[40:60]}x"[:40], 21, 61)
    assert not versions.hold("b", old[:10], 0, 10)
