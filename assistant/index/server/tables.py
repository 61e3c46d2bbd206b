"""The tables of the server store, by version. A change of them is another entry at the end of ``MIGRATIONS``.

Every table that grows with the documents begins with the document's id: by it rows are found, replaced and, with
Citus, distributed and kept together (docs/scale.md). Ids and terms are compared byte by byte (collation ``C``), as
Python does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString

from psycopg import sql

VERSIONS = """
CREATE TABLE IF NOT EXISTS versions (
    version int PRIMARY KEY,
    applied timestamptz NOT NULL DEFAULT now()
)
"""
"""Which entries of ``MIGRATIONS`` were carried out."""

_INDEX = """
CREATE TABLE meta (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);
CREATE TABLE state (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    lineage     text NOT NULL,
    generation  bigint NOT NULL DEFAULT 0,
    documents   bigint NOT NULL DEFAULT 0,
    passages    bigint NOT NULL DEFAULT 0,
    terms       bigint NOT NULL DEFAULT 0,
    works       bigint NOT NULL DEFAULT 0,
    token_bytes bigint NOT NULL DEFAULT 0,
    total       numeric(20) NOT NULL DEFAULT 0
);
CREATE SEQUENCE passage_keys AS bigint;
CREATE TABLE works (
    work      text COLLATE "C" PRIMARY KEY,
    documents bigint NOT NULL
);
CREATE TABLE documents (
    id            text COLLATE "C" PRIMARY KEY,
    source        text NOT NULL,
    title         text NOT NULL,
    sha256        text NOT NULL,
    media_type    text NOT NULL,
    page_starts   text NOT NULL,
    page_kind     text NOT NULL,
    metadata      text NOT NULL,
    warnings      text NOT NULL,
    characters    bigint NOT NULL,
    passages      bigint NOT NULL,
    content_hash  text NOT NULL,
    header_digest bigint NOT NULL,
    text_digest   bigint NOT NULL,
    blocks_digest bigint NOT NULL,
    whole_digest  bigint NOT NULL,
    terms         bigint NOT NULL,
    token_bytes   bigint NOT NULL,
    text          text NOT NULL,
    blocks        text NOT NULL
);
CREATE INDEX documents_by_source ON documents (left(source, 500) COLLATE "C");
CREATE INDEX documents_by_content ON documents (content_hash COLLATE "C");
CREATE TABLE passages (
    document        text COLLATE "C" NOT NULL,
    key             bigint NOT NULL,
    start           bigint NOT NULL,
    "end"           bigint NOT NULL,
    page            bigint,
    shown_digest    bigint NOT NULL,
    searched_digest bigint NOT NULL,
    parts           text NOT NULL,
    headings        text NOT NULL,
    sentences       text NOT NULL,
    text            text NOT NULL,
    PRIMARY KEY (document, key)
);
CREATE INDEX passages_by_key ON passages (key);
CREATE INDEX passages_by_place ON passages (document, start, key);
CREATE TABLE postings (
    document text COLLATE "C" NOT NULL,
    term     text COLLATE "C" NOT NULL,
    packed   bytea NOT NULL
);
CREATE INDEX postings_by_document ON postings (document);
CREATE INDEX postings_by_term ON postings USING hash (term);
CREATE TABLE tokens (
    document text COLLATE "C" NOT NULL,
    start    bigint NOT NULL,
    digest   bigint NOT NULL,
    codes    bytea NOT NULL,
    scales   bytea NOT NULL,
    spans    bytea NOT NULL,
    PRIMARY KEY (document, start)
);
ALTER TABLE tokens ALTER codes SET STORAGE EXTERNAL, ALTER scales SET STORAGE EXTERNAL, ALTER spans SET STORAGE EXTERNAL
"""

_VECTORS = """
CREATE TABLE vectors (
    document text COLLATE "C" NOT NULL,
    key      bigint NOT NULL,
    digest   bigint NOT NULL,
    vector   vector({dimension}) NOT NULL,
    PRIMARY KEY (document, key)
)
"""
NEAREST_INDEX = """
CREATE INDEX vectors_nearest ON vectors USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)
"""
"""Over half-precision copies: half the memory, and what it finds is compared again with the vectors themselves."""

_BESIDE = """
CREATE TABLE feedback (
    id       uuid PRIMARY KEY,
    number   bigint GENERATED ALWAYS AS IDENTITY,
    question text NOT NULL,
    history  text NOT NULL,
    verdict  text NOT NULL,
    document text NOT NULL,
    start    bigint NOT NULL,
    "end"    bigint NOT NULL,
    quote    text NOT NULL,
    at       text NOT NULL
);
CREATE TABLE updates (
    id        uuid PRIMARY KEY,
    number    bigint GENERATED ALWAYS AS IDENTITY,
    at        text COLLATE "C" NOT NULL,
    seconds   double precision NOT NULL,
    added     bigint NOT NULL,
    changed   bigint NOT NULL,
    removed   bigint NOT NULL,
    failed    bigint NOT NULL,
    unchanged bigint NOT NULL,
    stopped   boolean NOT NULL,
    details   text NOT NULL
);
CREATE TABLE conversations (
    key     text COLLATE "C" PRIMARY KEY,
    owner   text NOT NULL,
    title   text NOT NULL,
    changed text COLLATE "C" NOT NULL,
    version bigint NOT NULL
);
CREATE INDEX conversations_of ON conversations (owner, changed);
CREATE TABLE exchanges (
    conversation text COLLATE "C" NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    number       bigint NOT NULL,
    digest       bigint NOT NULL,
    body         text NOT NULL,
    PRIMARY KEY (conversation, number)
)
"""

MIGRATIONS: Sequence[LiteralString] = (_INDEX + ";" + _VECTORS + ";" + NEAREST_INDEX + ";" + _BESIDE,)
"""What makes the tables of each version of those of the version before, from none on."""

INDEX_TABLES = ("state", "meta", "works", "documents", "passages", "postings", "tokens", "vectors")
"""What a rebuild replaces, in the order in which it is locked: readers begin with the first."""
BESIDE_TABLES = ("feedback", "updates", "conversations", "exchanges")
"""What stays."""


def with_dimension(statements: LiteralString, dimension: int) -> sql.Composed:
    """Statements of this module for vectors of a size."""
    return sql.SQL(statements).format(dimension=sql.Literal(dimension))
