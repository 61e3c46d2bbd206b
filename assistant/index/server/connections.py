"""Connections to a server: a few for all threads of a process, tried again when they are lost, never left half used."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, LiteralString, TypeAlias, TypeVar

import psycopg
from psycopg import Connection, errors, sql
from psycopg.pq import TransactionStatus

from assistant.errors import IndexBusyError
from assistant.index.digests import DamageError
from assistant.index.server.address import ServerAddress
from assistant.index.server.state import READ_STATE, ServerState, read_state, state_of
from assistant.index.server.trouble import explained, is_lost, passes

CONNECT_SECONDS = 5
"""How long a server may take to answer the first time."""
IDLE_SECONDS = 300
"""How long a transaction may lie still before the server ends it: it keeps dead rows from being cleared away."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 2.0
_SETTINGS = """
SELECT set_config('search_path', quote_ident(%(schema)s) || coalesce(', ' || (
           SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
           WHERE e.extname = 'vector'), '') || ', pg_temp', false),
       set_config('statement_timeout', %(timeout)s, false),
       set_config('idle_in_transaction_session_timeout', %(idle)s, false),
       set_config('application_name', 'footnote ' || %(schema)s, false),
       set_config('jit', 'off', false),
       set_config('hnsw.ef_search', %(ef)s, false),
       set_config('client_encoding', 'UTF8', false)
"""
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGIN_AND_READ = _BEGIN_READING + ";" + READ_STATE
_BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
"""Writers lock the rows they change in one order, and count by changing one row: what they read they have locked."""

_NO_SUCH_SNAPSHOT = (errors.UndefinedObject, errors.InvalidParameterValue, errors.ObjectNotInPrerequisiteState)

_T = TypeVar("_T")
PgConnection: TypeAlias = Connection[tuple[Any, ...]]


class Snapshot:
    """A transaction that sees one state, to read only.

    Args:
        connection: in that transaction.
        state: what the index says of itself there.
    """

    def __init__(self, connection: PgConnection, state: ServerState) -> None:
        self.connection = connection
        self.state = state

    def rows(
        self, query: LiteralString | sql.Composed, values: Sequence[object] | Mapping[str, object] = ()
    ) -> list[tuple[Any, ...]]:
        """All rows of a query, numbers and bytes as the server sends them."""
        return self.connection.execute(query, values, binary=True).fetchall()


_UNREADABLE = (ValueError, TypeError, LookupError)
"""What reading a damaged value ends in: it is not what it should be."""


def _as_damage(error: BaseException) -> BaseException:
    return DamageError(str(error)) if isinstance(error, _UNREADABLE) else error


class Connections:
    """The connections of one process to one index. Safe to share between threads.

    Args:
        address: of the index.

    Attributes:
        address: the same.
        on_state: called with the state that each transaction sees first.
    """

    def __init__(self, address: ServerAddress) -> None:
        self.address = address
        self.on_state: Callable[[PgConnection, ServerState], None] | None = None
        self._free: list[PgConnection] = []
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(address.options.connections)
        self._closed = False
        self._snapshot: str | None = None
        self._holder: PgConnection | None = None
        self._here = threading.local()

    def connect(self, *, patient: bool = False) -> PgConnection:
        """A new connection, not of the pool.

        Args:
            patient: its statements may take as long as they need.

        Raises:
            psycopg.Error: if there is none to be had.
        """
        options = self.address.options
        made = psycopg.connect(self.address.dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)
        try:
            settings = {
                "schema": options.schema,
                "timeout": "0" if patient else str(round(options.timeout * 1000)),
                "idle": "0" if patient else str(IDLE_SECONDS * 1000),
                "ef": str(options.ef_search),
            }
            made.execute(_SETTINGS, settings)
        except BaseException:
            made.close()
            raise
        return made

    def close(self) -> None:
        """Let go of all of them; those in use are closed when they come back."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for each in free:
            _close(each)
        self.let_go()

    def __del__(self) -> None:
        for each in self._free:
            _close(each)
        _close(self._holder)

    @contextmanager
    def one(self) -> Iterator[PgConnection]:
        """One connection, given back when it is as it was, closed otherwise."""
        if not self._room.acquire(timeout=self.address.options.timeout):
            raise IndexBusyError(
                f"all {self.address.options.connections} connections to {self.address} are in use; add "
                "connections=NUMBER to the address, or ask less at once"
            )
        connection: PgConnection | None = None
        try:
            with self._lock:
                connection = self._free.pop() if self._free else None
            connection = connection or self.connect()
            yield connection
        except BaseException as error:
            if is_lost(error):
                self._forget()  # the others were lost with it
            raise
        finally:
            if connection is not None:
                self._take_back(connection)
            self._room.release()

    # reading

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Inside, all that this thread reads is of one state: the held one, or the latest. Not to be entered twice."""
        with ExitStack() as stack:
            self._here.snapshot = self._tried(lambda: stack.enter_context(self._begun()))
            try:
                yield
            finally:
                self._here.snapshot = None

    def read(self, action: Callable[[Snapshot], _T]) -> _T:
        """What an action reads of one state; outside ``reading`` tried again where the connection was lost."""
        here: Snapshot | None = getattr(self._here, "snapshot", None)
        if here is not None:
            try:
                return action(here)
            except (psycopg.Error, DamageError, *_UNREADABLE) as error:
                raise self.explain(_as_damage(error)) from error

        def attempt() -> _T:
            with self._begun() as snapshot:
                try:
                    return action(snapshot)
                except _UNREADABLE as error:
                    raise _as_damage(error) from error

        return self._tried(attempt)

    def latest(self, action: Callable[[PgConnection], _T]) -> _T:
        """What an action reads of the state that was committed last, also while another one is held."""

        def attempt() -> _T:
            with self.one() as connection:
                return action(connection)

        return self._tried(attempt)

    def hold(self) -> None:
        """Have every snapshot from now on be of the state there is now."""

        def attempt() -> tuple[PgConnection, str]:
            connection = self.connect(patient=True)
            try:
                connection.execute(_BEGIN_READING)
                row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            except BaseException:
                connection.close()
                raise
            return connection, str(row[0] if row else "")

        holder, name = self._tried(attempt)
        with self._lock:
            before, self._holder, self._snapshot = self._holder, holder, name
        _close(before)

    def let_go(self) -> None:
        """Have snapshots be of the latest state again."""
        with self._lock:
            before, self._holder, self._snapshot = self._holder, None, None
        _close(before)

    def _let_go_of(self, name: str) -> None:
        """Have snapshots be of the latest state again, if none but this one is held by now."""
        before: PgConnection | None = None
        with self._lock:
            if self._snapshot == name:
                before, self._holder, self._snapshot = self._holder, None, None
        _close(before)

    # changing

    def change(self, action: Callable[[PgConnection], _T], *, twice: bool = True) -> _T:
        """What an action does in one transaction: committed when this returns, or not at all.

        It is tried again when the server was lost or others were in the way.

        Args:
            action: does it; may be called several times.
            twice: whether doing it twice is doing it once; else one whose fate is unknown is not tried again.
        """
        committing = [False]

        def attempt() -> _T:
            committing[0] = False
            with self.one() as connection:
                connection.execute(_BEGIN_WRITING)
                try:
                    done = action(connection)
                    committing[0] = not twice
                    connection.execute("COMMIT")
                except BaseException:
                    _roll_back(connection)
                    raise
            return done

        return self._tried(attempt, lambda: not committing[0])

    def explain(self, error: BaseException) -> Exception:
        """Our error for one of the driver's."""
        return explained(self.address, error)

    # inside

    @contextmanager
    def _begun(self) -> Iterator[Snapshot]:
        with self.one() as connection:
            with self._lock:
                name = self._snapshot
            try:
                yield Snapshot(connection, self._first_reading(connection, name))
            finally:
                _roll_back(connection)

    def _first_reading(self, connection: PgConnection, name: str | None) -> ServerState:
        """Begin a transaction and read the state, which fixes what it sees; in one message to the server.

        A state that was held by a connection that is lost is gone: then the latest one is read.
        """
        if name is not None and not self._imported(connection, name):
            _roll_back(connection)
            self._let_go_of(name)
            name = None
        if name is None:
            cursor = connection.execute(_BEGIN_AND_READ, prepare=False)
            cursor.nextset()
            state = state_of(cursor.fetchone())
        else:
            state = read_state(connection)
        if self.on_state is not None:
            self.on_state(connection, state)
        return state

    def _imported(self, connection: PgConnection, name: str) -> bool:
        """Begin a transaction that sees a state which another one holds; False if that is over."""
        connection.execute(_BEGIN_READING)
        try:
            connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(name)), prepare=False)
        except _NO_SUCH_SNAPSHOT:
            return False
        return True

    def _tried(self, attempt: Callable[[], _T], again: Callable[[], bool] = lambda: True) -> _T:
        """What an attempt comes to, made again for a while with growing pauses as long as its trouble passes."""
        deadline = time.monotonic() + self.address.options.retry
        pause = _FIRST_PAUSE
        while True:
            try:
                return attempt()
            except (psycopg.Error, DamageError) as error:
                if not passes(error) or not again() or time.monotonic() + pause > deadline:
                    raise self.explain(error) from error
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - so that two writers do not meet again
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _take_back(self, connection: PgConnection) -> None:
        usable = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
        with self._lock:
            if usable and not self._closed:
                self._free.append(connection)
                return
        _close(connection)

    def _forget(self) -> None:
        with self._lock:
            free, self._free = self._free, []
        for each in free:
            _close(each)


def _roll_back(connection: PgConnection) -> None:
    with suppress(psycopg.Error):
        if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
            connection.execute("ROLLBACK")


def _close(connection: PgConnection | None) -> None:
    if connection is not None:
        with suppress(psycopg.Error):
            connection.close()
