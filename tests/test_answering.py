import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis import Analyser
from assistant.answering import QUOTATIONS_OF_PART, AnsweringSettings, answer, together
from assistant.confidence import AnswerModel, Logistic
from assistant.datatypes import Answer, Hit, Origin, Part, Passage, Place
from assistant.encoders import HashingEncoder, quantise
from assistant.questions import understand
from assistant.sentences import Evidence

ENCODER = HashingEncoder()
TERMS = Analyser().terms
QUESTION = "Where do apples grow?"
"""Two terms of the same weight: a sentence with both scores 1, with one of them 1/2, without either 0."""


def sure(confidence: float) -> AnswerModel:
    """A model that is always so sure, and scores sentences by the share of the question's terms they hold."""
    offset = math.log(confidence / (1 - confidence))
    return AnswerModel(
        {"lexical": 1.0}, Logistic(0, {}), Logistic(0, {}), 1.0, 0.0, 0.0, offset, answered=0.6, weak=0.3
    )


def evidence(*sentences: str, document="d.txt", start=0, score=0.5, page_starts=()) -> Evidence:
    text = " ".join(sentences)
    spans, place = [], start
    for sentence in sentences:
        spans.append((place, place + len(sentence)))
        place += len(sentence) + 1
    passage = Passage(
        f"{document}#{start}-{start + len(text)}",
        document,
        start,
        start + len(text),
        text,
        "Fruit",
        ("Trees", "Apple trees"),
        sentences=tuple(spans),
    )
    tokens = quantise(ENCODER.encode([text])[0].tokens)
    return Evidence(Hit(passage, score), tokens, Origin(f"corpus/{document}", "ab" * 32, page_starts))


def answered(
    items: Sequence[Evidence], confidence: float = 0.8, question: str = QUESTION, nearest: int = 5, **settings
) -> Answer:
    asked = understand([(question, ENCODER.encode([question])[0], 1.0)], TERMS, lambda _: 0.5)
    knobs = AnsweringSettings(**{"neighbour_margin": -1.0, **settings})
    return answer(asked, asked, [question], items, TERMS, sure(confidence), nearest, knobs)


def quotes(found: Answer) -> list[str]:
    return [citation.quote for citation in found.citations]


def test_without_evidence_nothing_is_found():
    assert answered([]) == Answer(QUESTION, "not_found", 0.0, "", (), (), (QUESTION,))


def test_evidence_without_sentences_is_shown_but_answers_nothing():
    found = answered([evidence()])
    assert (found.outcome, found.confidence, found.citations) == ("not_found", 0.0, ())
    assert len(found.nearest) == 1


def test_what_is_not_found_has_no_citations_but_the_nearest_passages():
    found = answered([evidence("Apples grow.", "Pears fall.")], confidence=0.2)
    assert (found.outcome, found.text, found.citations) == ("not_found", "", ())
    assert [citation.quote for citation in found.nearest] == ["Apples grow. Pears fall."]


@pytest.mark.parametrize(("confidence", "outcome"), [(0.8, "answered"), (0.4, "weak"), (0.2, "not_found")])
def test_the_model_decides_the_outcome(confidence, outcome):
    found = answered([evidence("Apples grow.")], confidence)
    assert (found.outcome, found.confidence) == (outcome, pytest.approx(confidence, abs=1e-6))


def test_a_quotation_is_the_words_at_its_span():
    text = "Pears fall. Apples grow. Plums rot."
    found = answered([evidence("Apples grow.", "Plums rot.", start=text.index("Apples"))], margin=0)
    (citation,) = found.citations
    assert citation.quote == "Apples grow." == text[citation.start : citation.end]


def test_a_citation_names_everything_needed_to_check_it():
    (citation,) = answered([evidence("Apples grow.", start=20, page_starts=(0, 10, 90))], quotations=1).citations
    assert (citation.document, citation.source, citation.sha256) == ("d.txt", "corpus/d.txt", "ab" * 32)
    assert (citation.title, citation.heading) == ("Fruit", "Trees > Apple trees")
    assert (citation.page, citation.passage) == (2, "d.txt#20-32")


def test_the_page_is_that_of_the_quotation_not_of_its_passage():
    (citation,) = answered([evidence("Pears fall.", "Apples grow.", page_starts=(0, 12))], margin=0).citations
    assert citation.page == 2


def test_the_text_is_the_quotations_with_their_footnote_marks():
    found = answered([evidence("Apples grow.", "Apples fall.")], margin=0.5)
    assert found.text == "“Apples grow.” [1]\n“Apples fall.” [2]"


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        (0.0, ["Apples grow."]),
        (0.49, ["Apples grow."]),
        (0.5, ["Apples grow.", "Apples fall."]),
        (1.0, ["Apples grow.", "Apples fall.", "Pears rot."]),
    ],
)
def test_a_further_quotation_scores_within_the_margin_of_the_first(margin, expected):
    assert quotes(answered([evidence("Pears rot.", "Apples fall.", "Apples grow.")], margin=margin)) == expected


@pytest.mark.parametrize("quotations", [1, 2, 3])
def test_there_are_at_most_so_many_quotations(quotations):
    items = [evidence("Apples grow.", "Apples fall.", "Apples rot.", "Apples shine.")]
    assert len(answered(items, quotations=quotations).citations) == quotations


def test_sentences_are_taken_from_so_many_of_the_best_passages():
    items = [evidence("Pears rot."), evidence("Apples grow.", document="e.txt")]
    assert quotes(answered(items, passages=1)) == ["Pears rot."]


def test_the_first_citation_scores_the_confidence_and_a_further_one_no_more():
    first, second = answered([evidence("Apples grow.", "Apples fall.")], confidence=0.99).citations
    assert first.score == pytest.approx(0.99)
    assert second.score == pytest.approx(1 - (1.0 - 0.5) / 10)


def test_the_same_words_in_two_documents_are_one_citation_that_names_the_other_place():
    items = [evidence("Apples grow."), evidence("Pears fall.", "APPLES  grow.", document="e.txt")]
    (citation,) = answered(items, margin=0).citations
    assert (citation.document, citation.quote) == ("d.txt", "Apples grow.")
    assert citation.also == (Place("e.txt", 12, 25),)


def test_repeated_words_take_the_place_of_no_other_quotation():
    items = [evidence("Apples grow.", document=name) for name in ("a", "b", "c")] + [evidence("Apples fall.")]
    assert quotes(answered(items, quotations=2)) == ["Apples grow.", "Apples fall."]


def test_nearest_holds_no_passage_that_says_the_same_as_a_better_one():
    items = [evidence("Apples grow."), evidence("Apples  GROW.", document="e.txt"), evidence("Pears.", document="f")]
    assert [citation.quote for citation in answered(items).nearest] == ["Apples grow.", "Pears."]


@pytest.mark.parametrize("nearest", [0, 1, 2])
def test_nearest_holds_at_most_so_many_passages(nearest):
    items = [evidence(f"Apples grow in {place}.", document=place) for place in ("Almaty", "Tashkent", "Osh")]
    assert len(answered(items, nearest=nearest).nearest) == nearest


def test_nearest_passages_keep_their_own_scores():
    items = [evidence("Apples grow.", score=0.75), evidence("Pears fall.", document="e.txt", score=0.25)]
    assert [citation.score for citation in answered(items).nearest] == [0.75, 0.25]


def test_an_answer_says_what_was_searched_for():
    asked = understand([(QUESTION, ENCODER.encode([QUESTION])[0], 1.0)], TERMS, lambda _: 0.5)
    found = answer(asked, asked, [QUESTION, "And pears?"], [], TERMS, sure(0.5), 5, AnsweringSettings())
    assert found.searched_for == (QUESTION, "And pears?")


SENTENCE = st.lists(st.sampled_from(["Apples", "pears", "grow", "fall", "é😀"]), min_size=1, max_size=3)
SENTENCES = st.lists(SENTENCE.map(lambda words: " ".join(words) + "."), min_size=1, max_size=3)


@given(st.lists(SENTENCES, max_size=4), st.floats(0.01, 0.99), st.floats(0, 2))
def test_laws_of_an_answer(passages, confidence, margin):
    items = [evidence(*sentences, document=str(number)) for number, sentences in enumerate(passages)]
    texts = {str(number): " ".join(sentences) for number, sentences in enumerate(passages)}
    found = answered(items, confidence, margin=margin)
    shown = (*found.citations, *found.nearest)
    assert (found.outcome == "not_found") == (not found.citations)
    assert 0 <= found.confidence <= 1
    assert all(0 <= citation.score <= 1 for citation in shown)
    assert all(texts[citation.document][citation.start : citation.end] == citation.quote for citation in shown)
    folded = [citation.quote.casefold() for citation in found.citations]
    assert len(folded) == len(set(folded))


def test_a_neighbour_that_answers_nearly_as_well_is_quoted_along():
    items = [evidence("Pears rot.", "Apples fall.", "Apples grow.", "Plums rot.")]
    assert quotes(answered(items, neighbour_margin=0.5, quotations=1)) == ["Apples fall. Apples grow."]
    assert quotes(answered(items, neighbour_margin=0.4, quotations=1)) == ["Apples grow."]


def test_a_sentence_that_points_back_takes_the_one_before_along():
    items = [evidence("Pears rot.", "They grow like apples.")]
    assert quotes(answered(items, quotations=1)) == ["Pears rot. They grow like apples."]


def test_nothing_is_quoted_along_across_a_line():
    item = evidence("Apples fall.", "Apples grow.")
    passage = replace(item.hit.passage, text="Apples fall.\nApples grow.")
    items = [replace(item, hit=replace(item.hit, passage=passage))]
    assert quotes(answered(items, neighbour_margin=9.0, quotations=1)) == ["Apples grow."]


def test_the_words_that_answer_are_marked_in_the_first_quotation():
    item = evidence("Pears are green.", "Apples grow since 1930.", start=7)
    (citation,) = answered([item], question="Since when do apples grow?", margin=0.1).citations
    assert citation.marked is not None
    start, end = (place - citation.start for place in citation.marked)
    assert citation.quote[start:end] == "1930"
    assert answered([item], question="Where do apples grow?").citations[0].marked is None


def test_several_questions_at_once_keep_their_own_quotations_and_outcomes():
    one = answered([evidence("Apples grow.", "Do apples grow?", "Apples grow too.", document="a.txt")], margin=2)
    other = answered([evidence("Do apples grow?", document="b.txt")], confidence=0.4)
    none = answered([evidence("Do apples grow?", document="c.txt")], confidence=0.1)
    assert len(one.citations) > QUOTATIONS_OF_PART
    whole = together(replace(one, question="All?"), [one, other, none])
    assert [(c.document, c.quote) for c in whole.citations] == [
        *((c.document, c.quote) for c in one.citations[:QUOTATIONS_OF_PART]),
        ("b.txt", "Do apples grow?"),
    ]
    assert whole.parts == (
        Part(QUESTION, "answered", one.confidence, 2),
        Part(QUESTION, "weak", other.confidence, 1),
        Part(QUESTION, "not_found", none.confidence, 0),
    )
    assert (whole.outcome, whole.confidence) == ("weak", none.confidence)
    assert whole.text.count("[3]") == 1
    assert whole.searched_for == ("All?", QUESTION)


def test_a_quotation_that_answers_two_parts_is_shown_once():
    one = answered([evidence("Apples grow.")])
    whole = together(one, [one, one])
    assert whole.citations == one.citations
    assert [part.citations for part in whole.parts] == [1, 0]
    assert whole.outcome == "answered"
