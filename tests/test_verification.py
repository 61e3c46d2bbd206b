"""Checks of citations and indexes against the files as they are now."""

import io
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant import Assistant
from assistant.encoders import HashingEncoder
from assistant.index import EmbeddedStore
from assistant.verification import Finding, changed_sources, verify_citation, verify_index

APPLES = "Apples\n\nApples were first planted in Almaty in 1930. They ripen in September.\n"
QUOTE = "Apples were first planted in Almaty in 1930."
FILES = {"apples.txt": APPLES, "sub/pears.md": "# Pears\n\nPears came from Tashkent. The harvest is in October.\n"}
SOURCES = ["documents/apples.txt", "documents/sub/pears.md"]


@pytest.fixture
def folder(folder_of) -> Path:
    return folder_of(FILES)


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Path:
    place = tmp_path / "index"
    Assistant.from_documents(folder, place, encoder="hashing").close()
    return place


@pytest.fixture
def citation(index: Path) -> dict[str, Any]:
    """Of the planting of the apples, as it stands in an answer's JSON."""
    start = APPLES.index(QUOTE)
    with opened(index) as store:
        origin = store.origins(["apples.txt"])["apples.txt"]
    span = {"start": start, "end": start + len(QUOTE)}
    return {"quote": QUOTE, "document": "apples.txt", "source": origin.source, "sha256": origin.sha256, **span}


@contextmanager
def opened(index: Path) -> Iterator[EmbeddedStore]:
    with closing(EmbeddedStore.open(index)) as store:
        yield store


def stale(index: Path) -> dict[str, str]:
    with opened(index) as store:
        return changed_sources(store)


def unsound(index: Path) -> dict[str, str]:
    return {finding.what: finding.reason for finding in verify_index(index) if not finding.sound}


def test_a_citation_stands_while_its_file_is_as_it_was(citation, index):
    start, end = citation["start"], citation["end"]
    assert verify_citation(citation, index) == Finding(f"documents/apples.txt [{start}:{end}]", True)


def test_every_citation_of_an_answer_stands(index):
    with closing(Assistant.open(index)) as assistant:
        answer = assistant.ask("Where were apples planted?")
    shown = [asdict(one) for one in (*answer.citations, *answer.nearest)]
    assert shown
    assert all(verify_citation(one, index).sound for one in shown)


def test_a_citation_of_other_words_does_not_stand(citation, index):
    finding = verify_citation({**citation, "quote": "Pears."}, index)
    assert (finding.sound, finding.reason) == (False, "the words at this place are others")


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [
        (-11, -1, "September."),
        (5, 5, ""),
        (7, 3, ""),
        (0, 10**6, APPLES),
        (None, 6, "Apples"),
        (0.0, 6.0, "Apples"),
        ("0", "6", "Apples"),
    ],
    ids=["counted from the end", "empty", "backwards", "past the end", "nothing", "fractions", "text"],
)
def test_a_citation_whose_span_is_none_does_not_stand(citation, index, start, end, quote):
    assert not verify_citation({**citation, "start": start, "end": end, "quote": quote}, index).sound


def test_a_changed_file_that_still_holds_the_words_there_is_told_apart(citation, index, folder):
    (folder / "apples.txt").write_text(APPLES + "\nMore was written below.\n")
    finding = verify_citation(citation, index)
    assert not finding.sound
    assert "has changed" in finding.reason
    assert "still stands" in finding.reason


def test_a_changed_file_that_holds_other_words_there_is_told_apart(citation, index, folder):
    (folder / "apples.txt").write_text("More was written above.\n\n" + APPLES)
    assert "no longer stands" in verify_citation(citation, index).reason


def test_a_citation_of_a_file_that_is_gone_does_not_stand(citation, index, folder):
    (folder / "apples.txt").unlink()
    finding = verify_citation(citation, index)
    assert not finding.sound
    assert "does not exist" in finding.reason


def test_a_fresh_index_is_sound_and_every_document_is_checked(index):
    assert verify_index(index) == [Finding(source, True) for source in SOURCES]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda file: file.write_text("Other words.\n"), "the file has changed since it was indexed"),
        (lambda file: file.unlink(), "does not exist"),
        (lambda file: file.write_bytes(b""), "is empty"),
    ],
    ids=["changed", "gone", "emptied"],
)
def test_only_the_document_whose_file_is_no_longer_the_same_is_unsound(index, folder, change, reason):
    change(folder / "apples.txt")
    found = unsound(index)
    assert list(found) == ["documents/apples.txt"]
    assert reason in found["documents/apples.txt"]


def test_a_file_that_now_reads_differently_asks_for_a_rebuild(index):
    with opened(index) as store:
        read = store.document("apples.txt")
        nothing = np.zeros((0, HashingEncoder.dimension), dtype=np.float32)
        store.replace_document(replace(read, text=read.text.upper()), [], nothing, "hash")
    assert unsound(index) == {"documents/apples.txt": "the file now reads differently; run: footnote index --rebuild"}


def test_a_passage_that_is_not_where_it_says_is_found(index):
    with opened(index) as store:
        moved = replace(store.passages_of("apples.txt")[0], start=1)
        vector = np.zeros((1, HashingEncoder.dimension), dtype=np.float32)
        store.replace_document(store.document("apples.txt"), [moved], vector, "hash")
    assert unsound(index) == {"documents/apples.txt": f"passage apples.txt#1-{moved.end} is not where it says"}


def test_nothing_is_stale_right_after_indexing(index):
    assert stale(index) == {}


def test_files_that_changed_or_vanished_are_stale(index, folder):
    (folder / "apples.txt").write_text("Other words.\n")
    (folder / "sub/pears.md").unlink()
    assert stale(index) == {
        "documents/apples.txt": "has changed",
        "documents/sub/pears.md": "cannot be read (No such file or directory)",
    }


def test_a_file_that_was_only_touched_is_not_stale(index, folder):
    (folder / "apples.txt").touch()
    assert stale(index) == {}


@pytest.fixture
def moved(index: Path, folder: Path, tmp_path: Path) -> Path:
    """The index in a project folder that was moved elsewhere with everything in it."""
    elsewhere = tmp_path / "somewhere" / "else"
    elsewhere.mkdir(parents=True)
    shutil.move(folder, elsewhere / folder.name)
    shutil.move(index, elsewhere / index.name)
    return elsewhere / index.name


def test_an_index_stays_sound_when_its_project_folder_moves(moved):
    assert verify_index(moved) == [Finding(source, True) for source in SOURCES]


def test_a_citation_stands_when_the_project_folder_moves(citation, moved):
    assert verify_citation(citation, moved).sound


def test_nothing_is_indexed_again_when_the_project_folder_moves(moved):
    reports = []
    Assistant.from_documents(moved.parent / "documents", moved, encoder="hashing", on_report=reports.append).close()
    assert (reports[0].unchanged, reports[0].added, reports[0].changed, reports[0].removed) == (2, (), (), ())


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """An index of an archive with another inside."""
    folder, index = tmp_path / "packed", tmp_path / "index"
    folder.mkdir()
    pack(folder, FILES)
    Assistant.from_documents(folder, index, encoder="hashing").close()
    return index


def pack(folder: Path, files: dict[str, str]) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as package:
        package.writestr("plums.txt", "Plums came from Chimkent.")
    with zipfile.ZipFile(folder / "fruit.zip", "w") as package:
        for name, text in {**files, "inner.zip": inner.getvalue()}.items():
            package.writestr(name, text)


PACKED = [f"packed/fruit.zip!/{name}" for name in ("apples.txt", "inner.zip!/plums.txt", "sub/pears.md")]


def test_documents_of_archives_stand(packed):
    assert verify_index(packed) == [Finding(source, True) for source in PACKED]
    assert stale(packed) == {}


def test_citations_from_archives_stand_while_their_member_is_the_same(packed, tmp_path):
    with closing(Assistant.open(packed)) as assistant:
        (shown, *_) = assistant.ask("Where were apples planted?").nearest
    assert shown.source == PACKED[0]
    pack(tmp_path / "packed", {**FILES, "sub/pears.md": "Other words.", "new.txt": "New words."})
    assert verify_citation(asdict(shown), packed).sound


def test_only_the_member_that_changed_or_went_is_unsound_and_stale(packed, tmp_path):
    pack(tmp_path / "packed", {"apples.txt": "Other words."})
    assert unsound(packed) == {
        PACKED[0]: "the file has changed since it was indexed; run: footnote index",
        PACKED[2]: "is no longer in its archive; run: footnote index",
    }
    assert stale(packed) == {
        PACKED[0]: "has changed",
        PACKED[2]: "is no longer in its archive; run: footnote index",
    }


def test_a_damaged_archive_takes_its_documents_with_it(packed, tmp_path):
    (tmp_path / "packed/fruit.zip").write_bytes(b"no zip")
    assert set(unsound(packed).values()) == {"is a damaged zip archive, or none: copy or download it again"}
    assert list(unsound(packed)) == PACKED
