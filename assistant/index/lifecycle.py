"""How an embedded index comes into being and is replaced: never half."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from assistant.errors import StoreError
from assistant.index.embedded import EmbeddedStore
from assistant.index.history import UPDATES_KEPT
from assistant.index.layer import LEXICAL, PLACES, VECTORS
from assistant.index.stamped import stamp_of
from assistant.index.state import WITNESS
from assistant.index.truth import TRUTH
from assistant.index.values import Makers

_DERIVED = [Path(name) for name in (VECTORS, LEXICAL, PLACES)]
_FILES = (TRUTH, f"{TRUTH}-wal", f"{TRUTH}-shm", WITNESS, *map(str, _DERIVED), *(stamp_of(p).name for p in _DERIVED))
_BUILDING = "rebuilding"


@contextmanager
def new_embedded(folder: Path, makers: Makers, *, rebuild: bool = False) -> Iterator[EmbeddedStore]:
    """A new store in a folder; closed afterwards.

    It grows in place, so that a run that was stopped is taken up again. A rebuilt one grows beside the old one and
    takes its place when the block ends without an error; until then the old one stays.

    Args:
        folder: of the index.
        makers: what it is made by.
        rebuild: make it even if the folder holds one.
    """
    replaces = rebuild and EmbeddedStore.exists(folder)
    place = folder / _BUILDING if replaces else folder
    if replaces:
        shutil.rmtree(place, ignore_errors=True)
    store = EmbeddedStore.create(place, makers)
    try:
        yield store
    except BaseException:  # an interruption too
        empty = not store.document_hashes()
        store.close()
        if replaces:
            shutil.rmtree(place, ignore_errors=True)
        elif empty:
            _remove(folder)
        raise
    store.close()
    if replaces:
        _swap(place, folder)


def open_unfinished(place: Path, makers: Makers) -> EmbeddedStore:
    """A store to go on filling in a folder that others do not look into; a new one, unless there is one made alike."""
    with suppress(StoreError):
        there = EmbeddedStore.open(place)
        if there.makers == makers:
            return there
        there.close()
    shutil.rmtree(place, ignore_errors=True)
    return EmbeddedStore.create(place, makers)


def _swap(built: Path, folder: Path) -> None:
    """Put a finished index in place of the old one; the truth changes in one step."""
    with suppress(StoreError):
        with closing(EmbeddedStore.open(folder)) as old:  # closing brings its write-ahead log into the old truth
            said, before = old.feedback(), old.updates(UPDATES_KEPT)
        if said or before:
            with closing(EmbeddedStore.open(built)) as new:
                if said:
                    new.add_feedback(said)
                if before:
                    new.add_updates(before[::-1])
    put_in_place(built, folder)


def take_in_log(folder: Path) -> None:
    """Bring the write-ahead log of an index into its truth, as far as both can be read."""
    with suppress(StoreError):
        EmbeddedStore.open(folder).close()


def put_in_place(built: Path, folder: Path) -> None:
    """Put a truth that is complete in place of the one in a folder, in one step; what was derived from that goes."""
    _remove(folder, keep=TRUTH)
    (built / TRUTH).replace(folder / TRUTH)
    shutil.rmtree(built, ignore_errors=True)


def _remove(folder: Path, keep: str | None = None) -> None:
    for name in _FILES:
        if name != keep:
            (folder / name).unlink(missing_ok=True)
