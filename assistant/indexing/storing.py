"""Documents -> store: split, encoded and committed, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from assistant.datatypes import Document, Passage
from assistant.encoders import Encoder
from assistant.encoding import encoded_passages
from assistant.index import Store
from assistant.passages import SplitLimits, split_document

ENCODE_AT_ONCE = 256
"""Passages gathered over several documents before they are encoded, so that batches are full."""


def store_documents(
    store: Store, documents: Iterable[tuple[Document, str]], encoder: Encoder, limits: SplitLimits
) -> Iterator[str]:
    """Split, encode and commit documents, each in its own transaction.

    Args:
        store: where to.
        documents: each with its content hash.
        encoder: the store's encoder.
        limits: passage limits that fit the encoder's window.

    Yields:
        The id of each document once it is committed.
    """
    waiting: list[tuple[Document, str, list[Passage]]] = []
    count = 0
    for document, content in documents:
        passages = split_document(document, limits, encoder.count_tokens)
        waiting.append((document, content, passages))
        count += len(passages)
        if count >= ENCODE_AT_ONCE:
            yield from _commit(store, waiting, encoder)
            waiting, count = [], 0
    yield from _commit(store, waiting, encoder)


def _commit(store: Store, waiting: Sequence[tuple[Document, str, list[Passage]]], encoder: Encoder) -> Iterator[str]:
    encoded = encoded_passages([passages for _, _, passages in waiting], encoder)
    for (document, content, passages), (vectors, tokens) in zip(waiting, encoded, strict=True):
        store.replace_document(document, passages, vectors, content, tokens)
        yield document.id
