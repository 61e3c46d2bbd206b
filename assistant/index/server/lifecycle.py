"""How an index on a server comes into being, grows to this version's tables, and is replaced: never half."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path

import psycopg
from psycopg import errors, sql

from assistant.errors import IndexUnwritableError
from assistant.index.digests import DamageError, DigestError
from assistant.index.server.address import ServerAddress
from assistant.index.server.connections import Connections, PgConnection
from assistant.index.server.tables import (
    BESIDE_TABLES,
    INDEX_TABLES,
    MIGRATIONS,
    NEAREST_INDEX,
    VERSIONS,
    with_dimension,
)
from assistant.index.server.trouble import ExtensionMissingError, explained, missing, other_version
from assistant.index.values import Makers, made_by, makers_digest
from assistant.sources import absolute

REBUILDING = "_rebuilding"
"""Suffix of the schema in which an index is rebuilt."""

_KEYS = sql.Identifier("passage_keys")
_EXTENSION = "SELECT extversion FROM pg_extension WHERE extname = 'vector'"
_LEAST_EXTENSION = (0, 7)
_ENCODING = "SHOW server_encoding"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_HAS_TABLE = "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = %s"
_HAS_SCHEMA = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
_HAS_NEAREST = "SELECT 1 FROM pg_indexes WHERE schemaname = %s AND indexname = 'vectors_nearest'"
_HAS_OTHERS = """
SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') LIMIT 1
"""
_VERSION = "SELECT coalesce(max(version), 0) FROM versions"
_APPLIED = "INSERT INTO versions (version) VALUES (%s)"
_META = "SELECT name, value FROM meta"
_PUT_META = "INSERT INTO meta (name, value) VALUES (%s, %s)"
_PUT_STATE = "INSERT INTO state (lineage) VALUES (%s)"


def index_exists(address: ServerAddress) -> bool:
    """Whether there is an index at an address.

    Raises:
        StoreError: if the server cannot be asked.
    """
    with _direct(address) as connection:
        return _has_index(connection, address.options.schema)


def opened(address: ServerAddress) -> tuple[Connections, Makers, Path]:
    """Connections to an index, what it was made by, and the folder that its sources are relative to.

    Raises:
        IndexMissingError: if there is none.
        IndexMismatchError: if its tables are of another version.
        IndexDamagedError: if it does not say what it was made by.
    """
    with _direct(address) as connection:
        if not _has_index(connection, address.options.schema):
            raise missing(address)
        _migrate(connection, address)
        makers, folder = read_meta(connection, address), read_folder(connection, address)
    return Connections(address), makers, folder


def read_meta(connection: PgConnection, address: ServerAddress) -> Makers:
    """What an index says it was made by.

    Raises:
        IndexDamagedError: if it does not say so.
    """
    meta: dict[str, str] = dict(connection.execute(_META).fetchall())
    try:
        makers = made_by(meta)
        if meta["made"] != makers_digest(makers):
            raise DigestError("what it was made by")
    except (KeyError, ValueError) as error:
        problem = error if isinstance(error, DamageError) else DamageError("it does not say what it was made by")
        raise explained(address, problem) from error
    return makers


def read_folder(connection: PgConnection, address: ServerAddress) -> Path:
    """The folder whose parent the sources of an index are relative to: the address's, else the index's own."""
    if address.options.folder:
        return absolute(address.options.folder)
    meta: dict[str, str] = dict(connection.execute(_META).fetchall())
    return Path(meta.get("folder", "index"))


def makers_at(address: ServerAddress, makers: Makers) -> Makers:
    """What a new index at an address is made by: the same, but for what the address says of it."""
    budget = address.options.token_budget
    return replace(makers, token_budget=budget) if budget else makers


def folder_kept(address: ServerAddress) -> Path:
    """The folder that the sources of an index are relative to."""
    with _direct(address) as connection:
        return read_folder(connection, address)


def create(address: ServerAddress, makers: Makers, folder: Path | None = None) -> None:
    """Make an empty index in a schema that holds none.

    Args:
        address: where.
        makers: what it is made by.
        folder: whose parent sources are relative to; by default that of the address, or ``index`` here.

    Raises:
        IndexUnwritableError: if we may not, or it holds one.
        ExtensionMissingError: if the database has no pgvector and we may not add it.
    """
    schema = address.options.schema
    base = absolute(folder or address.options.folder or Path("index"))
    with _direct(address) as connection:
        _check_encoding(connection, address)
        _check_extension(connection, address)
    with _direct(address) as connection, connection.transaction():  # a new connection finds the extension's types
        connection.execute(_LOCK, (f"footnote {schema}",))
        if _has_index(connection, schema):
            raise IndexUnwritableError(f"{address} holds an index already; run it again to go on with that")
        if not connection.execute(_HAS_SCHEMA, (schema,)).fetchone():
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        elif connection.execute(_HAS_OTHERS, (schema,)).fetchone():
            raise IndexUnwritableError(
                f"schema {schema} of {address} holds tables that are not ours; name one of its own with schema=NAME"
            )
        connection.execute(VERSIONS)
        for version, statements in enumerate(MIGRATIONS, 1):
            connection.execute(with_dimension(statements, makers.dimension))
            connection.execute(_APPLIED, (version,))
        meta = {**asdict(makers), "made": makers_digest(makers), "folder": base.as_posix()}
        with connection.cursor() as cursor:
            cursor.executemany(_PUT_META, [(name, str(value)) for name, value in meta.items()])
        connection.execute(_PUT_STATE, (secrets.token_hex(8),))


def remove(address: ServerAddress, *, schema: bool = True) -> None:
    """Remove the tables of an index; nothing where there is none, and nothing but what is ours.

    Args:
        address: of the index.
        schema: also remove its schema, if nothing else is in it.
    """
    with _direct(address) as connection, connection.transaction():
        _drop(connection, sql.Identifier(address.options.schema), schema_too=schema)


def drop_nearest(address: ServerAddress) -> None:
    """Take away the index over the vectors, for a while in which many come and nobody searches."""
    with _direct(address) as connection:
        connection.execute("DROP INDEX IF EXISTS vectors_nearest")


def build_nearest(address: ServerAddress, makers: Makers) -> None:
    """Make the index over the vectors, where there is none."""
    with _direct(address) as connection:
        if not connection.execute(_HAS_NEAREST, (address.options.schema,)).fetchone():
            connection.execute(with_dimension(NEAREST_INDEX, makers.dimension))
        connection.execute("ANALYZE passages, vectors, postings, tokens, documents")


def beside(address: ServerAddress, suffix: str = REBUILDING) -> ServerAddress:
    """The address of the schema in which an index grows that takes the place of another."""
    other = ServerAddress(address.whole)
    other.options = replace(address.options, schema=address.options.schema + suffix)
    return other


def put_in_place(built: ServerAddress, address: ServerAddress, *, whole: bool = False) -> None:
    """Have the tables of a finished index take the place of those of another, in one transaction.

    Whoever reads goes on until it is done.

    Args:
        built: the finished one; its schema is gone afterwards.
        address: the other one; or a schema that is not there.
        whole: also replace what is beside the index: feedback, history, conversations. Else that stays.
    """
    old, new = (sql.Identifier(each.options.schema) for each in (address, built))
    with _direct(address) as connection, connection.transaction():
        connection.execute(_LOCK, (f"footnote {address.options.schema}",))
        if not connection.execute(_HAS_SCHEMA, (address.options.schema,)).fetchone():
            connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(new, old))
            return
        replaces = _has_index(connection, address.options.schema)
        names = (*INDEX_TABLES, *(BESIDE_TABLES if whole or not replaces else ()), *(() if replaces else ("versions",)))
        tables = [sql.Identifier(name) for name in names]
        if replaces:
            for table in tables:
                connection.execute(sql.SQL("LOCK TABLE {}.{} IN ACCESS EXCLUSIVE MODE").format(old, table))
            gone = sql.SQL(", ").join(sql.SQL("{}.{}").format(old, each) for each in tables)
            connection.execute(sql.SQL("DROP TABLE {}").format(gone))
            connection.execute(sql.SQL("DROP SEQUENCE {}.{}").format(old, _KEYS))
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {}.{} SET SCHEMA {}").format(new, table, old))
        connection.execute(sql.SQL("ALTER SEQUENCE {}.{} SET SCHEMA {}").format(new, _KEYS, old))
        _drop(connection, new, schema_too=True)


@contextmanager
def _direct(address: ServerAddress) -> Iterator[PgConnection]:
    """One connection for a short while; what goes wrong becomes our error at once."""
    try:
        with closing(Connections(address).connect(patient=True)) as connection:
            yield connection
    except psycopg.Error as error:
        raise explained(address, error) from error


def _drop(connection: PgConnection, schema: sql.Identifier, *, schema_too: bool) -> None:
    for name in (*INDEX_TABLES, *BESIDE_TABLES, "versions"):
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}.{} CASCADE").format(schema, sql.Identifier(name)))
    connection.execute(sql.SQL("DROP SEQUENCE IF EXISTS {}.{}").format(schema, _KEYS))
    if schema_too:
        with suppress(errors.DependentObjectsStillExist), connection.transaction():
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {}").format(schema))


def _has_index(connection: PgConnection, schema: str) -> bool:
    return connection.execute(_HAS_TABLE, (schema, "versions")).fetchone() is not None


def _migrate(connection: PgConnection, address: ServerAddress) -> None:
    """Bring the tables to this version, if they are of one before it."""
    row = connection.execute(_VERSION).fetchone()
    found = int(row[0]) if row else 0
    if found == len(MIGRATIONS):
        return
    if found > len(MIGRATIONS):
        raise other_version(address, found, len(MIGRATIONS))
    makers = read_meta(connection, address)
    try:
        with connection.transaction():
            connection.execute(_LOCK, (f"footnote {address.options.schema}",))
            row = connection.execute(_VERSION).fetchone()
            for version in range(int(row[0]) if row else 0, len(MIGRATIONS)):
                connection.execute(with_dimension(MIGRATIONS[version], makers.dimension))
                connection.execute(_APPLIED, (version + 1,))
    except errors.InsufficientPrivilege as error:
        raise other_version(address, found, len(MIGRATIONS)) from error


def _check_encoding(connection: PgConnection, address: ServerAddress) -> None:
    row = connection.execute(_ENCODING).fetchone()
    if row is None or row[0] != "UTF8":
        raise IndexUnwritableError(
            f"the database of {address} has encoding {row[0] if row else '?'}, texts need UTF8; create it with: "
            "createdb --encoding UTF8 --template template0 NAME"
        )


def _check_extension(connection: PgConnection, address: ServerAddress) -> None:
    """Have the database know pgvector."""
    mend = "have an administrator run in this database: CREATE EXTENSION vector"
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public")
    except (
        errors.InsufficientPrivilege,
        errors.UndefinedFile,
        errors.FeatureNotSupported,
        errors.UndefinedFunction,
        errors.InvalidSchemaName,
    ) as error:
        said = " ".join(str(error).split())[:200]
        raise ExtensionMissingError(f"the database of {address} has no pgvector ({said}); {mend}") from error
    row = connection.execute(_EXTENSION).fetchone()
    version = str(row[0]) if row else "0"
    if tuple(int(each) for each in version.split(".")[:2]) < _LEAST_EXTENSION:
        raise ExtensionMissingError(
            f"the database of {address} has pgvector {version}, 0.7 or later is needed; have an administrator update "
            "it and run: ALTER EXTENSION vector UPDATE"
        )
