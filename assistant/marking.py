"""Which words of a quoted sentence answer: marked only where that can be told nearly always. Pure.

A date where the question begins by asking when and the sentence holds a single date that the question lacks; a number
where it asks how many or how much and a single number, no date, is left, or a single one stands before what is counted.
``benchmarks/answers.py`` measures how often the mark meets the right words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.questions import Question, Terms, expected_kind

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_ORDINAL = (
    r"(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    r"|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty-first)"
)
_DATE = re.compile(
    rf"\b(?:{_DAY}\s+(?:of\s+)?)?{_MONTH}\b(?:\s+{_DAY}\b)?(?:,?\s+\d{{4}}\b)?"
    r"|\b(?:(?:early|late|mid)[- ](?:the\s+)?)?\d{3,4}s\b"
    r"|\b(?:1\d{3}|20\d\d)(?:\s*[–-]\s*\d{2,4})?\b(?!\s*(?:km|mi|people|%|percent|million))"
    rf"|\b{_ORDINAL}[ -]centur(?:y|ies)(?:\s+(?:BC|AD|BCE|CE)\b)?"
    r"|\b\d+\s*(?:BC|AD|BCE|CE)\b"
)
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?"
    r"|dozens?|half|third|quarter|twice|once)"
)
_NUMBER = re.compile(
    rf"[$€£]?\d[\d,.]*\d(?:\s?%|\s{_NUMBER_WORD}\b)?|\b\d\b(?:\s?%|\s{_NUMBER_WORD}\b)?"
    rf"|\b{_NUMBER_WORD}(?:[- ]{_NUMBER_WORD})*\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow (?:many|much)\s+((?:\w+\s+)?\w+)", re.IGNORECASE)
_WHEN_FIRST = re.compile(r"\W*(?:(?:in|on|during|by|since|until|at)\s+)?(?:when|what|which)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_WORDS_AFTER = 3


def answering_words(question: Question, sentence: str, terms: Terms) -> tuple[int, int] | None:
    """Where in a sentence the words stand that answer a question, or None where that cannot be told.

    Args:
        question: taken apart.
        sentence: the one that answers it.
        terms: the analyser.
    """
    kind = expected_kind(question.text)
    if kind == "when" and _WHEN_FIRST.match(question.text):
        return _single(_new(_DATE, sentence, question))
    if kind != "number":
        return None
    dates = [match.span() for match in _DATE.finditer(sentence)]
    found = [
        (start, end)
        for start, end in _new(_NUMBER, sentence, question)
        if not any(first <= start and end <= last for first, last in dates)
    ]
    counted = _COUNTED.search(question.text)
    if len(found) <= 1 or counted is None:
        return _single(found)
    names = set(terms(counted.group(1)))  # of up to two words, since the first may only describe the second
    ends = [start for start, _ in found[1:]] + [len(sentence)]
    after = [" ".join(sentence[stop:end].split()[:_WORDS_AFTER]) for (_, stop), end in zip(found, ends, strict=True)]
    return _single(span for span, text in zip(found, after, strict=True) if names & set(terms(text)))


def _new(pattern: re.Pattern[str], sentence: str, question: Question) -> list[tuple[int, int]]:
    """Where expressions stand whose words are not all in the question."""
    return [
        match.span()
        for match in pattern.finditer(sentence)
        if not {word.lower() for word in _WORD.findall(match.group())} <= question.asked
    ]


def _single(spans: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    found = list(spans)
    return found[0] if len(found) == 1 else None
