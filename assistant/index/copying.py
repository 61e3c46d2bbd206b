"""An index moved from one store to another as it is: nothing is read again, and nothing is encoded again.

The copy grows where nobody looks for an index, and takes its place when it is complete. What was stopped is taken up
again: a document whose content hash is there already is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path

from assistant.corpus.archives import SEPARATOR
from assistant.datatypes import Document
from assistant.errors import InputError
from assistant.index.address import conversations_of, index_address, open_store, store_exists, writing
from assistant.index.conversations import FILE, ConversationFile, Conversations
from assistant.index.history import UPDATES_KEPT
from assistant.index.lifecycle import open_unfinished, put_in_place, take_in_log
from assistant.index.one_writer import DEFAULT_WAIT, OnWait
from assistant.index.protocol import Store
from assistant.index.server.address import ServerAddress
from assistant.index.soundness import OnDocument
from assistant.sources import source_name, source_path

COPYING = "copying"
"""Folder, or end of a schema's name, in which a copy grows."""


class CopyError(InputError):
    """An index cannot be copied there."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy came to.

    Attributes:
        documents, passages: how many the copy holds.
        there: how many of the documents a stopped copy had left there.
        feedback, updates, conversations: how many came along.
    """

    documents: int
    passages: int
    there: int
    feedback: int
    updates: int
    conversations: int


def copy_index(
    source: str | Path,
    target: str | Path,
    *,
    replace: bool = False,
    progress: OnDocument | None = None,
    wait: float = DEFAULT_WAIT,
    on_wait: OnWait | None = None,
) -> Copied:
    """Copy an index whole to another place.

    Args:
        source: address of the index.
        target: address of the copy.
        replace: put it in place of an index that is there.
        progress: called with how many documents were copied, of how many, and the id of the last.
        wait: seconds to wait for somebody who is changing what is there.
        on_wait: told for whom, if there is somebody.

    Raises:
        CopyError: there is an index at the target and it is not to be replaced, or it is the source.
        StoreError: the index cannot be read, or the copy not be written.
    """
    source, target = index_address(source), index_address(target)
    if str(source) == str(target):
        raise CopyError(f"{source} cannot be copied onto itself; name another place")
    if not replace and store_exists(target):
        raise CopyError(f"there is an index in {target} already; add --replace to put the copy in its place")
    with (
        writing(target, wait, on_wait, rebuild=True),
        closing(open_store(source)) as whole,
        _growing(target, whole) as copy,
    ):
        with whole.reading():
            there = _documents(whole, copy.store, copy.base, progress)
        said, updates = _beside(whole, copy.store)
        kept = _conversations(source, copy.conversations)
        info = copy.store.info()
    return Copied(info.documents, info.passages, there, said, updates, kept)


@dataclass(frozen=True, slots=True, eq=False)
class _Growing:
    """A copy that is not complete: its store, its conversations, and the folder that its sources are relative to."""

    store: Store
    conversations: Conversations
    base: Path


@contextmanager
def _growing(target: Path | ServerAddress, source: Store) -> Iterator[_Growing]:
    """The copy while it grows; it is in its place when the block ends without an error."""
    if isinstance(target, ServerAddress):
        from assistant.index.server import lifecycle, renewal
        from assistant.index.server.conversations import ServerConversations

        place = lifecycle.beside(target, f"_{COPYING}")
        store = renewal.open_unfinished(place, source.makers, target.options.folder or source.folder)
        with closing(store), closing(ServerConversations(place)) as kept:
            yield _Growing(store, kept, store.folder)
        lifecycle.build_nearest(place, source.makers)
        lifecycle.put_in_place(place, target, whole=True)
        return
    built = target / COPYING
    with (
        closing(open_unfinished(built, source.makers)) as embedded,
        closing(ConversationFile(target / FILE)) as conversations,
    ):
        yield _Growing(embedded, conversations, target)
    take_in_log(target)
    put_in_place(built, target)


def _documents(source: Store, copy: Store, base: Path, progress: OnDocument | None) -> int:
    """Copy documents in the order in which they were written; returns how many were there already."""
    hashes, wanted = source.document_hashes(), source.written_order()
    known = copy.document_hashes()
    done = [name for name in wanted if known.get(name) == hashes[name]]
    if done != wanted[: len(done)]:
        done = []  # of another state: what is in another order would rank otherwise where scores are equal
    copy.delete_documents(known.keys() - set(done))
    for number, name in enumerate(wanted, 1):
        if number > len(done):
            _document(source, copy, name, hashes[name], base)
        if progress:
            progress(number, len(wanted), name)
    return len(done)


def _document(source: Store, copy: Store, name: str, content_hash: str, base: Path) -> None:
    document = source.document(name)
    if document is None:
        raise CopyError(f"document {name!r} is gone while it was copied; run it again")
    passages = source.passages_of(name)
    parts = {(name, start) for passage in passages for start, _ in passage.parts}
    tokens = {start: codes for (_, start), codes in sorted(source.token_codes(parts).items(), key=lambda each: each[0])}
    copy.replace_document(
        _moved(document, source.folder, base), passages, source.vectors_of(name), content_hash, tokens
    )


def _moved(document: Document, before: Path, now: Path) -> Document:
    """The document with its source told from another folder."""
    file, separator, member = document.source.partition(SEPARATOR)
    source = source_name(source_path(file, before), now) + separator + member
    return document if source == document.source else changed(document, source=source)


def _beside(source: Store, copy: Store) -> tuple[int, int]:
    """Copy feedback and history, each in one transaction; returns how many there are."""
    said, updates = source.feedback(), source.updates(UPDATES_KEPT)
    if said and not copy.feedback():
        copy.add_feedback(said)
    if updates and not copy.updates(1):
        copy.add_updates(updates[::-1])
    return len(said), len(updates)


def _conversations(source: Path | ServerAddress, copy: Conversations) -> int:
    """Copy saved conversations, and forget those that the source does not have; returns how many there are."""
    if isinstance(source, Path) and not (source / FILE).exists():
        return 0
    keys = set()
    with closing(conversations_of(source)) as there:
        for saved in there.every():
            copy.put(saved)
            keys.add(saved.key)
    for other in list(copy.every()):
        if other.key not in keys:
            copy.delete(other.owner, other.key)
    return len(keys)
