"""Folders are followed: what is due, and that nothing that happens to them ends the watch. Nothing sleeps."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.errors import IndexBusyError, IndexDamagedError, NoDocumentsError
from assistant.indexing.watching import RETRY_LOOKS, Due, Watch, keep_watching


@pytest.fixture
def folder(folder_of: Callable[[dict[str, str | bytes]], Path]) -> Path:
    return folder_of({"a.txt": "Apples.", "sub/b.txt": "Pears."})


@pytest.fixture
def watch(folder: Path) -> Watch:
    """A watch that has looked once and been given everything."""
    watch = Watch([folder])
    assert watch.look() == Due((folder,))
    return watch


def names(due: Due | None) -> list[str] | None:
    """Ids of the files that are due; None where nothing or everything is."""
    return [file.document_id for file in due.found.files] if due and due.found else None


def test_what_does_not_change_is_not_due(watch):
    assert [watch.look() for _ in range(3)] == [None] * 3


def test_a_new_file_is_due_once_when_it_has_settled(watch, folder):
    (folder / "sub" / "c.txt").write_text("Plums.")
    assert watch.look() is None
    due = watch.look()
    assert due.paths == (folder / "sub" / "c.txt",)
    assert names(due) == ["sub/c.txt"]
    assert watch.look() is None


def test_a_file_that_is_still_being_copied_waits_and_holds_up_no_other(watch, folder):
    (folder / "done.txt").write_text("Done.")
    for size in range(1, 4):
        (folder / "big.txt").write_text("x" * size)
        assert names(watch.look()) in (None, ["done.txt"])
    assert names(watch.look()) == ["big.txt"]


def test_a_changed_file_is_due_also_at_the_same_size(watch, folder):
    os.utime(folder / "a.txt", (1, 1))
    assert watch.look() is None
    assert names(watch.look()) == ["a.txt"]


def test_after_a_removal_everything_is_due(watch, folder):
    (folder / "a.txt").unlink()
    assert watch.look() is None
    assert watch.look() == Due((folder,))
    assert watch.look() is None


def test_a_folder_that_goes_and_comes_back_is_due_both_times(watch, folder, tmp_path):
    folder.rename(tmp_path / "away")
    assert watch.look() is None
    assert watch.look() == Due((folder,))
    assert watch.look() is None
    (tmp_path / "away").rename(folder)
    assert watch.look() is None
    assert watch.look() == Due((folder,))
    assert watch.look() is None


class EndedError(Exception):
    """Ends a watch in a test."""


def followed(
    folder: Path, happens: Iterator[object], update: Callable[[Due], None], told: Callable[[str], None]
) -> None:
    """Watch a folder; the next thing happens while the watch sleeps, and it ends when nothing more does."""

    def sleep(_seconds: float) -> None:
        try:
            next(happens)
        except StopIteration:
            raise EndedError from None

    with pytest.raises(EndedError):
        keep_watching(Watch([folder]), update, told, sleep=sleep)


def test_what_passes_is_told_and_tried_again_after_a_while(folder):
    tries, lines = [], []

    def update(due: Due) -> None:
        tries.append(due)
        if len(tries) == 1:
            raise IndexBusyError("in use")

    followed(folder, iter(range(RETRY_LOOKS + 5)), update, lines.append)
    assert (tries, lines) == ([Due((folder,))] * 2, ["in use"])


def test_an_empty_folder_is_told_once_and_followed(folder):
    shutil.rmtree(folder)
    folder.mkdir()
    tries, lines = [], []

    def update(due: Due) -> None:
        tries.append(names(due))
        if not any(folder.iterdir()):
            raise NoDocumentsError("nothing there")

    def happens() -> Iterator[None]:
        yield from [None] * 5
        (folder / "c.txt").write_text("Plums.")
        yield from [None] * 5

    followed(folder, happens(), update, lines.append)
    assert (tries, lines) == ([None, ["c.txt"]], ["nothing there"])


def test_what_does_not_pass_ends_the_watch(folder):
    def update(_due: Due) -> None:
        raise IndexDamagedError("damaged")

    with pytest.raises(IndexDamagedError):
        keep_watching(Watch([folder]), update, print, sleep=lambda _: None)
