"""A question through the store: dense and lexical lists, fused, re-ranked, with what answering needs of each hit."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from assistant.analysis import Analyser
from assistant.datatypes import FloatVector, Hit, Passage, WeightedQuery
from assistant.encoders import Encoded, Encoder, TokenCodes, best_cosines, quantise
from assistant.index import PartKey, Store
from assistant.indexing import encoder_input, part_texts
from assistant.passages import joined
from assistant.retrieval import (
    RankingSettings,
    best_first,
    by_key,
    combine,
    fuse,
    late_interaction,
    rerank,
    supported,
    token_weights,
    work_of_document,
)

QUESTIONS_KEPT = 256
"""How many encoded questions are remembered, so that the turns of a conversation are encoded once."""


@dataclass(frozen=True, slots=True, eq=False)
class SearchedQuery:
    """One query as it was searched for.

    Attributes:
        query: its text and weight.
        encoded: its vectors.
        rarity: weight of each of its terms by how few passages hold it.
        weights: float32 (q,): weight of each of its tokens.
    """

    query: WeightedQuery
    encoded: Encoded
    rarity: Mapping[str, float]
    weights: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a search came to.

    Attributes:
        queries: the question first.
        hits: best first.
        tokens: token vectors of the parts of the passages that were re-ranked.
    """

    queries: tuple[SearchedQuery, ...]
    hits: tuple[Hit, ...]
    tokens: Mapping[PartKey, TokenCodes]


class Searcher:
    """Ranks the passages of a store for weighted queries. Safe to share between threads.

    Args:
        store: where to search.
        encoder: the store's encoder.
        analyser: the store's analyser.
        settings: the knobs of the ranking.
    """

    def __init__(self, store: Store, encoder: Encoder, analyser: Analyser, settings: RankingSettings) -> None:
        self._store = store
        self._encoder = encoder
        self._analyser = analyser
        self._settings = settings
        self._encoded = lru_cache(maxsize=QUESTIONS_KEPT)(lambda text: encoder.encode([text])[0])

    def find(self, queries: Sequence[WeightedQuery], k: int, where: Collection[str] | None = None) -> Found:
        """The k best passages for the queries together.

        Args:
            queries: what to search for; their scores are added by weight, never their words.
            k: how many at most.
            where: ids of the documents to search; all by default.
        """
        encoded = [self._encoded(query.text) for query in queries]
        searched = tuple(self._prepared(query, each) for query, each in zip(queries, encoded, strict=True))
        depth = self._settings.depth
        dense = self._store.dense(_direction(searched), depth, where)
        lexical = self._store.lexical(self._terms(queries), depth, where)
        fused = fuse(dense, lexical, depth, self._settings.dense_weight)
        passages = self._store.passages(sorted(fused))
        fused = {key: score for key, score in fused.items() if key in passages}

        def place(key: int) -> tuple[str, int]:
            return passages[key].document, passages[key].start

        candidates = {key: passages[key] for key in best_first(fused, place)[: self._settings.rerank]}
        tokens = self._tokens_of(candidates.values())
        late = self._late(searched, candidates, tokens) if candidates else {}
        final = rerank(fused, late, self._settings.late_weight)
        final = supported(final, lambda key: work_of_document(passages[key].document), self._settings.support)
        order = best_first(final, place)
        shown = _merged([(passages[key], final[key]) for key in order], self._settings.merge_margin)
        best = [(key, passage) for key, passage in zip(order, shown, strict=True) if passage is not None][:k]
        signals = {"dense": by_key(dense), "lexical": by_key(lexical), "fused": fused, "late": late}
        hits = tuple(Hit(passage, final[key], _signals(key, **signals)) for key, passage in best)
        return Found(searched, hits, tokens)

    def likeness(self, one: str, other: str) -> float:
        """Cosine of two questions' vectors."""
        return float(self._encoded(one).vector @ self._encoded(other).vector)

    def tokens_of(self, passage: Passage, found: Found) -> TokenCodes:
        """Token vectors of a hit, spans counting from the passage's start."""
        parts = _parts(passage)
        known = found.tokens if all(part in found.tokens for part in parts) else self._tokens_of([passage])
        codes = [known[part] for part in parts]
        spans = [
            np.where(each.spans >= 0, each.spans + start - passage.start, -1)
            for each, (_, start) in zip(codes, parts, strict=True)
        ]
        return TokenCodes(
            np.concatenate([each.codes for each in codes]),
            np.concatenate([each.scales for each in codes]),
            np.concatenate(spans).astype(np.int32),
        )

    def rarity(self, text: str) -> dict[str, float]:
        """Inverse passage frequency of each term of a text, as in BM25; a term in every passage weighs little."""
        terms = set(self._analyser.terms(text))
        total = self._store.info().passages
        frequencies = self._store.document_frequencies(terms)
        return {term: math.log1p((total - n + 0.5) / (n + 0.5)) for term, n in sorted(frequencies.items())}

    # inside

    def _prepared(self, query: WeightedQuery, encoded: Encoded) -> SearchedQuery:
        rarity = self.rarity(query.text)

        def of_word(word: str) -> float:
            return max((rarity.get(term, 0.0) for term in self._analyser.terms(word)), default=0.0)

        return SearchedQuery(
            query, encoded, rarity, token_weights(query.text, encoded.tokens, of_word, self._settings.common_weight)
        )

    def _terms(self, queries: Sequence[WeightedQuery]) -> dict[str, float]:
        """What to look for in the lexical index; what the question says itself keeps the question's weight."""
        terms: dict[str, float] = {}
        for query in queries:
            for term, weight in self._analyser.query(query.text).items():
                terms.setdefault(term, weight * query.lexical)
        return terms

    def _late(
        self, searched: Sequence[SearchedQuery], candidates: Mapping[int, Passage], tokens: Mapping[PartKey, TokenCodes]
    ) -> dict[int, float]:
        """Late-interaction score of each candidate: a token of the question may match in any part of the passage."""
        columns = {part: column for column, part in enumerate(tokens)}
        members = {key: [columns[part] for part in _parts(passage)] for key, passage in candidates.items()}
        rankings = []
        for each in searched:
            best = best_cosines(each.encoded.tokens.vectors, list(tokens.values()))
            joined = np.stack([best[:, columns].max(axis=1, initial=0.0) for columns in members.values()], axis=1)
            values = late_interaction(joined, each.weights)
            rankings.append((each.query.late, dict(zip(members, values.tolist(), strict=True))))
        return combine(rankings)

    def _tokens_of(self, passages: Iterable[Passage]) -> dict[PartKey, TokenCodes]:
        """Kept token vectors of parts; those past the store's budget are computed, with the same rounding."""
        inputs = {
            (passage.document, start): encoder_input(passage.context, text)
            for passage in passages
            for start, text in part_texts(passage).items()
        }
        kept = self._store.token_codes(inputs)
        missing = [part for part in inputs if part not in kept]
        encoded = self._encoder.encode([inputs[part][0] for part in missing])
        for part, each in zip(missing, encoded, strict=True):
            kept[part] = quantise(each.tokens, inputs[part][1])
        return kept


def _parts(passage: Passage) -> list[PartKey]:
    return [(passage.document, start) for start, _ in passage.parts]


def _merged(ranked: Sequence[tuple[Passage, float]], margin: float) -> list[Passage | None]:
    """What is shown for each ranked passage: itself, itself with a neighbour, or nothing.

    A passage that shares a part with a better one is not shown again. If it did nearly as well, within ``margin``, both
    answer, and the better one grows by it, once.
    """
    shown: list[Passage | None] = []
    of_document: dict[str, list[tuple[int, float]]] = {}
    for passage, score in ranked:
        mine = of_document.setdefault(passage.document, [])
        beside = [at for at, _ in mine if _overlap(shown[at], passage)]
        if not beside:
            mine.append((len(shown), score))
            shown.append(passage)
            continue
        shown.append(None)
        first = beside[0]
        better = dict(mine)[first]
        whole = shown[first]
        if len(beside) == 1 and whole is not None and len(whole.parts) == 2 and score >= better - margin:
            shown[first] = joined(whole, passage)
    return shown


def _overlap(one: Passage | None, other: Passage) -> bool:
    return one is not None and one.start < other.end and other.start < one.end


def _direction(searched: Sequence[SearchedQuery]) -> FloatVector:
    """The unit vector to search for: the weighted sum of the queries' vectors."""
    total = np.sum([each.query.dense * each.encoded.vector for each in searched], axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)


def _signals(key: int, **named: Mapping[int, float]) -> dict[str, float]:
    """The scores of a hit that are known, by name."""
    return {name: scores[key] for name, scores in named.items() if key in scores}
