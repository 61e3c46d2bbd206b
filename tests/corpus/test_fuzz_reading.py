"""A hundred damaged files of every format through the workers; ``benchmarks/fuzz_reading.py`` reads ten thousand."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest
from made_files import assert_laws, docx_file, html, pdf_file, zip_file

from assistant.corpus import Readers, ReadLimits, SkippedFile, Task
from assistant.datatypes import Document
from assistant.errors import DocumentError

mutations = pytest.importorskip("benchmarks.mutations", reason="the benchmarks lie beside the tests in the repository")

PIECES = [("h1", "A title"), ("p", "Some words – é, 日本, 🙂 – to read."), ("li", "An item."), ("p", "The end of it.")]
TEXT = "# A title\n\nSome words – é, 日本, 🙂 – to read.\n\n- An item.\n\n|a|b|\n|-|-|\n|1|2|\n"
SEEDS = {
    "a.pdf": pdf_file(PIECES),
    "a.docx": docx_file(PIECES),
    "a.html": html(PIECES).encode(),
    "a.md": TEXT.encode(),
    "a.txt": TEXT.encode(),
}
COUNT = 102


def damaged() -> list[tuple[str, bytes]]:
    seeds = {**SEEDS, "a.zip": zip_file(SEEDS)}
    return mutations.damaged_files([(PurePath(name), data) for name, data in seeds.items()], COUNT, seed=6)


def test_a_damaged_file_is_a_lawful_document_or_one_line(tmp_path: Path) -> None:
    files = dict(damaged())
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    seen = set()
    with Readers(ReadLimits(seconds=20)) as readers:
        for reading in readers.read(Task(str(tmp_path / name), name, name) for name in files):
            seen.add(reading.task.source)
            outcome = reading.outcome
            if isinstance(outcome, Document) and outcome.source in files:
                assert_laws(outcome, files[outcome.source])
            elif isinstance(outcome, (DocumentError, SkippedFile)):
                assert "\n" not in outcome.reason
                assert ": " in outcome.reason or isinstance(outcome, SkippedFile)
            else:
                assert isinstance(outcome, Document)
    assert seen == set(files)


def test_the_same_seed_damages_alike_and_every_kind_of_file() -> None:
    assert damaged() == damaged()
    assert {PurePath(name).suffix for name, _ in damaged()} == {".pdf", ".docx", ".html", ".md", ".txt", ".zip"}
    assert sum(data in SEEDS.values() for _, data in damaged()) == 0
