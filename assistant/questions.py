"""What a question asks: the words that carry it, and the kind of answer it wants. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from assistant.datatypes import FloatMatrix, FloatVector
from assistant.encoders import Encoded
from assistant.rarity import Rarity

AnswerKind: TypeAlias = Literal["when", "number", "who", "where", "why", "stands", "other"]
Terms: TypeAlias = Callable[[str], list[str]]

MOST_PARTS = 4
"""A text that asks more at once is searched for as one question."""

QUESTION_WORD_WEIGHT = 0.1
"""Weight of the tokens of words that say what kind of answer is wanted, or nothing."""

_QUESTION_WORDS_TEXT = """
    who whom whose when where what which why how do does did is are was were be been being am has have had can could
    will would shall should may might must the a an of in on at to for from by with and or as that this these those it
    its there their they them he she his her him i you we us our your my me not no so if than then but about many much
    long often old far name tell please
"""
QUESTION_WORDS = frozenset(_QUESTION_WORDS_TEXT.split())

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_COMPOUND = re.compile(r"\w+(?:['’.,-]\w+)*")

_ASKS_FOR: tuple[tuple[AnswerKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{pattern})", re.IGNORECASE))  # type: ignore[misc]
    for kind, pattern in (
        (
            "when",
            r"(?:when|since when|what (?:year|date|day|month|century|decade|time)|which (?:year|date|day|month|century|"
            r"decade)|(?:in|during) (?:what|which) (?:year|century|decade|month|period))\b",
        ),
        (
            "number",
            r"how (?:many|much|long|old|far|tall|high|large|big|fast|often|deep|wide|heavy)\b|"
            r"what (?:percent|percentage|number|amount|population|proportion|fraction|"
            r"is the (?:population|number|size|cost|price))\b|"
            r"how \w+ (?:is|are|was|were) ",
        ),
        (
            "who",
            r"(?:who|whom|whose|(?:what|which) (?:person|man|woman|king|queen|author|scientist|leader|president|"
            r"general|company|group|team|organization|organisation|country|family|people)s?)\b",
        ),
        (
            "where",
            r"(?:where|(?:what|which) (?:city|country|state|place|region|area|town|location|street|building|river|"
            r"continent|county|nation)s?)\b",
        ),
        (
            "why",
            r"(?:why|what (?:caused|causes|led|leads|was the reason|is the reason|reason)|"
            r"for what (?:reason|purpose))\b",
        ),
        (
            "stands",
            r"(?:stands? for|abbreviat|acronym|short for|also (?:known|called)|another (?:name|term|word)|meaning of|"
            r"mean)\b",
        ),
    )
)

_DATE = re.compile(
    r"\b(?:1\d{3}|20\d\d|\d{3})(?:s\b|\b)(?!\s*(?:km|mi|people|%|percent|million))"
    r"|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b\d+(?:st|nd|rd|th)[ -]centur|\bcentur(?:y|ies)\b|\b(?:BC|AD|BCE|CE)\b"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|\b(?:spring|summer|autumn|winter|decade|years? (?:later|ago)|months?|weeks?|days?|hours?|annually|daily)\b"
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|sixteen|twenty|thirty|"
    r"forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billion|dozen|half|third|quarter|twice|"
    r"once|several|both|single|double|none)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)(?<![\"“(]\b)\b[A-Z][\w’'.-]*")
_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|of|into|on|across|through|outside|inside|around|between)\s+(?:the\s+|a\s+)?(?:\w+\s+)?"
    r"[A-Z]\w+"
)
_REASON = re.compile(
    r"\b(?:because|due to|since|so that|in order to|as a result|therefore|reasons?|thus|caused?|causes|leads? to|"
    r"led to|owing to|for fear|to avoid|to \w+)\b",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(r"\b(?:what|which|how (?:many|much))\s+((?:\w+\s+)?\w+)", re.IGNORECASE)
_QUESTION_WORD = re.compile(r"who|whom|whose|what|when|where|why|which|how", re.IGNORECASE)
# White space is taken whole (\s++) and from its beginning, or a few thousand spaces would be tried in every way.
_NEXT_PART = re.compile(
    r"(?:\?\s*+(?:(?:and|or|but)\s++)?|(?:[,;]|(?<!\s))\s++(?:and|or|but)\s++(?:also\s++)?|;\s*+)"
    r"(?=(?:(?:in|on|at|by|for|to|from|with|since|until)\s+)?(?:who|whom|whose|what|when|where|why|which|how)\b)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\([^)]{1,60}\)")


@dataclass(frozen=True, slots=True)
class ContentWord:
    """A word of a question that says what it is about.

    Attributes:
        tokens: indexes of its tokens among the question's.
        term: its lexical term.
        rarity: of the term.
        name: whether it is written like a name.
        number: whether it begins with a digit.
    """

    tokens: tuple[int, ...]
    term: str
    rarity: float
    name: bool
    number: bool


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A question taken apart.

    Attributes:
        text: as asked.
        vectors: float32 (q, d): its token vectors, then those of earlier questions it leans on.
        direction: float32 (d,): its sentence vector.
        weights: float32 (q,): weight of each token; they add up to 1.
        terms: what it is about, by lexical term, with the weight of each.
        words: its content words, in order, then those of earlier questions it leans on.
        kind: the kind of answer it wants.
        focus: indexes of the tokens of what it asks for: ``city`` in "Which city hosted the games?"; may be empty.
        asked: its words in lower case.
    """

    text: str
    vectors: FloatMatrix
    direction: FloatVector
    weights: npt.NDArray[np.float32]
    terms: Mapping[str, float]
    words: tuple[ContentWord, ...]
    kind: AnswerKind
    focus: tuple[int, ...]
    asked: frozenset[str]


def understand(queries: Sequence[tuple[str, Encoded, float]], terms: Terms, rarity: Rarity) -> Question:
    """Take a question apart, together with the earlier questions it leans on.

    Args:
        queries: the question, then the earlier ones: text, vectors and weight (the weights add up to 1).
        terms: the analyser.
        rarity: weight of a term.
    """
    return understand_each(queries, terms, [rarity])[0]


def understand_each(
    queries: Sequence[tuple[str, Encoded, float]], terms: Terms, rarities: Sequence[Rarity]
) -> list[Question]:
    """The same for several weights of a term: what does not depend on them is done once."""
    text, encoded, _ = queries[0]
    apart = [_taken_apart(each, vectors, terms) for each, vectors, _ in queries]
    shares = [share for _, _, share in queries]
    vectors = np.concatenate([each.tokens.vectors for _, each, _ in queries])
    kind, focus = expected_kind(text), _focus(text, encoded)
    asked = frozenset(word.lower() for word in _WORD.findall(text))
    return [
        Question(text, vectors, encoded.vector, *_weighed(apart, shares, rarity), kind, focus, asked)
        for rarity in rarities
    ]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a query.

    Attributes:
        tokens: indexes of its tokens among the query's.
        terms: its lexical terms.
        name, number: as in :class:`ContentWord`.
    """

    tokens: range
    terms: tuple[str, ...]
    name: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class _Apart:
    """A query without weights: how many tokens it has, its words that say something, and among those its compounds.

    Attributes:
        tokens: how many it has.
        words: those that say something.
        empty: tokens of the words that say what kind of answer is wanted, or nothing.
        content: words with what joins them, as in ``p53-dependent``, that say something.
    """

    tokens: int
    words: tuple[_Word, ...]
    empty: tuple[int, ...]
    content: tuple[_Word, ...]


def _taken_apart(text: str, encoded: Encoded, terms: Terms) -> _Apart:
    starts, ends = encoded.tokens.spans.T.tolist() if len(encoded.tokens.spans) else ([], [])

    def tokens(match: re.Match[str]) -> range:
        return range(bisect_left(starts, match.start()), bisect_right(ends, match.end()))

    words: list[_Word] = []
    empty: list[int] = []
    content: list[_Word] = []
    for match in _WORD.finditer(text):
        if match.group().lower() in QUESTION_WORDS:
            empty += tokens(match)
        else:
            words.append(_Word(tokens(match), tuple(terms(match.group()))))
    for place, match in enumerate(_COMPOUND.finditer(text)):
        word = match.group()
        if word.lower() not in QUESTION_WORDS and (found := tuple(terms(word))):
            content.append(_Word(tokens(match), found, place > 0 and word[0].isupper(), word[0].isdigit()))
    return _Apart(len(starts), tuple(words), tuple(empty), tuple(content))


def _weighed(
    queries: Sequence[_Apart], shares: Sequence[float], rarity: Rarity
) -> tuple[npt.NDArray[np.float32], dict[str, float], tuple[ContentWord, ...]]:
    """Weights of the tokens, weights of the terms, and content words of queries that weigh so much."""
    weights = []
    about: dict[str, float] = {}
    words: list[ContentWord] = []
    first = 0
    for query, share in zip(queries, shares, strict=True):
        weights.append(_token_weights(query, rarity) * share)
        found = [
            ContentWord(
                tuple(at + first for at in word.tokens),
                word.terms[0],
                max(map(rarity, word.terms)),
                word.name,
                word.number,
            )
            for word in query.content
        ]
        words += [word for word in found if word.term not in about] if about else found
        scale = 1.0 if not first else share / shares[0]
        for word in found:
            about.setdefault(word.term, word.rarity * scale)
        first += query.tokens
    return np.concatenate(weights), about, tuple(words)


def question_parts(question: str) -> list[str]:
    """The questions that a question asks at once: "Who founded it and when was it closed?" asks two.

    It is taken apart before a question word that follows "and", "or", "but", a semicolon or a question mark, if the
    first part stands for itself; else it stays whole ("When and where was he born?").
    """
    cuts = [0, *(cut for match in _NEXT_PART.finditer(question) for cut in match.span()), len(question)]
    parts = [question[start:end].strip() for start, end in zip(cuts[::2], cuts[1::2], strict=True)]
    parts = [part for part in parts if _WORD.search(part)]
    if not 1 < len(parts) <= MOST_PARTS or not _asks_by_itself(parts[0]):
        return [question]
    return [f"{part[0].upper()}{part[1:].removesuffix('?')}?" for part in parts]


def _asks_by_itself(part: str) -> bool:
    words = _WORD.findall(part.lower())
    return any(word not in QUESTION_WORDS for word in words) and any(_QUESTION_WORD.fullmatch(word) for word in words)


def expected_kind(question: str) -> AnswerKind:
    """What kind of answer a question wants; ``other`` if it does not say."""
    return next((kind for kind, pattern in _ASKS_FOR if pattern.search(question)), "other")


def _focus(text: str, encoded: Encoded) -> tuple[int, ...]:
    """Tokens of the two words after the question word that names what is asked for."""
    match = _ASKED_FOR.search(text)
    if match is None:
        return ()
    spans = encoded.tokens.spans
    inside = (spans[:, 0] >= match.start(1)) & (spans[:, 1] <= match.end(1))
    return tuple(np.flatnonzero(inside).tolist())


def holds_answer_of_kind(kind: AnswerKind, sentence: str, asked: frozenset[str]) -> bool:
    """Whether a sentence holds an expression of a kind that the question does not hold itself.

    Args:
        kind: the kind of answer that is wanted.
        sentence: where to look.
        asked: the words of the question, in lower case.
    """
    if kind == "when":
        return any(not _words(match.group()) <= asked for match in _DATE.finditer(sentence))
    if kind == "number":
        return any(_whole_number(sentence, match.start()) not in asked for match in _NUMBER.finditer(sentence))
    if kind in {"who", "where"}:
        pattern = _NAME if kind == "who" else _PLACE
        return any(not _names(match.group()) <= asked for match in pattern.finditer(sentence))
    if kind == "why":
        return bool(_REASON.search(sentence))
    return kind == "stands" and bool(_BRACKET.search(sentence))


def _token_weights(query: _Apart, rarity: Rarity) -> npt.NDArray[np.float32]:
    """Rarity of each token's word; little for question words, nothing for marks; adds up to 1."""
    weights = np.zeros(query.tokens, dtype=np.float32)
    weights[list(query.empty)] = QUESTION_WORD_WEIGHT
    for word in query.words:
        weights[word.tokens.start : word.tokens.stop] = max(map(rarity, word.terms), default=QUESTION_WORD_WEIGHT)
    if weights.sum() <= 0:
        weights[:] = 1.0
    return np.asarray(weights / max(float(weights.sum()), 1e-9), dtype=np.float32)


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _names(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text) if word[0].isupper()}


def _whole_number(text: str, at: int) -> str:
    """The number or number word around a place, in lower case."""
    start = end = at
    while start and (text[start - 1].isalnum() or text[start - 1] in ".,"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in ".,"):
        end += 1
    return text[start:end].strip(".,").lower()
