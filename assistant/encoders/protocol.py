"""What every encoder offers: sentence vectors and token vectors of the same model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.datatypes import FloatMatrix, FloatVector


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """The contextual vectors of one text's tokens, special tokens left out.

    Attributes:
        vectors: float32 (t, d), unit rows.
        spans: int32 (t, 2): where each token stands in the text, ``[start, end)`` in code points.
    """

    vectors: FloatMatrix
    spans: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One text as the encoder sees it.

    Attributes:
        vector: float32 (d,), unit length: the whole text.
        tokens: its tokens' vectors; text past the encoder's window has none.
    """

    vector: FloatVector
    tokens: TokenVectors


class Encoder(Protocol):
    """Texts -> vectors. Implementations are deterministic and safe to call from several threads."""

    @property
    def name(self) -> str:
        """What the user calls it; enough to load it again."""
        ...

    @property
    def fingerprint(self) -> str:
        """Digest of everything that decides the vectors; equal fingerprints give equal vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Size d of a vector."""
        ...

    @property
    def window(self) -> int:
        """How many tokens of a text are read, special tokens included."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, without special tokens and without truncation."""
        ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Sentence vector and token vectors of each text, in the order given."""
        ...
