"""One row that says what an index on a server holds altogether, changed by every transaction that changes it.

Its counts are the global statistics of BM25 that do not depend on the question: how many passages and works there
are, and how many terms all passages have. Every writer changes the row last, so it is locked for the moment of a commit
only, and since a row is read again once its lock is there, the counts are exact whoever writes beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.index.digests import TOTAL, DamageError

if TYPE_CHECKING:
    from psycopg import Connection

READ_STATE = "SELECT lineage, generation, documents, passages, terms, works, token_bytes, total::text FROM state"
_CHANGE = """
UPDATE state SET generation = generation + 1, documents = documents + %(documents)s, passages = passages + %(passages)s,
    terms = terms + %(terms)s, works = works + %(works)s, token_bytes = token_bytes + %(token_bytes)s,
    total = mod(mod(total + %(total)s::numeric, %(modulus)s::numeric) + %(modulus)s::numeric, %(modulus)s::numeric)
"""


@dataclass(frozen=True, slots=True)
class ServerState:
    """One committed state of an index.

    Attributes:
        lineage: names the index; another build has another name.
        generation: counts committed changes.
        documents, passages: how many it holds.
        terms: how many single terms all its passages have together.
        works: how many works its passages belong to.
        token_bytes: of the token vectors that are kept.
        total: sum of the digests of its documents, modulo ``assistant.index.digests.TOTAL``.
    """

    lineage: str
    generation: int
    documents: int
    passages: int
    terms: int
    works: int
    token_bytes: int
    total: int

    @property
    def mean_length(self) -> float:
        """Mean number of terms in a passage; 0 where there is none."""
        return self.terms / self.passages if self.passages else 0.0


@dataclass(slots=True)
class Difference:
    """What a transaction changes in the counts."""

    documents: int = 0
    passages: int = 0
    terms: int = 0
    works: int = 0
    token_bytes: int = 0
    total: int = 0


def read_state(connection: Connection[tuple[Any, ...]]) -> ServerState:
    """The state that a transaction sees.

    Raises:
        DamageError: if the row is gone.
    """
    return state_of(connection.execute(READ_STATE).fetchone())


def state_of(row: tuple[Any, ...] | None) -> ServerState:
    """The state in the row of ``READ_STATE``.

    Raises:
        DamageError: if there is none.
    """
    if row is None:
        raise DamageError("it does not say what it holds")
    lineage, generation, documents, passages, terms, works, token_bytes, total = row
    return ServerState(lineage, generation, documents, passages, terms, works, token_bytes, int(total))


def change_state(connection: Connection[tuple[Any, ...]], by: Difference) -> None:
    """Count a change; the last statement of its transaction."""
    values = {
        "documents": by.documents,
        "passages": by.passages,
        "terms": by.terms,
        "works": by.works,
        "token_bytes": by.token_bytes,
        "total": str(by.total),
        "modulus": str(TOTAL),
    }
    if connection.execute(_CHANGE, values).rowcount != 1:
        raise DamageError("it does not say what it holds")
