"""What the truth holds, read back as values: documents, passages, places, token vectors, feedback and history."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import zip_longest

import numpy as np

from assistant.datatypes import Document, DocumentSummary, Feedback, FloatMatrix, IndexUpdate, Origin, Passage
from assistant.encoders.quantised import TokenCodes
from assistant.index.feedback import read_feedback
from assistant.index.history import read_updates
from assistant.index.schema import (
    EVENLY_SPREAD,
    PASSAGES_BY_KEY,
    PASSAGES_OF_DOCUMENT,
    PLACES_AFTER,
    PLACES_BEFORE,
    PLACES_BY_KEY,
    SUMMARIES,
    VECTORS_BY_KEY,
    document_from,
    origin_from,
    passage_from,
    place_from,
    tokens_from,
)
from assistant.index.truth import Truth
from assistant.index.values import PartKey, PassageRef, Sample
from assistant.lines import line_at


class Stored:
    """The reading half of the embedded store, derived indexes aside.

    Args:
        truth: the file that holds it all.
    """

    def __init__(self, truth: Truth) -> None:
        self.makers = truth.makers
        self._truth = truth

    def feedback(self) -> list[Feedback]:
        """Everything readers said, oldest first; also while an earlier state is held."""
        return self._truth.latest(read_feedback)

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document, by id, without reading its text."""
        return [DocumentSummary(*row) for row in self._truth.rows(SUMMARIES)]

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """What was done to the index, newest first."""
        return self._truth.latest(lambda connection: read_updates(connection, limit))

    def document_hashes(self) -> dict[str, str]:
        """Content hash of every document, by id."""
        return {row["id"]: row["content_hash"] for row in self._truth.rows("SELECT id, content_hash FROM documents")}

    def sources(self) -> dict[str, str]:
        """Id of every document, by source."""
        return {row["source"]: row["id"] for row in self._truth.rows("SELECT source, id FROM documents")}

    def document(self, document_id: str) -> Document | None:
        """A whole document, or None."""
        rows = self._truth.rows("SELECT * FROM documents WHERE id = ?", (document_id,))
        return document_from(rows[0]) if rows else None

    def origins(self, ids: Collection[str]) -> dict[str, Origin]:
        """Source, digest and page starts of documents, by id, without reading their texts."""
        rows = self._truth.rows(
            "SELECT id, source, sha256, page_starts, page_kind, json_extract(metadata, '$.ocr_pages') AS ocr_pages "
            "FROM documents WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(ids)),),
        )
        return {row["id"]: origin_from(row) for row in rows}

    def lines(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Line numbers, from 1, of places in documents given as id and offset."""
        query = "SELECT substr(text, 1, ?) FROM documents WHERE id = ?"
        found = {(name, at): self._truth.rows(query, (at + 1, name)) for name, at in places}
        return {place: line_at(rows[0][0], place[1]) for place, rows in found.items() if rows}

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        return [passage_from(row) for row in self._truth.rows(PASSAGES_OF_DOCUMENT, (document_id,))]

    def vectors_of(self, document_id: str) -> FloatMatrix:
        """The vectors of a document's passages, float32 (n, d), in reading order."""
        rows = self._truth.rows("SELECT vector FROM passages WHERE document = ? ORDER BY start", (document_id,))
        flat = np.frombuffer(b"".join(row[0] for row in rows), dtype="<f4")
        return flat.reshape(len(rows), self.makers.dimension)

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by key; keys that are gone are left out."""
        rows = self._truth.rows(PASSAGES_BY_KEY, (json.dumps(list(keys)),))
        return {row["key"]: passage_from(row) for row in rows}

    def places(self, keys: Collection[int]) -> dict[int, PassageRef]:
        """Where passages stand, by key; keys that are gone are left out."""
        return {row["key"]: place_from(row) for row in self._truth.rows(PLACES_BY_KEY, (json.dumps(list(keys)),))}

    def beside(self, place: PassageRef, count: int) -> list[PassageRef]:
        """Up to ``count`` passages on each side of a place, in order of document id and start, nearest first."""
        values = (place.document, place.start, count)
        sides = [map(place_from, self._truth.rows(query, values)) for query in (PLACES_AFTER, PLACES_BEFORE)]
        return [each for pair in zip_longest(*sides) for each in pair if each is not None]

    def token_codes(self, parts: Collection[PartKey]) -> dict[PartKey, TokenCodes]:
        """Kept token vectors of parts of passages; those past the budget are left out."""
        rows = self._truth.rows(
            "SELECT t.* FROM json_each(?) j JOIN tokens t "
            "ON t.document = json_extract(j.value, '$[0]') AND t.start = json_extract(j.value, '$[1]')",
            (json.dumps(list(parts)),),
        )
        return {(row["document"], row["start"]): tokens_from(row) for row in rows}

    def sample(self, most: int) -> Sample:
        """Passages spread evenly over the index in order of document id and place, with their vectors."""
        generation = self._truth.generation()
        count = self._truth.rows("SELECT count(*) FROM passages")[0][0]
        keys = [row[0] for row in self._truth.rows(EVENLY_SPREAD, (max(-(-count // most), 1),))]
        vectors = {row["key"]: row["vector"] for row in self._truth.rows(VECTORS_BY_KEY, (json.dumps(keys),))}
        there = tuple(key for key in keys if key in vectors)
        flat = np.frombuffer(b"".join(vectors[key] for key in there), dtype="<f4")
        return Sample(generation, count, there, flat.reshape(len(there), self.makers.dimension))
