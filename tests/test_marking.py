"""Which words of a sentence answer: marked only where that can be told."""

import pytest

from assistant.analysis import Analyser
from assistant.encoders import HashingEncoder
from assistant.marking import answering_words
from assistant.questions import understand

TERMS = Analyser().terms
ENCODER = HashingEncoder()


def marked(text: str, sentence: str) -> str | None:
    question = understand([(text, ENCODER.encode([text])[0], 1.0)], TERMS, lambda _: 1.0)
    span = answering_words(question, sentence, TERMS)
    return None if span is None else sentence[slice(*span)]


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("When did it join?", "Kazakhstan joined in 1995.", "1995"),
        ("When was it opened?", "It was opened on 9 October 2004 in Edinburgh.", "9 October 2004"),
        ("When was it opened?", "Official opening: July 1999.", "July 1999"),
        ("In what year was it built?", "Built in 1889, it stands in Paris.", "1889"),
        ("In which century did he live?", "He lived in the 12th century BC.", "12th century BC"),
        ("When did the war begin?", "The war of 1914–1918 began.", "1914–1918"),
        ("How many members are there?", "There are 28 members.", "28"),
        ("How much does it cost?", "It costs £2.5 million a year.", "£2.5 million"),
        ("How many judges sit?", "Since 2004, twelve judges sit there.", "twelve"),
        ("What percentage was lost?", "It lost 40 % of its value.", "40 %"),
    ],
)
def test_a_single_expression_of_the_wanted_kind_is_marked(question, sentence, words):
    assert marked(question, sentence) == words


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When did it join?", "It applied in 1994 and joined in 1995."),
        ("When did it join?", "It joined later."),
        ("When was the treaty of 1995 signed?", "The treaty of 1995 was signed in Almaty."),
        ("Who led it when it was opened in Paris?", "It was opened in 1889 by Eiffel."),
        ("How many members are there?", "It had 12 offices and 30 cars."),
        ("How many times was it held?", "It has been held since 2006."),
        ("Who founded it?", "It was founded by Ada Lovelace in 1840."),
    ],
    ids=[
        "two dates",
        "no date",
        "only the asked one",
        "asks who",
        "none is counted",
        "a year is no number",
        "names are not told apart",
    ],
)
def test_nothing_is_marked_where_it_cannot_be_told(question, sentence):
    assert marked(question, sentence) is None
