"""The store's own values: what its index was made by, and its passages without their text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import TypeAlias

from assistant.datatypes import FloatMatrix

DEFAULT_TOKEN_BUDGET = 2 << 30
PartKey: TypeAlias = tuple[str, int]
"""A part of a passage: id of its document, and where it starts."""


@dataclass(frozen=True, slots=True)
class PassageRef:
    """Where a passage stands: what ranking needs of it, without its text.

    Attributes:
        key: the passage's key in this store.
        document: id of its document.
        start, end: its span in the document's text.
        parts: where its parts start.
    """

    key: int
    document: str
    start: int
    end: int
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A document that a store holds.

    Attributes:
        id: of the document.
        source: where it came from.
        content_hash: digest of everything the stored form was made from.
    """

    id: str
    source: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Some passages of a store.

    Attributes:
        generation: of the store when they were drawn.
        passages: how many it has.
        keys: of those drawn, in order of document id and start.
        vectors: theirs, float32 (len(keys), d), unit rows.
    """

    generation: int
    passages: int
    keys: tuple[int, ...]
    vectors: FloatMatrix


@dataclass(frozen=True, slots=True)
class Makers:
    """What an index is made by; searching it takes the same.

    Attributes:
        encoder: name of the encoder, enough to load it again.
        encoder_fingerprint: digest of what decides its vectors.
        dimension: size of a vector.
        splitter: fingerprint of the splitter and its limits.
        language: of the analyser.
        analyser: fingerprint of the analyser.
        token_budget: token vectors are kept while the truth is smaller than this, in bytes.
    """

    encoder: str
    encoder_fingerprint: str
    dimension: int
    splitter: str
    language: str
    analyser: str
    token_budget: int = DEFAULT_TOKEN_BUDGET


def made_by(meta: Mapping[str, str]) -> Makers:
    """The makers as a store keeps them, by name of their fields.

    Raises:
        KeyError, ValueError: if one is missing or no number.
    """
    return Makers(
        meta["encoder"],
        meta["encoder_fingerprint"],
        int(meta["dimension"]),
        meta["splitter"],
        meta["language"],
        meta["analyser"],
        int(meta["token_budget"]),
    )


def makers_digest(makers: Makers) -> str:
    """Digest of what an index was made by: 16 hexadecimal digits."""
    return hashlib.sha256("\0".join(map(str, astuple(makers))).encode()).hexdigest()[:16]
