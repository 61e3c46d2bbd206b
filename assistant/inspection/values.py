"""A document as read and split, nothing indexed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.corpus import Readers, SkippedFile, Task, find_files
from assistant.datatypes import Block, Document, Passage
from assistant.errors import DocumentError
from assistant.packing import TokenCounter
from assistant.passages import SplitLimits, split_document


@dataclass(frozen=True, slots=True)
class Inspection:
    """What became of a file.

    Attributes:
        document: as read.
        passages: as they would be indexed.
    """

    document: Document
    passages: tuple[Passage, ...]

    @property
    def outline(self) -> tuple[Block, ...]:
        """The headings, in reading order."""
        return tuple(block for block in self.document.blocks if block.kind == "heading")


def inspect_file(
    path: Path, readers: Readers, count_tokens: TokenCounter, limits: SplitLimits
) -> Iterator[Inspection | DocumentError | SkippedFile]:
    """Read a file in a worker process and split it; of an archive each member.

    Args:
        path: the file.
        readers: read it.
        count_tokens: the encoder's token counter.
        limits: passage limits.

    Raises:
        DocumentError: if it is not there, or of a type that is not read.
    """
    if path.is_dir():
        raise DocumentError(str(path), "is a folder: name one file in it")
    found = find_files(path)
    if found.errors:
        raise found.errors[0]
    for reading in readers.read(Task(str(each.path), each.document_id, str(path)) for each in found.files):
        outcome = reading.outcome
        if isinstance(outcome, Document):
            yield Inspection(outcome, tuple(split_document(outcome, limits, count_tokens)))
        elif isinstance(outcome, (DocumentError, SkippedFile)):
            yield outcome


def to_json(inspection: Inspection) -> dict[str, Any]:
    """An inspection as plain values; spans count code points of ``text``."""
    document = inspection.document
    text = document.text
    return {
        "document": document.id,
        "source": document.source,
        "title": document.title,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "characters": len(text),
        "metadata": dict(document.metadata),
        "warnings": list(document.warnings),
        "page_kind": document.page_kind,
        "page_starts": list(document.page_starts),
        "blocks": [
            {
                "kind": block.kind,
                "start": block.start,
                "end": block.end,
                "level": block.level,
                "headings": list(block.headings),
                "page": document.page_at(block.start),
            }
            for block in document.blocks
        ],
        "passages": [
            {
                "id": passage.id,
                "start": passage.start,
                "end": passage.end,
                "page": passage.page,
                "headings": list(passage.headings),
                "parts": [list(part) for part in passage.parts],
                "sentences": [list(sentence) for sentence in passage.sentences],
                "text": passage.text,
            }
            for passage in inspection.passages
        ],
        "text": text,
    }
