"""Documents -> store: split, encoded where they are new, and committed, each in a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from assistant.datatypes import Document, FloatMatrix, Passage
from assistant.encoders import Encoder, TokenCodes
from assistant.encoding import encoded_passages
from assistant.index import Store
from assistant.indexing.reuse import Kept, Reuse
from assistant.passages import SplitLimits, split_document

ENCODE_AT_ONCE = 256
"""Passages gathered over several documents before they are encoded, so that batches are full."""


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """A document that waits to be committed.

    Attributes:
        document, content: itself, and its content hash.
        passages: its passages.
        kept: what is encoded already, by the number of the passage.
    """

    document: Document
    content: str
    passages: Sequence[Passage]
    kept: Mapping[int, Kept]

    @property
    def missing(self) -> list[Passage]:
        """The passages that must be encoded."""
        return [passage for row, passage in enumerate(self.passages) if row not in self.kept]

    def joined(
        self, vectors: FloatMatrix, tokens: Mapping[int, TokenCodes]
    ) -> tuple[FloatMatrix, dict[int, TokenCodes]]:
        """Vectors and token vectors of all passages, from those of the missing ones."""
        whole = np.empty((len(self.passages), vectors.shape[1]), dtype=np.float32)
        whole[[row for row in range(len(self.passages)) if row not in self.kept]] = vectors
        parts = dict(tokens)
        for row, kept in self.kept.items():
            whole[row] = kept.vector
            parts.update(
                (start, codes) for (start, _), codes in zip(self.passages[row].parts, kept.tokens, strict=True)
            )
        return whole, parts


_Batch: TypeAlias = list[_Split]
_Encoded: TypeAlias = list[tuple[FloatMatrix, dict[int, TokenCodes]]]


def store_documents(
    store: Store,
    documents: Iterable[tuple[Document, str]],
    encoder: Encoder,
    limits: SplitLimits,
    reuse: Reuse | None = None,
) -> Iterator[str]:
    """Split, encode and commit documents, each in its own transaction.

    While one batch is encoded, in a thread of its own, the one before it is committed and the next one is split.

    Args:
        store: where to.
        documents: each with its content hash.
        encoder: the store's encoder.
        limits: passage limits that fit the encoder's window.
        reuse: finds what is encoded already; by default among what the store holds of these documents.

    Yields:
        The id of each document once it is committed.
    """
    reuse = reuse or Reuse(store)
    batches = _batches(documents, encoder, limits, reuse)
    waiting: tuple[_Batch, Future[_Encoded]] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix=f"{threading.current_thread().name}-encode") as aside:
        while True:
            try:
                batch = next(batches, None)
            except BaseException:  # an interruption too: what is being encoded is kept before it is told
                if waiting:
                    yield from _commit(store, *waiting, reuse)
                raise
            running = (batch, aside.submit(_encoded, batch, encoder)) if batch else None
            if waiting:
                yield from _commit(store, *waiting, reuse)
            if running is None:
                return
            waiting = running


def _batches(
    documents: Iterable[tuple[Document, str]], encoder: Encoder, limits: SplitLimits, reuse: Reuse
) -> Iterator[_Batch]:
    batch: _Batch = []
    count = 0
    for document, content in documents:
        passages = split_document(document, limits, encoder.count_tokens)
        batch.append(_Split(document, content, passages, reuse.of(document, content, passages)))
        count += len(passages)
        if count >= ENCODE_AT_ONCE:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _encoded(batch: _Batch, encoder: Encoder) -> _Encoded:
    return list(encoded_passages([each.missing for each in batch], encoder))


def _commit(store: Store, batch: _Batch, encoded: Future[_Encoded], reuse: Reuse) -> Iterator[str]:
    for each, (vectors, tokens) in zip(batch, encoded.result(), strict=True):
        whole, parts = each.joined(vectors, tokens)
        store.replace_document(each.document, each.passages, whole, each.content, parts)
        reuse.add(each.document.id, each.content)
        yield each.document.id
