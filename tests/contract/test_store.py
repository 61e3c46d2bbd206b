"""What every store must do. Runs against each implementation of the protocol."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.analysis import Analyser
from assistant.datatypes import Block, Document, Feedback, IndexUpdate, Passage
from assistant.encoders import TokenVectors, quantise
from assistant.index import EmbeddedStore, Makers, PassageRef, Store, open_store, store_exists
from assistant.index.history import UPDATES_KEPT
from assistant.index.server.store import ServerStore

MAKERS = Makers("hashing", "hashing-1", 4, "splitter", "english", Analyser().fingerprint)


def document(document_id: str, text: str, source: str | None = None) -> Document:
    blocks = (Block("paragraph", 0, len(text), ("Top",)),)
    return Document(document_id, source or document_id, "Title", text, "ab" * 32, blocks=blocks, page_starts=(0, 4))


def passage(doc: Document, start: int, end: int) -> Passage:
    text = doc.text[start:end]
    return Passage(f"{doc.id}#{start}-{end}", doc.id, start, end, text, doc.title, ("Top",), 1, ((start, end),))


def unit(*values: float) -> np.ndarray:
    row = np.array(values, dtype=np.float32)
    return row / np.linalg.norm(row)


@pytest.fixture(params=["embedded", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "embedded":
        opened: Store = EmbeddedStore.create(tmp_path / "index", MAKERS)
    else:
        opened = ServerStore.create(request.getfixturevalue("server_address"), MAKERS)
    yield opened
    opened.close()


@pytest.fixture
def filled(store: Store) -> Store:
    """Three one-passage documents: apples, pears, and one on both."""
    for name, text, vector in [
        ("a", "Apples grow here.", unit(1, 0, 0, 0)),
        ("b", "Pears grow there.", unit(0, 1, 0, 0)),
        ("c", "Apples and pears, apples first.", unit(1, 1, 0, 0)),
    ]:
        doc = document(name, text)
        store.replace_document(doc, [passage(doc, 0, len(text))], vector[None, :], f"hash-{name}")
    return store


def ids(store: Store, candidates) -> list[str]:
    found = store.passages([c.key for c in candidates])
    return [found[c.key].document for c in candidates]


def test_a_document_comes_back_as_it_was_put(filled):
    doc = document("a", "Apples grow here.")
    assert filled.document("a") == doc
    assert filled.passages_of("a") == [passage(doc, 0, 17)]
    assert filled.origins(["a", "nobody"]) == {"a": doc.origin}
    assert filled.document("nobody") is None


def test_the_vectors_of_a_document_come_back_in_reading_order(store):
    doc = document("a", "Apples. Pears.")
    rows = np.stack([unit(0, 1, 0, 0), unit(1, 0, 0, 0)])
    store.replace_document(doc, [passage(doc, 8, 14), passage(doc, 0, 7)], rows, "hash")
    assert [each.text for each in store.passages_of("a")] == ["Apples.", "Pears."]
    assert np.array_equal(store.vectors_of("a"), rows[::-1])
    assert store.vectors_of("nobody").shape == (0, 4)


def test_what_a_document_says_of_itself_comes_back(store):
    doc = replace(
        document("a", "Apples."),
        metadata={"author": "Ann", "links": '["/x"]'},
        page_kind="slide",
        warnings=("comments were left out",),
    )
    store.replace_document(doc, [], np.zeros((0, 4), np.float32), "hash")
    assert store.document("a") == doc
    assert store.origins(["a"])["a"].page_kind == "slide"


def test_lines_of_places_are_told_without_the_text(store):
    doc = document("a", "One.\r\nTwo.\n\nFour.")
    store.replace_document(doc, [], np.zeros((0, 4), np.float32), "hash")
    places = {("a", doc.text.index(word)): line for word, line in (("One", 1), ("wo.", 2), ("Four", 4))}
    assert store.lines({*places, ("gone", 3)}) == places


def test_its_address_opens_it_again(filled):
    assert store_exists(filled.address)
    again = open_store(filled.address)
    assert (again.address, again.folder, again.makers) == (filled.address, filled.folder, MAKERS)
    assert again.document_hashes() == filled.document_hashes()
    again.close()


def test_a_state_that_is_held_is_read_until_it_is_let_go(filled):
    filled.hold()
    writer = open_store(filled.address)
    writer.delete_documents(["a"])
    writer.close()
    assert sorted(filled.document_hashes()) == ["a", "b", "c"]
    assert ids(filled, filled.lexical({"appl": 1.0}, 10)) == ["c", "a"]
    filled.let_go()
    assert sorted(filled.document_hashes()) == ["b", "c"]
    assert ids(filled, filled.lexical({"appl": 1.0}, 10)) == ["c"]


def test_info_counts(filled):
    info = filled.info()
    assert (info.documents, info.passages, info.dimension) == (3, 3, 4)
    assert info.terms_per_passage == pytest.approx((5 + 4 + 6) / 3)  # title and heading included, stop words not


def test_dense_ranks_by_cosine(filled):
    found = filled.dense(unit(1, 0.2, 0, 0), 2)
    assert ids(filled, found) == ["a", "c"]
    assert found[0].score == pytest.approx(float(unit(1, 0.2, 0, 0)[0]))


def test_lexical_ranks_by_bm25_and_leaves_out_what_holds_no_term(filled):
    assert ids(filled, filled.lexical({"appl": 1.0}, 10)) == ["c", "a"]
    assert filled.lexical({"plum": 1.0}, 10) == []
    assert filled.lexical({}, 10) == []


def test_bm25_is_the_formula(filled):
    n, df, tf, length, mean = 3, 2, 2, 6, (5 + 4 + 6) / 3
    idf = np.log(1 + (n - df + 0.5) / (df + 0.5))
    expected = idf * tf * 2.2 / (tf + 1.2 * (1 - 0.75 + 0.75 * length / mean))
    assert filled.lexical({"appl": 1.0}, 1)[0].score == pytest.approx(expected)


def test_what_the_work_says_elsewhere_counts_for_each_of_its_passages(store):
    for name, text in [("f#0", "Apples grow."), ("f#1", "Pears grow."), ("g#0", "Pears grow.")]:
        doc = document(name, text)
        store.replace_document(doc, [passage(doc, 0, len(text))], unit(1, 0, 0, 0)[None, :], f"hash-{name}")
    asked = {"appl": 1.0, "pear": 1.0}
    scores = [c.score for c in store.lexical(asked, 3)]
    assert scores[1] == scores[2]
    of_f, of_g = store.lexical(asked, 3, context=0.5)[1:]
    assert ids(store, [of_f, of_g]) == ["f#1", "g#0"]
    assert of_f.score - of_g.score == pytest.approx(0.5 * np.log(1 + (2 - 1 + 0.5) / (1 + 0.5)))
    assert len(store.lexical({"appl": 1.0}, 3, context=0.5)) == 1  # a passage is found by its own words only


def test_terms_count_by_their_weight(filled):
    single = filled.lexical({"appl": 1.0}, 1)[0].score
    assert filled.lexical({"appl": 0.5}, 1)[0].score == pytest.approx(0.5 * single)


def test_searches_can_be_scoped_to_documents(filled):
    assert ids(filled, filled.dense(unit(1, 0, 0, 0), 5, where={"b"})) == ["b"]
    assert set(ids(filled, filled.lexical({"appl": 1.0, "pear": 1.0}, 5, where={"a", "b"}))) == {"a", "b"}
    assert filled.dense(unit(1, 0, 0, 0), 5, where=set()) == []


def test_a_place_is_a_passage_without_its_text(filled):
    (key,) = (candidate.key for candidate in filled.lexical({"pear": 1.0}, 1))
    whole = filled.passages([key])[key]
    assert filled.places([key, 999]) == {
        key: PassageRef(key, whole.document, whole.start, whole.end, tuple(start for start, _ in whole.parts))
    }


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        (("b", 0), [("b", 8), ("a", 8), ("c", 0), ("a", 0)]),
        (("a", 0), [("a", 8), ("b", 0)]),
        (("c", 8), [("c", 0), ("b", 8)]),
    ],
    ids=["both sides in turn", "nothing before", "nothing after"],
)
def test_passages_beside_a_place_come_nearest_first(store, beside, expected):
    for name in ("c", "a", "b"):
        doc = document(name, "Apples. Pears.")
        store.replace_document(doc, [passage(doc, 8, 14), passage(doc, 0, 7)], np.eye(4, dtype=np.float32)[:2], name)
    found = store.beside(PassageRef(0, *beside, 0, ()), 2)
    assert [(place.document, place.start) for place in found] == expected
    assert found == [store.places([place.key])[place.key] for place in found]


def test_token_vectors_come_back_as_they_were_put(store):
    doc = document("a", "Apples.")
    rows = np.array([[0.6, 0.8, 0, 0], [0, 0, 1, 0]], dtype=np.float32)
    codes = quantise(TokenVectors(rows, np.array([[0, 3], [3, 6]], dtype=np.int32)))
    store.replace_document(doc, [passage(doc, 0, 7)], unit(1, 0, 0, 0)[None, :], "a", {0: codes})
    kept = store.token_codes([("a", 0), ("a", 9), ("nobody", 0)])
    assert list(kept) == [("a", 0)]
    assert kept["a", 0].vectors == pytest.approx(rows, abs=0.5 / 127)
    assert kept["a", 0].spans.tolist() == [[0, 3], [3, 6]]
    store.delete_documents(["a"])
    assert store.token_codes([("a", 0)]) == {}


def test_document_frequencies(filled):
    assert filled.document_frequencies({"appl", "plum"}) == {"appl": 2, "plum": 0}


def test_ties_come_in_order_of_key(store):
    for name in ("b", "a"):
        doc = document(name, "Same words.")
        store.replace_document(doc, [passage(doc, 0, 11)], unit(1, 0, 0, 0)[None, :], name)
    assert ids(store, store.dense(unit(1, 0, 0, 0), 2)) == ["b", "a"]
    assert ids(store, store.lexical({"same": 1.0}, 2)) == ["b", "a"]


def test_replacing_a_document_leaves_nothing_of_the_old_one(filled):
    doc = document("a", "Plums only.")
    filled.replace_document(doc, [passage(doc, 0, 11)], unit(0, 0, 1, 0)[None, :], "new")
    assert ids(filled, filled.lexical({"appl": 1.0}, 10)) == ["c"]
    assert ids(filled, filled.lexical({"plum": 1.0}, 10)) == ["a"]
    assert filled.info().documents == 3
    assert filled.document_hashes()["a"] == "new"


def test_replacing_twice_is_replacing_once(filled):
    doc = filled.document("a")
    before = filled.info()
    filled.replace_document(doc, [passage(doc, 0, 17)], unit(1, 0, 0, 0)[None, :], "hash-a")
    after = filled.info()
    assert (after.documents, after.passages) == (before.documents, before.passages)
    assert after.generation > before.generation


def test_documents_are_told_in_the_order_in_which_they_were_written(filled):
    doc = document("a", "Apples grow here.")
    filled.replace_document(doc, [passage(doc, 0, 17)], unit(1, 0, 0, 0)[None, :], "hash-a")
    filled.replace_document(document("0", "…"), [], np.zeros((0, 4), dtype=np.float32), "hash-0")
    assert filled.written_order() == ["b", "c", "a", "0"]


def test_deleting(filled):
    assert filled.delete_documents(["a", "nobody"]) == 1
    assert ids(filled, filled.lexical({"appl": 1.0}, 10)) == ["c"]
    assert ids(filled, filled.dense(unit(1, 0, 0, 0), 10)) == ["c", "b"]
    assert filled.delete_documents([]) == 0
    assert sorted(filled.document_hashes()) == ["b", "c"]


def test_a_document_without_passages_is_kept(store):
    store.replace_document(document("e", "…"), [], np.zeros((0, 4), dtype=np.float32), "e")
    assert store.info().documents == 1
    assert store.dense(unit(1, 0, 0, 0), 3) == []


def test_a_write_that_fails_changes_nothing(filled):
    doc = document("a", "Apples grow here.")
    torn = [passage(doc, 0, 6), None]
    with pytest.raises(AttributeError):
        filled.replace_document(doc, torn, np.zeros((2, 4), dtype=np.float32), "torn")
    assert filled.document_hashes() == {"a": "hash-a", "b": "hash-b", "c": "hash-c"}


def test_vectors_of_another_shape_are_refused(store):
    doc = document("a", "Apples.")
    with pytest.raises(ValueError, match="vectors"):
        store.replace_document(doc, [passage(doc, 0, 7)], np.zeros((1, 3), dtype=np.float32), "a")


SAID = [
    Feedback("When?", ("What is KAZCENT?",), "right", "a", 3, 9, "in 1995", "2026-01-02T03:04:05+00:00"),
    Feedback("Who “runs” it?", (), "not_in_documents"),
]


def test_feedback_comes_back_in_order_and_leaves_the_index_as_it_is(filled):
    assert filled.feedback() == []
    generation = filled.info().generation
    filled.add_feedback(SAID[:1])
    filled.add_feedback(SAID[1:])
    assert filled.feedback() == SAID
    assert filled.info().generation == generation


UPDATES = [
    IndexUpdate("2026-01-01T10:00:00+00:00", 1.5, added=2, details=(("added", "a", ""), ("added", "b", ""))),
    IndexUpdate("2026-01-02T10:00:00+00:00", 0.5, removed=1, failed=1, unchanged=1, stopped=True),
    IndexUpdate("2026-01-03T10:00:00+00:00", 0.1, failed=1, details=(("failed", "c.pdf", "is damaged"),)),
]


def test_updates_come_back_newest_first_and_leave_the_index_as_it_is(filled):
    assert filled.updates() == []
    generation = filled.info().generation
    filled.add_updates(UPDATES[:2])
    filled.add_updates(UPDATES[2:])
    assert filled.updates() == UPDATES[::-1]
    assert filled.updates(1) == UPDATES[2:]
    assert filled.info().generation == generation


def test_only_the_latest_updates_are_kept(filled):
    filled.add_updates([replace(UPDATES[0], unchanged=number) for number in range(UPDATES_KEPT + 5)])
    kept = filled.updates(UPDATES_KEPT + 5)
    assert len(kept) == UPDATES_KEPT
    assert kept[-1].unchanged == 5


@pytest.mark.parametrize(
    ("most", "documents"), [(5, ["a", "b", "c"]), (3, ["a", "b", "c"]), (2, ["a", "c"]), (1, ["a"])]
)
def test_a_sample_is_spread_evenly_over_the_documents_by_name(filled, most, documents):
    text = "Apples grow here."
    doc = document("a", text)
    filled.replace_document(doc, [passage(doc, 0, len(text))], unit(1, 0, 0, 0)[None, :], "later")  # now the last key
    sample = filled.sample(most)
    assert [filled.passages([key])[key].document for key in sample.keys] == list(documents)
    assert (sample.generation, sample.passages) == (filled.info().generation, 3)
    assert np.allclose(sample.vectors[0], unit(1, 0, 0, 0))


def test_a_sample_of_nothing_is_empty(store):
    assert store.sample(10).keys == ()
    assert store.sample(10).vectors.shape == (0, 4)


def test_documents_are_looked_up_by_id_source_and_content(filled):
    every = {each.id: each for each in filled.holdings(ids=["a", "b", "c", "nobody"])}
    assert {name: each.content_hash for name, each in every.items()} == filled.document_hashes()
    assert {each.source: name for name, each in every.items()} == filled.sources()
    assert filled.holdings() == []
    assert filled.holdings(sources=["b", "none"]) == [every["b"]]
    assert filled.holdings(within=["b!/"]) == []
    doc = document("d", "Plums.", "b!/plums")
    filled.replace_document(doc, [passage(doc, 0, 6)], unit(1, 0, 0, 0)[None, :], "hash-d")
    assert [each.id for each in filled.holdings(within=["b!/"])] == ["d"]
    assert [each.id for each in filled.holdings(within=["b"], ids=["b"], sources=["b"])] == ["b", "d"]
    assert filled.holdings(sources=["b!/plum"], within=["b!/plums"]) == []
    assert filled.holdings(contents=["hash-c"]) == [every["c"]]
    assert filled.holdings(contents=["hash"]) == []


def test_a_content_is_found_in_whatever_way_it_was_read(store):
    for name, content in (("a", "abc:2:ocr=eng"), ("b", "abcd:2")):
        doc = document(name, "Words.")
        store.replace_document(doc, [passage(doc, 0, 6)], unit(1, 0, 0, 0)[None, :], content)
    assert [each.id for each in store.holdings(contents=["abc"])] == ["a"]
