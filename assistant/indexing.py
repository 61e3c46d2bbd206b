"""Files -> store: reads what is new or changed, splits and encodes it, and commits one document at a time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from assistant.corpus import (
    DEFAULT_OPTIONS,
    FoundFile,
    FoundFiles,
    ReadOptions,
    SkippedFile,
    family_of,
    find_files,
    read_document,
)
from assistant.datatypes import Document, Passage
from assistant.encoders import Encoder, quantise
from assistant.errors import DocumentError, NoDocumentsError
from assistant.index import Store
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
    prune: bool = False,
    progress: Progress | None = None,
    options: ReadOptions = DEFAULT_OPTIONS,
) -> IndexReport:
    """Bring a store up to date with files and folders.

    Documents are added and changed by content hash. A document is removed when its file is gone from a folder
    that was given; with ``prune``, also when it is under none of the paths. Every document is committed as soon
    as it is encoded, so that what was done stays done if the run is stopped.

    Args:
        store: where to.
        folder: the index's folder; sources are kept relative to the folder above it where they lie below that.
        paths: the files and folders that were given.
        found: what they hold.
        encoder: the store's encoder.
        limits: the store's passage limits.
        prune: remove documents that none of the paths holds.
        progress: called for every document that is done.
        options: passwords and the like; a document recognised once stays so when nothing is said of that.
    """
    hashes, id_of_source = store.document_hashes(), store.sources()
    source_of = {document_id: source for source, document_id in id_of_source.items()}
    failed = list(found.errors)
    warnings: list[tuple[str, str]] = []
    planned: list[tuple[FoundFile, str, str, str]] = []
    present: set[str] = set()
    unchanged = 0
    for file in found.files:
        source = source_name(file.path, folder)
        present.add(source)
        document_id = id_of_source.get(source) or file.document_id
        while _taken(source_of.get(document_id, source), source, present, folder):
            document_id = source if document_id != source else f"{document_id}~"  # the short id is another's
        source_of[document_id] = source
        try:
            content = content_hash(_digest(file.path), file.path, options)
        except OSError as error:
            failed.append(DocumentError(source, f"cannot be read ({error.strerror}): check its permissions"))
            continue
        if _is_current(hashes.get(document_id), content):
            unchanged += 1
        else:
            planned.append((file, document_id, source, content))

    def readable() -> Iterator[tuple[Document, str]]:
        for file, document_id, source, content in planned:
            try:
                document = read_document(file.path, document_id=document_id, source=source, options=options)
            except DocumentError as error:
                failed.append(error)
                continue
            warnings.extend((source, warning) for warning in document.warnings)
            yield document, f"{document.sha256}:{content.split(':', 1)[1]}"

    written = []
    for document_id in store_documents(store, readable(), encoder, limits):
        written.append(document_id)
        if progress:
            progress(unchanged + len(written) + len(failed) - len(found.errors), len(found.files), document_id)
    roots = [_absolute(path) for path in paths if Path(path).is_dir()]
    gone = {
        document_id
        for source, document_id in store.sources().items()
        if source not in present and (prune or _below(source, roots, folder))
    }
    store.delete_documents(gone)
    return IndexReport(
        added=tuple(sorted(set(written) - set(hashes))),
        changed=tuple(sorted(set(written) & set(hashes))),
        removed=tuple(sorted(gone)),
        unchanged=unchanged,
        failed=tuple(failed),
        skipped=found.skipped,
        warnings=tuple(warnings),
    )


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
        f"no documents in {named}{instead}; put .txt, .md, .html, .pdf or .docx files there "
        f"and run: footnote index {named}"
    )


def content_hash(sha256: str, path: Path, options: ReadOptions) -> str:
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
    return other != source and (other in present or source_path(other, folder).exists())


def _below(source: str, roots: Sequence[Path], folder: Path) -> bool:
    """Whether a source's file lies under one of some folders."""
    path = source_path(source, folder)
    return any(path.is_relative_to(root) for root in roots)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
