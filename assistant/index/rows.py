"""How values travel in and out of the columns of a store, each row with the digest it carries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np

from assistant.datatypes import Block, Document, DocumentSummary, FloatMatrix, Origin, Passage, ocr_pages_from
from assistant.encoders.quantised import TokenCodes
from assistant.index.digests import DigestError, document_digest, row_digest
from assistant.index.values import Holding

Row: TypeAlias = tuple[str | int | bytes | None, ...]
"""The values of a row's columns, in the order of the table."""


class Columns(Protocol):
    """A row as a database gives it: its columns in order, and by name."""

    def __getitem__(self, key: Any, /) -> Any:
        """A column by number or name."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """The columns in the order of the query."""
        ...


_C = TypeVar("_C", bound=Columns)


def document_row(document: Document, content_hash: str, passages: Sequence[Row], tokens: Sequence[Row]) -> Row:
    """Column values of a document, in the order of the table.

    Args:
        document: the document.
        content_hash: digest of everything the stored form was made from.
        passages: the rows of its passages, in order of their keys.
        tokens: the rows of its token vectors.
    """
    described = (
        document.id,
        document.source,
        document.title,
        document.sha256,
        document.media_type,
        to_json(list(document.page_starts)),
        document.page_kind,
        to_json(dict(document.metadata)),
        to_json(list(document.warnings)),
    )
    blocks = to_json([[b.kind, b.start, b.end, list(b.headings), b.level] for b in document.blocks])
    return sealed_document(described, content_hash, document.text, blocks, passages, tokens)


def sealed_document(
    described: Row, content_hash: str, text: str, blocks: str, passages: Sequence[Row], tokens: Sequence[Row]
) -> Row:
    """The row of a document with its digests.

    Args:
        described: its columns from ``id`` to ``warnings``.
        content_hash, text, blocks: the columns of these names.
        passages, tokens: the rows that belong to it, passages in order of their keys.
    """
    header = (*described, len(text), len(passages), content_hash)
    digests = (row_digest(*header), row_digest(header[0], text), row_digest(header[0], blocks))
    return (*header, *digests, whole_digest(digests, passages, tokens), text, blocks)


def whole_digest(document: tuple[int, int, int], passages: Sequence[Row], tokens: Sequence[Row]) -> int:
    """Digest of all that is stored of a document: of the digests of its header, text and blocks, and of its rows."""
    return whole_of_digests(document, [(row[9], row[10]) for row in passages], [row[2] for row in tokens])


def whole_of_digests(
    document: tuple[object, object, object], passages: Sequence[tuple[object, object]], tokens: Sequence[object]
) -> int:
    """The same of the digests alone: of the document, of passages as shown and as searched, of token vectors."""
    header, text, blocks = map(_number, document)
    pairs = [(_number(shown), _number(searched)) for shown, searched in passages]
    return document_digest(header, text, blocks, pairs, map(_number, tokens))


def whole_of(row: Row) -> int:
    """The digest of the whole in a document's row."""
    return _number(row[15])


def checked_header(row: _C) -> _C:
    """The row of a document's header, which begins with it and its digest, once that is checked."""
    *fields, digest = tuple(row)[:13]
    if row_digest(*fields) != digest:
        raise DigestError(f"document {_shown(fields[0])}")
    return row


def checked_text(document_id: str, text: str, digest: int) -> str:
    """The text of a document, once its digest is checked."""
    if row_digest(document_id, text) != digest:
        raise DigestError(f"text of document {_shown(document_id)}")
    return text


def document_from(row: Columns) -> Document:
    """The document of a row selected with ``DOCUMENT``."""
    checked_header(row)
    if row_digest(row["id"], row["blocks"]) != row["blocks_digest"]:
        raise DigestError(f"blocks of document {_shown(row['id'])}")
    blocks = tuple(
        Block(kind, start, end, tuple(headings), level)
        for kind, start, end, headings, level in json.loads(row["blocks"])
    )
    return Document(
        row["id"],
        row["source"],
        row["title"],
        checked_text(row["id"], row["text"], row["text_digest"]),
        row["sha256"],
        row["media_type"],
        blocks,
        tuple(json.loads(row["page_starts"])),
        json.loads(row["metadata"]),
        row["page_kind"],
        tuple(json.loads(row["warnings"])),
    )


def summary_from(row: Columns) -> DocumentSummary:
    """What a list shows of the document of a header."""
    pages = len(json.loads(row["page_starts"]))
    return DocumentSummary(row["id"], row["source"], row["title"], row["characters"], pages, row["page_kind"])


def holding_from(row: Columns) -> Holding:
    """A document as it is looked up, of a header."""
    header = checked_header(row)
    return Holding(header["id"], header["source"], header["content_hash"])


def origin_from(row: Columns) -> Origin:
    """Where the document of a header comes from."""
    return Origin(
        row["source"],
        row["sha256"],
        tuple(json.loads(row["page_starts"])),
        row["page_kind"],
        ocr_pages_from(json.loads(row["metadata"]).get("ocr_pages")),
    )


def passage_row(key: int, passage: Passage, title: str, counts: dict[str, int], vector: FloatMatrix) -> Row:
    """Column values of a passage, in the order of the table.

    Args:
        key: of the passage, which no other one had before.
        passage: the passage.
        title: of its document.
        counts: its terms, each with its occurrences.
        vector: its unit vector, float32 (d,).
    """
    return sealed_passage(
        (key, passage.document, passage.start, passage.end),
        passage.text,
        title,
        to_json(list(passage.headings)),
        passage.page,
        to_json([list(span) for span in passage.sentences]),
        to_json([list(span) for span in passage.parts]),
        to_json(counts),
        np.ascontiguousarray(vector, dtype="<f4").tobytes(),
    )


def sealed_passage(
    place: tuple[int, str, int, int],
    text: str,
    title: str,
    headings: str,
    page: int | None,
    sentences: str,
    parts: str,
    terms: str,
    vector: bytes,
) -> Row:
    """The row of a passage with its digests.

    Args:
        place: its key, its document, where it starts and where it ends.
        title: of its document.
        text, headings, page, sentences, parts, terms, vector: the columns of these names.
    """
    shown = row_digest(*place, text, title, headings, page, sentences, parts)
    searched = row_digest(*place, parts, terms, blobs=(vector,))
    return (*place, text, headings, page, sentences, parts, shown, searched, terms, vector)


def passage_from(row: Columns) -> Passage:
    """The passage of a row selected with one of the ``PASSAGES`` queries."""
    *fields, digest = row
    if row_digest(*fields) != digest:
        raise DigestError(f"passage {fields[0]}")
    _, document, start, end, text, title, headings, page, sentences, parts = fields
    return Passage(
        id=f"{document}#{start}-{end}",
        document=document,
        start=start,
        end=end,
        text=text,
        title=title,
        headings=tuple(json.loads(headings)),
        page=page,
        sentences=tuple((first, last) for first, last in json.loads(sentences)),
        parts=tuple((first, last) for first, last in json.loads(parts)),
    )


def checked_searched(row: _C) -> _C:
    """The row that the derived indexes are made from, selected with ``SEARCHED``, once its digest is checked."""
    key, document, start, end, parts, terms, vector, digest = tuple(row)[:8]
    if row_digest(key, document, start, end, parts, terms, blobs=(vector,)) != digest:
        raise DigestError(f"passage {key}")
    return row


def tokens_row(document_id: str, start: int, codes: TokenCodes) -> Row:
    """Column values of a part's token vectors, in the order of the table."""
    return sealed_tokens(
        document_id,
        start,
        np.ascontiguousarray(codes.codes).tobytes(),
        np.ascontiguousarray(codes.scales, dtype="<f4").tobytes(),
        np.ascontiguousarray(codes.spans, dtype="<i4").tobytes(),
    )


def sealed_tokens(document_id: str, start: int, codes: bytes, scales: bytes, spans: bytes) -> Row:
    """The row of a part's token vectors with its digest."""
    blobs = (codes, scales, spans)
    return (document_id, start, row_digest(document_id, start, blobs=blobs), *blobs)


def tokens_from(row: Columns, *, check: bool) -> TokenCodes:
    """The token vectors of a row selected with ``TOKENS``."""
    document, start, digest, codes, scales, spans = row
    if check and row_digest(document, start, blobs=(codes, scales, spans)) != digest:
        raise DigestError(f"token vectors of document {_shown(document)}")
    steps = np.frombuffer(scales, dtype="<f4")
    return TokenCodes(
        np.frombuffer(codes, dtype=np.int8).reshape(len(steps), -1),
        steps,
        np.frombuffer(spans, dtype="<i4").reshape(-1, 2),
    )


def to_json(value: object) -> str:
    """A value as it is written into a column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _number(column: object) -> int:
    if not isinstance(column, int):
        raise DigestError("a digest")
    return column


def _shown(name: object) -> str:
    return ascii(name)[:80]
