"""Documents -> store: split, encoded and committed, each in a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

from assistant.datatypes import Document, FloatMatrix, Passage
from assistant.encoders import Encoder, TokenCodes
from assistant.encoding import encoded_passages
from assistant.index import Store
from assistant.passages import SplitLimits, split_document

ENCODE_AT_ONCE = 256
"""Passages gathered over several documents before they are encoded, so that batches are full."""


_Batch: TypeAlias = list[tuple[Document, str, list[Passage]]]
_Encoded: TypeAlias = list[tuple[FloatMatrix, dict[int, TokenCodes]]]


def store_documents(
    store: Store, documents: Iterable[tuple[Document, str]], encoder: Encoder, limits: SplitLimits
) -> Iterator[str]:
    """Split, encode and commit documents, each in its own transaction.

    While one batch is encoded, in a thread of its own, the one before it is committed and the next one is split.

    Args:
        store: where to.
        documents: each with its content hash.
        encoder: the store's encoder.
        limits: passage limits that fit the encoder's window.

    Yields:
        The id of each document once it is committed.
    """
    batches = _batches(documents, encoder, limits)
    waiting: tuple[_Batch, Future[_Encoded]] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix=f"{threading.current_thread().name}-encode") as aside:
        while True:
            try:
                batch = next(batches, None)
            except BaseException:  # an interruption too: what is being encoded is kept before it is told
                if waiting:
                    yield from _commit(store, *waiting)
                raise
            running = (batch, aside.submit(_encoded, batch, encoder)) if batch else None
            if waiting:
                yield from _commit(store, *waiting)
            if running is None:
                return
            waiting = running


def _batches(documents: Iterable[tuple[Document, str]], encoder: Encoder, limits: SplitLimits) -> Iterator[_Batch]:
    batch: _Batch = []
    count = 0
    for document, content in documents:
        passages = split_document(document, limits, encoder.count_tokens)
        batch.append((document, content, passages))
        count += len(passages)
        if count >= ENCODE_AT_ONCE:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


def _encoded(batch: _Batch, encoder: Encoder) -> _Encoded:
    return list(encoded_passages([passages for _, _, passages in batch], encoder))


def _commit(store: Store, batch: _Batch, encoded: Future[_Encoded]) -> Iterator[str]:
    for (document, content, passages), (vectors, tokens) in zip(batch, encoded.result(), strict=True):
        store.replace_document(document, passages, vectors, content, tokens)
        yield document.id
