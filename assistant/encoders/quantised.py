"""Token vectors as they are kept: one byte a number, one scale a token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.blas import on_one_core
from assistant.datatypes import FloatMatrix
from assistant.encoders.protocol import TokenVectors

on_one_core()

BLOCK = 1024
"""Token vectors multiplied at once, whole passages: as float32 they take 1.5 MB."""

LANES = 4
"""Columns are filled up to a multiple of this: what was measured fastest of 1 to 32 for questions of 5 to 31 tokens."""


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
        vectors = self.codes.astype(np.float32)
        vectors *= self.scales[:, None]
        return vectors

    def rows(self, which: npt.NDArray[np.intp]) -> FloatMatrix:
        """float32 (len(which), d): the vectors of some of the tokens."""
        vectors = self.codes[which].astype(np.float32)
        vectors *= self.scales[which, None]
        return vectors

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
    columns = np.zeros((question.shape[1], -len(question) % LANES + len(question)), dtype=np.float32)
    columns[:, : len(question)] = question.T
    room = max(BLOCK, max(len(passages[i].scales) for i in filled))
    rows = np.empty((room, question.shape[1]), dtype=np.float32)
    scales = np.empty((room, 1), dtype=np.float32)
    products = np.empty((room, columns.shape[1]), dtype=np.float32)
    for block in _blocks(filled, [len(passage.scales) for passage in passages], room):
        starts, end = [], 0
        for i in block:
            starts.append(end)
            end += len(passages[i].scales)
            rows[starts[-1] : end] = passages[i].codes
            scales[starts[-1] : end, 0] = passages[i].scales
        np.dot(rows[:end], columns, out=products[:end])
        products[:end] *= scales[:end]
        best[:, block] = np.maximum.reduceat(products[:end], starts, axis=0)[:, : len(question)].T
    return best


def _blocks(which: Sequence[int], sizes: Sequence[int], room: int) -> Iterator[list[int]]:
    """The passages in runs whose token vectors fit into a room, which holds those of any one of them."""
    block: list[int] = []
    taken = 0
    for i in which:
        if block and taken + sizes[i] > room:
            yield block
            block, taken = [], 0
        block.append(i)
        taken += sizes[i]
    yield block
