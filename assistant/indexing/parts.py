"""What a run that is shared out gives to a worker, and what comes back: values that travel between processes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from assistant.corpus import ReadLimits, ReadOptions, SkippedFile
from assistant.errors import DocumentError
from assistant.index import Holding, ServerAddress
from assistant.passages import SplitLimits


@dataclass(frozen=True, slots=True)
class Job:
    """What holds for every part of a run.

    Attributes:
        address: of the index.
        folder: whose parent sources are relative to, from the root.
        limits: of passages.
        read_limits, options: as files are read.
        gone: ids of documents whose files are gone, which may have moved.
    """

    address: ServerAddress
    folder: Path
    limits: SplitLimits
    read_limits: ReadLimits
    options: ReadOptions
    gone: Collection[str]


@dataclass(frozen=True, slots=True)
class PartDone:
    """What came of a part: a few files.

    Attributes:
        held: the documents of these files that are in the index now, whether they were written or there before.
        errors: what could not be read, as pairs of source and reason.
        skipped: files, or members of archives, of types that are not read.
        warnings: what was left out of documents, as pairs of source and reason.
        absent: paths that are not there where the worker runs.
        host: the machine it runs on.
    """

    held: tuple[Holding, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
    host: str = ""

    @property
    def failed(self) -> list[DocumentError]:
        """The errors as such; between processes they travel as what they are made of."""
        return [DocumentError(*each) for each in self.errors]
