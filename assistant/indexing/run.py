"""One run of an update over files: what the store had, what is new, and which documents are still there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from assistant.corpus import FoundFile, FoundFiles, Readers, ReadOptions, SkippedFile, Task, Unchanged
from assistant.corpus.archives import SEPARATOR, in_archive, is_archive
from assistant.datatypes import Document, IndexUpdate
from assistant.errors import DocumentError
from assistant.index import Store
from assistant.indexing.contents import content_hash, digest_of, is_current
from assistant.indexing.held import Held
from assistant.indexing.history import index_update
from assistant.indexing.parts import PartDone
from assistant.sources import absolute, source_name, source_path


class UpdateRun:
    """One run over files: what the store had, what is new, and which documents are still there.

    Args:
        store: which is brought up to date.
        folder: of the index.
        found: the files there are.
        roots: folders that are not believed to be empty where documents came from them.
        whole: whether documents may be gone whose files are not among those found.
    """

    def __init__(
        self, store: Store, folder: Path, found: FoundFiles, roots: Sequence[Path] = (), *, whole: bool = True
    ) -> None:
        self.held = Held(store, (source_name(file.path, folder) for file in found.files), whole=whole)
        self.written: list[str] = []
        self.failed = list(found.errors)
        self.skipped = list(found.skipped)
        self.warnings: list[tuple[str, str]] = []
        self.same: list[str] = []
        self._folder = folder
        self._found = found
        self._named_in_run: dict[str, str] = {}
        self._replaced: set[str] = set()
        self._present: set[str] = set()
        self._unlisted: list[str] = []
        self.failed.extend(self._vanished(roots))
        self._unreachable = [absolute(error.source) for error in self.failed]
        self._before = len(self.failed)

    def missing(self) -> dict[str, str]:
        """Ids by source of the documents whose file was not found."""
        found = {source_name(file.path, self._folder) for file in self._found.files}
        return {source: each for source, each in self.held.id_of.items() if source.partition(SEPARATOR)[0] not in found}

    @property
    def unchanged(self) -> int:
        """How many documents were left as they are."""
        return len(self.same)

    @property
    def added(self) -> tuple[str, ...]:
        """Ids of the documents that were written and are new, sorted."""
        return tuple(sorted(set(self.written) - self._replaced))

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the documents that were written in place of an earlier version, sorted."""
        return tuple(sorted(set(self.written) & self._replaced))

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
        return self.unchanged + len(self.written) + len(self.failed) - self._before

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
                self.same.append(outcome.source)
            elif isinstance(outcome, DocumentError):
                self._fails(outcome)
            else:
                self.warnings.extend((outcome.source, warning) for warning in outcome.warnings)
                yield self._named(outcome), content_hash(outcome.sha256, PurePath(outcome.source), readers.options)

    def shared_out(self) -> list[FoundFile]:
        """The files, each under the id that its document is to have whoever reads it; an archive as it was found."""
        named = [(file, source_name(file.path, self._folder)) for file in self._found.files]
        self._present.update(source for _, source in named)
        return [
            file if is_archive(file.path) else replace(file, document_id=self._name(file.document_id, source))
            for file, source in named
        ]

    def took(self, part: PartDone) -> Iterator[str]:
        """Know of what somebody else read and committed of this run's files; gives the ids of what was written.

        What a worker found as it left it itself, before it was lost, is new all the same: what counts is what the
        store held when the run began.
        """
        self.skipped.extend(part.skipped)
        for error in part.failed:
            self._fails(error)
        for now in part.held:
            self._present.add(now.source)
            before = self.held.of_source(now.source)
            if before is not None and before.content_hash == now.content_hash:
                self.same.append(now.source)
                continue
            if self.held.source_of(now.id) is not None:
                self._replaced.add(now.id)
            self._named_in_run[now.id] = now.source
            self.warnings.extend(each for each in part.warnings if each[0] == now.source)
            self.written.append(now.id)
            yield now.id

    def present(self, source: str) -> bool:
        """Whether a document of the store is still there, if only in its last good version."""
        if source in self._present or source.startswith(tuple(self._unlisted)):
            return True
        path = source_path(source, self._folder)
        return any(path.is_relative_to(each) for each in self._unreachable)

    def _fails(self, error: DocumentError) -> None:
        self._present.add(error.source)
        self.failed.append(error)
        if is_archive(PurePath(error.source)):
            self._unlisted.append(error.source + SEPARATOR)

    def _tasks(self, options: ReadOptions) -> Iterator[Task]:
        for file in self._found.files:
            source = source_name(file.path, self._folder)
            self._present.add(source)
            yield Task(str(file.path), file.document_id, source, self._known(source, options))

    def _vanished(self, roots: Sequence[Path]) -> Iterator[DocumentError]:
        """Folders that are empty though documents came from them: a drive that is not there looks like that."""
        for root in roots:
            below = sum(source_path(each, self._folder).is_relative_to(root) for each in self.held.id_of)
            if below and _is_empty(root):
                yield DocumentError(
                    str(root),
                    f"is empty, but {below:,} of the index's documents come from it, and stay: bring its drive back, "
                    "or if they were removed on purpose, run it with --prune",
                )

    def _known(self, source: str, options: ReadOptions) -> dict[str, str]:
        """Digests of the documents that the store has of a file, of an archive by member, if readers agree on them."""
        known = {}
        for each in self.held.of_file(source):
            digest = digest_of(each.content_hash)
            if is_current(each.content_hash, content_hash(digest, PurePath(each.source), options)):
                known[each.source] = digest
        return known

    def _named(self, document: Document) -> Document:
        name = self._name(document.id, document.source)
        return document if name == document.id else replace(document, id=name)

    def _name(self, document_id: str, source: str) -> str:
        """The id that the store has for a source, else the document's own if nobody has that."""
        before = self.held.of_source(source)
        name = before.id if before else document_id
        while _taken(self._source_of(name) or source, source, self._present, self._folder):
            name = source if name != source else f"{name}~"  # the short id is another's
        if self.held.source_of(name) is not None:
            self._replaced.add(name)
        self._named_in_run[name] = source
        return name

    def _source_of(self, name: str) -> str | None:
        return self._named_in_run.get(name) or self.held.source_of(name)


def _is_empty(folder: Path) -> bool:
    try:
        return next(folder.iterdir(), None) is None
    except OSError:
        return True


def _taken(other: str, source: str, present: set[str], folder: Path) -> bool:
    """Whether an id belongs to another source that is still there."""
    if other == source:
        return False
    path = source_path(other, folder)
    return other in present or path.exists() or in_archive(path) is not None
