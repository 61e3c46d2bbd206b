"""A hundred damaged files of every format through the workers; ``benchmarks/fuzz_reading.py`` reads ten thousand."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest
from made_files import (
    as_rst,
    assert_laws,
    csv_file,
    docx_file,
    eml_file,
    epub_file,
    html,
    ipynb_file,
    mhtml_file,
    pdf_file,
    pptx_file,
    xlsx_file,
    zip_file,
)

from assistant.corpus import Readers, ReadLimits, SkippedFile, Task
from assistant.datatypes import Document
from assistant.errors import DocumentError

mutations = pytest.importorskip("benchmarks.mutations", reason="the benchmarks lie beside the tests in the repository")

PIECES = [("h1", "A title"), ("p", "Some words – é, 日本, 🙂 – to read."), ("li", "An item."), ("p", "The end of it.")]
TEXT = "# A title\n\nSome words – é, 日本, 🙂 – to read.\n\n- An item.\n\n|a|b|\n|-|-|\n|1|2|\n"
ROWS = [["Name", "Age"], ["Ann", "30"], ["Bob", "4"]]
SEEDS = {
    "a.pdf": pdf_file(PIECES),
    "a.docx": docx_file(PIECES),
    "a.html": html(PIECES).encode(),
    "a.md": TEXT.encode(),
    "a.txt": TEXT.encode(),
    "a.pptx": pptx_file(PIECES),
    "a.xlsx": xlsx_file(Fruit=ROWS),
    "a.csv": csv_file(ROWS).encode(),
    "a.epub": epub_file(f"<h1>A title</h1><p>{TEXT}</p>"),
    "a.eml": eml_file(TEXT),
    "a.mhtml": mhtml_file(html(PIECES)),
    "a.ipynb": ipynb_file(("markdown", TEXT), ("code", "1 + 1")).encode(),
    "a.rst": as_rst(PIECES).encode(),
    "a.json": b'{"name": "Ann", "likes": [{"fruit": "apples", "since": 1930}, {"fruit": "figs"}]}',
    "a.py": b'"""Fruit."""\n\n\ndef apples() -> int:\n    return 3\n',
}
COUNT = 112


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
    assert {PurePath(name).suffix for name, _ in damaged()} == {".zip", *(PurePath(name).suffix for name in SEEDS)}
    assert sum(data in SEEDS.values() for _, data in damaged()) == 0
