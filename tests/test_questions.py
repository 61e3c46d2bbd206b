import numpy as np
import pytest

from assistant.analysis import Analyser
from assistant.encoders import HashingEncoder
from assistant.questions import expected_kind, holds_answer_of_kind, question_parts, understand, understand_each
from assistant.rarity import Background, background

TERMS = Analyser().terms


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was it built?", "when"),
        ("In which year did it open?", "when"),
        ("How many courses are there?", "number"),
        ("Who runs it?", "who"),
        ("Where did the exercise take place?", "where"),
        ("Why was it closed?", "why"),
        ("What does KAZCENT stand for?", "stands"),
        ("Describe the centre.", "other"),
    ],
)
def test_the_kind_of_answer_a_question_wants(question, kind):
    assert expected_kind(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "holds"),
    [
        ("when", "It opened in 1995.", True),
        ("when", "It opened with a feast.", False),
        ("number", "There are five courses.", True),
        ("who", "The centre was opened by Anna Karenina.", True),
        ("who", "The centre was opened by a minister.", False),
        ("where", "It took place near Almaty.", True),
        ("why", "It closed because of the flood.", True),
        ("stands", "The Training Centre (KAZCENT) is new.", True),
        ("other", "Anything in 1995.", False),
    ],
)
def test_whether_a_sentence_holds_that_kind(kind, sentence, holds):
    assert holds_answer_of_kind(kind, sentence, frozenset()) == holds


def test_what_the_question_says_itself_is_no_answer():
    assert not holds_answer_of_kind("when", "It was so in 1995.", frozenset({"1995"}))
    assert not holds_answer_of_kind("who", "And then Kazakhstan did.", frozenset({"kazakhstan"}))


def test_rare_words_carry_a_question_and_question_words_hardly_do():
    text = "When was KAZCENT accredited?"
    (encoded,) = HashingEncoder().encode([text])
    question = understand([(text, encoded, 1.0)], TERMS, {"kazcent": 0.9, "accredit": 0.5}.__getitem__)
    assert question.weights == pytest.approx(np.array([0.1, 0.1, 0.9, 0.5, 0.0]) / 1.6)
    assert question.terms == {"kazcent": 0.9, "accredit": 0.5}
    assert [(word.term, word.name) for word in question.words] == [("kazcent", True), ("accredit", False)]


def test_a_follow_up_carries_the_words_of_the_question_it_leans_on_with_less_weight():
    texts = ["When was it accredited?", "What is KAZCENT?"]
    follow, earlier = HashingEncoder().encode(texts)
    question = understand([(texts[0], follow, 0.75), (texts[1], earlier, 0.25)], TERMS, lambda _: 0.6)
    assert question.kind == "when"
    assert question.weights.sum() == pytest.approx(1)
    assert question.terms == pytest.approx({"accredit": 0.6, "kazcent": 0.6 / 3})
    assert [word.term for word in question.words] == ["accredit", "kazcent"]
    assert question.words[1].tokens == (len(follow.tokens.spans) + 2,)


def test_rarity_in_general_text_runs_from_common_to_never_seen():
    general = background()
    assert general.rarity("qzxwv") == pytest.approx(1)
    assert 0 < general.rarity("year") < general.rarity("univers") < 1


def test_in_a_small_corpus_general_text_outweighs_chance_in_a_large_one_the_corpus_counts():
    general = Background({"often": 500, "rare": 0}, 1000)
    small = general.blended({"often": 0, "rare": 5}, 5)
    large = general.blended({"often": 0, "rare": 500_000}, 1_000_000)
    assert small("rare") > small("often")
    assert large("rare") < large("often")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who founded it and when was it closed?", ["Who founded it?", "When was it closed?"]),
        ("What is KAZCENT? Where is it?", ["What is KAZCENT?", "Where is it?"]),
        ("Who signed the treaty; how many states joined it?", ["Who signed the treaty?", "How many states joined it?"]),
        ("What is PARP, in which year was it set up", None),
        ("When and where was he born?", None),
        ("Which parties won and lost?", None),
        ("Do members pay and who decides?", None),
        ("How does it work?", None),
        ("??", None),
    ],
)
def test_several_questions_at_once_are_taken_apart_where_each_stands_for_itself(question, parts):
    assert question_parts(question) == (parts or [question])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Which city hosted the games?", ["city", "hosted"]),
        ("How many states joined?", ["states", "joined"]),
        ("Why?", []),
    ],
)
def test_the_focus_is_what_is_asked_for(text, words):
    encoded = HashingEncoder().encode([text])[0]
    focus = understand([(text, encoded, 1.0)], Analyser().terms, lambda _: 1.0).focus
    assert [text[slice(*encoded.tokens.spans[at])] for at in focus] == words


def test_several_weights_of_a_term_give_the_questions_of_each():
    encoded = HashingEncoder().encode(["When was KAZCENT opened?", "Who runs the non-profit?"])
    queries = [("When was KAZCENT opened?", encoded[0], 0.7), ("Who runs the non-profit?", encoded[1], 0.3)]
    rarities = [background().rarity, len]
    for one, rarity in zip(understand_each(queries, TERMS, rarities), rarities, strict=True):
        other = understand(queries, TERMS, rarity)
        assert (one.terms, one.words, one.kind, one.focus) == (other.terms, other.words, other.kind, other.focus)
        assert one.weights.tolist() == other.weights.tolist()
