"""A question through the store: dense and lexical lists, fused, re-ranked, with what answering needs of each hit."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.analysis import Analyser
from assistant.datatypes import Hit, Passage, WeightedQuery
from assistant.encoders import Encoded, Encoder, TokenCodes, best_cosines, quantise
from assistant.index import PartKey, Store
from assistant.indexing import encoder_input, part_texts
from assistant.retrieval import RankingSettings, best_first, combine, fuse, late_interaction, rerank, token_weights


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

    def find(self, queries: Sequence[WeightedQuery], k: int, where: Collection[str] | None = None) -> Found:
        """The k best passages for the queries together.

        Args:
            queries: what to search for; their scores are added by weight, never their words.
            k: how many at most.
            where: ids of the documents to search; all by default.
        """
        encoded = self._encoder.encode([query.text for query in queries])
        searched = tuple(self._prepared(query, each) for query, each in zip(queries, encoded, strict=True))
        scores = [self._scores(each, where) for each in searched]
        fused = combine([(each.query.weight, one.fused) for each, one in zip(searched, scores, strict=True)])
        passages = self._store.passages(sorted(fused))
        fused = {key: score for key, score in fused.items() if key in passages}

        def place(key: int) -> tuple[str, int]:
            return passages[key].document, passages[key].start

        candidates = {key: passages[key] for key in best_first(fused, place)[: self._settings.rerank]}
        tokens = self._tokens_of(candidates.values())
        late = self._late(searched, candidates, tokens) if candidates else {}
        final = rerank(fused, late, self._settings.late_weight)
        best = _without_overlap([(key, passages[key]) for key in best_first(final, place)])[:k]
        hits = tuple(Hit(passages[key], final[key], _signals(key, scores[0], fused, late)) for key in best)
        return Found(searched, hits, tokens)

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

        return SearchedQuery(query, encoded, rarity, token_weights(query.text, encoded.tokens, of_word))

    def _scores(self, searched: SearchedQuery, where: Collection[str] | None) -> _Scores:
        depth = self._settings.depth
        dense = self._store.dense(searched.encoded.vector, depth, where)
        lexical = self._store.lexical(self._analyser.query(searched.query.text), depth, where)
        fused = fuse(dense, lexical, depth, self._settings.dense_weight)
        return _Scores({c.key: c.score for c in dense}, {c.key: c.score for c in lexical}, fused)

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
            rankings.append((each.query.weight, dict(zip(members, values.tolist(), strict=True))))
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


def _without_overlap(passages: Sequence[tuple[int, Passage]]) -> list[int]:
    """Keys in their order, without those whose passage shares words with a better one."""
    taken: dict[str, list[tuple[int, int]]] = {}
    kept = []
    for key, passage in passages:
        spans = taken.setdefault(passage.document, [])
        if all(passage.end <= start or end <= passage.start for start, end in spans):
            spans.append((passage.start, passage.end))
            kept.append(key)
    return kept


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores of one query, by passage key."""

    dense: Mapping[int, float]
    lexical: Mapping[int, float]
    fused: Mapping[int, float]


def _signals(key: int, first: _Scores, fused: Mapping[int, float], late: Mapping[int, float]) -> dict[str, float]:
    """The scores of a hit that are known, by name; cosine and BM25 are those of the question itself."""
    named = {"dense": first.dense, "lexical": first.lexical, "fused": fused, "late": late}
    return {name: scores[key] for name, scores in named.items() if key in scores}
