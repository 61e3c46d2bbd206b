"""Passages, and the scores that rank them for a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # a process that only reads files has no use for numpy
    import numpy as np
    import numpy.typing as npt

FloatMatrix: TypeAlias = "npt.NDArray[np.float32]"
"""float32 (n, d)."""
FloatVector: TypeAlias = "npt.NDArray[np.float32]"
"""float32 (d,)."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document: what is ranked and cited from.

    A passage is made of one or two neighbouring parts, and neighbouring passages share one: a window that slides over
    the parts. Each part is encoded once.

    Attributes:
        id: ``document#start-end``: made of content, so the same input gives the same id.
        document: id of the document.
        start, end: span in the document's text.
        text: ``document.text[start:end]``, exactly.
        title: the document's title: context for the encoder, never part of a quotation.
        headings: the headings above the passage, outermost first: context too.
        page: page on which the passage starts, or None.
        sentences: spans of its sentences in the document's text, in order.
        parts: spans of its parts in the document's text, in order.
    """

    id: str
    document: str
    start: int
    end: int
    text: str
    title: str = ""
    headings: tuple[str, ...] = ()
    page: int | None = None
    sentences: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def context(self) -> str:
        """Title and heading path in one line each, as given to the encoder ahead of the text.

        A first heading that is the title is not said twice.
        """
        headings = self.headings[1:] if self.headings[:1] == (self.title,) else self.headings
        return "\n".join(part for part in (self.title, " > ".join(headings)) if part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with the scores that ranked it.

    Attributes:
        passage: the passage.
        score: the final score that orders hits; higher is better; comparable within one question only.
        signals: the scores it was made of, by name: ``dense`` (cosine), ``lexical`` (BM25),
            ``fused`` (0 to 1), ``late`` (late interaction, mean cosine).
    """

    passage: Passage
    score: float
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WeightedQuery:
    """A query and how much it counts: the question itself, or an earlier one beside it.

    Attributes:
        text: the query.
        lexical: weight of its terms; terms of the question itself are not counted again.
        dense: weight of its vector in the sum that is searched for.
        late: weight of its late-interaction score; over the queries of one question these add up to 1.
    """

    text: str
    lexical: float = 1.0
    dense: float = 1.0
    late: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage's key in a store with one score: what a single ranked list is made of.

    Attributes:
        key: the store's integer key of a passage; an index-local name, not an identity.
        score: higher is better.
    """

    key: int
    score: float
