"""Whether an index is sound: each row of its truth against its digest, all rows accounted for, and its files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from assistant.errors import IndexDamagedError
from assistant.index.digests import TOTAL, DamageError, DigestError
from assistant.index.layer import LEXICAL, PLACES, VECTORS
from assistant.index.migration import current_truth
from assistant.index.refusals import UNREADABLE
from assistant.index.rows import checked_searched, document_from, passage_from, tokens_from, whole_of_digests
from assistant.index.stamped import checked_content, stamped_state
from assistant.index.state import State
from assistant.index.tables import (
    CHECKED_DOCUMENT,
    CHECKED_IDS,
    CHECKED_TOKENS,
    COUNTS,
    PASSAGES_OF_DOCUMENT,
    SEARCHED_OF_DOCUMENT,
)
from assistant.index.truth import TRUTH, Truth

MOST_NAMED = 20
"""Findings that are told; a page that is gone takes many rows with it."""

SMALL_BYTES = 16 << 20
"""An index up to this size is read whole when it is opened, which takes some hundredths of a second."""
_MOST_CHECKED = 256
_CHECKED: set[tuple[str, int, int, State]] = set()

OnDocument: TypeAlias = Callable[[int, int, str], None]
"""Called with how many documents were read, of how many, and the id of the last."""


@dataclass(frozen=True, slots=True)
class Soundness:
    """What a check of an index came to.

    Attributes:
        documents, passages, token_vectors: rows that were read.
        findings: what is not as it was written, at most ``MOST_NAMED``; nothing where the truth is sound.
        derived: each derived file as ``sound``, ``behind`` (what was changed since it was made is searched beside it),
            ``missing``, ``stale`` or ``damaged``; those of the last three are made anew with the next question.
    """

    documents: int
    passages: int
    token_vectors: int
    findings: tuple[str, ...]
    derived: dict[str, str]

    @property
    def sound(self) -> bool:
        """Whether the truth is as it was written."""
        return not self.findings


def check_truth(truth: Truth, progress: OnDocument | None = None) -> Soundness:
    """Read everything that an index holds, in one state of it.

    Args:
        truth: of the index; whoever shares it waits meanwhile.
        progress: called with each document.
    """
    reading = _Reading()
    with truth.one_state():
        state = truth.state()
        try:
            truth.latest(lambda connection: reading.all_of(connection, state, progress))
        except IndexDamagedError as error:
            reading.findings.append(str(error.__cause__ or error))
        derived = {name: _derived(truth.folder / name, state) for name in (VECTORS, LEXICAL, PLACES)}
    return Soundness(
        reading.documents,
        reading.passages,
        reading.tokens,
        tuple(dict.fromkeys(reading.findings))[:MOST_NAMED],
        derived,
    )


def check_folder(folder: Path, progress: OnDocument | None = None) -> Soundness:
    """Read everything that the index in a folder holds, through a connection of its own: no question waits for it.

    Raises:
        IndexMissingError, IndexMismatchError, IndexDamagedError: if it cannot be opened.
    """
    with closing(current_truth(folder)) as truth:
        return check_truth(truth, progress)


def check_small(truth: Truth) -> None:
    """Read an index of at most ``SMALL_BYTES`` whole, once in a process for each of its states.

    Raises:
        IndexDamagedError: if it is not as it was written.
    """
    file = (truth.folder / TRUTH).stat()
    known = (str(truth.folder.resolve()), file.st_ino, file.st_mtime_ns, truth.state())
    if file.st_size > SMALL_BYTES or known in _CHECKED:
        return
    found = check_truth(truth)
    if not found.sound:
        raise truth.damaged(found.findings[0])
    while len(_CHECKED) >= _MOST_CHECKED:
        _CHECKED.pop()
    _CHECKED.add(known)


class _Reading:
    """One reading of all rows: what was found, and how many there were."""

    def __init__(self) -> None:
        self.documents = self.passages = self.tokens = 0
        self.findings: list[str] = []
        self._total = 0

    def all_of(self, connection: sqlite3.Connection, state: State, progress: OnDocument | None) -> None:
        """Read pages, then documents one by one, then count."""
        for said in connection.execute("PRAGMA integrity_check(5)"):
            if said[0] != "ok":
                self.findings.append(" ".join(str(said[0]).split()))
        ids = [row[0] for row in connection.execute(CHECKED_IDS)]
        for number, document_id in enumerate(ids, 1):
            try:
                self._total += self._document(connection, document_id)
            except UNREADABLE as error:
                self.findings.append(str(error))
            self.documents += 1
            if progress:
                progress(number, len(ids), str(document_id))
        if not self.findings:
            self.findings.extend(self._unaccounted(connection, state))

    def _document(self, connection: sqlite3.Connection, document_id: str) -> int:
        """The digest of a document, each row of which was checked."""
        row = connection.execute(CHECKED_DOCUMENT, (document_id,)).fetchone()
        if row is None:
            raise DamageError(f"document {ascii(document_id)[:80]} is missing")
        document_from(row)
        passages = [passage_from(each) for each in connection.execute(PASSAGES_OF_DOCUMENT, (document_id,))]
        searched = [checked_searched(each) for each in connection.execute(SEARCHED_OF_DOCUMENT, (document_id,))]
        tokens = connection.execute(CHECKED_TOKENS, (document_id,)).fetchall()
        for each in tokens:
            tokens_from(each, check=True)
        self.passages += len(passages)
        self.tokens += len(tokens)
        if len(passages) != row["passages"]:
            raise DamageError(f"passages of document {ascii(document_id)[:80]} are missing")
        parts = (row["header_digest"], row["text_digest"], row["blocks_digest"])
        digests = [(each["shown_digest"], each["searched_digest"]) for each in searched]
        whole = whole_of_digests(parts, digests, [each["digest"] for each in tokens])
        if whole != row["whole_digest"]:
            raise DigestError(f"document {ascii(document_id)[:80]} as a whole")
        return whole

    def _unaccounted(self, connection: sqlite3.Connection, state: State) -> Iterator[str]:
        if self.documents != state.documents:
            yield f"it has {self.documents} documents, {state.documents} were written"
        if self._total % TOTAL != state.total:
            yield "its documents are not those that were written"
        for (name, count), read in zip(COUNTS, (self.passages, self.tokens), strict=True):
            there = connection.execute(count).fetchone()[0]
            if there != read:
                yield f"it has {there} rows of {name}, {read} belong to a document"


def _derived(path: Path, state: State) -> str:
    if not path.is_file():
        return "missing"
    line = stamped_state(path)
    if line is None or checked_content(path, line) is None:
        return "damaged"
    if line == state.line():
        return "sound"
    try:
        of = State.read(line)
    except ValueError:
        return "damaged"
    return "behind" if of.lineage == state.lineage and of.generation < state.generation else "stale"
