"""What an update did to an index, as its history keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice

from assistant.datatypes import IndexUpdate, UpdateKind
from assistant.errors import DocumentError
from assistant.index import Store

NAMED = 100
"""Most documents of each kind that an entry names; the others are counted."""


def index_update(
    added: Sequence[str],
    changed: Sequence[str],
    removed: Sequence[str],
    failed: Sequence[DocumentError],
    *,
    unchanged: int,
    seconds: float,
    stopped: bool = False,
) -> IndexUpdate:
    """The entry of an update that ends now.

    Args:
        added, changed, removed: ids of documents.
        failed: what could not be read.
        unchanged: how many documents were left as they are.
        seconds: how long it took.
        stopped: whether it ended before it was done.
    """
    kinds: Iterable[tuple[UpdateKind, Iterable[tuple[str, str]]]] = (
        ("added", ((name, "") for name in sorted(added))),
        ("changed", ((name, "") for name in sorted(changed))),
        ("removed", ((name, "") for name in sorted(removed))),
        ("failed", ((error.source, error.reason) for error in failed)),
    )
    return IndexUpdate(
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        seconds=round(seconds, 3),
        added=len(added),
        changed=len(changed),
        removed=len(removed),
        failed=len(failed),
        unchanged=unchanged,
        stopped=stopped,
        details=tuple((kind, *each) for kind, named in kinds for each in islice(named, NAMED)),
    )


def keep_update(store: Store, update: IndexUpdate) -> None:
    """Add an entry to the history, unless the update changed nothing and failed as the one before it did."""
    latest = next(iter(store.updates(1)), None)
    if update.added or update.changed or update.removed or _failures(update) != _failures(latest):
        store.add_updates([update])


def told(update: IndexUpdate) -> str:
    """What an update did, in a line: ``2 added, 1 removed, 40 unchanged, 3.1 s``."""
    counts = {
        "added": update.added,
        "changed": update.changed,
        "removed": update.removed,
        "failed": update.failed,
        "unchanged": update.unchanged,
    }
    parts = [f"{number:,} {name}" for name, number in counts.items() if number]
    return ", ".join([*parts, f"{update.seconds:.1f} s", *["stopped before it was done"] * update.stopped])


def _failures(update: IndexUpdate | None) -> list[tuple[UpdateKind, str, str]]:
    return [each for each in update.details if each[0] == "failed"] if update else []
