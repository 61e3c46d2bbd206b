"""The searcher over a real store, with the hashing encoder: a token is like another if it is the same word."""

import math
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import combinations
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.analysis import Analyser
from assistant.datatypes import Block, Document, Hit, WeightedQuery
from assistant.encoders import HashingEncoder
from assistant.errors import IndexDamagedError
from assistant.index import EmbeddedStore, Makers
from assistant.indexing import store_documents
from assistant.passages import SplitLimits
from assistant.retrieval import RankingSettings
from assistant.searching import Searcher

ENCODER = HashingEncoder()
ANALYSER = Analyser()
SENTENCES = SplitLimits(tokens=12)
"""Room for one sentence of four words in a part, so for two in a passage."""
FRUIT = {
    "apples.txt": "Apples grow in Almaty. Pears grow in Tashkent. Plums grow in Bishkek. Figs grow in Ashgabat.",
    "pears.txt": "Pears ripen in October. They keep for long.",
    "bread.txt": "Bread is baked daily.",
}


def document(name: str, text: str, title: str = "") -> Document:
    return Document(name, name, title, text, "0" * 64, blocks=(Block("paragraph", 0, len(text)),))


@pytest.fixture
def searcher_of(tmp_path: Path) -> Iterator[Callable[..., Searcher]]:
    """Makes a searcher over documents given by id."""
    with ExitStack() as opened:

        def make(texts: dict[str, str], title: str = "", **settings) -> Searcher:
            documents = [document(name, text, title) for name, text in texts.items()]
            assistant = Assistant.from_memory(documents, tmp_path / "index", encoder="hashing", limits=SENTENCES)
            opened.enter_context(closing(assistant))
            return Searcher(assistant.store, assistant.encoder, assistant.analyser, RankingSettings(**settings))

        yield make


def hits_of(searcher: Searcher, *queries: str | WeightedQuery, k: int = 10, where=None) -> tuple[Hit, ...]:
    weighted = [WeightedQuery(query) if isinstance(query, str) else query for query in queries]
    return searcher.find(weighted, k, where).hits


def texts_of(*args, **options) -> list[str]:
    return [hit.passage.text for hit in hits_of(*args, **options)]


def test_a_passage_that_shares_a_part_with_a_much_better_one_is_left_out(searcher_of):
    searcher = searcher_of(FRUIT, merge_margin=0)
    assert texts_of(searcher, "pears in Tashkent and plums in Bishkek", where={"apples.txt"}) == [
        "Pears grow in Tashkent. Plums grow in Bishkek."
    ]


def test_what_does_not_overlap_the_best_passage_is_reported_beside_it(searcher_of):
    searcher = searcher_of(FRUIT, merge_margin=0)
    assert texts_of(searcher, "apples in Almaty and pears in Tashkent", where={"apples.txt"}) == [
        "Apples grow in Almaty. Pears grow in Tashkent.",
        "Plums grow in Bishkek. Figs grow in Ashgabat.",
    ]


def test_a_neighbour_that_does_nearly_as_well_is_merged_into_the_better_passage_once(searcher_of):
    searcher = searcher_of(FRUIT, merge_margin=1)
    assert texts_of(searcher, "pears in Tashkent", where={"apples.txt"}) == [
        "Apples grow in Almaty. Pears grow in Tashkent. Plums grow in Bishkek.",
        "Figs grow in Ashgabat.",
    ]


def test_the_rest_of_a_work_is_looked_at_even_where_no_list_holds_it(searcher_of):
    texts = {"page#1": "Apples grow.", "page#2": "They ripen.", "other": "Pears ripen.", "page#3": "Then rain."}
    near, far = (searcher_of(texts, depth=1, works=works, support=0) for works in (1, 0))
    assert {hit.passage.document for hit in hits_of(far, "apples")} == {"page#1"}
    assert {hit.passage.document for hit in hits_of(near, "apples")} == {"page#1", "page#2", "page#3"}
    scoped = hits_of(near, "apples", where={"page#1", "page#2", "other"})
    assert {hit.passage.document for hit in scoped} == {"page#1", "page#2"}


def test_a_merged_passage_keeps_the_score_and_signals_of_the_better_one(searcher_of):
    alone, merged = (
        hits_of(searcher_of(FRUIT, merge_margin=margin), "apples, pears", k=1, where={"apples.txt"})[0]
        for margin in (0, 1)
    )
    assert merged.passage.end > alone.passage.end
    assert (merged.score, merged.signals) == (alone.score, alone.signals)


def test_a_merged_passage_holds_each_part_and_sentence_once(searcher_of):
    searcher = searcher_of(FRUIT, merge_margin=1)
    (hit,) = hits_of(searcher, "pears in Tashkent", k=1)
    assert list(hit.passage.parts) == list(hit.passage.sentences) == [(0, 22), (23, 46), (47, 69)]


def test_no_two_hits_share_words_of_a_document(searcher_of):
    places = [hit.passage for hit in hits_of(searcher_of(FRUIT), "where do pears and figs grow")]
    assert all(a.document != b.document or a.end <= b.start or b.end <= a.start for a, b in combinations(places, 2))


def test_a_search_may_be_scoped_to_documents(searcher_of):
    found = hits_of(searcher_of(FRUIT), "apples", where={"pears.txt", "bread.txt"})
    assert {hit.passage.document for hit in found} == {"pears.txt", "bread.txt"}


@pytest.mark.parametrize("where", [set(), {"nobody.txt"}], ids=["no documents", "an unknown document"])
def test_a_scope_without_passages_finds_nothing(searcher_of, where):
    assert hits_of(searcher_of(FRUIT), "apples", where=where) == ()


def test_an_empty_index_finds_nothing(searcher_of):
    assert hits_of(searcher_of({}), "apples") == ()


@pytest.mark.parametrize("k", [0, 1, 2, 3])
def test_there_are_at_most_k_hits_and_they_are_the_first_of_all(searcher_of, k):
    searcher = searcher_of(FRUIT)
    assert hits_of(searcher, "pears", k=k) == hits_of(searcher, "pears", k=100)[:k]


def test_hits_come_best_first_with_scores_from_0_to_1(searcher_of):
    scores = [hit.score for hit in hits_of(searcher_of(FRUIT), "when do pears ripen")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_same_words_come_in_order_of_document(searcher_of):
    searcher = searcher_of(dict.fromkeys(("b.txt", "c.txt", "a.txt"), "Apples grow in Almaty."))
    assert [hit.passage.document for hit in hits_of(searcher, "apples")] == ["a.txt", "b.txt", "c.txt"]


def test_a_hit_names_the_signals_it_was_found_by(searcher_of):
    with_term, without = hits_of(searcher_of(FRUIT), "bread", where={"bread.txt", "pears.txt"})
    assert set(with_term.signals) == {"dense", "lexical", "fused", "late"}
    assert set(without.signals) == {"dense", "fused", "late"}


def test_the_dense_signal_is_the_cosine(searcher_of):
    (hit,) = hits_of(searcher_of({"d": "Apples grow."}), "apples")
    assert hit.signals["dense"] == pytest.approx(1 / math.sqrt(3))  # apples, grow, full stop


def test_the_late_signal_is_the_weighted_share_of_the_questions_words(searcher_of):
    searcher = searcher_of(FRUIT)
    rarity = searcher.rarity("pears bread")
    pears, bread = (max(rarity[term] ** 0.5, RankingSettings().common_weight) for term in ("pear", "bread"))
    (hit,) = hits_of(searcher, "pears bread", where={"bread.txt"})
    assert pears < bread
    assert hit.signals["late"] == pytest.approx(bread / (pears + bread))


def test_only_the_best_candidates_are_looked_at_closely(searcher_of):
    found = hits_of(searcher_of(FRUIT, rerank=1), "bread")
    assert ["late" in hit.signals for hit in found] == [True, *[False] * (len(found) - 1)]


def test_without_re_ranking_the_fused_score_decides(searcher_of):
    assert texts_of(searcher_of(FRUIT, rerank=0), "bread baked daily", k=1) == ["Bread is baked daily."]


def test_rarity_is_the_inverse_passage_frequency(searcher_of):
    total, pears = 3 + 1 + 1, 3  # pears stand in two of the windows over apples.txt
    assert searcher_of(FRUIT).rarity("pears") == {
        "pear": pytest.approx(math.log1p((total - pears + 0.5) / (pears + 0.5)))
    }


def test_an_earlier_question_finds_what_the_new_one_does_not_name(searcher_of):
    searcher = searcher_of(FRUIT)
    follow_up = [WeightedQuery("When?", late=0.7), WeightedQuery("bread", 0.7, 0.5, 0.3)]
    assert texts_of(searcher, *follow_up, k=1) == ["Bread is baked daily."]


def test_late_scores_of_several_questions_add_up_by_weight(searcher_of):
    searcher = searcher_of(FRUIT)
    alone = {
        text: {hit.passage.id: hit.signals["late"] for hit in hits_of(searcher, text, where={"bread.txt"})}
        for text in ("daily news", "bread")
    }
    (both,) = hits_of(
        searcher, WeightedQuery("daily news", late=0.7), WeightedQuery("bread", 0.7, 0.5, 0.3), where={"bread.txt"}
    )
    expected = 0.7 * alone["daily news"][both.passage.id] + 0.3 * alone["bread"][both.passage.id]
    assert both.signals["late"] == pytest.approx(expected)


def test_words_that_the_question_says_itself_are_not_counted_again(searcher_of):
    searcher = searcher_of(FRUIT)
    (alone,) = hits_of(searcher, "bread", where={"bread.txt"})
    (repeated,) = hits_of(searcher, "bread", WeightedQuery("bread", 0.7, 0.5, 0.3), where={"bread.txt"})
    assert repeated.signals["lexical"] == alone.signals["lexical"]


@pytest.mark.parametrize(
    ("one", "other", "cosine"),
    [("red apples", "red apples", 1), ("red apples", "red pears", 1 / 2), ("red apples", "blue sky", 0)],
)
def test_likeness_is_the_cosine_of_two_questions(searcher_of, one, other, cosine):
    assert searcher_of({}).likeness(one, other) == pytest.approx(cosine)


@pytest.mark.parametrize("rerank", [0, 60], ids=["not re-ranked", "re-ranked"])
@pytest.mark.parametrize("margin", [0, 1], ids=["alone", "merged"])
@pytest.mark.parametrize("title", ["", "Fruit of the region"], ids=["without context", "with context"])
def test_token_spans_of_a_hit_count_from_its_start(searcher_of, rerank, title, margin):
    searcher = searcher_of(FRUIT, title, rerank=rerank, merge_margin=margin)
    found = searcher.find([WeightedQuery("plums in Bishkek, figs in Ashgabat")], 1)
    passage = found.hits[0].passage
    assert passage.start > 0
    spans = searcher.tokens_of(passage, found).spans.tolist()
    words = [passage.text[start:end] for start, end in spans if start >= 0]
    assert words == re.findall(r"\w+|[^\w\s]", passage.text)


@pytest.fixture
def store_with_budget(tmp_path: Path) -> Iterator[Callable[[int], EmbeddedStore]]:
    """Makes a store of the fruit that keeps token vectors while it is smaller than a number of bytes."""
    with ExitStack() as opened:

        def make(budget: int) -> EmbeddedStore:
            makers = Makers(
                ENCODER.name,
                ENCODER.fingerprint,
                ENCODER.dimension,
                SENTENCES.fingerprint,
                "english",
                ANALYSER.fingerprint,
                budget,
            )
            store = EmbeddedStore.create(tmp_path / str(budget), makers)
            opened.enter_context(closing(store))
            documents = [(document(name, text, "Fruit"), name) for name, text in FRUIT.items()]
            list(store_documents(store, documents, ENCODER, SENTENCES))
            return store

        yield make


def kept_parts(store: EmbeddedStore) -> int:
    parts = {(name, start) for name in FRUIT for p in store.passages_of(name) for start, _ in p.parts}
    return len(store.token_codes(parts))


ALL_KEPT, NONE_KEPT = 1 << 30, 0


def test_token_vectors_are_kept_within_the_budget_only(store_with_budget):
    assert kept_parts(store_with_budget(ALL_KEPT)) == 4 + 2 + 1
    assert kept_parts(store_with_budget(NONE_KEPT)) == 0


@pytest.mark.parametrize("question", ["Where do apples grow?", "pears in October", "bread, figs", "???", "nothing"])
def test_token_vectors_past_the_budget_are_computed_and_rank_alike(store_with_budget, question):
    kept, computed = (
        Searcher(store_with_budget(budget), ENCODER, ANALYSER, RankingSettings()) for budget in (ALL_KEPT, NONE_KEPT)
    )
    assert hits_of(kept, question) == hits_of(computed, question)


def test_token_vectors_past_the_budget_are_the_same_to_the_byte(store_with_budget):
    def codes(budget: int) -> list[tuple[bytes, bytes, bytes]]:
        searcher = Searcher(store_with_budget(budget), ENCODER, ANALYSER, RankingSettings())
        found = searcher.find([WeightedQuery("pears")], 10)
        tokens = [searcher.tokens_of(hit.passage, found) for hit in found.hits]
        return [(each.codes.tobytes(), each.scales.tobytes(), each.spans.tobytes()) for each in tokens]

    assert codes(ALL_KEPT) == codes(NONE_KEPT)


class OneThread:
    """A store whose block of reading holds for the thread that entered it only."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store
        self.threads: set[int] = set()

    def __getattr__(self, name: str):
        if name == "reads_beside":
            raise AttributeError(name)
        self.threads.add(threading.get_ident())
        return getattr(self._store, name)


@pytest.mark.parametrize("question", ["Where do apples grow?", "pears in October", "bread, figs", "???", "nothing"])
def test_what_is_read_beside_changes_no_score(store_with_budget, question):
    store = store_with_budget(ALL_KEPT)
    alone = OneThread(store)
    one, two = (Searcher(each, ENCODER, ANALYSER, RankingSettings()) for each in (alone, store))
    assert hits_of(one, question) == hits_of(one, question) == hits_of(two, question) == hits_of(two, question)
    assert alone.threads == {threading.get_ident()}


def test_a_damaged_index_is_told_by_whoever_reads_it(store_with_budget):
    store = store_with_budget(ALL_KEPT)
    store.info()
    with closing(sqlite3.connect(store.folder / "footnote.sqlite")) as connection, connection:
        connection.execute("UPDATE tokens SET codes = zeroblob(length(codes))")
    with pytest.raises(IndexDamagedError, match="token vectors"):
        hits_of(Searcher(store, ENCODER, ANALYSER, RankingSettings()), "Where do apples grow?")
