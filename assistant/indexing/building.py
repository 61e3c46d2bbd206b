"""An index built or brought up to date in one call: from files and folders, or from documents at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from assistant.compatibility import writable
from assistant.corpus import DEFAULT_OPTIONS, FoundFiles, Readers, ReadLimits, ReadOptions, find_files
from assistant.datatypes import Document
from assistant.encoder_choice import chosen_encoder
from assistant.encoders import Encoder, Precision
from assistant.errors import NoDocumentsError
from assistant.index import DEFAULT_WAIT, OnWait, Store, base_folder, open_store, store_exists, writing
from assistant.indexing.cluster import Cluster
from assistant.indexing.reports import IndexReport, Progress
from assistant.indexing.storing import store_documents
from assistant.indexing.updating import update_index
from assistant.passages import SplitLimits

Paths: TypeAlias = str | Path | Sequence[str | Path]
"""A file or folder, or several."""


def build_from_files(
    paths: Paths,
    index: str | Path,
    *,
    encoder: str | Encoder | None = None,
    precision: Precision = "auto",
    rebuild: bool = False,
    prune: bool = False,
    language: str = "english",
    limits: SplitLimits | None = None,
    read_limits: ReadLimits | None = None,
    progress: Progress | None = None,
    on_report: Callable[[IndexReport], None] | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
    wait: float = DEFAULT_WAIT,
    on_wait: OnWait | None = None,
    files: FoundFiles | None = None,
    ray: str | None = None,
) -> Encoder:
    """Build an index from files and folders, or update the one there is; returns its encoder.

    Arguments and errors as for :meth:`assistant.engine.Assistant.from_documents`, and ``files``: what the paths hold,
    where that is known.
    """
    several = [paths] if isinstance(paths, (str, Path)) else list(paths)
    reading = Cluster(ray, index, read_limits, options, on_wait) if ray else Readers(read_limits, options)
    found = files or find_documents(several)
    with writing(index, wait, on_wait, rebuild=rebuild) as waited, reading as readers:
        found = find_documents(several) if waited and not files else found
        if isinstance(readers, Readers):
            readers.start(len(found.files))  # they come up while the encoder is loaded
        existing = None if rebuild else _existing(index)
        loaded = chosen_encoder(encoder, existing, precision, export=True, many=ray is None)
        chosen = (limits or SplitLimits()).within(loaded.window)
        with writable(index, existing, loaded, chosen, language, rebuild=rebuild) as store:
            folder = base_folder(index, store)
            report = update_index(
                store, folder, several, found, loaded, chosen, readers=readers, prune=prune, progress=progress
            )
            if on_report:
                on_report(report)
            if report.failed and not store.document_hashes():
                raise report.failed[0]
    return loaded


def build_from_memory(
    documents: Sequence[Document],
    index: str | Path,
    *,
    encoder: str | Encoder | None = None,
    precision: Precision = "auto",
    limits: SplitLimits | None = None,
    language: str = "english",
    progress: Progress | None = None,
    wait: float = DEFAULT_WAIT,
) -> Encoder:
    """Make an index hold just these documents; returns its encoder.

    Arguments and errors as for :meth:`assistant.engine.Assistant.from_memory`.
    """
    with writing(index, wait):
        existing = _existing(index)
        loaded = chosen_encoder(encoder, existing, precision, export=True, many=True)
        chosen = (limits or SplitLimits()).within(loaded.window)
        with writable(index, existing, loaded, chosen, language, rebuild=False) as store:
            hashes = store.document_hashes()
            wanted = {document.id: _memory_hash(document) for document in documents}
            new = [(d, wanted[d.id]) for d in documents if hashes.get(d.id) != wanted[d.id]]
            for done, document_id in enumerate(store_documents(store, iter(new), loaded, chosen), 1):
                if progress:
                    progress(done, len(new), document_id)
            store.delete_documents(hashes.keys() - wanted.keys())  # last: what has another id now is not encoded again
    return loaded


def find_documents(paths: Sequence[str | Path]) -> FoundFiles:
    """The files under some paths that could be documents.

    Raises:
        DocumentError: if nothing is left because a path that was named cannot be read.
        NoDocumentsError: if there is nothing to read; names what was there instead.
    """
    found = find_files(paths)
    if found.files:
        return found
    if found.errors:
        raise found.errors[0]
    named = ", ".join(str(path) for path in paths)
    instead = f" ({len(found.skipped)} files of types that are not read)" if found.skipped else ""
    raise NoDocumentsError(
        f"no documents in {named}{instead}; put .pdf, .docx, .html, .md, .txt or other files there "
        f"and run: footnote index {named}"
    )


def _existing(index: str | Path) -> Store | None:
    return open_store(index) if store_exists(index) else None


def _memory_hash(document: Document) -> str:
    """Content hash of a document that came from no file."""
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()
