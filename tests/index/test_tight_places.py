"""No room, no permission: what was committed still answers, and the error says what is in the way."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.encoders import HashingEncoder
from assistant.errors import IndexBusyError, IndexDamagedError, IndexUnwritableError
from assistant.index import EmbeddedStore, open_store
from assistant.index.truth import TRUTH
from assistant.library import Library, LibraryError

pytestmark = pytest.mark.usefixtures("_always_answered")

ROOT = Path(__file__).parent.parent.parent
NOBODY = 65534
APPLES = "Apples were planted in Almaty in 1930."
QUESTION = "When were apples planted in Almaty?"
LIMITED = """
import resource, sys
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
from assistant.cli import main
main(sys.argv[2:])
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody may look into, with documents and their index."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "corpus").mkdir()
        (place / "corpus" / "apples.txt").write_text(APPLES)
        index(place)
        yield place
        for path in place.rglob("*"):
            path.chmod(0o755)


def index(place: Path) -> None:
    opened = Assistant.from_documents(place / "corpus", place / "index", encoder=HashingEncoder())
    assert opened.ask(QUESTION).citations[0].quote == APPLES
    opened.close()


def with_room_for(size: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command where no file can grow beyond so many bytes, as on a disk that is full."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", LIMITED, str(size), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def add_pears(place: Path) -> None:
    for number in range(40):
        rows = [f"Row {row} of pear tree {number} was planted by gardener {row * number}." for row in range(30)]
        (place / "corpus" / f"pears {number}.txt").write_text(" ".join(rows))


def test_without_room_the_old_index_answers_and_the_next_run_goes_on(place):
    add_pears(place)
    done = with_room_for(1_000_000, "index", place / "corpus", "--index", place / "index")
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert f"there is no room for the index in {place}/index" in done.stderr
    assert "free some space and run it again" in done.stderr
    asked = with_room_for(0, "ask", QUESTION, "--index", place / "index")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert APPLES in asked.stdout
    index(place)
    with closing(open_store(place / "index")) as store:
        assert len(store.document_hashes()) == 41


def test_what_a_killed_writer_left_is_read_without_room(place):
    store = EmbeddedStore.open(place / "index")
    store.delete_documents(["apples.txt"])
    shutil.copytree(place / "index", place / "copy")  # as it lies there while it is written, with its log
    store.close()
    (place / "copy" / f"{TRUTH}-shm").unlink()
    assert (place / "copy" / f"{TRUTH}-wal").stat().st_size
    done = with_room_for(0, "status", "--index", place / "copy")
    assert done.returncode == 0, done.stderr
    assert "documents   0" in done.stdout


def test_a_change_that_finds_no_room_leaves_the_store_as_it_was(place):
    with closing(EmbeddedStore.open(place / "index")) as store:
        document = store.document("apples.txt")
        passages, vectors = store.passages_of("apples.txt"), store.vectors_of("apples.txt")
        with store._truth.beside_the_index() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
        store._truth._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(IndexUnwritableError, match=r"no room .*database or disk is full"):
            store.replace_document(document, passages * 1000, vectors.repeat(1000, 0), "hash")
        store._truth._connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
        assert store.passages_of("apples.txt") == passages
        store.replace_document(document, passages, vectors, "other")
        assert store.document_hashes() == {"apples.txt": "other"}


def test_a_transaction_of_another_is_no_damage(place, monkeypatch):
    monkeypatch.setattr("assistant.index.opening.BUSY_SECONDS", 0.01)
    one, other = EmbeddedStore.open(place / "index"), EmbeddedStore.open(place / "index")
    told = pytest.raises(IndexBusyError, match="try again in a moment")
    with closing(one), closing(other), one._truth.transaction(), told:
        other.delete_documents(["apples.txt"])


@contextmanager
def as_nobody() -> Iterator[None]:
    """As somebody who may read and not write; whoever runs the tests may be root, whom modes do not stop."""
    if os.geteuid():
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def close_up(folder: Path) -> None:
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)


def test_an_index_in_a_folder_that_cannot_be_written_is_asked(place):
    close_up(place / "index")
    with as_nobody(), closing(Assistant.open(place / "index", encoder=HashingEncoder())) as opened:
        assert opened.ask(QUESTION).citations[0].quote == APPLES
        assert opened.info().documents == 1
        assert opened.document("apples.txt").text == APPLES
    assert sorted(path.name for path in (place / "index").glob(f"{TRUTH}-*")) == []


def test_what_cannot_be_written_is_said_so_in_a_line_that_mends_it(place):
    close_up(place / "index")
    with as_nobody(), closing(Assistant.open(place / "index", encoder=HashingEncoder())) as opened:
        with pytest.raises(IndexUnwritableError, match="mend the permissions of the folder"):
            opened.give_feedback(QUESTION, "not_in_documents")
        with pytest.raises(IndexUnwritableError, match=r"cannot write in .*; mend its permissions"):
            Assistant.from_documents(place / "corpus", place / "index", encoder=HashingEncoder())
        with pytest.raises(LibraryError, match="write-protected"):
            Library.of(opened, place / "corpus").refresh()
        assert opened.ask(QUESTION).citations[0].quote == APPLES


def test_who_can_only_read_sees_what_others_write(place):
    (place / "corpus" / "apples.txt").chmod(0o644)
    close_up(place / "index")
    with as_nobody():
        opened = Assistant.open(place / "index", encoder=HashingEncoder())
        assert opened.info().documents == 1
    (place / "index").chmod(0o755)
    for path in (place / "index").iterdir():
        path.chmod(0o644)
    (place / "corpus" / "pears.txt").write_text("Pears came from Tashkent in 1950.")
    writer = Assistant.from_documents(place / "corpus", place / "index", encoder=HashingEncoder())
    with as_nobody():  # beside somebody who has it open
        assert opened.ask("When did pears come from Tashkent?").citations[0].document == "pears.txt"
    writer.store.delete_documents(["apples.txt"])
    with as_nobody():
        assert [each.id for each in opened.summaries()] == ["pears.txt"]
    writer.close()
    with as_nobody():  # and when they have left
        assert opened.info().documents == 1
        opened.close()


def test_an_index_that_nobody_may_read_is_not_called_damaged(place):
    (place / "index" / TRUTH).chmod(0)
    with as_nobody(), pytest.raises(IndexUnwritableError, match="mend the permissions"):
        Assistant.open(place / "index", encoder=HashingEncoder())


def test_a_file_that_is_no_database_is_still_damaged_where_it_cannot_be_written(place):
    (place / "index" / TRUTH).write_bytes(b"not a database, though long enough to look like one" * 100)
    close_up(place / "index")
    with as_nobody(), pytest.raises(IndexDamagedError):
        Assistant.open(place / "index", encoder=HashingEncoder())
