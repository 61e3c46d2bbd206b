"""Files -> store: what is new or changed is read and stored, what is gone is removed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from assistant.corpus import FoundFiles, Readers
from assistant.encoders import Encoder
from assistant.errors import FootnoteError
from assistant.index import Store
from assistant.indexing.cluster import Cluster
from assistant.indexing.history import keep_update
from assistant.indexing.moves import moves
from assistant.indexing.reports import IndexReport, Progress
from assistant.indexing.reuse import Reuse
from assistant.indexing.run import UpdateRun
from assistant.indexing.storing import store_documents
from assistant.passages import SplitLimits
from assistant.sources import absolute, source_path


def update_index(
    store: Store,
    folder: Path,
    paths: Sequence[str | Path],
    found: FoundFiles,
    encoder: Encoder,
    limits: SplitLimits,
    *,
    readers: Readers | Cluster,
    prune: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Bring a store up to date with files and folders.

    Documents are added and changed by content hash. A document is removed when its file is gone from a folder
    that was given; with ``prune``, also when it is under none of the paths. A folder that cannot be listed, is not
    there or is suddenly empty takes none of its documents along: a drive that is gone looks like that.

    Every document is committed as soon as it is encoded, so that what was done stays done if the run is stopped.
    Passages that did not change are not encoded again, nor those of a file that was moved. Files are read ahead while
    others are encoded, as many as fit the room that the readers have.

    Args:
        store: where to.
        folder: the index's folder; sources are kept relative to the folder above it where they lie below that.
        paths: the files and folders that were given.
        found: what they hold.
        encoder: the store's encoder.
        limits: the store's passage limits.
        readers: read the files; a document recognised once stays so when their options say nothing of that. A cluster
            does all the rest with them too.
        prune: remove documents that none of the paths holds.
        progress: called for every document that is done.

    The update becomes an entry of the store's history; one that is stopped becomes one too, if it had committed any.
    """
    roots = [absolute(path) for path in paths if Path(path).is_dir()]
    may_be_gone = prune or bool(roots)
    update = UpdateRun(store, folder, found, () if prune else roots, whole=may_be_gone)

    def covered(source: str) -> bool:
        """Whether a source whose file is not there is no document any more."""
        return prune or any(source_path(source, folder).is_relative_to(root) for root in roots)

    started = time.perf_counter()
    try:
        gone = {each for source, each in update.missing().items() if covered(source)}
        if isinstance(readers, Cluster):
            stored = readers.store_documents(store, update, limits, gone)
        else:
            stored = store_documents(store, update.documents(readers), encoder, limits, Reuse(store, gone))
        for document_id in stored:
            update.written.append(document_id)
            if progress:
                progress(update.done, update.known, document_id)
    except (KeyboardInterrupt, FootnoteError):
        if update.written:
            keep_update(store, update.entry((), time.perf_counter() - started, stopped=True))
        raise
    sources = store.sources() if may_be_gone else {}
    gone = {
        each
        for source, each in sources.items()
        if each in update.held.hashes  # another writer's are not ours
        and not update.present(source)
        and covered(source)
    }
    store.delete_documents(gone)
    keep_update(store, update.entry(sorted(gone), time.perf_counter() - started))
    return IndexReport(
        added=update.added,
        changed=update.changed,
        removed=tuple(sorted(gone)),
        unchanged=update.unchanged,
        failed=tuple(update.failed),
        skipped=tuple(update.skipped),
        warnings=tuple(update.warnings),
        moved=moves(gone, update.added, update.held.hashes, store.document_hashes()) if gone and update.added else (),
    )
