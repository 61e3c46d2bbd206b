"""From an index's address to its store: the one place that knows which kind of store an address means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import IndexMissingError, InputError
from assistant.index.conversations import FILE, ConversationFile, Conversations
from assistant.index.embedded import EmbeddedStore
from assistant.index.lifecycle import new_embedded
from assistant.index.one_writer import DEFAULT_WAIT, OnWait, one_writer
from assistant.index.protocol import Store
from assistant.index.server.address import ServerAddress, server_address
from assistant.index.soundness import OnDocument, Soundness, check_folder
from assistant.index.values import Makers

if TYPE_CHECKING:
    from assistant.index.server.store import ServerStore


class DriverMissingError(InputError):
    """The packages that talk to PostgreSQL are not installed."""


def index_address(address: str | Path) -> Path | ServerAddress:
    """A folder, or the address of a server; as text neither shows a password.

    Raises:
        AddressError: if it begins as an address of a server but cannot be understood.
    """
    return server_address(address) or Path(address)


def folder_of(address: str | Path, what: str) -> Path:
    """The folder at an address, for what only an index in a folder has.

    Args:
        address: of the index.
        what: needs the folder, as a message names it.

    Raises:
        InputError: if it is on a server.
    """
    server = server_address(address)
    if server:
        raise InputError(f"{what} is for an index in a folder, and {server} is on a server; see docs/scale.md")
    return Path(address)


def base_folder(address: str | Path, store: Store | None = None) -> Path:
    """The folder whose parent the sources of an index are relative to.

    Args:
        address: of the index; a folder is itself that, also while the index is rebuilt in another one.
        store: the same, if it is open.

    Raises:
        StoreError: if a server cannot be asked.
    """
    if not server_address(address):
        return Path(address)
    if store is not None:
        return store.folder
    with closing(open_store(address)) as opened:
        return opened.folder


def conversations_of(address: str | Path) -> Conversations:
    """Where the conversations beside an index are kept: in a file, or in tables on the server.

    Raises:
        StoreError: if the file or the server cannot be used.
    """
    server = server_address(address)
    if not server:
        return ConversationFile(Path(address) / FILE)
    store_type = _server_store()
    if not store_type.exists(server):
        raise IndexMissingError(f"no index in {server}; run: footnote index corpus --index '{server}'")
    from assistant.index.server.conversations import ServerConversations

    return ServerConversations(server)


def sizes_of(address: str | Path) -> dict[str, int]:
    """Bytes of each file of an index in a folder, of each table with its indexes of one on a server; by name.

    Raises:
        StoreError: if a server cannot be asked.
    """
    server = server_address(address)
    if not server:
        return {file.name: file.stat().st_size for file in sorted(Path(address).iterdir()) if file.is_file()}
    with closing(_server_store().open(server)) as store:
        return store.sizes()


def store_exists(address: str | Path) -> bool:
    """Whether there is an index at an address.

    Raises:
        StoreError: if a server cannot be asked.
    """
    server = server_address(address)
    return _server_store().exists(server) if server else EmbeddedStore.exists(Path(address))


def open_store(address: str | Path) -> Store:
    """Open the store at an address: a folder, or ``postgresql://…``.

    Raises:
        IndexMissingError: if there is none.
        IndexMismatchError: if it was written in another format.
        IndexDamagedError: if it cannot be read.
        StoreError: if a server cannot be reached, or refuses.
    """
    server = server_address(address)
    return _server_store().open(server) if server else EmbeddedStore.open(Path(address))


def check_store(address: str | Path, progress: OnDocument | None = None) -> Soundness:
    """Read everything that the index at an address holds, beside whoever has it open.

    Args:
        address: of the index.
        progress: called with each document.

    Raises:
        IndexMissingError, IndexMismatchError, IndexDamagedError: if it cannot be opened.
    """
    server = server_address(address)
    if not server:
        return check_folder(Path(address), progress)
    store_type = _server_store()
    from assistant.index.server.soundness import check_server

    with closing(store_type.open(server)) as store:
        return check_server(store.connections, store.makers.language, progress)


def writing(
    address: str | Path, wait: float = DEFAULT_WAIT, on_wait: OnWait | None = None, *, rebuild: bool = False
) -> AbstractContextManager[bool]:
    """Be one who changes an index, inside the block; not to be entered twice by one thread.

    In a folder one writer is let in at a time. On a server there may be several, but not while it is rebuilt.

    Args:
        address: of the index.
        wait: seconds to wait for another writer.
        on_wait: told for whom, if there is one.
        rebuild: whether a new index is to take the place of the old one.

    Returns:
        A context that gives whether somebody had to be waited for.

    Raises:
        IndexBusyError: another writer was not done in time.
        IndexUnwritableError: a folder cannot be written.
        StoreError: a server cannot be reached.
    """
    server = server_address(address)
    if not server:
        return one_writer(Path(address), wait, on_wait)
    _server_store()
    from assistant.index.server.writers import writers

    return writers(server, wait, on_wait, alone=rebuild)


@contextmanager
def existing_or_new(
    address: str | Path, existing: Store | None, makers: Makers, *, rebuild: bool = False
) -> Iterator[Store]:
    """The store to write to; closed afterwards.

    A run that was stopped is taken up again. A rebuilt index takes the place of the old one when the block ends
    without an error; until then the old one stays.

    Args:
        address: of the index.
        existing: the open store to go on with, if there is one.
        makers: what a new index is made by.
        rebuild: make a new one even if there is one.
    """
    server = server_address(address)
    if existing is not None:
        with closing(existing):
            yield existing
        return
    if server:
        _server_store()
        from assistant.index.server.renewal import new_on_server

        with new_on_server(server, makers, rebuild=rebuild) as on_server:
            yield on_server
        return
    with new_embedded(Path(address), makers, rebuild=rebuild) as store:
        yield store


def _server_store() -> type[ServerStore]:
    """The kind of store that is on a server.

    Raises:
        DriverMissingError: if the packages for it are not installed.
    """
    try:
        from assistant.index.server.store import ServerStore
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise DriverMissingError(
            "an index on a server needs psycopg, which is not installed; run: pip install 'footnote-assistant[server]'"
        ) from error
    except ImportError as error:
        if "libpq" not in str(error) and "pq wrapper" not in str(error):
            raise
        raise DriverMissingError(
            "psycopg finds no libpq on this machine; run: pip install 'footnote-assistant[server]'"
        ) from error
    return ServerStore
