"""Every command on an index on a server: as on a folder, the password never shown, and one line for what goes wrong."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from assistant import Assistant
from assistant.encoders import HashingEncoder
from assistant.errors import IndexMismatchError
from assistant.index import open_store
from assistant.index.server import lifecycle
from assistant.index.server.address import ServerAddress
from tests.cli.test_commands import QUESTION, SAMPLE, Done, footnote, refused

pytestmark = pytest.mark.usefixtures("_always_answered")
WORD = "reader-secret"


@pytest.fixture(scope="module")
def index(postgres_address: str) -> Iterator[ServerAddress]:
    joint = "&" if "?" in postgres_address else "?"
    address = ServerAddress(f"{postgres_address}{joint}schema=test_commands&retry=5")
    lifecycle.remove(address)
    yield address
    lifecycle.remove(address)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, index: ServerAddress) -> Path:
    """A working folder with ``corpus/``, and its index on the server."""
    place = tmp_path_factory.mktemp("place")
    (place / "corpus").mkdir()
    (place / "corpus" / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    done = footnote("index", "--encoder", "hashing", "--index", index.whole, cwd=place)
    assert done.returncode == 0, done.stderr
    assert secret(index) not in done.stdout + done.stderr
    return place


def secret(address: ServerAddress) -> str:
    return urlsplit(address.dsn).password or "no password"


def run(place: Path, index: ServerAddress, *arguments: object, text: str = "") -> Done:
    done = footnote(*arguments, "--index", index.whole, cwd=place, text=text)
    assert secret(index) not in done.stdout + done.stderr
    return done


def test_answers_are_those_of_an_index_in_a_folder(place, index, tmp_path):
    assert footnote("index", "--encoder", "hashing", "--index", "index", cwd=place).returncode == 0
    ours, theirs = (
        json.loads(footnote("ask", QUESTION, "--json", "--index", each, cwd=place).stdout)
        for each in (index.whole, "index")
    )
    assert ours == theirs
    assert ours["citations"]


def test_a_second_run_changes_nothing_and_a_removed_file_goes(place, index):
    extra = place / "corpus" / "extra.txt"
    extra.write_text("The lighthouse keeper is called Ilya.")
    told = json.loads(run(place, index, "index", "--encoder", "hashing", "--json").stdout)
    assert (told["added"], told["unchanged"]) == (["extra.txt"], 1)
    assert told["index"] == str(index)
    extra.unlink()
    told = json.loads(run(place, index, "index", "--encoder", "hashing", "--json").stdout)
    assert told["removed"] == ["extra.txt"]
    told = json.loads(run(place, index, "index", "--encoder", "hashing", "--json").stdout)
    assert (told["unchanged"], told["added"], told["removed"]) == (1, [], [])


def test_status_checks_all_of_it(place, index):
    told = json.loads(run(place, index, "status", "--check", "--json").stdout)
    assert told["check"]["sound"]
    assert told["files"]["passages"] > 0
    assert told["stale"] == {}
    assert "sound" in run(place, index, "status", "--check").stdout


def test_citations_are_verified_from_where_their_files_lie(place, index, tmp_path):
    answer = tmp_path / "answer.json"
    answer.write_text(run(place, index, "ask", QUESTION, "--json").stdout)
    assert "1 of 1" in run(place, index, "verify").stdout
    assert run(place, index, "verify", answer).returncode == 0


def test_chat_evaluate_and_export_work(place, index, tmp_path):
    assert "Partnership" in run(place, index, "chat", text=f"{QUESTION}\n\n").stdout
    questions = tmp_path / "set.jsonl"
    gold = {"document": SAMPLE.name, "quote": "Partnership for Peace"}
    questions.write_text(json.dumps({"id": "1", "question": QUESTION, "answers": [gold]}))
    measured = json.loads(run(place, index, "evaluate", questions, "--json").stdout)
    assert measured["counts"]["asked"] == 1
    assert run(place, index, "questions", "check", questions).returncode == 0
    assistant = Assistant.open(index)
    citation = assistant.ask(QUESTION).citations[0]
    assistant.give_feedback(QUESTION, "right", citation)
    assistant.close()
    out = tmp_path / "used.jsonl"
    assert "1 question" in run(place, index, "questions", "export", "--out", out).stdout
    assert json.loads(out.read_text())["question"] == QUESTION


def test_a_rebuild_takes_its_place_and_keeps_what_readers_said(place, index):
    assistant = Assistant.open(index)
    said = assistant.feedback()
    before = assistant.info()
    done = run(place, index, "index", "--rebuild", "--encoder", "hashing")
    assert done.returncode == 0, done.stderr
    assert assistant.info().documents == before.documents  # who had it open goes on
    assert assistant.ask(QUESTION).citations
    assert assistant.feedback() == said
    assistant.close()
    assert "sound" in run(place, index, "status", "--check").stdout


def test_copies_go_both_ways_and_overwrite_only_when_told(place, index, server_address, tmp_path):
    folder = tmp_path / "copy" / "index"
    done = footnote("copy", index.whole, folder, cwd=place)
    assert done.returncode == 0, done.stderr
    refused(footnote("copy", index.whole, folder, cwd=place), "already", "--replace")
    assert footnote("copy", folder, server_address.whole, cwd=place).returncode == 0
    refused(footnote("copy", folder, server_address.whole, cwd=place), "already", "--replace")
    assert footnote("copy", folder, server_address.whole, "--replace", cwd=place).returncode == 0
    assert secret(index) not in done.stdout
    answers = [
        json.loads(footnote("ask", QUESTION, "--json", "--index", each, cwd=place).stdout)
        for each in (index.whole, folder, server_address.whole)
    ]
    assert answers[0]["text"] == answers[1]["text"] == answers[2]["text"]
    for each in (folder, server_address.whole):
        assert "sound" in footnote("status", "--check", "--index", each, cwd=place).stdout
        assert "1 of 1" in footnote("verify", "--index", each, cwd=place).stdout  # sources are told from there


def test_what_a_server_has_not_is_refused_in_a_line(place, index, tmp_path):
    refused(run(place, index, "backup", tmp_path / "b"), "folder", "docs/scale.md")
    refused(run(place, index, "restore", tmp_path / "b"), "folder", "docs/scale.md")


def test_an_index_that_is_not_there(place, server_address):
    refused(footnote("ask", QUESTION, "--index", server_address.whole, cwd=place), "no index", "footnote index corpus")
    refused(footnote("status", "--index", server_address.whole, cwd=place), "no index")


def test_a_server_that_does_not_answer(place):
    address = "postgresql://anna:s3cret@127.0.0.1:9/library"
    for command in (["ask", QUESTION], ["index"], ["status"], ["serve"]):
        done = footnote(*command, "--index", address, cwd=place)
        refused(done, "does not answer", "***")
        assert "s3cret" not in done.stderr


def test_a_wrong_password(place, index):
    wrong = index.whole.replace(secret(index), "wr0ng-one")
    done = footnote("ask", QUESTION, "--index", wrong, cwd=place)
    refused(done, "does not let us in", "PGPASSWORD")
    assert "wr0ng-one" not in done.stderr


def test_a_database_that_is_not_there(place, index):
    parts = urlsplit(index.whole)
    refused(footnote("ask", QUESTION, "--index", parts._replace(path="/nowhere").geturl(), cwd=place), "does not exist")


def test_another_encoder(place, index):
    class Other(HashingEncoder):
        fingerprint = "hashing-2"

    with pytest.raises(IndexMismatchError, match="was built by encoder hashing") as refusal:
        Assistant.open(index, encoder=Other())
    assert secret(index) not in str(refusal.value)


def test_an_address_that_means_nothing(place):
    refused(footnote("ask", QUESTION, "--index", "postgresql://h/d?search=fuzzy", cwd=place), "search=exact")


def test_psycopg_that_is_not_installed(tmp_path):
    hidden = "import sys; sys.modules['psycopg'] = None; from assistant.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", hidden, "status", "--index", "postgresql://h/d"],
        capture_output=True,
        text=True,
        check=False,
    )
    refused(Done(done.returncode, done.stdout, done.stderr), "psycopg", "footnote-assistant[server]")


@pytest.fixture
def reader(index: ServerAddress, place: Path) -> Iterator[str]:
    """The address with a role that may read, and say what it thinks of answers, as docs/scale.md sets it up."""
    name = f"reader_{secrets.token_hex(4)}"
    role, schema = sql.Identifier(name), sql.Identifier(index.options.schema)
    grants = [
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(WORD)),
        sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, role),
        sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(schema, role),
        sql.SQL("GRANT INSERT ON {}.feedback TO {}").format(schema, role),
        sql.SQL("GRANT INSERT, UPDATE, DELETE ON {0}.conversations, {0}.exchanges TO {1}").format(schema, role),
    ]
    with psycopg.connect(index.dsn, autocommit=True) as connection:
        try:
            connection.execute(grants[0])
        except psycopg.errors.InsufficientPrivilege:
            pytest.skip("this role may make no other")
        for grant in grants[1:]:
            connection.execute(grant)
        whole = urlsplit(index.whole)
        yield whole._replace(netloc=f"{name}:{WORD}@{whole.netloc.rpartition('@')[2]}").geturl()
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_a_role_that_may_read_answers_and_is_refused_the_rest(place, index, reader):
    from assistant.index.server.conversations import ServerConversations

    assert footnote("ask", QUESTION, "--index", reader, cwd=place).returncode == 0
    assert footnote("status", "--check", "--index", reader, cwd=place).returncode == 0
    store = open_store(reader)
    assistant = Assistant.open(reader)
    assistant.give_feedback("Who?", "not_in_documents")
    assistant.close()
    assert store.feedback()[-1].question == "Who?"
    store.close()
    kept = ServerConversations(ServerAddress(reader))
    made = kept.create("anna", "Why?")
    assert kept.write("anna", made.key, 0, {1: "{}"}) == 1
    kept.delete("anna", made.key)
    kept.close()
    (place / "corpus" / "new.txt").write_text("Something new.")
    done = footnote("index", "--encoder", "hashing", "--index", reader, cwd=place)
    (place / "corpus" / "new.txt").unlink()
    refused(done, "may not do this", "docs/scale.md")
    assert WORD not in done.stderr
    refused(footnote("index", "--rebuild", "--encoder", "hashing", "--index", reader, cwd=place), "docs/scale.md")


def test_a_database_without_pgvector_and_no_right_to_add_it(index, place):
    name, database = f"builder_{secrets.token_hex(4)}", f"plain_{secrets.token_hex(4)}"
    role, place_for_it = sql.Identifier(name), sql.Identifier(database)
    with psycopg.connect(index.dsn, autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(WORD)))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(place_for_it))
        except psycopg.errors.InsufficientPrivilege:
            pytest.skip("this role may make no other")
        whole = urlsplit(index.whole)
        other = whole._replace(netloc=f"{name}:{WORD}@{whole.netloc.rpartition('@')[2]}", path=f"/{database}").geturl()
        done = footnote("index", "--encoder", "hashing", "--index", other, cwd=place)
        connection.execute(sql.SQL("DROP DATABASE {}").format(place_for_it))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))
    refused(done, "no pgvector", "CREATE EXTENSION vector")
