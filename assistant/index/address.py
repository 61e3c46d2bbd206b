"""From an index's address to its store: the one place that knows which kind of store an address means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from assistant.index.embedded import EmbeddedStore
from assistant.index.lifecycle import new_embedded
from assistant.index.protocol import Store
from assistant.index.soundness import OnDocument, Soundness, check_folder
from assistant.index.values import Makers


def store_exists(address: str | Path) -> bool:
    """Whether there is an index at an address: the folder of an embedded one."""
    return EmbeddedStore.exists(Path(address))


def open_store(address: str | Path) -> Store:
    """Open the store at an address.

    Raises:
        IndexMissingError: if there is none.
        IndexMismatchError: if it was written in another format.
        IndexDamagedError: if it cannot be read.
    """
    return EmbeddedStore.open(Path(address))


def check_store(address: str | Path, progress: OnDocument | None = None) -> Soundness:
    """Read everything that the index at an address holds, beside whoever has it open.

    Args:
        address: of the index.
        progress: called with each document.

    Raises:
        IndexMissingError, IndexMismatchError, IndexDamagedError: if it cannot be opened.
    """
    return check_folder(Path(address), progress)


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
    if existing is not None:
        with closing(existing):
            yield existing
        return
    with new_embedded(Path(address), makers, rebuild=rebuild) as store:
        yield store
