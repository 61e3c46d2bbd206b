"""A question through the store: dense and lexical lists, fused, re-ranked, with what answering needs of each hit."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from time import perf_counter

import numpy as np
import numpy.typing as npt

from assistant.analysis import Analyser
from assistant.beside import Beside
from assistant.datatypes import Candidate, FloatVector, Hit, Passage, WeightedQuery
from assistant.encoders import Encoded, Encoder, TokenCodes, best_cosines, quantise
from assistant.encoding import encoder_input, part_texts
from assistant.index import PartKey, PassageRef, Store
from assistant.index.protocol import ReadsBeside
from assistant.merging import merged
from assistant.retrieval import (
    RankingSettings,
    above,
    best_first,
    by_key,
    combine,
    fuse,
    late_interaction,
    rerank,
    supported,
    token_weights,
)
from assistant.works import work_of_document

NO_TOKENS = TokenCodes(np.zeros((0, 0), np.int8), np.zeros(0, np.float32), np.zeros((0, 2), np.int32))
"""Stands for a part that was taken out of the store in the middle of a search."""

STAGES = ("encode", "dense", "lexical", "rank")
"""What a search does, in order."""

ALONE = Beside(cores=1)
"""For the first question, which may be the only one: what another thread takes of memory is its own for good."""

READ_AHEAD = 40
"""Passages of the lexical list whose token vectors are read while the question is encoded; three in four are needed."""

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
        seconds: what each stage took: ``encode``, ``dense``, ``lexical``, ``rank``.
    """

    queries: tuple[SearchedQuery, ...]
    hits: tuple[Hit, ...]
    tokens: Mapping[PartKey, TokenCodes]
    seconds: Mapping[str, float]


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
        self._beside = ALONE
        self._later = Beside() if isinstance(store, ReadsBeside) else ALONE
        self._encoded = lru_cache(maxsize=QUESTIONS_KEPT)(lambda text: encoder.encode([text])[0])

    def find(self, queries: Sequence[WeightedQuery], k: int, where: Collection[str] | None = None) -> Found:
        """The k best passages for the queries together.

        Args:
            queries: what to search for; their scores are added by weight, never their words.
            k: how many at most.
            where: ids of the documents to search; all by default.
        """
        marks = [perf_counter()]
        depth = self._settings.depth
        with self._beside.doing(lambda: self._lexical(queries, where)) as read_lexical:
            encoded = [self._encoded(query.text) for query in queries]
            searched = tuple(self._prepared(query, each) for query, each in zip(queries, encoded, strict=True))
            marks.append(perf_counter())
            dense = self._store.dense(_direction(searched), depth, where)
            marks.append(perf_counter())
            lexical, tokens = read_lexical()
            marks.append(perf_counter())
        fused = fuse(dense, lexical, depth, self._settings.dense_weight)
        places = self._store.places(fused)
        fused = {key: score for key, score in fused.items() if key in places}
        late: dict[int, float] = {}
        best: dict[int, float] = {}
        candidates = best_first(fused, _order_of(places))[: self._settings.rerank]
        if candidates:
            late = self._late(searched, [places[key] for key in candidates], tokens)
            best = rerank(fused, late, candidates, self._settings.late_weight)
            near = self._neighbours(best, places, where)
            if near:
                places |= near
                late |= self._late(searched, list(near.values()), tokens)
                best = rerank(fused, late, candidates, self._settings.late_weight)
            best = supported(best, lambda key: work_of_document(places[key].document), self._settings.support)
        final = above(best, fused)
        ranked = [(places[key], final[key]) for key in best_first(final, _order_of(places))]
        shown = merged(ranked, self._settings.merge_margin, k)
        passages = self._store.passages(sorted({key for each in shown for key in each.keys}))
        signals = {"dense": by_key(dense), "lexical": by_key(lexical), "fused": fused, "late": late}
        hits = tuple(
            Hit(each.passage(passages), final[each.key], _signals(each.key, **signals))
            for each in shown
            if passages.keys() >= set(each.keys)
        )
        marks.append(perf_counter())
        self._beside = self._later
        spent = (end - start for start, end in pairwise(marks))
        return Found(searched, hits, tokens, dict(zip(STAGES, spent, strict=True)))

    def likeness(self, one: str, other: str) -> float:
        """Cosine of two questions' vectors."""
        return float(self._encoded(one).vector @ self._encoded(other).vector)

    def tokens_of(self, passage: Passage, found: Found) -> TokenCodes:
        """Token vectors of a hit, spans counting from the passage's start."""
        parts = _parts(passage)
        known = {part: found.tokens[part] for part in parts if part in found.tokens}
        if missing := [part for part in parts if part not in known]:
            known |= self._store.token_codes(missing)
            known |= self._computed([passage], set(missing) - known.keys())
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

    def _lexical(
        self, queries: Sequence[WeightedQuery], where: Collection[str] | None
    ) -> tuple[list[Candidate], dict[PartKey, TokenCodes]]:
        """The lexical list, and token vectors of its best passages, most of which late interaction will look at."""
        found = self._store.lexical(self._terms(queries), self._settings.depth, where, self._settings.context)
        ahead = [candidate.key for candidate in found[: min(READ_AHEAD, self._settings.rerank)]]
        places = self._store.places(ahead)
        parts = dict.fromkeys((place.document, start) for place in places.values() for start in place.parts)
        return found, self._store.token_codes(parts)

    def _terms(self, queries: Sequence[WeightedQuery]) -> dict[str, float]:
        """What to look for in the lexical index; what the question says itself keeps the question's weight."""
        terms: dict[str, float] = {}
        for query in queries:
            for term, weight in self._analyser.query(query.text).items():
                terms.setdefault(term, weight * query.lexical)
        return terms

    def _neighbours(
        self, scores: Mapping[int, float], places: Mapping[int, PassageRef], where: Collection[str] | None
    ) -> dict[int, PassageRef]:
        """The passages around the best passage of each of the best works, as far as they are not known already."""
        best_of: dict[str, PassageRef] = {}
        for key in best_first(scores, _order_of(places)):
            best_of.setdefault(work_of_document(places[key].document), places[key])
        near: dict[int, PassageRef] = {}
        for work, best in list(best_of.items())[: self._settings.works]:
            for place in self._store.beside(best, self._settings.neighbours):
                known = place.key in scores or work_of_document(place.document) != work
                if not known and (where is None or place.document in where):
                    near[place.key] = place
        return near

    def _late(
        self, searched: Sequence[SearchedQuery], places: Sequence[PassageRef], tokens: dict[PartKey, TokenCodes]
    ) -> dict[int, float]:
        """Late-interaction score of each passage: a token of the question may match in any part of the passage.

        Args:
            searched: the queries.
            places: the passages.
            tokens: token vectors that are at hand; those of the passages are added.
        """
        parts = [[(place.document, start) for start in place.parts] for place in places]
        wanted = dict.fromkeys(part for those in parts for part in those)
        known = [part for part in wanted if part in tokens]
        lacking = [part for part in wanted if part not in tokens]
        counting = [each.weights > 0 for each in searched]
        asked = np.concatenate([e.encoded.tokens.vectors[of] for e, of in zip(searched, counting, strict=True)])
        with self._beside.doing(lambda: self._tokens(places, lacking)) as read:  # while the others are compared
            first = best_cosines(asked, [tokens[part] for part in known])
            tokens.update(read())
        second = best_cosines(asked, [*(tokens.get(part, NO_TOKENS) for part in lacking), NO_TOKENS])
        best = np.concatenate([first, second], axis=1)
        columns = {part: column for column, part in enumerate((*known, *lacking))}
        members = _filled([[columns[part] for part in those] for those in parts], len(columns))
        keys = [place.key for place in places]
        rankings = []
        for each, of, rows in zip(searched, counting, _runs(counting), strict=True):
            values = late_interaction(best[rows][:, members].max(axis=2), each.weights[of])
            rankings.append((each.query.late, dict(zip(keys, values.tolist(), strict=True))))
        return combine(rankings)

    def _tokens(self, places: Sequence[PassageRef], parts: Sequence[PartKey]) -> dict[PartKey, TokenCodes]:
        """Token vectors of some parts of passages, those past the store's budget computed."""
        found = self._store.token_codes(parts) if parts else {}
        if missing := set(parts) - found.keys():
            keys = [place.key for place in places if any((place.document, start) in missing for start in place.parts)]
            found |= self._computed(self._store.passages(keys).values(), missing)
        return found

    def _computed(self, passages: Iterable[Passage], missing: Collection[PartKey]) -> dict[PartKey, TokenCodes]:
        """Token vectors of the parts that are missing, which are past the store's budget, with the same rounding."""
        inputs = {
            (passage.document, start): encoder_input(passage.context, text)
            for passage in passages
            for start, text in part_texts(passage).items()
            if (passage.document, start) in missing
        }
        encoded = self._encoder.encode([text for text, _ in inputs.values()]) if inputs else []
        return {
            part: quantise(each.tokens, own_text)
            for (part, (_, own_text)), each in zip(inputs.items(), encoded, strict=True)
        }


def _order_of(places: Mapping[int, PassageRef]) -> Callable[[int], tuple[str, int]]:
    return lambda key: (places[key].document, places[key].start)


def _filled(rows: Sequence[Sequence[int]], last: int) -> npt.NDArray[np.intp]:
    """Rows of numbers as int (n, longest + 1), each filled up with a last number."""
    longest = max(map(len, rows), default=0) + 1
    return np.array([[*row, *[last] * (longest - len(row))] for row in rows], dtype=np.intp).reshape(-1, longest)


def _runs(chosen: Sequence[npt.NDArray[np.bool_]]) -> list[slice]:
    """Where the rows that each of several masks chooses stand, one after the other."""
    ends = list(accumulate((int(each.sum()) for each in chosen), initial=0))
    return [slice(start, end) for start, end in pairwise(ends)]


def _parts(passage: Passage) -> list[PartKey]:
    return [(passage.document, start) for start, _ in passage.parts]


def _direction(searched: Sequence[SearchedQuery]) -> FloatVector:
    """The unit vector to search for: the weighted sum of the queries' vectors."""
    total = np.sum([each.query.dense * each.encoded.vector for each in searched], axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), dtype=np.float32)


def _signals(key: int, **named: Mapping[int, float]) -> dict[str, float]:
    """The scores of a hit that are known, by name."""
    return {name: scores[key] for name, scores in named.items() if key in scores}
