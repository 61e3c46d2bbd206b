"""A folder that is not there is no folder without documents."""

import os
import shutil
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.errors import DocumentError, NoDocumentsError
from assistant.indexing import IndexReport


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A project with two folders of documents and their index."""
    for folder in ("here", "drive", "drive/deep"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"Words of {folder}.")
    updated(tmp_path)
    return tmp_path


def updated(shelf: Path, *folders: str, **options: object) -> IndexReport:
    reports: list[IndexReport] = []
    paths = [shelf / each for each in folders or ("here", "drive")]
    Assistant.from_documents(paths, shelf / "index", encoder="hashing", on_report=reports.append, **options).close()
    return reports[0]


def documents(shelf: Path) -> list[str]:
    opened = Assistant.open(shelf / "index")
    sources = sorted(origin.source for origin in opened.documents().values())
    opened.close()
    return sources


WHOLE = ["drive/a.txt", "drive/deep/a.txt", "here/a.txt"]


@pytest.mark.parametrize("prune", [False, True])
def test_a_folder_that_is_gone_takes_nothing_along(shelf, prune):
    shutil.rmtree(shelf / "drive")
    report = updated(shelf, prune=prune)
    assert [(e.source, e.reason) for e in report.failed] == [(str(shelf / "drive"), "does not exist: check the path")]
    assert report.removed == ()
    assert documents(shelf) == WHOLE


def test_a_drive_that_is_gone_from_its_mount_point_takes_nothing_along(shelf):
    shutil.rmtree(shelf / "drive")
    (shelf / "drive").mkdir()
    report = updated(shelf)
    assert str(report.failed[0]).startswith(f"{shelf}/drive: is empty, but 2 of the index's documents come from it")
    assert "--prune" in str(report.failed[0])
    assert documents(shelf) == WHOLE
    assert updated(shelf, prune=True).removed == ("drive/a.txt", "drive/deep/a.txt") or documents(shelf) == WHOLE[2:]


def test_alone_such_a_folder_is_an_error_and_the_index_stays(shelf):
    shutil.rmtree(shelf / "drive")
    with pytest.raises(DocumentError, match="does not exist"):
        updated(shelf, "drive")
    (shelf / "drive").mkdir()
    with pytest.raises(NoDocumentsError):
        updated(shelf, "drive")
    assert documents(shelf) == WHOLE


def test_a_folder_that_cannot_be_listed_takes_nothing_along(shelf, monkeypatch):
    scandir = os.scandir

    def failing(path):
        if Path(path).name == "deep":
            raise OSError(112, "Host is down")
        return scandir(path)

    monkeypatch.setattr("assistant.corpus.files.os.scandir", failing)
    report = updated(shelf)
    assert [error.reason for error in report.failed] == ["cannot be listed (Host is down): change its permissions"]
    assert documents(shelf) == WHOLE


def test_one_file_less_in_a_folder_that_is_there_is_removed(shelf):
    (shelf / "drive" / "deep" / "a.txt").unlink()
    assert len(updated(shelf).removed) == 1
    assert documents(shelf) == ["drive/a.txt", "here/a.txt"]
