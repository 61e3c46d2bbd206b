"""Who changes an index on a server: many at once, but nobody while it is rebuilt.

The lock is one of the server's, held by a connection of its own: it is gone when that is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg

from assistant.errors import IndexBusyError
from assistant.index.server.address import ServerAddress
from assistant.index.server.connections import Connections, PgConnection
from assistant.index.server.trouble import explained

_TOGETHER = "SELECT pg_try_advisory_lock_shared(hashtextextended(%s, 1))"
_ALONE = "SELECT pg_try_advisory_lock(hashtextextended(%s, 1))"
_LOOK_AGAIN = 0.1


@contextmanager
def writers(
    address: ServerAddress, wait: float, on_wait: Callable[[str], None] | None = None, *, alone: bool = False
) -> Iterator[bool]:
    """Be one of those who change an index, inside the block; or the only one.

    Args:
        address: of the index.
        wait: seconds to wait for somebody in the way.
        on_wait: told of them, if there is somebody.
        alone: let nobody else change it meanwhile.

    Yields:
        Whether somebody had to be waited for.

    Raises:
        IndexBusyError: somebody was in the way for longer.
        StoreError: the server cannot be reached.
    """
    try:
        connection = Connections(address).connect(patient=True)
    except psycopg.Error as error:
        raise explained(address, error) from error
    with closing(connection):
        yield _locked(connection, address, wait, on_wait, alone=alone)


def _locked(
    connection: PgConnection,
    address: ServerAddress,
    wait: float,
    on_wait: Callable[[str], None] | None,
    *,
    alone: bool,
) -> bool:
    deadline = time.monotonic() + wait
    waited = False
    who = "others" if alone else "somebody who rebuilds it"
    while True:
        try:
            row = connection.execute(_ALONE if alone else _TOGETHER, (f"footnote {address.options.schema}",)).fetchone()
        except psycopg.Error as error:
            raise explained(address, error) from error
        if row and row[0]:
            return waited
        if time.monotonic() >= deadline:
            raise IndexBusyError(
                f"the index in {address} is being changed by {who}; run it again when that is done, or let it wait "
                f"longer with --wait {max(10 * round(wait), 600)}"
            )
        if not waited and on_wait:
            on_wait(f"the index in {address} is being changed by {who}; waiting for it, {wait:.0f} s at most")
        waited = True
        time.sleep(_LOOK_AGAIN)
