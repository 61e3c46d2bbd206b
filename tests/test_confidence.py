import json
import math
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis import Analyser
from assistant.confidence import (
    AnswerModel,
    Logistic,
    confidence_features,
    default_model,
    model_from,
    opposites,
)
from assistant.datatypes import Hit, Origin, Passage
from assistant.encoders import HashingEncoder, quantise
from assistant.questions import Question, understand
from assistant.sentences import Evidence, ScoredSentence, sentence_features

ENCODER = HashingEncoder()
TERMS = Analyser().terms
RARITY = {"kazcent": 0.9, "accredit": 0.6}
MODEL = AnswerModel(
    sentence={"mean": 1.0},
    found=Logistic(0.5, {"a": 1.0}),
    exact=Logistic(-0.5, {"b": 2.0}),
    found_power=0.5,
    slope=2.0,
    against=0.5,
    offset=1.0,
    answered=0.6,
    weak=0.3,
)


def sigmoid(linear: float) -> float:
    return 1 / (1 + math.exp(-linear))


def asked(text: str) -> Question:
    return understand([(text, ENCODER.encode([text])[0], 1.0)], TERMS, lambda term: RARITY.get(term, 0.5))


def evidence(text: str, quote: str, title: str = "", **signals: float) -> Evidence:
    start = text.index(quote)
    spans = ((start, start + len(quote)),)
    passage = Passage(f"d#0-{len(text)}", "d", 0, len(text), text, title, sentences=spans)
    return Evidence(Hit(passage, 0.5, signals), quantise(ENCODER.encode([text])[0].tokens), Origin("d", "0" * 64))


def features(question: str, text: str, quote: str | None = None, *others: str, title: str = "") -> dict[str, float]:
    """Of a passage and the sentence quoted from it (all of it by default), with other passages beside it."""
    items = [evidence(text, quote or text, title), *(evidence(other, other) for other in others)]
    best = ScoredSentence(items[0], items[0].hit.passage.sentences[0], 1.0)
    return confidence_features(asked(question), items, [best], TERMS)


def test_log_probability_is_the_logarithm_of_the_logistic_function():
    model = Logistic(0.5, {"a": 2.0, "b": -1.0})
    found = model.log_probability({"a": 0.25, "b": 3.0, "not used": 9.0})
    assert found == pytest.approx(math.log(sigmoid(0.5 + 2.0 * 0.25 - 1.0 * 3.0)))


def test_without_weights_the_intercept_decides():
    assert Logistic(0.0, {}).log_probability({}) == pytest.approx(math.log(1 / 2))


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_a_log_probability_is_at_most_0_and_grows_with_a_feature_of_positive_weight(one, other):
    less, more = (Logistic(0.0, {"a": 1.0}).log_probability({"a": value}) for value in sorted((one, other)))
    assert less <= more <= 0


def test_probability_is_the_calibrated_sum_of_the_log_probabilities():
    score = 0.5 * math.log(sigmoid(0.5 + 1.0 * 0.2)) + math.log(sigmoid(-0.5 + 2.0 * 0.7))
    linear = 2.0 * score - 0.5 * math.log(1 - math.exp(score)) + 1.0
    assert MODEL.probability({"a": 0.2, "b": 0.7}) == pytest.approx(sigmoid(linear), abs=1e-6)


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-50, 50))
def test_a_probability_grows_with_what_speaks_for_the_answer(one, other, b):
    less, more = sorted((one, other))
    assert MODEL.probability({"a": less, "b": b}) <= MODEL.probability({"a": more, "b": b})


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_a_probability_lies_between_0_and_1(a, b):
    assert 0 <= MODEL.probability({"a": a, "b": b}) <= 1


@pytest.mark.parametrize(
    ("probability", "outcome"),
    [(1.0, "answered"), (0.6, "answered"), (0.599, "weak"), (0.3, "weak"), (0.299, "not_found"), (0.0, "not_found")],
)
def test_an_outcome_begins_at_its_threshold(probability, outcome):
    assert MODEL.outcome(probability) == outcome


@pytest.mark.parametrize("model", [MODEL, default_model()], ids=["made here", "packaged"])
def test_a_model_survives_the_way_through_json(model):
    assert model_from(json.loads(json.dumps(asdict(model)))) == model


def test_notes_beside_a_stored_model_are_no_part_of_it():
    assert model_from({**asdict(MODEL), "trained_on": "a note"}) == MODEL


def test_a_stored_model_without_a_field_is_refused():
    with pytest.raises(KeyError, match="slope"):
        model_from({name: value for name, value in asdict(MODEL).items() if name != "slope"})


def test_the_thresholds_of_the_packaged_model_are_ordered():
    assert 0 < default_model().weak <= default_model().answered < 1


def test_the_packaged_model_weighs_only_features_of_sentences_that_exist():
    ((_, made),) = sentence_features(asked("Why?"), evidence("Apples.", "Apples."), TERMS)
    assert default_model().sentence.keys() <= made.keys()


@pytest.mark.parametrize("part", ["found", "exact"])
def test_the_packaged_model_weighs_only_features_of_confidence_that_exist(part):
    assert getattr(default_model(), part).weights.keys() <= features("Why?", "Apples.").keys()


def test_coverage_is_the_weighted_share_of_the_words_that_the_passage_holds():
    found = features("When was KAZCENT accredited?", "KAZCENT opened late.")
    assert found["coverage"] == pytest.approx(0.9 / (0.9 + 0.6))


def test_coverage_counts_words_of_the_title_too():
    assert features("When was KAZCENT accredited?", "It was accredited late.", title="KAZCENT")["coverage"] == 1


def test_other_passages_count_for_the_coverage_of_all_only():
    found = features("When was KAZCENT accredited?", "KAZCENT opened.", None, "It was accredited.")
    assert found["coverage_all"] == 1
    assert found["coverage"] < 1


def test_rarest_missing_is_the_rarity_of_the_rarest_word_that_the_passage_lacks():
    assert features("When was KAZCENT accredited?", "It opened.")["rarest_missing"] == 0.9
    assert features("When was KAZCENT accredited?", "KAZCENT opened.")["rarest_missing"] == 0.6
    assert features("When was KAZCENT accredited?", "KAZCENT was accredited.")["rarest_missing"] == 0


def test_names_that_the_passage_lacks_are_counted():
    question = "When did Aigerim meet Dana in secret?"
    assert features(question, "They met in secret.")["names_missing"] == 2
    assert features(question, "Dana met her.")["names_missing"] == 1


def test_the_first_word_of_a_question_is_no_name():
    assert features("Apples grow where?", "Pears fall.")["names_missing"] == 0


@pytest.mark.parametrize(
    ("question", "quote", "negated"),
    [
        ("Which course is not open?", "The course is open.", 1),
        ("Which course isn’t open?", "The course is open.", 1),
        ("Which course is not open?", "The course was never open.", 0),
        ("Which course is open?", "The course is not open.", 0),
        ("Which note is open?", "The notebook is open.", 0),
    ],
    ids=["turned round", "contracted", "both", "quotation only", "no whole word"],
)
def test_a_negation_of_the_question_must_stand_in_the_quotation(question, quote, negated):
    assert features(question, quote)["negated"] == negated


@pytest.mark.parametrize(
    ("question", "text", "opposed"),
    [
        ("Who refused the plan?", "She accepted the plan.", 1),
        ("Who refused the plan?", "She refused the plan.", 0),
        ("Who made the plan?", "She refused the plan.", 0),
    ],
)
def test_an_opposing_word_of_the_question_must_stand_in_the_passage(question, text, opposed):
    assert features(question, text)["opposed"] == opposed


@pytest.mark.parametrize(
    ("text", "quote", "antonym"),
    [
        ("Prices decreased in May.", None, 1),
        ("Prices increased in May.", None, 0),
        ("Prices increased. Then prices decreased.", "Then prices decreased.", 0),
        ("Prices were stable. Wages decreased.", "Prices were stable.", 0),
    ],
    ids=["opposite", "same", "same in the passage", "opposite outside the quotation"],
)
def test_an_antonym_is_quoted_for_a_word_that_the_passage_lacks(text, quote, antonym):
    assert features("When did prices increase?", text, quote)["antonym"] == antonym


@pytest.mark.parametrize(
    ("text", "quote", "other_number"),
    [
        ("It opened in 1996.", None, 1),
        ("It opened in 1995.", None, 0),
        ("It opened late.", None, 0),
        ("In 1995 it closed. It opened in 1996.", "It opened in 1996.", 0),
    ],
    ids=["another", "the same", "none", "the same nearby"],
)
def test_another_number_is_quoted_where_the_passage_lacks_the_one_asked_about(text, quote, other_number):
    assert features("What opened in 1995?", text, quote)["other_number"] == other_number


def test_numbers_of_the_question_that_are_not_quoted_are_counted():
    found = features(
        "What opened in 1995 or 1997 or 1999?", "In 1997 it closed. In 1999 it opened.", "In 1999 it opened."
    )
    assert found["numbers_not_quoted"] == 2


def test_names_and_numbers_that_are_not_quoted_are_counted_together():
    assert features("What did Dana open in 1995?", "Something opened.")["marked_not_quoted"] == 2


@pytest.mark.parametrize(
    ("question", "quote", "wrong"),
    [
        ("When did it open?", "It opened.", 1),
        ("When did it open?", "It opened in 1995.", 0),
        ("Tell.", "It opened.", 0),
    ],
    ids=["lacking", "held", "none wanted"],
)
def test_a_quotation_without_the_kind_that_is_wanted_is_of_the_wrong_kind(question, quote, wrong):
    assert features(question, quote)["wrong_kind"] == wrong


def test_certainty_is_the_share_of_the_best_sentence_in_the_softmax():
    item = evidence("Apples grow.", "Apples grow.")
    sentences = [ScoredSentence(item, (0, 12), score) for score in (3.0, 2.0, 1.0)]
    found = confidence_features(asked("Which apples?"), [item], sentences, TERMS)
    assert found["certainty"] == pytest.approx(1 / (1 + math.exp(2 - 3) + math.exp(1 - 3)))


def test_gap_is_from_the_best_to_the_fourth_late_score():
    items = [evidence("Apples.", "Apples.", late=late) for late in (0.5, 0.9, 0.1, 0.4, 0.2)]
    found = confidence_features(asked("Which apples?"), items, [ScoredSentence(items[0], (0, 7), 1.0)], TERMS)
    assert found["gap"] == pytest.approx(0.9 - 0.2)


def test_dense_is_the_best_cosine_of_all_passages():
    items = [evidence("Apples.", "Apples.", dense=dense) for dense in (0.3, 0.7)]
    found = confidence_features(asked("Which apples?"), items, [ScoredSentence(items[0], (0, 7), 1.0)], TERMS)
    assert found["dense"] == 0.7


def test_together_is_the_share_of_neighbouring_words_that_stand_close_in_the_passage():
    question = "Which red apples grow?"  # red apples, apples grow
    far = "Apples are loved by young and old people everywhere. They grow."
    assert features(question, "Red apples grow.")["together"] == 1
    assert features(question, f"Red {far}")["together"] == 1 / 2
    assert features("Which apples?", "Red apples grow.")["together"] == 1 / 2


@given(st.lists(st.sampled_from(["KAZCENT", "opened", "in", "1995", "not", "Is", "it", "?"]), min_size=1, max_size=6))
def test_any_question_has_finite_features(words):
    found = features(" ".join(words), "KAZCENT opened in 1996.")
    assert all(math.isfinite(value) for value in found.values())
    assert 0 <= found["coverage"] <= found["coverage_all"] <= 1


def test_opposites_hold_both_ways_and_of_nothing_itself():
    pairs = {(one, other) for one, others in opposites(TERMS).items() for other in others}
    assert pairs == {(other, one) for one, other in pairs}
    assert all(one != other for one, other in pairs)


def test_a_word_may_have_several_opposites_in_the_analysers_terms():
    (left, join, right) = (TERMS(word)[0] for word in ("left", "joined", "right"))
    assert opposites(TERMS)[left] == {join, right}
