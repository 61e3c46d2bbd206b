"""What is told of an index: what it holds, what built it, and what was done to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

UpdateKind: TypeAlias = Literal["added", "changed", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class IndexUpdate:
    """One entry of an index's history: what an update did to it.

    Attributes:
        at: when it ended, in ISO 8601 with the offset from UTC.
        seconds: how long it took.
        added, changed, removed, failed, unchanged: how many documents.
        stopped: whether it ended before it was done; the next one goes on where it was.
        details: what was done to whom, with the reason where it failed; of a large update the first of each kind.
    """

    at: str
    seconds: float
    added: int = 0
    changed: int = 0
    removed: int = 0
    failed: int = 0
    unchanged: int = 0
    stopped: bool = False
    details: tuple[tuple[UpdateKind, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What an index holds and what built it.

    Attributes:
        generation: counts committed changes; derived files carry the generation they were made from.
        encoder: name or path of the encoder.
        fingerprint: digest over encoder, splitter, analyser and format; two indexes compare only if equal.
        documents, passages: counts.
        terms_per_passage: mean number of lexical terms in a passage.
        dimension: size of a passage vector.
    """

    generation: int
    encoder: str
    fingerprint: str
    documents: int
    passages: int
    terms_per_passage: float
    dimension: int
