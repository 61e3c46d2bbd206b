"""A bag-of-words encoder that can be computed in one's head: no model, no meaning, no waiting.

For unit tests and smoke runs (``--encoder hashing``). A word's vector is one-hot at ``crc32(word) % dimension``;
a text's vector is the unit sum of its words' vectors.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from assistant.encoders.protocol import Encoded, TokenVectors

_WORD = re.compile(r"\w+|[^\w\s]")


class HashingEncoder:
    """Words are tokens; equal words have equal vectors, different ones (collisions aside) cosine 0."""

    name = "hashing"
    fingerprint = "hashing-1"
    dimension = 512
    window = 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of words and punctuation marks of each text."""
        return [len(_WORD.findall(text)) for text in texts]

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """One-hot token vectors and their unit sum; an empty text has a zero vector."""
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Encoded:
        found = list(_WORD.finditer(text))[: self.window - 2]
        vectors = np.zeros((len(found), self.dimension), dtype=np.float32)
        for row, match in enumerate(found):
            vectors[row, zlib.crc32(match.group().casefold().encode()) % self.dimension] = 1.0
        spans = np.array([match.span() for match in found], dtype=np.int32).reshape(-1, 2)
        total = vectors.sum(axis=0)
        return Encoded(total / max(float(np.linalg.norm(total)), 1e-12), TokenVectors(vectors, spans))
