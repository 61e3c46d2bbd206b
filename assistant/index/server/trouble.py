"""What can go wrong with a server, as one line each that says what to do; and which of it passes by itself."""

from __future__ import annotations

import psycopg
from psycopg import errors

from assistant.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    IndexUnwritableError,
    StoreError,
)
from assistant.index.digests import DamageError
from assistant.index.server.address import ServerAddress


class ServerUnreachableError(StoreError):
    """The server does not answer, or does not let us in."""


class ExtensionMissingError(StoreError):
    """The database has no pgvector, and we may not add it."""


_PASSING = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.UniqueViolation,  # two writers of one new document: the second finds the first's when it looks again
    errors.LockNotAvailable,
)
_LOST = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout)
_REFUSED = ("password authentication failed", "no password supplied", "no pg_hba.conf entry", "does not exist")
_MISSING = (errors.UndefinedTable, errors.InvalidSchemaName, errors.UndefinedColumn)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, and a new one may do."""
    if isinstance(error, _LOST):
        return True
    return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)) and not error.sqlstate


def passes(error: BaseException) -> bool:
    """Whether the same may succeed a moment later."""
    return isinstance(error, _PASSING) or (is_lost(error) and not any(each in str(error) for each in _REFUSED))


def explained(address: ServerAddress, error: BaseException) -> StoreError:
    """The error for what the driver or a row says."""
    said = address.without_secrets(" ".join(str(error).split()))[:300]
    if isinstance(error, StoreError):
        return error
    if isinstance(error, DamageError):
        return IndexDamagedError(
            f"the index in {address} is damaged: {error}; restore a backup, or run: footnote index corpus --index "
            f"'{address}' --rebuild"
        )
    refused = isinstance(error, errors.InsufficientPrivilege | errors.ReadOnlySqlTransaction)
    if refused or "during recovery" in said:
        return IndexUnwritableError(
            f"the role or the server of {address} may not do this ({said}); connect as the role that owns the schema "
            f"{address.options.schema}, or have it granted (docs/scale.md)"
        )
    if isinstance(error, errors.QueryCanceled):
        return IndexBusyError(
            f"a statement took longer than {address.options.timeout:g} s in {address}; add timeout=SECONDS to the "
            "address"
        )
    if isinstance(error, errors.DiskFull | errors.OutOfMemory | errors.TooManyConnections):
        return IndexUnwritableError(f"the server of {address} has no room left ({said}); free some and run it again")
    if isinstance(error, _MISSING):
        return IndexMissingError(f"no index in {address} ({said}); {_make(address)}")
    if isinstance(error, errors.InvalidCatalogName):
        return ServerUnreachableError(f"{said}; create the database, or correct the address {address}")
    if isinstance(error, errors.CheckViolation | errors.NotNullViolation):
        return IndexDamagedError(f"the index in {address} refuses what it should hold ({said}); report this")
    if is_lost(error):
        return _unreachable(address, said)
    if isinstance(error, _PASSING):
        return IndexBusyError(f"others were changing {address} all the while ({said}); try again in a moment")
    return StoreError(f"the server of {address} refused ({said}); see its log, and docs/scale.md")


def missing(address: ServerAddress) -> IndexMissingError:
    """The error for a database or schema without an index."""
    return IndexMissingError(f"no index in schema {address.options.schema} of {address}; {_make(address)}")


def other_version(address: ServerAddress, found: int, known: int) -> IndexMismatchError:
    """The error for tables of another version."""
    if found > known:
        return IndexMismatchError(
            f"the tables in {address} have version {found}, this version of footnote knows {known}; update footnote"
        )
    return IndexMismatchError(
        f"the tables in {address} have version {found}, this version of footnote needs {known}; run as the role that "
        f"owns them: footnote index corpus --index '{address}'"
    )


def _unreachable(address: ServerAddress, said: str) -> ServerUnreachableError:
    if "database" in said and "does not exist" in said:
        return ServerUnreachableError(f"{said}; create the database, or correct the address {address}")
    if any(each in said for each in _REFUSED):
        return ServerUnreachableError(
            f"the server of {address} does not let us in ({said}); correct user and password in the address, or set "
            "PGPASSWORD"
        )
    return ServerUnreachableError(
        f"the server of {address} does not answer ({said}); start it, or correct host and port in the address"
    )


def _make(address: ServerAddress) -> str:
    return f"run: footnote index corpus --index '{address}'"
