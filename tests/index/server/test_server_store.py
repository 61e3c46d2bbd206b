"""What is peculiar to the server store: its budget, its connections, and what becomes of lost ones."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import psycopg
import pytest
from psycopg import sql

from assistant.analysis import Analyser
from assistant.encoders import TokenVectors, quantise
from assistant.errors import IndexBusyError, IndexMismatchError, IndexUnwritableError, InputError
from assistant.index import check_store, existing_or_new, open_store, store_exists, writing
from assistant.index.server import lifecycle, tables
from assistant.index.server.address import ServerAddress
from assistant.index.server.store import ServerStore
from benchmarks.server_documents import DIMENSION, MAKERS, made, put

CODES = quantise(TokenVectors(np.eye(DIMENSION, dtype=np.float32)[:2], np.array([[0, 2], [2, 4]], np.int32)))


def with_option(address: ServerAddress, option: str) -> ServerAddress:
    return ServerAddress(f"{address.whole}&{option}")


def cut_connections(address: ServerAddress) -> None:
    """End every connection but our own, as a failover does."""
    with psycopg.connect(address.dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = %s",
            (f"footnote {address.options.schema}",),
        )


def test_token_vectors_are_kept_up_to_the_budget_of_the_address(server_address):
    small = with_option(server_address, f"token_budget={CODES.size + 1}")
    with closing(ServerStore.create(small, MAKERS)) as store:
        for name in ("a", "b"):
            document, passages, rows = made(name, 1)
            store.replace_document(document, passages, rows, "hash", {0: CODES})
        assert list(store.token_codes([("a", 0), ("b", 0)])) == [("a", 0)]
        store.delete_documents(["a"])
        document, passages, rows = made("c", 1)
        store.replace_document(document, passages, rows, "hash", {0: CODES})
        assert list(store.token_codes([("c", 0)])) == [("c", 0)]
    assert check_store(small).sound
    with pytest.raises(InputError, match="no size"):
        with_option(server_address, "token_budget=plenty")


def test_reading_and_writing_go_on_over_a_failover(server_address):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)
        cut_connections(server_address)
        assert store.info().documents == 1
        cut_connections(server_address)
        put(store, "b", 2)
        cut_connections(server_address)
        with store.reading():
            assert sorted(store.document_hashes()) == ["a", "b"]


def test_a_state_is_read_by_all_threads_until_it_is_let_go(server_address):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)
        store.hold()
        put(store, "b", 2)
        seen: list[int] = []
        thread = threading.Thread(target=lambda: seen.append(store.info().documents))
        thread.start()
        thread.join()
        assert seen == [1]
        store.let_go()
        assert store.info().documents == 2
        store.hold()
        put(store, "c", 3)
        cut_connections(server_address)
        assert store.info().documents == 3  # what was held is lost with its connection
        put(store, "d", 4)
        assert store.info().documents == 4


def test_more_threads_than_connections_wait_for_each_other(server_address):
    few = with_option(server_address, "connections=2")
    with closing(ServerStore.create(few, MAKERS)) as store:
        put(store, "a", 1)
        threads = [threading.Thread(target=store.document, args=("a",)) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.connections._free) <= 2


def test_when_all_connections_are_in_use_for_long_it_is_said(server_address):
    few = with_option(server_address, "connections=2&timeout=0.2")
    with (
        closing(ServerStore.create(few, MAKERS)) as store,
        store.connections.one(),
        store.connections.one(),
        pytest.raises(IndexBusyError, match="connections=NUMBER"),
    ):
        store.info()


def test_a_statement_that_takes_too_long_is_ended(server_address):
    with closing(ServerStore.create(with_option(server_address, "timeout=0.2"), MAKERS)) as store:
        began = time.monotonic()
        with pytest.raises(IndexBusyError, match="timeout=SECONDS"):
            store.connections.read(lambda snapshot: snapshot.rows("SELECT pg_sleep(5)"))
        assert time.monotonic() - began < 3


def test_nobody_writes_while_it_is_rebuilt_and_nobody_rebuilds_while_others_write(server_address):
    ServerStore.create(server_address, MAKERS).close()
    with (
        writing(server_address),
        writing(server_address),  # two writers at once are welcome
        pytest.raises(IndexBusyError),
        writing(server_address, 0.1, rebuild=True),
    ):
        pass
    told: list[str] = []
    with writing(server_address, rebuild=True), pytest.raises(IndexBusyError):  # noqa: SIM117
        with writing(server_address, 0.1, told.append):
            pass
    assert len(told) == 1


def test_a_rebuild_that_fails_leaves_the_old_index(server_address):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)

    def rebuilt() -> None:
        with existing_or_new(server_address, None, MAKERS, rebuild=True) as new:
            put(new, "b", 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuilt()
    with closing(open_store(server_address)) as store:
        assert list(store.document_hashes()) == ["a"]


def test_tables_that_are_not_ours_are_neither_joined_nor_removed(server_address):
    with psycopg.connect(server_address.dsn, autocommit=True) as connection:
        schema = sql.Identifier(server_address.options.schema)
        connection.execute(sql.SQL("CREATE SCHEMA {0} CREATE TABLE mine (n int)").format(schema))
        with pytest.raises(IndexUnwritableError, match="not ours"):
            ServerStore.create(server_address, MAKERS)
        lifecycle.remove(server_address)
        assert connection.execute(sql.SQL("SELECT count(*) FROM {}.mine").format(schema)).fetchone() == (0,)
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))


def test_a_first_build_that_fails_leaves_nothing(server_address):
    def built() -> None:
        with existing_or_new(server_address, None, MAKERS):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        built()
    assert not store_exists(server_address)
    ServerStore.create(server_address, MAKERS).close()  # and nothing in the way of the next


def test_tables_grow_to_the_version_of_a_newer_program(server_address, monkeypatch):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)
    later = (*tables.MIGRATIONS, "ALTER TABLE feedback ADD COLUMN mood text NOT NULL DEFAULT ''")
    monkeypatch.setattr(lifecycle, "MIGRATIONS", later)
    for _ in range(2):
        with closing(ServerStore.open(server_address)) as store:
            assert store.connections.latest(lambda c: c.execute("SELECT max(version) FROM versions").fetchone()) == (2,)
            assert store.document("a") is not None
            store.connections.latest(lambda c: c.execute("SELECT mood FROM feedback"))
    monkeypatch.undo()
    with pytest.raises(IndexMismatchError, match="update footnote"):
        ServerStore.open(server_address)


def test_an_index_rebuilt_by_another_encoder_is_not_read_on(server_address):
    from dataclasses import replace

    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)
        with existing_or_new(server_address, None, replace(MAKERS, encoder_fingerprint="other"), rebuild=True) as new:
            put(new, "a", 1)
        with pytest.raises(IndexMismatchError, match="start this again"):
            store.info()


def test_pgvector_is_added_by_who_may(server_address):
    name = f"fresh_{secrets.token_hex(4)}"
    with psycopg.connect(server_address.dsn, autocommit=True) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not row[0]:
            pytest.skip("the role of FOOTNOTE_TEST_DSN may not create a database and an extension")
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    parts = urlsplit(server_address.whole)
    fresh = ServerAddress(urlunsplit(parts._replace(path=f"/{name}")))
    try:
        with closing(ServerStore.create(fresh, MAKERS)) as store:
            put(store, "a", 1)
            assert store.info().documents == 1
    finally:
        with psycopg.connect(server_address.dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_term_of_any_length_is_kept_and_found(server_address):
    heading = "".join(f"{n:04x}" for n in range(1_500))
    term = max(Analyser().counts(heading), key=len)
    assert len(term) > 2_704  # what a tree of PostgreSQL can hold
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        document, passages, rows = made("a", 1, passages=1)
        passages = [replace(passages[0], headings=(heading,))]
        store.replace_document(document, passages, rows, "hash")
        assert [each.key for each in store.lexical({term: 1.0}, 5)] == [each.key for each in store.dense(rows[0], 1)]


def test_a_late_reader_does_not_end_a_state_that_is_held_since(server_address):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)
        store.hold()
        gone = store.connections._snapshot
        store.hold()
        store.connections._let_go_of(gone)
        put(store, "b", 2)
        assert store.info().documents == 1
        store.connections._let_go_of(store.connections._snapshot)
        assert store.info().documents == 2
