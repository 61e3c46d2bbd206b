"""Token vectors as they are kept: one byte a number, one scale a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.datatypes import FloatMatrix
from assistant.encoders.protocol import TokenVectors

BLOCK = 1024
"""Token vectors multiplied at once: as float32 they take 1.5 MB."""

LANES = 16
"""Columns are filled up to a multiple of this, which the matrix product is fastest with."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenCodes:
    """The token vectors of one passage, quantised.

    A number is off by at most half a step, and a step is 1/127 of the largest number of its token's vector.

    Attributes:
        codes: int8 (t, d).
        scales: float32 (t,): a token's vector is ``codes * scale``.
        spans: int32 (t, 2): where each token stands in the passage's text; (-1, -1) for tokens of its context.
    """

    codes: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    spans: npt.NDArray[np.int32]

    @property
    def vectors(self) -> FloatMatrix:
        """float32 (t, d): the vectors, unit rows up to the quantisation."""
        return self.codes.astype(np.float32) * self.scales[:, None]

    def rows(self, which: npt.NDArray[np.intp]) -> FloatMatrix:
        """float32 (len(which), d): the vectors of some of the tokens."""
        return self.codes[which].astype(np.float32) * self.scales[which, None]

    @property
    def size(self) -> int:
        """Bytes it takes to keep."""
        return self.codes.nbytes + self.scales.nbytes + self.spans.nbytes


def quantise(tokens: TokenVectors, own_text: int = 0) -> TokenCodes:
    """Round token vectors to one byte a number.

    Args:
        tokens: of a passage with its context ahead of it.
        own_text: where the passage's own text begins in what was encoded.
    """
    largest = np.abs(tokens.vectors).max(axis=1, initial=0.0)
    scales = np.where(largest > 0, largest / 127, 1.0).astype(np.float32)
    codes = np.rint(tokens.vectors / scales[:, None]).astype(np.int8)
    spans = np.where(tokens.spans[:, :1] >= own_text, tokens.spans - own_text, -1).astype(np.int32)
    return TokenCodes(codes, scales, spans)


def best_cosines(question: FloatMatrix, passages: Sequence[TokenCodes]) -> FloatMatrix:
    """For each question token, the cosine of the most similar token of each passage.

    Args:
        question: float32 (q, d), unit rows.
        passages: token codes of p passages.

    Returns:
        float32 (q, p); 0 for a passage without tokens.
    """
    best = np.zeros((len(question), len(passages)), dtype=np.float32)
    filled = [i for i, passage in enumerate(passages) if len(passage.scales)]
    if not len(question) or not filled:
        return best
    codes = np.concatenate([passages[i].codes for i in filled])
    scales = np.concatenate([passages[i].scales for i in filled])
    starts = np.cumsum([0] + [len(passages[i].scales) for i in filled[:-1]])
    cosines = _products(codes, question) * scales[:, None]
    best[:, filled] = np.maximum.reduceat(cosines, starts, axis=0)[:, : len(question)].T
    return best


def _products(codes: npt.NDArray[np.int8], question: FloatMatrix) -> FloatMatrix:
    """Dot products of every row with every token of the question, in blocks that stay in the processor's cache."""
    columns = np.zeros((codes.shape[1], -len(question) % LANES + len(question)), dtype=np.float32)
    columns[:, : len(question)] = question.T
    products = np.empty((len(codes), columns.shape[1]), dtype=np.float32)
    block = np.empty((BLOCK, codes.shape[1]), dtype=np.float32)
    for first in range(0, len(codes), BLOCK):
        rows = codes[first : first + BLOCK]
        np.copyto(block[: len(rows)], rows)
        np.dot(block[: len(rows)], columns, out=products[first : first + BLOCK])
    return products
