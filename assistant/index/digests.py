"""Digests over the rows of the truth: a byte that changed on its way to the disk and back is found when it is read.

CRC-32 finds every change of up to four bytes in a row, and misses one of four thousand million others. It is no seal:
whoever can write to the index can make the digests fit.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable
from zlib import crc32

TOTAL = 1 << 63
"""Digests of documents are added up modulo this, which SQLite's integers hold."""


def row_digest(*fields: object, blobs: tuple[bytes, ...] = ()) -> int:
    """CRC-32 over the fields of a row as SQLite gave them, and over its binary columns after them.

    A field of another type, which damage can make of it, has another digest.
    """
    digest = crc32("\x1f".join(map(str, fields)).encode())
    for blob in blobs:
        digest = crc32(blob if isinstance(blob, bytes) else repr(blob).encode(), digest)
    return digest


def document_digest(
    header: int, text: int, blocks: int, passages: Iterable[tuple[int, int]], tokens: Iterable[int]
) -> int:
    """Digest of all that an index holds of a document, from 0 below ``TOTAL``.

    Args:
        header, text, blocks: digests of its row.
        passages: digests of its passages, in order of their keys.
        tokens: digests of its token vectors, in any order.
    """
    numbers = [header, text, blocks, -1]
    numbers += [each for pair in passages for each in pair]
    numbers += [-1, *sorted(tokens)]
    packed = struct.pack(f"<{len(numbers)}q", *numbers)
    return int.from_bytes(hashlib.sha256(packed).digest()[:8], "little") % TOTAL


class DamageError(ValueError):
    """Something in the truth is not as it was written; ``str(error)`` says what."""


class DigestError(DamageError):
    """A row does not have the digest that it was written with.

    Args:
        what: the row.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not as it was written")
