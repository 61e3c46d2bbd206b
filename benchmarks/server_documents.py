"""Documents of random words and vectors, put into any store."""

from __future__ import annotations

import random

import numpy as np

from assistant.analysis import Analyser
from assistant.datatypes import Document, Passage
from assistant.index import Makers, Store

DIMENSION = 16
MAKERS = Makers("hashing", "hashing-1", DIMENSION, "splitter", "english", Analyser().fingerprint)
WORDS = [
    f"{first}{second}" for first in ("ba", "ko", "mi", "ru", "ta", "ve") for second in ("lon", "nar", "pex", "rid")
]


def made(name: str, seed: int, passages: int = 3) -> tuple[Document, list[Passage], np.ndarray]:
    """A document of so many passages, the same for the same seed."""
    chance = random.Random(seed)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(5, 30))) + "." for _ in range(passages)]
    text = " ".join(texts)
    document = Document(name, f"{name}.txt", f"Title {seed % 7}", text, f"{seed:064x}")
    found, at = [], 0
    for each in texts:
        end = at + len(each)
        spans = ((at, end),)
        found.append(Passage(f"{name}#{at}-{end}", name, at, end, each, document.title, (), None, spans, spans))
        at = end + 1
    rows = np.random.default_rng(seed).normal(size=(passages, DIMENSION)).astype(np.float32)
    return document, found, rows / np.linalg.norm(rows, axis=1, keepdims=True)


def put(store: Store, name: str, seed: int, passages: int = 3) -> None:
    """Put such a document into a store."""
    document, found, rows = made(name, seed, passages)
    store.replace_document(document, found, rows, f"hash-{seed}")


def statistics(store: Store) -> tuple[int, int, float, dict[str, int]]:
    """Documents, passages, mean length and document frequencies, counted over everything the store holds."""
    analyser = Analyser()
    counts = [
        analyser.counts(f"{passage.context}\n{passage.text}")
        for name in store.document_hashes()
        for passage in store.passages_of(name)
    ]
    lengths = [sum(count for term, count in each.items() if " " not in term) for each in counts]
    frequencies: dict[str, int] = {}
    for each in counts:
        for term in each:
            frequencies[term] = frequencies.get(term, 0) + 1
    documents = len(store.document_hashes())
    return documents, len(counts), sum(lengths) / max(len(lengths), 1), frequencies


def told(store: Store, terms: dict[str, int]) -> tuple[int, int, float, dict[str, int]]:
    """The same as the store says of itself."""
    info = store.info()
    return info.documents, info.passages, info.terms_per_passage, dict(store.document_frequencies(terms))
