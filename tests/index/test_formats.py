"""Indexes as released formats wrote them: each is opened, brought to this format and asked, or refused clearly."""

import gzip
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.errors import IndexDamagedError, IndexMismatchError
from assistant.index import EmbeddedStore, migration
from assistant.index.truth import TRUTH

FORMATS = Path(__file__).parent / "formats"
QUESTION = "When was the oldest tree planted?"


def index_of_format(folder: Path, number: int) -> Path:
    folder.mkdir()
    (folder / TRUTH).write_bytes(gzip.decompress((FORMATS / f"format-{number}.sqlite.gz").read_bytes()))
    return folder


def format_of(folder: Path) -> str:
    with closing(sqlite3.connect(folder / TRUTH)) as connection:
        return str(connection.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()[0])


@pytest.fixture
def old(tmp_path):
    return index_of_format(tmp_path / "index", 2)


def test_format_2_is_migrated_and_answers(old):
    with closing(Assistant.open(old)) as assistant:
        answer = assistant.ask(QUESTION)
        assert answer.text == "“The oldest tree was planted in 1911 by the first gardener.” [1]"
        (cited,) = answer.citations
        assert assistant.document(cited.document).text[cited.start : cited.end] == cited.quote
        assert cited.line == 3
        assert [said.question for said in assistant.feedback()] == [QUESTION]
        assert [update.added for update in assistant.updates()] == [2]
        assert assistant.store.token_codes([("garden.md", 14)])
    assert format_of(old) == "3"
    assert sorted(path.name for path in old.iterdir() if path.is_dir()) == []


def test_format_1_is_refused_with_the_command_that_rebuilds_it(old):
    with closing(sqlite3.connect(old / TRUTH)) as connection, connection:
        connection.execute("UPDATE meta SET value = '1' WHERE name = 'format'")
    with pytest.raises(IndexMismatchError, match=r"has format 1, this version reads 3; run: .* --rebuild"):
        EmbeddedStore.open(old)


@pytest.mark.parametrize("where", ["_check", "copied", "_to_disk"])
def test_a_migration_that_is_stopped_leaves_the_old_index_and_is_taken_up_again(old, monkeypatch, where):
    def stopped(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(migration, where, stopped)
        with pytest.raises(KeyboardInterrupt):
            EmbeddedStore.open(old)
    assert format_of(old) == "2"
    with closing(EmbeddedStore.open(old)) as store:
        assert store.info().documents == 2


def test_what_a_killed_migration_left_is_in_nobodys_way(old):
    (old / migration.PLACE).mkdir()
    (old / migration.PLACE / TRUTH).write_bytes(b"half")
    with closing(EmbeddedStore.open(old)) as store:
        assert store.info().documents == 2
    assert not (old / migration.PLACE).exists()


def test_of_two_that_migrate_at_once_the_second_finds_it_done(old):
    second = threading.Thread(target=migration.migrate, args=(old,))
    with migration._alone(old) as connection:
        assert connection is not None
        second.start()
        migration._replace(old, connection)
        done = (old / TRUTH).read_bytes()
    second.join(timeout=30)
    assert not second.is_alive()
    assert (old / TRUTH).read_bytes() == done


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE passages SET start = start + 1 WHERE key = 1",
        "UPDATE passages SET vector = zeroblob(3) WHERE key = 1",
        "UPDATE passages SET document = 'nobody' WHERE key = 1",
        "CREATE TRIGGER t AFTER DELETE ON passages BEGIN DELETE FROM tokens; END",
    ],
)
def test_a_damaged_one_is_not_given_digests(old, statement):
    with closing(sqlite3.connect(old / TRUTH)) as connection, connection:
        connection.execute(statement)
    with pytest.raises(IndexDamagedError, match="--rebuild"):
        EmbeddedStore.open(old)
    assert format_of(old) == "2"


def test_where_nothing_can_be_written_it_is_refused_and_stays(old, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(migration, "copied", full)
    with pytest.raises(IndexMismatchError, match=r"No space left.*folder can be written"):
        EmbeddedStore.open(old)
    assert format_of(old) == "2"
    assert stat.S_ISREG((old / TRUTH).stat().st_mode)
