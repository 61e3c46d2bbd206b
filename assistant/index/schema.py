"""The tables of the embedded store, and how values travel in and out of their columns."""

from __future__ import annotations

import json
import re
import sqlite3

import numpy as np

from assistant.datatypes import Block, Document, FloatMatrix, Origin, Passage, ocr_pages_from
from assistant.encoders.quantised import TokenCodes
from assistant.index.values import PassageRef

_PART_START = re.compile(r"\[(\d+),")
"""Where the parts start, in the JSON that holds their spans: several hundred are read for each question."""

FORMAT_VERSION = 2
"""Raised when the tables or the meaning of a column change."""

TABLES = """
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    id           TEXT PRIMARY KEY,
    source       TEXT NOT NULL,
    title        TEXT NOT NULL,
    text         TEXT NOT NULL,
    sha256       TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    blocks       TEXT NOT NULL,
    page_starts  TEXT NOT NULL,
    page_kind    TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    warnings     TEXT NOT NULL,
    content_hash TEXT NOT NULL
);
CREATE TABLE passages (
    key       INTEGER PRIMARY KEY AUTOINCREMENT,
    document  TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start     INTEGER NOT NULL,
    "end"     INTEGER NOT NULL,
    text      TEXT NOT NULL,
    headings  TEXT NOT NULL,
    page      INTEGER,
    sentences TEXT NOT NULL,
    parts     TEXT NOT NULL,
    terms     TEXT NOT NULL,
    vector    BLOB NOT NULL
);
CREATE TABLE tokens (
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start    INTEGER NOT NULL,
    codes    BLOB NOT NULL,
    scales   BLOB NOT NULL,
    spans    BLOB NOT NULL
);
CREATE UNIQUE INDEX tokens_by_part ON tokens (document, start);
CREATE INDEX passages_by_document ON passages (document, start);
"""

HAS_TABLE = "SELECT name FROM sqlite_master WHERE name = ?"
GENERATION = "SELECT value FROM meta WHERE name = 'generation'"

INSERT_PASSAGE = (
    'INSERT INTO passages (document, start, "end", text, headings, page, sentences, parts, terms, vector) '
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PASSAGES = (
    'SELECT p.key, p.document, p.start, p."end", p.text, d.title, p.headings, p.page, p.sentences, p.parts '
    "FROM passages p JOIN documents d ON d.id = p.document "
)
PASSAGES_BY_KEY = _PASSAGES + "WHERE p.key IN (SELECT value FROM json_each(?))"  # noqa: S608 - two constants
PASSAGES_OF_DOCUMENT = _PASSAGES + "WHERE p.document = ? ORDER BY p.start"

SUMMARIES = (
    "SELECT id, source, title, length(text), json_array_length(page_starts), page_kind FROM documents ORDER BY id"
)
EVENLY_SPREAD = (
    "SELECT key FROM (SELECT key, row_number() OVER (ORDER BY document, start) - 1 AS place FROM passages) "
    "WHERE place % ? = 0 ORDER BY place"
)
VECTORS_BY_KEY = "SELECT key, vector FROM passages WHERE key IN (SELECT value FROM json_each(?))"

PLACES_BY_KEY = 'SELECT key, document, start, "end", parts FROM passages WHERE key IN (SELECT value FROM json_each(?))'
PLACES_AFTER = (
    'SELECT key, document, start, "end", parts FROM passages '
    "WHERE (document, start) > (?, ?) ORDER BY document, start LIMIT ?"
)
PLACES_BEFORE = (
    'SELECT key, document, start, "end", parts FROM passages '
    "WHERE (document, start) < (?, ?) ORDER BY document DESC, start DESC LIMIT ?"
)


def document_row(document: Document, content_hash: str) -> tuple[str, ...]:
    """Column values of a document, in the order of the table."""
    blocks = [[b.kind, b.start, b.end, list(b.headings), b.level] for b in document.blocks]
    return (
        document.id,
        document.source,
        document.title,
        document.text,
        document.sha256,
        document.media_type,
        to_json(blocks),
        to_json(list(document.page_starts)),
        document.page_kind,
        to_json(dict(document.metadata)),
        to_json(list(document.warnings)),
        content_hash,
    )


def document_from(row: sqlite3.Row) -> Document:
    """The document of a row of the documents table."""
    blocks = tuple(
        Block(kind, start, end, tuple(headings), level)
        for kind, start, end, headings, level in json.loads(row["blocks"])
    )
    return Document(
        row["id"],
        row["source"],
        row["title"],
        row["text"],
        row["sha256"],
        row["media_type"],
        blocks,
        tuple(json.loads(row["page_starts"])),
        json.loads(row["metadata"]),
        row["page_kind"],
        tuple(json.loads(row["warnings"])),
    )


def origin_from(row: sqlite3.Row) -> Origin:
    """Where the document of a row comes from."""
    return Origin(
        row["source"],
        row["sha256"],
        tuple(json.loads(row["page_starts"])),
        row["page_kind"],
        ocr_pages_from(row["ocr_pages"]),
    )


def passage_row(passage: Passage, counts: dict[str, int], vector: FloatMatrix) -> tuple[str | int | bytes | None, ...]:
    """Column values of a passage, without its key, in the order of the table."""
    return (
        passage.document,
        passage.start,
        passage.end,
        passage.text,
        to_json(list(passage.headings)),
        passage.page,
        to_json([list(span) for span in passage.sentences]),
        to_json([list(span) for span in passage.parts]),
        to_json(counts),
        np.ascontiguousarray(vector, dtype="<f4").tobytes(),
    )


def passage_from(row: sqlite3.Row) -> Passage:
    """The passage of a row selected with ``PASSAGES_BY_KEY``."""
    return Passage(
        id=f"{row['document']}#{row['start']}-{row['end']}",
        document=row["document"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        title=row["title"],
        headings=tuple(json.loads(row["headings"])),
        page=row["page"],
        sentences=tuple((start, end) for start, end in json.loads(row["sentences"])),
        parts=tuple((start, end) for start, end in json.loads(row["parts"])),
    )


def place_from(row: sqlite3.Row) -> PassageRef:
    """The place of a row selected with one of the ``PLACES`` queries."""
    key, document, start, end, parts = row
    return PassageRef(key, document, start, end, tuple(map(int, _PART_START.findall(parts))))


def tokens_row(codes: TokenCodes) -> tuple[bytes, bytes, bytes]:
    """Column values of a part's token vectors, without document and start, in the order of the table."""
    return (
        np.ascontiguousarray(codes.codes).tobytes(),
        np.ascontiguousarray(codes.scales, dtype="<f4").tobytes(),
        np.ascontiguousarray(codes.spans, dtype="<i4").tobytes(),
    )


def tokens_from(row: sqlite3.Row) -> TokenCodes:
    """The token vectors of a row of the tokens table."""
    scales = np.frombuffer(row["scales"], dtype="<f4")
    codes = np.frombuffer(row["codes"], dtype=np.int8).reshape(len(scales), -1)
    return TokenCodes(codes, scales, np.frombuffer(row["spans"], dtype="<i4").reshape(-1, 2))


def to_json(value: object) -> str:
    """A value as it is written into a column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
