"""Each update of an index leaves an entry in its history."""

from contextlib import closing

import pytest

from assistant import Assistant
from assistant.datatypes import IndexUpdate
from assistant.encoders import HashingEncoder
from assistant.errors import DocumentError
from assistant.index import EmbeddedStore
from assistant.indexing.history import NAMED, index_update, told


@pytest.fixture
def update(folder_of, tmp_path):
    """Index some files: name -> content, None to remove; returns the history, newest first."""
    index = tmp_path / "index"

    def run(files, **options):
        folder = folder_of({name: text for name, text in files.items() if text is not None})
        for name, text in files.items():
            if text is None:
                (folder / name).unlink()
        Assistant.from_documents(folder, index, encoder=HashingEncoder(), **options).close()
        with closing(EmbeddedStore.open(index)) as store:
            return store.updates()

    return run


def counts(entry: IndexUpdate) -> tuple[int, ...]:
    return entry.added, entry.changed, entry.removed, entry.failed, entry.unchanged


def test_an_update_says_what_it_added_changed_and_removed(update):
    update({"a.txt": "Apples.", "b.txt": "Pears.", "c.txt": "Plums."})
    latest, first = update({"a.txt": "Red apples.", "b.txt": None, "d.txt": "Figs."})
    assert counts(first) == (3, 0, 0, 0, 0)
    assert counts(latest) == (1, 1, 1, 0, 1)
    assert latest.details == (("added", "d.txt", ""), ("changed", "a.txt", ""), ("removed", "b.txt", ""))
    assert latest.at >= first.at


def test_an_update_with_nothing_to_do_leaves_no_entry(update):
    update({"a.txt": "Apples."})
    assert len(update({})) == 1


def test_a_file_that_fails_is_named_once_however_often_it_fails_the_same_way(update):
    update({"a.txt": "Apples.", "b.pdf": b"no pdf"})
    entries = update({})
    assert len(entries) == 1
    assert [(kind, name.rsplit("/", 1)[-1]) for kind, name, _ in entries[0].details if kind == "failed"] == [
        ("failed", "b.pdf")
    ]
    assert len(update({"b.pdf": None})) == 2


def test_a_rebuild_keeps_the_history(update):
    update({"a.txt": "Apples."})
    entries = update({"b.txt": "Pears."}, rebuild=True)
    assert [each.added for each in entries] == [2, 1]


def test_an_update_that_is_stopped_says_so(update):
    def stop(done: int, total: int, name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update({"a.txt": "Apples.", "b.txt": "Pears."}, progress=stop)
    latest, stopped = update({})
    assert stopped.stopped
    assert counts(stopped)[:2] == (1, 0)
    assert counts(latest) == (1, 0, 0, 0, 1)


def test_a_large_update_is_counted_whole_and_named_in_part():
    entry = index_update([f"{n:04}" for n in range(500)], [], [], [], unchanged=0, seconds=1.0)
    assert entry.added == 500
    assert [name for _, name, _ in entry.details] == [f"{n:04}" for n in range(NAMED)]


def test_an_entry_is_told_in_a_line():
    entry = index_update(["a"], [], ["b", "c"], [DocumentError("d", "is damaged")], unchanged=1_000, seconds=2.04)
    assert told(entry) == "1 added, 2 removed, 1 failed, 1,000 unchanged, 2.0 s"
