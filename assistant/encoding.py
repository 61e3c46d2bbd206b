"""Passages -> vectors: what the encoder reads of a passage, and the passage's vector from those of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from assistant.datatypes import FloatMatrix, Passage
from assistant.encoders import Encoder, TokenCodes, quantise


def part_texts(passage: Passage) -> dict[int, str]:
    """The text of each part of a passage, by where the part starts in the document."""
    return {start: passage.text[start - passage.start : end - passage.start] for start, end in passage.parts}


def encoder_input(context: str, text: str) -> tuple[str, int]:
    """What the encoder reads for a part of a passage, and where in it the part's own text begins."""
    return (f"{context}\n{text}", len(context) + 1) if context else (text, 0)


def encoded_passages(
    of_documents: Sequence[Sequence[Passage]], encoder: Encoder
) -> Iterator[tuple[FloatMatrix, dict[int, TokenCodes]]]:
    """Encode the passages of several documents together, each part once, so that batches are full.

    Yields:
        For each document the vectors of its passages, float32 (n, d), unit rows: the unit sum of those of their
        parts; and the token vectors of its parts, by where they start.
    """
    parts = {
        (number, start): encoder_input(passage.context, text)
        for number, passages in enumerate(of_documents)
        for passage in passages
        for start, text in part_texts(passage).items()
    }
    texts = list(dict.fromkeys(text for text, _ in parts.values()))  # the same words are encoded once
    by_text = dict(zip(texts, encoder.encode(texts), strict=True))
    encoded = {part: by_text[text] for part, (text, _) in parts.items()}
    for number, passages in enumerate(of_documents):
        vectors = np.zeros((len(passages), encoder.dimension), dtype=np.float32)
        for row, passage in enumerate(passages):
            total = np.sum([encoded[number, start].vector for start, _ in passage.parts], axis=0)
            vectors[row] = total / max(float(np.linalg.norm(total)), 1e-12)
        starts = dict.fromkeys(start for passage in passages for start, _ in passage.parts)
        yield vectors, {start: quantise(encoded[number, start].tokens, parts[number, start][1]) for start in starts}
