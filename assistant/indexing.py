"""Files -> store: reads what is new or changed, splits and encodes it, and commits one document at a time."""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePath
from typing import TypeAlias

import numpy as np

from assistant.corpus import FoundFiles, Readers, ReadOptions, SkippedFile, Task, Unchanged, family_of, find_files
from assistant.corpus.archives import SEPARATOR, in_archive, is_archive
from assistant.datatypes import Document, IndexUpdate, Passage
from assistant.encoders import Encoder, quantise
from assistant.errors import DocumentError, FootnoteError, NoDocumentsError
from assistant.index import Store
from assistant.index_updates import index_update, keep_update
from assistant.passages import SplitLimits, split_document

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with documents done, documents in all, and the id of the one just done."""

READERS_VERSION = 2
"""Raised when the readers make something else of the same bytes: every document is then read again."""

ENCODE_AT_ONCE = 256
"""Passages gathered over several documents before they are encoded, so that batches are full."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a build or update did. Ids are sorted.

    Attributes:
        added, changed, removed: ids of documents.
        unchanged: how many were left as they are.
        failed: files that could not be read; an earlier version of such a document stays in the index.
        skipped: files of types that are not read.
        warnings: what was left out of documents that were read in this run, as pairs of source and reason.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[DocumentError, ...]
    skipped: tuple[SkippedFile, ...]
    warnings: tuple[tuple[str, str], ...] = ()


def part_texts(passage: Passage) -> dict[int, str]:
    """The text of each part of a passage, by where the part starts in the document."""
    return {start: passage.text[start - passage.start : end - passage.start] for start, end in passage.parts}


def encoder_input(context: str, text: str) -> tuple[str, int]:
    """What the encoder reads for a part of a passage, and where in it the part's own text begins."""
    return (f"{context}\n{text}", len(context) + 1) if context else (text, 0)


def update_index(
    store: Store,
    folder: Path,
    paths: Sequence[str | Path],
    found: FoundFiles,
    encoder: Encoder,
    limits: SplitLimits,
    *,
    readers: Readers,
    prune: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Bring a store up to date with files and folders.

    Documents are added and changed by content hash. A document is removed when its file is gone from a folder
    that was given; with ``prune``, also when it is under none of the paths. Every document is committed as soon
    as it is encoded, so that what was done stays done if the run is stopped. Files are read ahead while others are
    encoded, as many as fit the room that the readers have.

    Args:
        store: where to.
        folder: the index's folder; sources are kept relative to the folder above it where they lie below that.
        paths: the files and folders that were given.
        found: what they hold.
        encoder: the store's encoder.
        limits: the store's passage limits.
        readers: read the files; a document recognised once stays so when their options say nothing of that.
        prune: remove documents that none of the paths holds.
        progress: called for every document that is done.

    The update becomes an entry of the store's history; one that is stopped becomes one too, if it had committed any.
    """
    update = _Update(store, folder, found)
    started = time.perf_counter()
    try:
        for document_id in store_documents(store, update.documents(readers), encoder, limits):
            update.written.append(document_id)
            if progress:
                progress(update.done, update.known, document_id)
    except (KeyboardInterrupt, FootnoteError):
        if update.written:
            keep_update(store, update.entry((), time.perf_counter() - started, stopped=True))
        raise
    roots = [_absolute(path) for path in paths if Path(path).is_dir()]
    gone = {
        document_id
        for source, document_id in store.sources().items()
        if not update.present(source) and (prune or _below(source, roots, folder))
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
    )


class _Update:
    """One run over files: what the store had, what is new, and which documents are still there."""

    def __init__(self, store: Store, folder: Path, found: FoundFiles) -> None:
        self.hashes = store.document_hashes()
        self.written: list[str] = []
        self.failed = list(found.errors)
        self.skipped = list(found.skipped)
        self.warnings: list[tuple[str, str]] = []
        self.unchanged = 0
        self._folder = folder
        self._found = found
        self._id_of = store.sources()
        self._source_of = {document_id: source for source, document_id in self._id_of.items()}
        self._sorted_sources = sorted(self._id_of)
        self._present: set[str] = set()
        self._unlisted: list[str] = []

    @property
    def added(self) -> tuple[str, ...]:
        """Ids of the documents that were written and are new, sorted."""
        return tuple(sorted(set(self.written) - set(self.hashes)))

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the documents that were written in place of an earlier version, sorted."""
        return tuple(sorted(set(self.written) & set(self.hashes)))

    def entry(self, removed: Sequence[str], seconds: float, *, stopped: bool = False) -> IndexUpdate:
        """What the history keeps of the run."""
        return index_update(
            self.added,
            self.changed,
            removed,
            self.failed,
            unchanged=self.unchanged,
            seconds=seconds,
            stopped=stopped,
        )

    @property
    def done(self) -> int:
        """Documents that were looked at and are not waiting to be encoded."""
        return self.unchanged + len(self.written) + len(self.failed) - len(self._found.errors)

    @property
    def known(self) -> int:
        """Documents there are, as far as is known: files, until the members of archives are seen."""
        return max(len(self._found.files), len(self._present))

    def documents(self, readers: Readers) -> Iterator[tuple[Document, str]]:
        """Every new or changed document with its content hash; the rest is kept count of."""
        for reading in readers.read(self._tasks(readers.options)):
            outcome = reading.outcome
            if isinstance(outcome, SkippedFile):
                self.skipped.append(outcome)
                continue
            self._present.add(outcome.source)
            if isinstance(outcome, Unchanged):
                self.unchanged += 1
            elif isinstance(outcome, DocumentError):
                self.failed.append(outcome)
                if is_archive(PurePath(outcome.source)):
                    self._unlisted.append(outcome.source + SEPARATOR)
            else:
                self.warnings.extend((outcome.source, warning) for warning in outcome.warnings)
                yield self._named(outcome), content_hash(outcome.sha256, PurePath(outcome.source), readers.options)

    def present(self, source: str) -> bool:
        """Whether a document of the store is still there, if only in its last good version."""
        return source in self._present or source.startswith(tuple(self._unlisted))

    def _tasks(self, options: ReadOptions) -> Iterator[Task]:
        for file in self._found.files:
            source = source_name(file.path, self._folder)
            self._present.add(source)
            yield Task(str(file.path), file.document_id, source, self._known(source, options))

    def _known(self, source: str, options: ReadOptions) -> dict[str, str]:
        """Digests of the documents that the store has of a file, of an archive by member, if readers agree on them."""
        known = {}
        first = bisect_left(self._sorted_sources, source)
        for other in islice(self._sorted_sources, first, None):
            if not other.startswith(source):
                break
            stored = self.hashes[self._id_of[other]]
            digest = stored.partition(":")[0]
            current = _is_current(stored, content_hash(digest, PurePath(other), options))
            if current and (other == source or other.startswith(source + SEPARATOR)):
                known[other] = digest
        return known

    def _named(self, document: Document) -> Document:
        """The document under the id that the store has for its source, else under its own if nobody has that."""
        source = document.source
        name = self._id_of.get(source) or document.id
        while _taken(self._source_of.get(name, source), source, self._present, self._folder):
            name = source if name != source else f"{name}~"  # the short id is another's
        self._source_of[name] = source
        return document if name == document.id else replace(document, id=name)


def store_documents(
    store: Store, documents: Iterable[tuple[Document, str]], encoder: Encoder, limits: SplitLimits
) -> Iterator[str]:
    """Split, encode and commit documents, each in its own transaction.

    Args:
        store: where to.
        documents: each with its content hash.
        encoder: the store's encoder.
        limits: passage limits that fit the encoder's window.

    Yields:
        The id of each document once it is committed.
    """
    waiting: list[tuple[Document, str, list[Passage]]] = []
    count = 0
    for document, content in documents:
        passages = split_document(document, limits, encoder.count_tokens)
        waiting.append((document, content, passages))
        count += len(passages)
        if count >= ENCODE_AT_ONCE:
            yield from _commit(store, waiting, encoder)
            waiting, count = [], 0
    yield from _commit(store, waiting, encoder)


def _commit(store: Store, waiting: Sequence[tuple[Document, str, list[Passage]]], encoder: Encoder) -> Iterator[str]:
    parts = {
        (document.id, start): encoder_input(passage.context, text)
        for document, _, passages in waiting
        for passage in passages
        for start, text in part_texts(passage).items()
    }
    encoded = dict(zip(parts, encoder.encode([text for text, _ in parts.values()]), strict=True))
    for document, content, passages in waiting:
        vectors = np.zeros((len(passages), encoder.dimension), dtype=np.float32)
        for row, passage in enumerate(passages):
            total = np.sum([encoded[document.id, start].vector for start, _ in passage.parts], axis=0)
            vectors[row] = total / max(float(np.linalg.norm(total)), 1e-12)
        tokens = {
            start: quantise(each.tokens, parts[document.id, start][1])
            for start, each in ((start, encoded[document.id, start]) for p in passages for start, _ in p.parts)
        }
        store.replace_document(document, passages, vectors, content, tokens)
        yield document.id


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


def content_hash(sha256: str, path: PurePath, options: ReadOptions) -> str:
    """What a document was made of: the file's digest, the readers' version, and the language it was recognised in.

    Passwords are no part of it: they open a file, and change nothing of what is read.
    """
    family = family_of(path)
    recognised = f":ocr={options.ocr}" if options.ocr and family and family.takes_options else ""
    return f"{sha256}:{READERS_VERSION}{recognised}"


def options_of(content: str, options: ReadOptions) -> ReadOptions:
    """The options under which a document of a content hash was read, passwords as given now."""
    _, _, language = content.partition(":ocr=")
    return replace(options, ocr=language)


def _is_current(stored: str | None, content: str) -> bool:
    """Whether a document need not be read again: the same file, recognised or not, unless recognition is asked for."""
    return stored is not None and (stored == content or stored.partition(":ocr=")[0] == content)


def source_name(path: Path, folder: Path) -> str:
    """How a file is named in an index: relative to the folder above the index where it lies below that."""
    whole, base = _absolute(path), _absolute(folder).parent
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else whole.as_posix()


def source_path(source: str, folder: Path) -> Path:
    """The file that a source of the index in ``folder`` names."""
    return _absolute(folder).parent / source


def _absolute(path: str | Path) -> Path:
    """The path from the root, links kept: ``resolve()`` would follow them, and they name other files."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _taken(other: str, source: str, present: set[str], folder: Path) -> bool:
    """Whether an id belongs to another source that is still there."""
    if other == source:
        return False
    path = source_path(other, folder)
    return other in present or path.exists() or in_archive(path) is not None


def _below(source: str, roots: Sequence[Path], folder: Path) -> bool:
    """Whether a source's file lies under one of some folders."""
    path = source_path(source, folder)
    return any(path.is_relative_to(root) for root in roots)
