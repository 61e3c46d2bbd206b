"""What the truth holds, read back as values: documents, passages, token vectors, feedback and history.

Every row is checked against its digest as it is read. What is large and read again and again – token vectors, the texts
that lines are counted in – is checked the first time it is read in a state, and what was used last is kept in memory.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from typing import Literal, TypeVar

import numpy as np

from assistant.datatypes import Document, DocumentSummary, Feedback, FloatMatrix, IndexUpdate, Origin, Passage
from assistant.encoders.quantised import TokenCodes
from assistant.index.feedback import read_feedback
from assistant.index.history import read_updates
from assistant.index.rows import (
    checked_header,
    checked_searched,
    checked_text,
    document_from,
    holding_from,
    origin_from,
    passage_from,
    summary_from,
    to_json,
    tokens_from,
)
from assistant.index.seen import Kept, Seen
from assistant.index.tables import (
    DOCUMENT,
    HEADERS,
    HEADERS_BY_ID,
    HELD,
    PASSAGES_BY_KEY,
    PASSAGES_OF_DOCUMENT,
    SEARCHED_BY_KEY,
    TEXT,
    TOKENS,
    WRITTEN_ORDER,
)
from assistant.index.truth import Truth
from assistant.index.values import Holding, PartKey
from assistant.lines import line_ends

TOKEN_BYTES = 32 << 20
"""Token vectors that are kept in memory: those of some 1,300 parts, ten questions' worth, or a small index whole."""

LINE_BYTES = 4 << 20
"""The same of where the lines of documents end, at 32 bytes a line: those of some 500 documents of 250 lines."""

_T = TypeVar("_T")
_LAST = "\U0010ffff"
"""Comes after every other character."""


class Stored:
    """The reading half of the embedded store, derived indexes aside.

    Args:
        truth: the file that holds it all.
    """

    reads_beside: Literal[True] = True

    def __init__(self, truth: Truth) -> None:
        self.makers = truth.makers
        self._truth = truth
        self._seen_tokens: Seen[PartKey] = Seen()
        self._tokens: Kept[PartKey, TokenCodes] = Kept(TOKEN_BYTES)
        self._lines: Kept[str, list[int]] = Kept(LINE_BYTES)

    def feedback(self) -> list[Feedback]:
        """Everything readers said, oldest first; also while an earlier state is held."""
        return self._truth.latest(read_feedback)

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """What was done to the index, newest first."""
        return self._truth.latest(lambda connection: read_updates(connection, limit))

    def written_order(self) -> list[str]:
        """Ids of all documents, those written first first."""
        return [row[0] for row in self._truth.rows(WRITTEN_ORDER)]

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document, by id, without reading its text."""
        return self._headers(summary_from)

    def document_hashes(self) -> dict[str, str]:
        """Content hash of every document, by id."""
        return dict(self._headers(lambda row: (row["id"], row["content_hash"])))

    def sources(self) -> dict[str, str]:
        """Id of every document, by source."""
        return dict(self._headers(lambda row: (row["source"], row["id"])))

    def holdings(
        self,
        ids: Collection[str] = (),
        sources: Collection[str] = (),
        within: Collection[str] = (),
        contents: Collection[str] = (),
    ) -> list[Holding]:
        """Documents that are looked up, by id, each once."""
        by_source = [*((each, f"{each}\x01") for each in sources), *((each, f"{each}{_LAST}") for each in within)]
        by_content = [pair for each in contents for pair in ((each, f"{each}\x01"), (f"{each}:", f"{each};"))]
        found = self._truth.read(holding_from, HELD, (to_json(by_source), to_json(by_content), to_json(sorted(ids))))
        exact = set(sources)
        return [
            each
            for each in found
            if each.id in ids
            or each.source in exact
            or any(each.source.startswith(start) and each.source != start for start in within)
            or any(each.content_hash == start or each.content_hash.startswith(f"{start}:") for start in contents)
        ]

    def document(self, document_id: str) -> Document | None:
        """A whole document, or None."""
        found = self._truth.read(document_from, DOCUMENT, (document_id,))
        return found[0] if found else None

    def origins(self, ids: Collection[str]) -> dict[str, Origin]:
        """Source, digest and page starts of documents, by id, without reading their texts."""
        return dict(
            self._truth.read(
                lambda row: (checked_header(row)["id"], origin_from(row)), HEADERS_BY_ID, (json.dumps(sorted(ids)),)
            )
        )

    def lines(self, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """Line numbers, from 1, of places in documents given as id and offset."""
        names = {name for name, _ in places}
        with self._truth.one_state():
            known = self._lines.of(self._truth.state(), names)
            for name in sorted(names - known.keys()):
                for text in self._truth.read(lambda row: checked_text(*row), TEXT, (name,)):
                    known[name] = line_ends(text)
                    self._lines.put(name, known[name], 32 * len(known[name]) + 256)
        return {(name, at): 1 + bisect_right(known[name], at) for name, at in places if name in known}

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        with self._truth.one_state():
            headers = self._truth.read(checked_header, HEADERS_BY_ID, (json.dumps([document_id]),))
            passages = self._truth.read(passage_from, PASSAGES_OF_DOCUMENT, (document_id,))
        if len(passages) != sum(header["passages"] for header in headers):
            raise self._truth.damaged(f"passages of document {ascii(document_id)[:80]} are missing")
        return passages

    def vectors_of(self, document_id: str) -> FloatMatrix:
        """The vectors of a document's passages, float32 (n, d), in reading order."""
        query = "SELECT key FROM passages WHERE document = ? ORDER BY start"
        with self._truth.one_state():
            keys = [row[0] for row in self._truth.rows(query, (document_id,))]
            vectors = self._vectors(keys)
        flat = np.frombuffer(b"".join(vectors[key] for key in keys), dtype="<f4")
        return flat.reshape(len(keys), self.makers.dimension)

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by key; keys that are gone are left out."""
        found = self._truth.read(
            lambda row: (row["key"], passage_from(row)), PASSAGES_BY_KEY, (json.dumps(list(keys)),)
        )
        return dict(found)

    def token_codes(self, parts: Collection[PartKey]) -> dict[PartKey, TokenCodes]:
        """Kept token vectors of parts of passages; those past the budget are left out."""
        with self._truth.one_state():
            state = self._truth.state()
            kept = self._tokens.of(state, parts)
            wanted = [part for part in parts if part not in kept]
            if wanted:
                seen = self._seen_tokens.of(state)
                found = self._truth.read(
                    lambda row: ((row[0], row[1]), tokens_from(row, check=(row[0], row[1]) not in seen)),
                    TOKENS,
                    (json.dumps(wanted),),
                )
                self._seen_tokens.add(part for part, _ in found)
                for part, codes in found:
                    self._tokens.put(part, codes, codes.size)
                kept.update(found)
        return kept

    def _vectors(self, keys: Sequence[int]) -> dict[int, bytes]:
        """The vectors of passages, by key, as they are stored."""
        rows = self._truth.read(checked_searched, SEARCHED_BY_KEY, (json.dumps(list(keys)),))
        return {row["key"]: row["vector"] for row in rows}

    def _headers(self, value: Callable[[sqlite3.Row], _T]) -> list[_T]:
        """What is read from the header of every document, by id."""
        with self._truth.one_state():
            state = self._truth.state()
            found = self._truth.read(lambda row: value(checked_header(row)), HEADERS)
        if len(found) != state.documents:
            raise self._truth.damaged(f"it has {len(found)} documents, {state.documents} were written")
        return found
