"""Does a citation still stand? Re-reads the source file and compares its digest, its text and the span."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.corpus import DEFAULT_OPTIONS, ReadOptions, read_document
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.index import EmbeddedStore
from assistant.indexing import options_of, source_path


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


def verify_citation(citation: Mapping[str, Any], index: Path, options: ReadOptions = DEFAULT_OPTIONS) -> Finding:
    """Check one citation against its source file as it is now.

    Args:
        citation: the fields of a Citation, by name.
        index: folder of the index it came from; its source is relative to the folder above.
        options: passwords, and the language in which scanned pages were recognised.
    """
    what = f"{citation['source']} [{citation['start']}:{citation['end']}]"
    read = _read(str(citation["source"]), str(citation["document"]), index, options)
    if isinstance(read, DocumentError):
        return Finding(what, False, read.reason)
    stands = _spanned(read.text, citation["start"], citation["end"]) == citation["quote"]
    if read.sha256 != citation["sha256"]:
        also = "the quotation still stands there" if stands else "the quotation no longer stands there"
        return Finding(what, False, f"the file has changed since it was cited ({read.sha256[:12]}…); {also}")
    return Finding(what, stands, "" if stands else "the words at this place are others")


def verify_index(index: Path, options: ReadOptions = DEFAULT_OPTIONS) -> list[Finding]:
    """Check every document of an index: that its file reads the same, and that every passage is where it says.

    Args:
        index: its folder.
        options: passwords; whether pages were recognised, and in which language, the index knows.
    """
    store = EmbeddedStore.open(index)
    findings = []
    for document_id, content in store.document_hashes().items():
        stored = store.document(document_id)
        if stored is not None:
            findings.append(_verify_document(store, stored, index, options_of(content, options)))
    store.close()
    return findings


def changed_sources(store: EmbeddedStore, index: Path) -> dict[str, str]:
    """Sources whose file changed or vanished since it was indexed, with the reason."""
    stale = {}
    for _, origin in sorted(store.origins(store.document_hashes()).items()):
        try:
            with source_path(origin.source, index).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != origin.sha256:
                    stale[origin.source] = "has changed"
        except OSError as error:
            stale[origin.source] = f"cannot be read ({error.strerror})"
    return stale


def _verify_document(store: EmbeddedStore, stored: Document, index: Path, options: ReadOptions) -> Finding:
    read = _read(stored.source, stored.id, index, options)
    if isinstance(read, DocumentError):
        return Finding(stored.source, False, read.reason)
    if read.sha256 != stored.sha256:
        return Finding(stored.source, False, "the file has changed since it was indexed; run: footnote index")
    if read.text != stored.text:
        return Finding(stored.source, False, "the file now reads differently; run: footnote index --rebuild")
    for passage in store.passages_of(stored.id):
        if _spanned(stored.text, passage.start, passage.end) != passage.text:
            return Finding(stored.source, False, f"passage {passage.id} is not where it says")
    return Finding(stored.source, True)


def _read(source: str, document_id: str, index: Path, options: ReadOptions) -> Document | DocumentError:
    try:
        return read_document(source_path(source, index), document_id=document_id, source=source, options=options)
    except DocumentError as error:
        return error


def _spanned(text: str, start: object, end: object) -> str | None:
    """The words of a span; None if it is no span of the text."""
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        return None
    return text[start:end]
