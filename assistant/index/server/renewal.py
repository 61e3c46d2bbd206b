"""A new index on a server to be filled: in its place, or beside the one that it takes the place of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.index.server import lifecycle
from assistant.index.server.address import ServerAddress
from assistant.index.server.store import ServerStore
from assistant.index.values import Makers


def open_unfinished(place: ServerAddress, makers: Makers, folder: Path) -> ServerStore:
    """A store to go on filling in a schema that others do not look into; a new one, unless there is one made alike."""
    if ServerStore.exists(place):
        there = ServerStore.open(place)
        if there.makers == lifecycle.makers_at(place, makers):
            return there
        there.close()
    lifecycle.remove(place)
    made = ServerStore.create(place, makers, folder)
    lifecycle.drop_nearest(place)  # made of all vectors at once it takes a tenth of the time
    return made


@contextmanager
def new_on_server(
    address: ServerAddress, makers: Makers, *, rebuild: bool = False, folder: Path | None = None
) -> Iterator[ServerStore]:
    """A new store; closed afterwards.

    It grows in its place, so that a run that was stopped is taken up again. A rebuilt one grows in a schema beside the
    old one and takes its place, in one transaction, when the block ends without an error; until then the old one stays.

    Args:
        address: of the index.
        makers: what it is made by.
        rebuild: make it even if there is one.
        folder: whose parent sources are relative to; by default that of the old one, or the address's.
    """
    replaces = rebuild and ServerStore.exists(address)
    place = lifecycle.beside(address) if replaces else address
    if replaces:
        lifecycle.remove(place)
        folder = folder or lifecycle.folder_kept(address)
    store = ServerStore.create(place, makers, folder)
    try:
        yield store
    except BaseException:  # an interruption too
        empty = not store.state().documents
        store.close()
        if replaces or empty:
            lifecycle.remove(place, schema=replaces)
        raise
    store.close()
    if replaces:
        lifecycle.put_in_place(place, address)
