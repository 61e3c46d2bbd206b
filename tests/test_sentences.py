"""Features in the head: the hashing encoder's tokens are one-hot, so a cosine is 1 for the same word and else 0."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis import Analyser
from assistant.datatypes import Hit, Origin, Passage
from assistant.encoders import HashingEncoder, quantise
from assistant.questions import Question, understand
from assistant.sentences import (
    KINDS,
    Evidence,
    evidence_features,
    scored_sentences,
    sentence_features,
    tokens_of_sentences,
    tokens_within,
)

ENCODER = HashingEncoder()
TERMS = Analyser().terms
RARITY = {"appl": 0.9, "grow": 0.3}


def asked(text: str) -> Question:
    """Apples weigh 0.9, to grow 0.3, every other term 0.5, and question words 0.1."""
    return understand([(text, ENCODER.encode([text])[0], 1.0)], TERMS, lambda term: RARITY.get(term, 0.5))


def evidence(*sentences: str, document="d.txt", start=0, score=0.5, with_tokens: int | None = None) -> Evidence:
    """A passage of sentences with a blank between them; ``with_tokens`` of its characters have token vectors."""
    text = " ".join(sentences)
    spans, place = [], start
    for sentence in sentences:
        spans.append((place, place + len(sentence)))
        place += len(sentence) + 1
    passage = Passage(
        f"{document}#{start}-{start + len(text)}", document, start, start + len(text), text, sentences=tuple(spans)
    )
    tokens = quantise(ENCODER.encode([text[:with_tokens]])[0].tokens)
    return Evidence(Hit(passage, score), tokens, Origin(document, "0" * 64))


def features_of(question: str, *sentences: str, **options) -> list[dict[str, float]]:
    return [features for _, features in sentence_features(asked(question), evidence(*sentences, **options), TERMS)]


QUESTION = "Where do apples grow?"
WEIGHT = 0.1 + 0.1 + 0.9 + 0.3  # where, do, apples, grow; the mark weighs nothing


def test_mean_is_over_all_tokens_of_the_question():
    (features,) = features_of(QUESTION, "Apples are red.")
    assert features["mean"] == pytest.approx(1 / 5)


def test_weighted_counts_a_token_by_the_rarity_of_its_word():
    (features,) = features_of(QUESTION, "Apples are red.")
    assert features["weighted"] == pytest.approx(0.9 / WEIGHT)


@pytest.mark.parametrize(("sentence", "weakest"), [("Apples are red.", 0), ("Apples grow.", 1)])
def test_weakest_is_the_least_of_the_heavier_half(sentence, weakest):
    (features,) = features_of(QUESTION, sentence)
    assert features["weakest"] == pytest.approx(weakest)


def test_with_previous_takes_the_sentence_before_along():
    first, second = features_of(QUESTION, "Apples are red.", "They grow slowly.")
    assert first["with_previous"] == first["weighted"]
    assert second["with_previous"] == pytest.approx((0.9 + 0.3) / WEIGHT)


def test_with_previous_looks_back_one_sentence_only():
    *_, third = features_of(QUESTION, "Apples are red.", "So it is.", "They grow slowly.")
    assert third["with_previous"] == pytest.approx(0.3 / WEIGHT)


def test_lexical_is_the_weighted_share_of_the_terms_whatever_their_form():
    (features,) = features_of(QUESTION, "An apple is red.")
    assert features["lexical"] == pytest.approx(0.9 / (0.9 + 0.3))


def test_dense_is_the_cosine_of_the_two_means():
    (features,) = features_of(QUESTION, "Apples are red.")
    assert features["dense"] == pytest.approx(1 / (math.sqrt(5) * math.sqrt(4)))


def test_novel_counts_terms_that_the_question_does_not_hold():
    nothing_new, two_new = features_of(QUESTION, "Apples grow.", "Apples are red and round.")
    assert nothing_new["novel"] == 0
    assert two_new["novel"] == pytest.approx(math.log(1 + 2))


@pytest.mark.parametrize(
    ("sentence", "points_back"),
    [("They grow slowly.", 1), ("“Its harvest is late.”", 1), ("The latter grow.", 1), ("Italy grows them.", 0)],
)
def test_a_sentence_that_begins_with_a_pronoun_points_back(sentence, points_back):
    (features,) = features_of(QUESTION, sentence)
    assert features["points_back"] == points_back


def test_passage_is_the_score_of_the_hit():
    (features,) = features_of(QUESTION, "Apples grow.", score=0.8)
    assert features["passage"] == 0.8


@pytest.mark.parametrize(
    ("question", "sentence", "kinds"),
    [
        ("When did apples come?", "Apples came in 1930.", {"kind_when"}),
        ("When did apples come?", "Apples came.", set()),
        ("When in 1930 did apples come?", "Apples came in 1930.", set()),
        ("How many apples grow?", "Apples grow in 1930.", {"kind_number"}),
        ("Describe apples.", "Apples came in 1930.", set()),
    ],
    ids=["held", "not held", "only what was asked with", "another kind", "none wanted"],
)
def test_only_the_kind_that_is_wanted_can_be_held(question, sentence, kinds):
    (features,) = features_of(question, sentence)
    assert {name for name, value in features.items() if name.startswith("kind_") and value} == kinds


def test_every_kind_has_a_feature():
    (features,) = features_of(QUESTION, "Apples grow.")
    assert {name for name in features if name.startswith("kind_")} == {f"kind_{kind}" for kind in KINDS}


def test_sentences_without_tokens_are_left_out():
    item = evidence("Apples grow.", "Pears grow.", with_tokens=len("Apples grow."))
    assert [span for span, _ in sentence_features(asked(QUESTION), item, TERMS)] == [(0, 12)]


def test_a_question_without_tokens_scores_nothing():
    assert sentence_features(asked(" "), evidence("Apples grow."), TERMS) == []


def test_tokens_within_a_span_are_those_that_lie_in_it_wholly():
    item = evidence("Apples grow.", "Pears fall.", start=100)
    assert tokens_within(item, (113, 118)).tolist() == [3]
    assert tokens_within(item, (113, 117)).tolist() == []


def test_tokens_of_the_context_lie_in_no_span():
    context = "Fruit\n"
    item = evidence("Apples grow.")
    tokens = quantise(ENCODER.encode([context + item.hit.passage.text])[0].tokens, len(context))
    assert tokens_within(Evidence(item.hit, tokens, item.origin), (0, 12)).tolist() == [1, 2, 3]


def test_the_score_is_the_weighted_sum_of_the_features():
    weights = {"mean": 2.0, "points_back": -0.25, "passage": 4.0}
    (one,) = scored_sentences(asked(QUESTION), [evidence("They grow.", score=0.5)], TERMS, weights)
    assert one.score == pytest.approx(2.0 * 1 / 5 - 0.25 + 4.0 * 0.5)


def test_sentences_come_best_first():
    items = [evidence("Pears fall.", "Apples fall."), evidence("Apples grow.", document="e.txt")]
    found = scored_sentences(asked(QUESTION), items, TERMS, {"lexical": 1.0})
    assert [one.text for one in found] == ["Apples grow.", "Apples fall.", "Pears fall."]


def test_ties_come_in_order_of_document_and_place():
    items = [evidence("It grew.", "He grew.", document="b.txt"), evidence("She grew.", document="a.txt")]
    found = scored_sentences(asked(QUESTION), items, TERMS, {"mean": 1.0})
    assert [one.text for one in found] == ["She grew.", "It grew.", "He grew."]


def test_a_sentence_that_two_passages_share_is_scored_once_in_the_better_one():
    better = evidence("Apples fall.", "Pears grow.", score=0.9)
    worse = evidence("Pears grow.", "Plums grow.", start=13, score=0.4)
    found = scored_sentences(asked(QUESTION), [better, worse], TERMS, {"passage": 1.0})
    assert [(one.text, one.score) for one in found] == [
        ("Apples fall.", 0.9),
        ("Pears grow.", 0.9),
        ("Plums grow.", 0.4),
    ]


def test_the_same_place_in_two_documents_is_two_sentences():
    items = [evidence("Apples grow."), evidence("Apples grow.", document="e.txt")]
    assert len(scored_sentences(asked(QUESTION), items, TERMS, {"mean": 1.0})) == 2


def test_without_evidence_there_are_no_sentences():
    assert scored_sentences(asked(QUESTION), [], TERMS, {"mean": 1.0}) == []


SENTENCE = st.lists(st.sampled_from(["Apples", "pears", "grow", "fall", "é😀"]), min_size=1, max_size=4)
SENTENCES = st.lists(SENTENCE.map(lambda words: " ".join(words) + "."), min_size=1, max_size=5)


@given(SENTENCES, st.integers(0, 1000))
def test_the_text_of_a_sentence_is_its_exact_words(sentences, start):
    found = scored_sentences(asked(QUESTION), [evidence(*sentences, start=start)], TERMS, {})
    assert [one.text for one in found] == sentences


@given(SENTENCES)
def test_shares_lie_between_0_and_1_and_more_to_look_at_never_lowers_one(sentences):
    for features in features_of(QUESTION, *sentences):
        shares = [features[name] for name in ("mean", "weakest", "weighted", "with_previous", "lexical", "dense")]
        assert all(-1e-6 <= share <= 1 + 1e-6 for share in shares)
        assert features["with_previous"] >= features["weighted"]


@given(SENTENCES, st.dictionaries(st.sampled_from(["mean", "lexical", "novel"]), st.floats(-5, 5)))
def test_twice_the_weights_give_the_same_order(sentences, weights):
    items = [evidence(*sentences)]
    once = scored_sentences(asked(QUESTION), items, TERMS, weights)
    twice = scored_sentences(asked(QUESTION), items, TERMS, {name: 2 * weight for name, weight in weights.items()})
    assert [one.span for one in once] == [one.span for one in twice]


WORDS = st.lists(st.sampled_from(["apples", "grow", "red", "where", "1868", "Kew"]), min_size=1, max_size=4)
PASSAGES = st.lists(st.lists(WORDS.map(lambda words: " ".join(words) + "."), min_size=1, max_size=4), max_size=4)


@given(PASSAGES)
def test_the_features_of_several_passages_are_those_of_each_alone(passages):
    items = [evidence(*sentences, start=7 * number, score=0.1 * number) for number, sentences in enumerate(passages)]
    together = evidence_features(asked(QUESTION), items, TERMS)
    alone = [sentence_features(asked(QUESTION), item, TERMS) for item in items]
    assert [[span for span, _ in each] for each in together] == [[span for span, _ in each] for each in alone]
    for one, other in zip(together, alone, strict=True):
        for (_, features), (_, wanted) in zip(one, other, strict=True):
            assert features == pytest.approx(wanted, abs=1e-6)


@given(PASSAGES)
def test_the_tokens_of_all_sentences_are_those_within_each(passages):
    for sentences in passages:
        item = evidence(*sentences, start=3)
        spans, tokens, counts = tokens_of_sentences(item)
        within = [tokens_within(item, span).tolist() for span in item.hit.passage.sentences]
        assert tokens.tolist() == [token for each in within for token in each]
        assert counts.tolist() == [len(each) for each in within if each]
        assert spans == [span for span, each in zip(item.hit.passage.sentences, within, strict=True) if each]
