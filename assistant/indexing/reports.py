"""What a build or update of an index did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from assistant.corpus import SkippedFile
from assistant.errors import DocumentError

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with documents done, documents in all, and the id of the one just done."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a build or update did. Ids are sorted.

    Attributes:
        added, changed, removed: ids of documents.
        unchanged: how many were left as they are.
        failed: files that could not be read; an earlier version of such a document stays in the index.
        skipped: files of types that are not read.
        warnings: what was left out of documents that were read in this run, as pairs of source and reason.
        moved: removed documents that were added elsewhere with the same content, as pairs of old and new id; they
            are among the removed and the added ones too.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    failed: tuple[DocumentError, ...]
    skipped: tuple[SkippedFile, ...]
    warnings: tuple[tuple[str, str], ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
