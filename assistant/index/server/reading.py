"""What the server holds, read back as values; every row is checked against its digest as it is read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from assistant.datatypes import Document, DocumentSummary, FloatMatrix, Origin, Passage
from assistant.encoders.quantised import TokenCodes
from assistant.index.digests import DamageError, DigestError
from assistant.index.rows import (
    checked_header,
    checked_text,
    document_from,
    holding_from,
    origin_from,
    passage_from,
    summary_from,
    tokens_from,
)
from assistant.index.server.connections import Snapshot
from assistant.index.server.writing import vector_digest
from assistant.index.values import Holding, PartKey, PassageRef, Sample
from assistant.lines import line_at

_LAST = "\U0010ffff"
_HEADER_COLUMNS = (
    *("id", "source", "title", "sha256", "media_type", "page_starts", "page_kind", "metadata", "warnings"),
    *("characters", "passages", "content_hash", "header_digest"),
)
_HEADER = """
SELECT id, source, title, sha256, media_type, page_starts, page_kind, metadata, warnings, characters, passages,
    content_hash, header_digest"""
HEADERS = _HEADER + " FROM documents ORDER BY id"
_HEADERS_BY_ID = _HEADER + " FROM documents WHERE id = ANY(%s::text[])"
DOCUMENT = _HEADER + ", text, text_digest, blocks, blocks_digest, whole_digest FROM documents WHERE id = %s"
_WHERE_HELD = """ FROM documents WHERE id = ANY(ARRAY(
    SELECT unnest(%s::text[])
    UNION SELECT d.id FROM unnest(%s::text[], %s::text[]) AS s (first, last)
        JOIN documents d ON left(d.source, 500) COLLATE "C" >= left(s.first, 500)
            AND left(d.source, 500) COLLATE "C" <= left(s.last, 500)
            AND d.source COLLATE "C" >= s.first AND d.source COLLATE "C" < s.last
    UNION SELECT d.id FROM unnest(%s::text[], %s::text[]) AS c (first, last)
        JOIN documents d ON d.content_hash COLLATE "C" >= c.first AND d.content_hash COLLATE "C" < c.last
)) ORDER BY id
"""
"""Documents by ids, by ranges of sources, and by ranges of content hashes, ends left out."""
_HELD = _HEADER + _WHERE_HELD
_DOCUMENT_COLUMNS = (*_HEADER_COLUMNS, "text", "text_digest", "blocks", "blocks_digest", "whole_digest")
_WRITTEN_ORDER = """
SELECT d.id FROM documents d LEFT JOIN (SELECT document, min(key) AS first FROM passages GROUP BY document) p
ON p.document = d.id ORDER BY p.first NULLS LAST, d.id
"""
_TEXT = "SELECT id, text, text_digest FROM documents WHERE id = ANY(%s::text[])"
_PASSAGES = """
SELECT p.key, p.document, p.start, p."end", p.text, d.title, p.headings, p.page, p.sentences, p.parts, p.shown_digest
FROM passages p JOIN documents d ON d.id = p.document """
_PASSAGES_BY_KEY = _PASSAGES + "WHERE p.key = ANY(%s::bigint[])"
PASSAGES_OF_DOCUMENT = _PASSAGES + "WHERE p.document = %s ORDER BY p.start, p.key"
_PLACE = 'SELECT key, document, start, "end", parts FROM passages '
_PLACES = _PLACE + "WHERE key = ANY(%s::bigint[])"
_AFTER = _PLACE + "WHERE (document, start) > (%s, %s) ORDER BY document, start, key LIMIT %s"
_BEFORE = _PLACE + "WHERE (document, start) < (%s, %s) ORDER BY document DESC, start DESC, key DESC LIMIT %s"
_VECTORS_OF = """
SELECT v.key, v.document, v.digest, vector_send(v.vector) FROM vectors v
JOIN passages p ON p.document = v.document AND p.key = v.key WHERE v.document = %s ORDER BY p.start, p.key
"""
_TOKENS = """
SELECT t.document, t.start, t.digest, t.codes, t.scales, t.spans FROM tokens t
JOIN unnest(%s::text[], %s::bigint[]) AS wanted (document, start) USING (document, start)
"""
TOKENS_OF_DOCUMENT = "SELECT document, start, digest, codes, scales, spans FROM tokens WHERE document = %s"
_SPREAD = """
SELECT s.key, v.document, v.digest, vector_send(v.vector) FROM (
    SELECT document, start, key, row_number() OVER (ORDER BY document, start, key) AS number FROM passages) s
LEFT JOIN vectors v ON v.document = s.document AND v.key = s.key
WHERE (s.number - 1) %% %s = 0 ORDER BY s.number
"""


class NamedColumns(tuple[Any, ...]):
    """A row whose columns have names too, as the rows of SQLite have.

    Attributes:
        names: of the columns.
    """

    names: tuple[str, ...] = ()

    def __getitem__(self, key: Any) -> Any:
        """A column by number or name."""
        return super().__getitem__(self.names.index(key) if isinstance(key, str) else key)


class HeaderColumns(NamedColumns):
    """The header of a document."""

    names = _HEADER_COLUMNS


class DocumentColumns(NamedColumns):
    """A document."""

    names = _DOCUMENT_COLUMNS


def headers(snapshot: Snapshot) -> list[HeaderColumns]:
    """The header of every document, by id.

    Raises:
        DamageError: if one is not as it was written, or some are missing.
    """
    found = [HeaderColumns(row) for row in snapshot.rows(HEADERS)]
    for row in found:
        checked_header(row)
    if len(found) != snapshot.state.documents:
        raise DamageError(f"it has {len(found)} documents, {snapshot.state.documents} were written")
    return found


def written_order(snapshot: Snapshot) -> list[str]:
    """Ids of all documents, in the order of their first keys."""
    return [row[0] for row in snapshot.rows(_WRITTEN_ORDER)]


def summaries(snapshot: Snapshot) -> list[DocumentSummary]:
    """What a list shows of every document."""
    return [summary_from(row) for row in headers(snapshot)]


def holdings(
    snapshot: Snapshot,
    ids: Collection[str],
    sources: Collection[str],
    within: Collection[str],
    contents: Collection[str],
) -> list[Holding]:
    """Documents that are looked up, by id, each once; as for ``Store.holdings``."""
    named = [*((each, f"{each}\x01") for each in sources), *((f"{each}\x01", f"{each}{_LAST}") for each in within)]
    made = [pair for each in contents for pair in ((each, f"{each}\x01"), (f"{each}:", f"{each};"))]
    if not (ids or named or made):
        return []
    columns = [[pair[side] for pair in pairs] for pairs in (named, made) for side in (0, 1)]
    return [holding_from(HeaderColumns(row)) for row in snapshot.rows(_HELD, (sorted(ids), *columns))]


def document(snapshot: Snapshot, name: str) -> Document | None:
    """A whole document, or None."""
    rows = snapshot.rows(DOCUMENT, (name,))
    return document_from(DocumentColumns(rows[0])) if rows else None


def origins(snapshot: Snapshot, ids: Collection[str]) -> dict[str, Origin]:
    """Where documents come from, by id."""
    rows = [HeaderColumns(row) for row in snapshot.rows(_HEADERS_BY_ID, (sorted(ids),))]
    return {checked_header(row)["id"]: origin_from(row) for row in rows}


def lines(snapshot: Snapshot, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Line numbers of places in documents."""
    rows = snapshot.rows(_TEXT, (sorted({name for name, _ in places}),))
    texts = {name: checked_text(name, text, digest) for name, text, digest in rows}
    return {(name, at): line_at(texts[name], at) for name, at in places if name in texts}


def passages_of(snapshot: Snapshot, name: str) -> list[Passage]:
    """All passages of a document, in reading order.

    Raises:
        DamageError: if one is not as it was written, or some are missing.
    """
    known = snapshot.rows(_HEADERS_BY_ID, ([name],))
    found = [passage_from(NamedColumns(row)) for row in snapshot.rows(PASSAGES_OF_DOCUMENT, (name,))]
    if len(found) != sum(checked_header(HeaderColumns(row))["passages"] for row in known):
        raise DamageError(f"passages of document {ascii(name)[:80]} are missing")
    return found


def passages(snapshot: Snapshot, keys: Sequence[int]) -> dict[int, Passage]:
    """Passages by key; keys that are gone are left out."""
    rows = snapshot.rows(_PASSAGES_BY_KEY, (list(keys),)) if keys else []
    return {row[0]: passage_from(NamedColumns(row)) for row in rows}


def places(snapshot: Snapshot, keys: Collection[int]) -> dict[int, PassageRef]:
    """Where passages stand, by key; keys that are gone are left out."""
    rows = snapshot.rows(_PLACES, (list(keys),)) if keys else []
    return {row[0]: _place(row) for row in rows}


def beside(snapshot: Snapshot, place: PassageRef, count: int) -> list[PassageRef]:
    """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
    after = snapshot.rows(_AFTER, (place.document, place.start, count))
    before = snapshot.rows(_BEFORE, (place.document, place.start, count))
    return [_place(row) for pair in zip_longest(after, before) for row in pair if row is not None]


def vectors_of(snapshot: Snapshot, name: str, dimension: int) -> FloatMatrix:
    """The vectors of a document's passages, float32 (n, d), in reading order."""
    return stacked(dict(checked_vectors(snapshot.rows(_VECTORS_OF, (name,)))).values(), dimension)


def token_codes(snapshot: Snapshot, parts: Collection[PartKey]) -> dict[PartKey, TokenCodes]:
    """Kept token vectors of parts of passages; those past the budget are left out."""
    if not parts:
        return {}
    wanted = list(parts)
    rows = snapshot.rows(_TOKENS, ([name for name, _ in wanted], [start for _, start in wanted]))
    return {(row[0], row[1]): tokens_from(NamedColumns(row), check=True) for row in rows}


def sample(snapshot: Snapshot, most: int, dimension: int) -> Sample:
    """Passages spread evenly over the index in order of document id and place, with their vectors."""
    state = snapshot.state
    step = max(-(-state.passages // most), 1)
    found = dict(checked_vectors(snapshot.rows(_SPREAD, (step,))))
    return Sample(state.generation, state.passages, tuple(found), stacked(found.values(), dimension))


def checked_vectors(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, bytes]]:
    """Key and little-endian vector of rows of key, document, digest and what pgvector sends.

    Raises:
        DigestError: if one is not as it was written.
    """
    for key, name, digest, sent in rows:
        vector = np.frombuffer(sent, dtype=">f4", offset=4).astype("<f4").tobytes() if sent else b""
        if vector_digest(name, key, vector) != digest:
            raise DigestError(f"the vector of passage {key}")
        yield key, vector


def stacked(vectors: Collection[bytes], dimension: int) -> FloatMatrix:
    """Vectors as the rows of a matrix."""
    return np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(vectors), dimension)


def _place(row: Sequence[Any]) -> PassageRef:
    key, name, start, end, parts = row
    return PassageRef(key, name, start, end, tuple(first for first, _ in json.loads(parts)))


def hashes(snapshot: Snapshot) -> Mapping[str, str]:
    """Content hash of every document, by id."""
    return {row["id"]: row["content_hash"] for row in headers(snapshot)}


def sources(snapshot: Snapshot) -> Mapping[str, str]:
    """Id of every document, by source."""
    return {row["source"]: row["id"] for row in headers(snapshot)}
