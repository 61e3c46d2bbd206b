"""Does a citation still stand? Re-reads the source file and compares its digest, its text and the span."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.corpus import Readers, ReadLimits, ReadOptions, Task
from assistant.corpus.archives import SEPARATOR, in_archive, is_archive
from assistant.corpus.building import UnreadableError
from assistant.corpus.pieces import Piece, pieces
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.index import Store, open_store
from assistant.indexing.contents import options_of
from assistant.sources import source_path

_NOT_THERE = "is no longer in its archive; run: footnote index"
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check came to.

    Attributes:
        what: the citation or document that was checked.
        sound: whether it stands.
        reason: why not; empty if it does.
    """

    what: str
    sound: bool
    reason: str = ""


def verify_citation(citation: Mapping[str, Any], index: Path, readers: Readers | None = None) -> Finding:
    """Check one citation against its source file as it is now.

    Args:
        citation: the fields of a Citation, by name.
        index: folder of the index it came from; its source is relative to the folder above.
        readers: read the file; processes of their own by default.
    """
    source, document_id = str(citation["source"]), str(citation["document"])
    what = f"{source} [{citation['start']}:{citation['end']}]"
    with nullcontext(readers) if readers else Readers() as reading:
        task = Task(str(source_path(source, index)), document_id, source)
        read = next(reading.read([task])).outcome
    if not isinstance(read, Document):
        return Finding(what, False, read.reason if isinstance(read, DocumentError) else "names no document")
    stands = _spanned(read.text, citation["start"], citation["end"]) == citation["quote"]
    if read.sha256 != citation["sha256"]:
        also = "the quotation still stands there" if stands else "the quotation no longer stands there"
        return Finding(what, False, f"the file has changed since it was cited ({read.sha256[:12]}…); {also}")
    return Finding(what, stands, "" if stands else "the words at this place are others")


def verify_index(address: str | Path, readers: Readers | None = None) -> list[Finding]:
    """Check every document of an index: that its file reads the same, and that every passage is where it says.

    Args:
        address: where it is.
        readers: read the files; processes of their own by default.
    """
    with closing(open_store(address)) as store, nullcontext(readers) if readers else Readers() as reading:
        id_of = store.sources()
        found = {source: Finding(source, False, _NOT_THERE) for source in id_of}
        wanted = _read_as(store, reading.options)
        for each in reading.read(_tasks(wanted, store.folder)):
            read = each.outcome
            if isinstance(read, DocumentError):
                for source in id_of if is_archive(Path(read.source)) else [read.source]:
                    meant = source == read.source or source.startswith(read.source + SEPARATOR)
                    if meant and wanted.get(source) == each.task.options:
                        found[source] = Finding(source, False, read.reason)
            elif isinstance(read, Document) and wanted.get(read.source) == each.task.options:
                found[read.source] = _verify_document(store, id_of[read.source], read)
        return [found[origin.source] for origin in store.origins(store.document_hashes()).values()]


def changed_sources(store: Store) -> dict[str, str]:
    """Sources whose file changed or vanished since it was indexed, with the reason."""
    digests = {origin.source: origin.sha256 for origin in store.origins(store.document_hashes()).values()}
    now: dict[str, str] = {}
    for path, source in _files(digests, store.folder).items():
        now.update(_digests(path, source))
    stale = {}
    for source, digest in sorted(digests.items()):
        seen = now.get(source, _NOT_THERE)
        if seen != digest:
            stale[source] = "has changed" if _DIGEST.fullmatch(seen) else seen
    return stale


def _read_as(store: Store, options: ReadOptions) -> dict[str, ReadOptions]:
    """Every source with the options it was read with, passwords as given now."""
    hashes = store.document_hashes()
    return {source: options_of(hashes[document_id], options) for source, document_id in store.sources().items()}


def _tasks(wanted: Mapping[str, ReadOptions], index: Path) -> Iterator[Task]:
    """What to read for some sources: each file, and each archive, once for each way of reading it."""
    for options in sorted(set(wanted.values()), key=lambda each: each.ocr):
        sources = [source for source, way in wanted.items() if way == options]
        for path, source in _files(sources, index).items():
            yield Task(str(path), source, source, options=options)


def _files(sources: Iterable[str], index: Path) -> dict[Path, str]:
    """The files that some sources come from, each with its own name as a source; archives once."""
    files = {}
    for source in sorted(sources):
        path = source_path(source, index)
        place = in_archive(path)
        files[place[0] if place else path] = source[: -len(SEPARATOR + place[1])] if place else source
    return files


def _digests(path: Path, source: str) -> dict[str, str]:
    """The SHA-256 of a file, of an archive of each of its documents, by source; or why there is none."""
    if not is_archive(path):
        try:
            with path.open("rb") as file:
                return {source: hashlib.file_digest(file, "sha256").hexdigest()}
        except OSError as error:
            return {source: f"cannot be read ({error.strerror})"}
    digests = {}
    for piece in pieces(path, source, source, ReadLimits()):
        if isinstance(piece, Piece):
            try:
                digests[piece.source] = hashlib.sha256(piece.load()).hexdigest()
            except UnreadableError as error:
                digests[piece.source] = str(error)
    return digests


def _verify_document(store: Store, document_id: str, read: Document) -> Finding:
    stored = store.document(document_id)
    if stored is None:
        return Finding(read.source, False, "is no longer in the index; run: footnote index")
    if read.sha256 != stored.sha256:
        return Finding(stored.source, False, "the file has changed since it was indexed; run: footnote index")
    if read.text != stored.text:
        return Finding(stored.source, False, "the file now reads differently; run: footnote index --rebuild")
    for passage in store.passages_of(stored.id):
        if _spanned(stored.text, passage.start, passage.end) != passage.text:
            return Finding(stored.source, False, f"passage {passage.id} is not where it says")
    return Finding(stored.source, True)


def _spanned(text: str, start: object, end: object) -> str | None:
    """The words of a span; None if it is no span of the text."""
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        return None
    return text[start:end]
