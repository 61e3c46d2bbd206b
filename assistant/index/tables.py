"""The tables of the embedded store, and the statements that read and write them."""

from __future__ import annotations

FORMAT_VERSION = 3
"""Raised when the tables or the meaning of a column change."""

TABLES = """
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE documents (
    id            TEXT PRIMARY KEY,
    source        TEXT NOT NULL,
    title         TEXT NOT NULL,
    sha256        TEXT NOT NULL,
    media_type    TEXT NOT NULL,
    page_starts   TEXT NOT NULL,
    page_kind     TEXT NOT NULL,
    metadata      TEXT NOT NULL,
    warnings      TEXT NOT NULL,
    characters    INTEGER NOT NULL,
    passages      INTEGER NOT NULL,
    content_hash  TEXT NOT NULL,
    header_digest INTEGER NOT NULL,
    text_digest   INTEGER NOT NULL,
    blocks_digest INTEGER NOT NULL,
    whole_digest  INTEGER NOT NULL,
    text          TEXT NOT NULL,
    blocks        TEXT NOT NULL
);
CREATE TABLE passages (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    document        TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start           INTEGER NOT NULL,
    "end"           INTEGER NOT NULL,
    text            TEXT NOT NULL,
    headings        TEXT NOT NULL,
    page            INTEGER,
    sentences       TEXT NOT NULL,
    parts           TEXT NOT NULL,
    shown_digest    INTEGER NOT NULL,
    searched_digest INTEGER NOT NULL,
    terms           TEXT NOT NULL,
    vector          BLOB NOT NULL
);
CREATE TABLE tokens (
    document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start    INTEGER NOT NULL,
    digest   INTEGER NOT NULL,
    codes    BLOB NOT NULL,
    scales   BLOB NOT NULL,
    spans    BLOB NOT NULL
);
CREATE UNIQUE INDEX tokens_by_part ON tokens (document, start);
CREATE INDEX passages_by_document ON passages (document, start);
"""
"""What is read for every question comes before long texts, which SQLite keeps on pages of their own."""

HAS_TABLE = "SELECT name FROM sqlite_master WHERE name = ?"
COUNTS = (
    ("passages", "SELECT count(*) FROM passages"),
    ("tokens", "SELECT count(*) FROM tokens"),
)
"""How many rows belong to documents, by table."""
LAST_KEY = "SELECT seq FROM sqlite_sequence WHERE name = 'passages'"

INSERT_DOCUMENT = "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_PASSAGE = "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_TOKENS = "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)"

_HEADER = (
    "id, source, title, sha256, media_type, page_starts, page_kind, metadata, warnings, characters, passages, "
    "content_hash, header_digest"
)
HEADERS = f"SELECT {_HEADER} FROM documents ORDER BY id"  # noqa: S608 - a constant
HEADERS_BY_ID = f"SELECT {_HEADER} FROM documents WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
_RANGED = "SELECT value ->> 0 AS first, value ->> 1 AS last FROM json_each(?)"
HELD = (
    f"WITH s AS ({_RANGED}), c AS ({_RANGED}) "  # noqa: S608 - constants
    f"SELECT {_HEADER} FROM documents WHERE id IN (SELECT value FROM json_each(?) "
    "UNION SELECT d.id FROM s JOIN documents d ON d.source >= s.first AND d.source < s.last "
    "UNION SELECT d.id FROM c JOIN documents d ON d.content_hash >= c.first AND d.content_hash < c.last) ORDER BY id"
)
"""Documents by ranges of sources, by ranges of content hashes, and by ids."""
DOCUMENT = f"SELECT {_HEADER}, text, text_digest, blocks, blocks_digest FROM documents WHERE id = ?"  # noqa: S608
WRITTEN_ORDER = (
    "SELECT id FROM documents LEFT JOIN (SELECT document, min(key) AS first FROM passages GROUP BY document) "
    "ON document = id ORDER BY first NULLS LAST, id"
)
TEXT = "SELECT id, text, text_digest FROM documents WHERE id = ?"
WHOLE_DIGEST = "SELECT whole_digest FROM documents WHERE id = ?"

_PASSAGES = (
    'SELECT p.key, p.document, p.start, p."end", p.text, d.title, p.headings, p.page, p.sentences, p.parts, '
    "p.shown_digest FROM passages p LEFT JOIN documents d ON d.id = p.document "
)
PASSAGES_BY_KEY = _PASSAGES + "WHERE p.key IN (SELECT value FROM json_each(?))"  # noqa: S608 - two constants
PASSAGES_OF_DOCUMENT = _PASSAGES + "WHERE p.document = ? ORDER BY p.start"

_SEARCHED = 'SELECT key, document, start, "end", parts, terms, vector, searched_digest FROM passages '
SEARCHED = _SEARCHED + "ORDER BY key"
SEARCHED_AFTER = _SEARCHED + "WHERE key > ? ORDER BY key"
SEARCHED_BY_KEY = _SEARCHED + "WHERE key IN (SELECT value FROM json_each(?))"  # noqa: S608 - two constants

TOKENS = (
    "SELECT t.document, t.start, t.digest, t.codes, t.scales, t.spans FROM json_each(?) j JOIN tokens t "
    "ON t.document = json_extract(j.value, '$[0]') AND t.start = json_extract(j.value, '$[1]')"
)

CHECKED_IDS = "SELECT id FROM documents NOT INDEXED ORDER BY rowid"
CHECKED_DOCUMENT = DOCUMENT.replace("text_digest,", "text_digest, whole_digest,")
SEARCHED_OF_DOCUMENT = (
    'SELECT key, document, start, "end", parts, terms, vector, searched_digest, shown_digest '
    "FROM passages WHERE document = ? ORDER BY key"
)
CHECKED_TOKENS = "SELECT document, start, digest, codes, scales, spans FROM tokens WHERE document = ?"
