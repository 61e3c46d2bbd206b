"""What a writer does in one transaction: a document in place of its earlier version, or documents away.

Rows are locked in one order – documents by id, works by name, the state last – so two writers never wait for each
other in a circle. What one of them reads of a row, it has locked before. Statements name one document each: with Citus
each of them goes to one shard.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.datatypes import Document, FloatMatrix, Passage
from assistant.encoders.quantised import TokenCodes
from assistant.errors import InputError
from assistant.index.digests import row_digest
from assistant.index.rows import Row, document_row, passage_row, to_json, tokens_row, whole_of
from assistant.index.server.connections import PgConnection
from assistant.index.server.postings import length_of, pack
from assistant.index.server.state import Difference, change_state
from assistant.works import work_of_document

_LOCK = """
SELECT id, passages, terms, token_bytes, whole_digest FROM documents WHERE id = %s FOR UPDATE
"""
_INSERT = """
INSERT INTO documents (id, source, title, sha256, media_type, page_starts, page_kind, metadata, warnings, characters,
    passages, content_hash, header_digest, text_digest, blocks_digest, whole_digest, text, blocks, terms, token_bytes)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_UPDATE = """
UPDATE documents SET (source, title, sha256, media_type, page_starts, page_kind, metadata, warnings, characters,
    passages, content_hash, header_digest, text_digest, blocks_digest, whole_digest, text, blocks, terms, token_bytes)
    = ROW(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
WHERE id = %s
"""
_DELETE_ROWS = (
    "DELETE FROM passages WHERE document = %s",
    "DELETE FROM vectors WHERE document = %s",
    "DELETE FROM postings WHERE document = %s",
    "DELETE FROM tokens WHERE document = %s",
)
_DELETE = "DELETE FROM documents WHERE id = %s"
_KEYS = "SELECT nextval('passage_keys') FROM generate_series(1, %s)"
_PASSAGES = """
COPY passages (document, key, start, "end", page, shown_digest, searched_digest, parts, headings, sentences, text)
FROM STDIN (FORMAT BINARY)
"""
_PASSAGE_TYPES = ("text", *["int8"] * 6, *["text"] * 4)
_VECTORS = "COPY vectors (document, key, digest, vector) FROM STDIN (FORMAT BINARY)"
_VECTOR_TYPES = ("text", "int8", "int8", "bytea")
_POSTINGS = "COPY postings (document, term, packed) FROM STDIN (FORMAT BINARY)"
_POSTING_TYPES = ("text", "text", "bytea")
_TOKENS = "COPY tokens (document, start, digest, codes, scales, spans) FROM STDIN (FORMAT BINARY)"
_TOKEN_TYPES = ("text", "int8", "int8", "bytea", "bytea", "bytea")
_MORE_WORKS = """
INSERT INTO works (work, documents) VALUES (%s, 1)
ON CONFLICT (work) DO UPDATE SET documents = works.documents + 1 RETURNING documents
"""
_FEWER_WORKS = "UPDATE works SET documents = documents - %s WHERE work = %s RETURNING documents"
_FORGET_WORK = "DELETE FROM works WHERE work = %s"
_TOKEN_BYTES = "SELECT token_bytes FROM state"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True, eq=False)
class Replacement:
    """A document as it is to be written.

    Attributes:
        document: the document.
        passages: its passages.
        counts: terms of each with their occurrences.
        vectors: float32 (len(passages), d), unit rows.
        content_hash: digest of everything the stored form was made from.
        tokens: token vectors of its parts, by start.
    """

    document: Document
    passages: Sequence[Passage]
    counts: Sequence[dict[str, int]]
    vectors: FloatMatrix
    content_hash: str
    tokens: Mapping[int, TokenCodes]


def check_characters(document: Document) -> None:
    """Refuse a document with characters that PostgreSQL's text cannot hold.

    Raises:
        InputError: if it has a NUL character or half of a surrogate pair in it.
    """
    told = to_json([dict(document.metadata), list(document.warnings)])
    for text in (
        document.id,
        document.source,
        document.title,
        document.text,
        document.media_type,
        document.sha256,
        told,
    ):
        if "\0" in text or not _encodes(text):
            raise InputError(
                f"document {ascii(document.id)[:80]} holds a character that PostgreSQL cannot keep (NUL or half a "
                "surrogate pair); take it out of the text, or use an index in a folder"
            )


def replace_document(connection: PgConnection, new: Replacement, token_budget: int) -> None:
    """Put a document in place of any earlier version of it, inside the caller's transaction.

    Args:
        connection: in a transaction that may be rolled back.
        new: the document.
        token_budget: bytes of token vectors that the index keeps.
    """
    name = new.document.id
    before = connection.execute(_LOCK, (name,), binary=True).fetchall()
    change = Difference()
    for row in before:
        _goes(connection, row, change)
    keys = [row[0] for row in connection.execute(_KEYS, (len(new.passages),), binary=True).fetchall()]
    rows = [
        passage_row(key, passage, new.document.title, terms, vector)
        for key, passage, terms, vector in zip(keys, new.passages, new.counts, new.vectors, strict=True)
    ]
    kept = new.tokens if _has_room(connection, new.tokens, change, token_budget) else {}
    parts = [tokens_row(name, start, codes) for start, codes in kept.items()]
    header = document_row(new.document, new.content_hash, rows, parts)
    terms = sum(map(length_of, new.counts))
    token_bytes = sum(codes.size for codes in kept.values())
    if before:
        connection.execute(_UPDATE, (*header[1:], terms, token_bytes, name))
    else:
        connection.execute(_INSERT, (*header, terms, token_bytes))
    _copy_in(connection, name, rows, new, parts, keys)
    works = {work_of_document(name): (1 if new.passages else 0) - sum(1 for row in before if row[1])}
    change.documents += 1
    change.passages += len(rows)
    change.terms += terms
    change.token_bytes += token_bytes
    change.total += whole_of(header)
    change.works = _count_works(connection, works)
    change_state(connection, change)


def delete_documents(connection: PgConnection, ids: Collection[str]) -> int:
    """Remove documents inside the caller's transaction; returns how many there were."""
    gone = [row for name in sorted(ids) for row in connection.execute(_LOCK, (name,), binary=True).fetchall()]
    if not gone:
        return 0
    change = Difference()
    works: dict[str, int] = {}
    for row in gone:
        _goes(connection, row, change)
        connection.execute(_DELETE, (row[0],))
        work = work_of_document(row[0])
        works[work] = works.get(work, 0) - (1 if row[1] else 0)
    change.works = _count_works(connection, works)
    change_state(connection, change)
    return len(gone)


def _goes(connection: PgConnection, row: tuple[str, int, int, int, int], change: Difference) -> None:
    """Take away what belongs to a document, and account for it."""
    name, passages, terms, token_bytes, whole = row
    for statement in _DELETE_ROWS:
        connection.execute(statement, (name,))
    change.documents -= 1
    change.passages -= passages
    change.terms -= terms
    change.token_bytes -= token_bytes
    change.total -= whole


def _copy_in(
    connection: PgConnection,
    name: str,
    rows: Sequence[Row],
    new: Replacement,
    parts: Sequence[Row],
    keys: Sequence[int],
) -> None:
    if rows:
        with connection.cursor() as cursor:
            with cursor.copy(_PASSAGES) as copy:
                copy.set_types(_PASSAGE_TYPES)
                for key, _, start, end, text, headings, page, sentences, passage_parts, shown, searched, *_ in rows:
                    copy.write_row(
                        (name, key, start, end, page, shown, searched, passage_parts, headings, sentences, text)
                    )
            with cursor.copy(_VECTORS) as copy:
                copy.set_types(_VECTOR_TYPES)
                for row in rows:
                    key, vector = row[0], row[12]
                    copy.write_row((name, key, vector_digest(name, key, vector), _sent(vector)))
            with cursor.copy(_POSTINGS) as copy:
                copy.set_types(_POSTING_TYPES)
                for term, packed in pack(keys, work_of_document(name), new.counts).items():
                    copy.write_row((name, term, packed))
    if parts:
        with connection.cursor() as cursor, cursor.copy(_TOKENS) as copy:
            copy.set_types(_TOKEN_TYPES)
            for row in parts:
                copy.write_row(row)


def vector_digest(document: str, key: object, vector: object) -> int:
    """Digest of a row of vectors: of its document, its key, and the vector as little-endian float32."""
    return row_digest(document, key, blobs=(vector,) if isinstance(vector, bytes) else ())


def _sent(vector: object) -> bytes:
    """A vector as pgvector receives it: its size, a reserved number, and big-endian float32."""
    values = np.frombuffer(vector, dtype="<f4")  # type: ignore[call-overload]
    return len(values).to_bytes(2, "big") + b"\0\0" + bytes(values.astype(">f4").tobytes())


def _count_works(connection: PgConnection, changes: Mapping[str, int]) -> int:
    """Count documents with passages of works; returns by how many the number of works changes."""
    difference = 0
    for work, change in sorted(changes.items()):
        if change > 0:
            row = connection.execute(_MORE_WORKS, (work,)).fetchone()
            difference += 1 if row and row[0] == 1 else 0
        elif change < 0:
            row = connection.execute(_FEWER_WORKS, (-change, work)).fetchone()
            if row and row[0] <= 0:
                connection.execute(_FORGET_WORK, (work,))
                difference -= 1
    return difference


def _has_room(connection: PgConnection, tokens: Mapping[int, TokenCodes], change: Difference, budget: int) -> bool:
    """Whether a document's token vectors may still be kept; writers at once may go over by one document each."""
    row = connection.execute(_TOKEN_BYTES).fetchone()
    held = int(row[0]) if row else 0
    return held + change.token_bytes + sum(codes.size for codes in tokens.values()) <= budget


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
