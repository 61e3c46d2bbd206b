"""The two elementary searches: the server chooses what could be among the best, our code scores it.

So both stores rank alike: vectors are compared by the code that the embedded store compares with, and BM25 is computed
in its order of summation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from psycopg import sql

from assistant.datatypes import Candidate, FloatVector
from assistant.index.server.address import ServerOptions
from assistant.index.server.connections import Snapshot
from assistant.index.server.postings import Postings, PostingsKept, search, unpack
from assistant.index.server.reading import checked_vectors, stacked
from assistant.index.vectors import VectorIndex

EXACT_UP_TO = 10_000
"""Passages up to which every vector is compared unless the address says otherwise: some milliseconds."""
MARGIN = 16
"""Passages that are fetched past the k best: sums of float32 in another order may tell neighbours the other way."""

_EXACT = "SELECT document, key FROM vectors ORDER BY vector <#> %(vector)s::vector, key LIMIT %(most)s"
_EXACT_WITHIN = """
SELECT document, key FROM vectors WHERE document = ANY(%(where)s::text[])
ORDER BY vector <#> %(vector)s::vector, key LIMIT %(most)s
"""
_FETCH = """
SELECT key, document, digest, vector_send(vector) FROM vectors
WHERE document = ANY(%s::text[]) AND key = ANY(%s::bigint[])
"""
"""The vectors of what an exact search chose: asked for with it, they would be sent through its sort, all of them."""
_NEAREST = """
SELECT key, document, digest, vector_send(vector) FROM vectors
ORDER BY (vector::halfvec({dimension})) <#> %(vector)s::halfvec({dimension}) LIMIT %(most)s
"""
_POSTINGS = "SELECT term, packed FROM postings WHERE term = ANY(%s::text[])"
_KEYS_OF = "SELECT key FROM passages WHERE document = ANY(%s::text[])"


def dense(
    snapshot: Snapshot,
    vector: FloatVector,
    k: int,
    where: Collection[str] | None,
    options: ServerOptions,
    *,
    exact: bool,
) -> list[Candidate]:
    """The k passages with the highest cosine to a unit vector.

    Args:
        snapshot: where to search.
        vector: float32 (d,), unit length.
        k: how many at most.
        where: ids of the documents to search, always exactly; all by default.
        options: whether and how the approximate index is asked.
        exact: compare with every vector whatever they say.
    """
    if k < 1 or (where is not None and not where):
        return []
    values = {"vector": _text(vector), "most": k + MARGIN}
    if where is not None:
        rows = _fetched(snapshot, snapshot.rows(_EXACT_WITHIN, values | {"where": sorted(where)}))
    elif exact or options.search == "exact" or (options.search == "auto" and snapshot.state.passages <= EXACT_UP_TO):
        rows = _fetched(snapshot, snapshot.rows(_EXACT, values))
    else:
        nearest = sql.SQL(_NEAREST).format(dimension=sql.Literal(len(vector)))
        rows = snapshot.rows(nearest, values | {"most": min(max(k + MARGIN, 1), options.ef_search)})
    found = dict(sorted(checked_vectors(rows)))
    keys = np.fromiter(found, dtype=np.int64, count=len(found))
    index = VectorIndex.build(keys, stacked(found.values(), len(vector)))
    return index.search(vector, k)


def postings_of(snapshot: Snapshot, kept: PostingsKept, terms: Collection[str]) -> dict[str, Postings]:
    """The postings of terms, from memory where they are of the state that is read."""
    state = (snapshot.state.lineage, snapshot.state.generation)
    found = kept.get(state, terms)
    missing = sorted(set(terms) - found.keys())
    if missing:
        rows: dict[str, list[bytes]] = {term: [] for term in missing}
        for term, packed in snapshot.rows(_POSTINGS, (missing,)):
            rows[term].append(packed)
        fetched = {term: unpack(each) for term, each in rows.items()}
        kept.put(state, fetched)
        found |= fetched
    return found


def lexical(
    snapshot: Snapshot,
    kept: PostingsKept,
    terms: Mapping[str, float],
    k: int,
    where: Collection[str] | None,
    context: float,
) -> list[Candidate]:
    """The k passages with the highest BM25 score; arguments as for the store's."""
    state = snapshot.state
    allowed = None if where is None else [row[0] for row in snapshot.rows(_KEYS_OF, (sorted(where),))]
    totals = (state.passages, state.works, state.mean_length)
    return search(terms, postings_of(snapshot, kept, terms), totals, k, allowed, context)


def _fetched(snapshot: Snapshot, chosen: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The vectors of chosen passages, given as document and key."""
    return snapshot.rows(_FETCH, ([name for name, _ in chosen], [key for _, key in chosen])) if chosen else []


def _text(vector: FloatVector) -> str:
    """A vector as pgvector reads it; every digit that a float32 has."""
    return "[" + ",".join(map(repr, vector.tolist())) + "]"
