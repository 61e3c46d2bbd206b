"""Whether an index on a server is sound: each row against its digest, postings against passages, and the totals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.analysis import Analyser
from assistant.datatypes import Passage
from assistant.index.digests import TOTAL, DamageError, DigestError, row_digest
from assistant.index.rows import document_from, passage_from, to_json, tokens_from, whole_of_digests
from assistant.index.server import reading
from assistant.index.server.connections import Connections, Snapshot
from assistant.index.server.postings import length_of, pack
from assistant.index.soundness import MOST_NAMED, OnDocument, Soundness
from assistant.works import work_of_document

_IDS = "SELECT id FROM documents ORDER BY id"
_KEYED = "SELECT key, shown_digest, searched_digest, parts FROM passages WHERE document = %s ORDER BY key"
_VECTORS = "SELECT key, document, digest, vector_send(vector) FROM vectors WHERE document = %s ORDER BY key"
_POSTINGS = "SELECT term, packed FROM postings WHERE document = %s"
_COUNTS = "SELECT terms, token_bytes FROM documents WHERE id = %s"
_WORKS = "SELECT count(*) FROM works"
_ALL = (
    ("passages", "SELECT count(*) FROM passages"),
    ("vectors", "SELECT count(*) FROM vectors"),
    ("tokens", "SELECT count(*) FROM tokens"),
    ("postings", "SELECT count(*) FROM postings"),
)


def check_server(connections: Connections, language: str, progress: OnDocument | None = None) -> Soundness:
    """Read everything that an index holds, in one state of it.

    Args:
        connections: to it.
        language: of its analyser, which makes the postings again that they are compared with.
        progress: called with each document.
    """
    checking = _Checking(language)
    connections.read(lambda snapshot: checking.all_of(snapshot, progress))
    counted = checking.counted
    return Soundness(
        checking.documents,
        counted["passages"],
        counted["tokens"],
        tuple(dict.fromkeys(checking.findings))[:MOST_NAMED],
        {},
    )


class _Checking:
    """One reading of all rows: what was found, and how many there were."""

    def __init__(self, language: str) -> None:
        self.documents = 0
        self.counted = dict.fromkeys((name for name, _ in _ALL), 0)
        self.findings: list[str] = []
        self._analyser = Analyser(language)
        self._total = self._terms = self._token_bytes = 0
        self._works: set[str] = set()

    def all_of(self, snapshot: Snapshot, progress: OnDocument | None) -> None:
        """Read documents one by one, then count."""
        ids = [row[0] for row in snapshot.rows(_IDS)]
        for number, name in enumerate(ids, 1):
            try:
                self._total += self._document(snapshot, name)
            except (ValueError, TypeError, LookupError) as error:
                self.findings.append(str(error))
            self.documents += 1
            if progress:
                progress(number, len(ids), name)
        if not self.findings:
            self.findings.extend(self._unaccounted(snapshot))

    def _document(self, snapshot: Snapshot, name: str) -> int:
        row = reading.DocumentColumns(snapshot.rows(reading.DOCUMENT, (name,))[0])
        document_from(row)
        shown = snapshot.rows(reading.PASSAGES_OF_DOCUMENT, (name,))
        passages = {each[0]: passage_from(reading.NamedColumns(each)) for each in shown}
        keyed = snapshot.rows(_KEYED, (name,))
        vectors = dict(reading.checked_vectors(snapshot.rows(_VECTORS, (name,))))
        tokens = snapshot.rows(reading.TOKENS_OF_DOCUMENT, (name,))
        sizes = [tokens_from(reading.NamedColumns(each), check=True).size for each in tokens]
        if not len(passages) == len(keyed) == len(vectors) == row["passages"]:
            raise DamageError(f"passages or vectors of document {ascii(name)[:80]} are missing")
        counts = {key: self._counts(passages[key]) for key in sorted(passages)}
        for key, _, digest, parts in keyed:
            place = (key, name, passages[key].start, passages[key].end)
            if row_digest(*place, parts, to_json(counts[key]), blobs=(vectors[key],)) != digest:
                raise DigestError(f"passage {key}")
        whole = whole_of_digests(
            (row["header_digest"], row["text_digest"], row["blocks_digest"]),
            [(each[1], each[2]) for each in keyed],
            [each[2] for each in tokens],
        )
        if whole != row["whole_digest"]:
            raise DigestError(f"document {ascii(name)[:80]} as a whole")
        self._postings(snapshot, name, counts)
        terms, token_bytes = snapshot.rows(_COUNTS, (name,))[0]
        if terms != sum(map(length_of, counts.values())) or token_bytes != sum(sizes):
            raise DigestError(f"the counts of document {ascii(name)[:80]}")
        self._account(name, passages, len(vectors), len(tokens), terms, token_bytes)
        return whole

    def _postings(self, snapshot: Snapshot, name: str, counts: dict[int, dict[str, int]]) -> None:
        wanted = pack(list(counts), work_of_document(name), list(counts.values()))
        found: list[tuple[Any, ...]] = snapshot.rows(_POSTINGS, (name,))
        if len(found) != len(wanted) or dict(found) != wanted:
            raise DigestError(f"the postings of document {ascii(name)[:80]}")
        self.counted["postings"] += len(found)

    def _account(
        self, name: str, passages: dict[int, Passage], vectors: int, tokens: int, terms: int, token_bytes: int
    ) -> None:
        self.counted["passages"] += len(passages)
        self.counted["vectors"] += vectors
        self.counted["tokens"] += tokens
        self._terms += terms
        self._token_bytes += token_bytes
        if passages:
            self._works.add(work_of_document(name))

    def _counts(self, passage: Passage) -> dict[str, int]:
        return self._analyser.counts(f"{passage.context}\n{passage.text}")

    def _unaccounted(self, snapshot: Snapshot) -> Iterator[str]:
        state = snapshot.state
        said = {
            "documents": (state.documents, self.documents),
            "passages": (state.passages, self.counted["passages"]),
            "terms": (state.terms, self._terms),
            "works": (state.works, len(self._works)),
            "bytes of token vectors": (state.token_bytes, self._token_bytes),
        }
        for what, (written, read) in said.items():
            if written != read:
                yield f"it has {read} {what}, {written} were written"
        if self._total % TOTAL != state.total:
            yield "its documents are not those that were written"
        for name, count in _ALL:
            there = snapshot.rows(count)[0][0]
            if there != self.counted[name]:
                yield f"it has {there} rows of {name}, {self.counted[name]} belong to a document"
        works = snapshot.rows(_WORKS)[0][0]
        if works != len(self._works):
            yield f"it has {works} rows of works, its documents are of {len(self._works)}"
