"""What is encoded already: the passages of an earlier version of a document, of a copy of it, or of one that moved.

A passage's vectors depend on nothing but what the encoder reads of it: its context and the text of its parts. Where a
stored passage had just these, its vectors are carried over, bit by bit: they are of the same encoder, or the index
could not be written.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.datatypes import Document, FloatVector, Passage
from assistant.encoders import TokenCodes
from assistant.encoding import encoder_input, part_texts
from assistant.index import Store
from assistant.indexing.contents import digest_of


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a store has of a passage.

    Attributes:
        vector: float32 (d,), unit length.
        tokens: token vectors of its parts, in order.
    """

    vector: FloatVector
    tokens: tuple[TokenCodes, ...]


class Reuse:
    """Finds what a store has of passages that are to be stored.

    Looked through are the document of the same id, documents of the same content under another id, and documents that
    are gone from where they were: whatever was moved, copied, or changed in part.

    Args:
        store: which is written to.
        gone: ids of documents whose files are no longer there.
    """

    def __init__(self, store: Store, gone: Collection[str] = ()) -> None:
        self._store = store
        self._gone = sorted(gone)
        self._of_gone: dict[bytes, tuple[str, int]] | None = None
        self._by_digest: dict[str, list[str]] = defaultdict(list)

    def add(self, document_id: str, content: str) -> None:
        """Know of a document that was committed."""
        self._by_digest[digest_of(content)].append(document_id)

    def of(self, document: Document, content: str, passages: Sequence[Passage]) -> dict[int, Kept]:
        """What the store has of the passages of a document, by their number; those without an entry must be encoded.

        Token vectors that the store had no room for are missed: such a passage is encoded anew.
        """
        wanted = {input_digest(passage): row for row, passage in enumerate(passages)}
        digests = {row: key for key, row in wanted.items()}
        found: dict[int, Kept] = {}
        places = self._places(document.id, content, wanted.keys())
        while len(found) < len(wanted) and (place := next(places, None)):
            document_id, rows = place
            new = {row: wanted[key] for key, row in rows.items() if wanted[key] not in found}
            found.update(self._fetched(document_id, new, digests))
        by_key = {key: found[row] for key, row in wanted.items() if row in found}
        keys = map(input_digest, passages)  # the same words may stand twice
        return {row: by_key[key] for row, key in enumerate(keys) if key in by_key}

    def _places(
        self, document_id: str, content: str, wanted: Collection[bytes]
    ) -> Iterator[tuple[str, dict[bytes, int]]]:
        """Documents that may have what is wanted, each with the numbers of the passages that do."""
        held = [each.id for each in self._store.holdings(ids=[document_id], contents=[digest_of(content)])]
        copies = [each for each in (*held, *self._by_digest.get(digest_of(content), [])) if each != document_id]
        for each in dict.fromkeys([*[document_id] * (document_id in held), *copies[:2]]):
            rows = {input_digest(passage): row for row, passage in enumerate(self._store.passages_of(each))}
            yield each, {key: row for key, row in rows.items() if key in wanted}
        if self._of_gone is None:
            self._of_gone = {
                input_digest(passage): (each, row)
                for each in self._gone
                for row, passage in enumerate(self._store.passages_of(each))
            }
        by_document: dict[str, dict[bytes, int]] = defaultdict(dict)
        for key in wanted:
            if key in self._of_gone:
                each, row = self._of_gone[key]
                by_document[each][key] = row
        yield from sorted(by_document.items())

    def _fetched(
        self, document_id: str, rows: dict[int, int], wanted: Mapping[int, bytes]
    ) -> Iterator[tuple[int, Kept]]:
        """What the store has of some passages of a document, under other numbers, if they still read as wanted."""
        if not rows:
            return
        passages, vectors = self._store.passages_of(document_id), self._store.vectors_of(document_id)
        starts = {start for row in rows if row < len(passages) for start, _ in passages[row].parts}
        codes = self._store.token_codes([(document_id, start) for start in sorted(starts)])
        after = self._store.passages_of(document_id)  # another writer may have replaced it between two readings
        for row, number in rows.items():
            if row >= min(len(passages), len(vectors), len(after)) or passages[row].parts != after[row].parts:
                continue
            if not input_digest(passages[row]) == input_digest(after[row]) == wanted[number]:
                continue
            tokens = [codes.get((document_id, start)) for start, _ in passages[row].parts]
            there = tuple(each for each in tokens if each is not None)
            if len(there) == len(tokens):
                yield number, Kept(vectors[row], there)


def input_digest(passage: Passage) -> bytes:
    """Digest of all that the encoder reads of a passage."""
    digest = hashlib.blake2b(digest_size=16)
    for text in part_texts(passage).values():
        read = encoder_input(passage.context, text)[0].encode(errors="surrogatepass")
        digest.update(len(read).to_bytes(8, "big") + read)
    return digest.digest()
