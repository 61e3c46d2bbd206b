"""Text -> lexical terms: one analyser for every store, so that both rank alike. Pure.

Words are runs of letters, digits and marks (Unicode), compatibility-normalised and case-folded, then stemmed
with Snowball, accents removed. Identifiers (``snake_case``, ``CamelCase``, ``v1.2``) give their whole and their
parts. Numbers lose their grouping commas. Scripts written without spaces give overlapping pairs of characters.
Beside the single terms stand compounds: pairs of neighbouring terms, and *calls*, names followed by a bracket as in
``open(path)``, which a question asks for as ``open()``, "the open method" or "function open".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise

import Stemmer

from assistant.errors import LanguageError
from assistant.stopwords import BY_LANGUAGE

VERSION = 2
"""Raised when the same text would give different terms; part of the index fingerprint."""

PAIR_WEIGHT = 0.5
"""Weight of a pair of neighbouring terms in a query, against 1 for a single term."""

CALL_WEIGHT = 2.0
"""Weight of a call in a query."""

_UNSPACED = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"  # kana, Han
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
)
_TOKEN = re.compile(
    rf"[{_UNSPACED}]+"
    rf"|\d+(?:[.,]\d+)*(?![^\W\d_])"
    rf"|(?:(?![{_UNSPACED}])\w)+(?:['’](?:(?![{_UNSPACED}])\w)+)?"
)
_ASCII_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?![^\W\d_])|\w+(?:'\w+)?")
"""What ``_TOKEN`` comes to in a text that is all ASCII, where it is found sooner."""
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CALL = re.compile(r"[^\W\d]\w*(?=\()")
_NAMED_CALL = re.compile(
    r"([^\W\d]\w*)[`'\"]?\s+(?:method|function|macro|constructor|callback)\b"
    r"|\b(?:method|function|macro|constructor|callback)\s+[`'\"]?([^\W\d]\w*)"
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_POSSESSIVE = re.compile(r"['’]s?$")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")

TOKENS_KEPT = 1 << 16
"""Tokens whose terms are remembered, and pairs of scripts without spaces: some 15 MB each when all are in use."""


class Analyser:
    """Turns text into terms, the same way for passages and for questions.

    Args:
        language: a Snowball algorithm's name (``english``, ``german``, …), or ``none`` to leave words unstemmed.

    Raises:
        LanguageError: if Snowball has no such algorithm.
    """

    def __init__(self, language: str = "english") -> None:
        if language != "none" and language not in Stemmer.algorithms():
            known = ", ".join(sorted(Stemmer.algorithms()))
            raise LanguageError(f"no stemmer for {language!r}; use --language with one of: none, {known}")
        self.language = language
        self._stopwords = BY_LANGUAGE.get(language, frozenset())
        term = _term_maker(language)
        self._spaced = lru_cache(maxsize=TOKENS_KEPT)(lambda token: self._made_of(token, term))
        self._pair = lru_cache(maxsize=TOKENS_KEPT)(term)

    @property
    def fingerprint(self) -> str:
        """Names the analyser and its language; equal fingerprints give equal terms."""
        return f"words-v{VERSION}:{self.language}"

    def terms(self, text: str) -> list[str]:
        """Terms in reading order, with repeats and without stop words; a text without words gives none."""
        if text.isascii():
            return list(chain.from_iterable(map(self._spaced, _ASCII_TOKEN.findall(text))))
        tokens = _TOKEN.findall(unicodedata.normalize("NFKC", text))
        return list(chain.from_iterable(map(self._terms_of, tokens)))

    def counts(self, text: str) -> dict[str, int]:
        """What a passage is found by: its terms and compounds, with their numbers."""
        terms = self.terms(text)
        return dict(sorted(Counter([*terms, *_pairs(terms), *_calls(text)]).items()))

    def query(self, text: str) -> dict[str, float]:
        """What a question asks for: its terms and compounds, with their weights."""
        terms = self.terms(text)
        weights = {term: float(count) for term, count in Counter(terms).items()}
        weights |= {pair: PAIR_WEIGHT * count for pair, count in Counter(_pairs(terms)).items()}
        named = (name for names in _NAMED_CALL.findall(text) for name in names if name)
        asked = [*_calls(text), *(_call(name) for name in named if name.casefold() not in self._stopwords)]
        return weights | dict.fromkeys(asked, CALL_WEIGHT)

    def _terms_of(self, token: str) -> tuple[str, ...]:
        """The terms of one token; of a run without spaces, which seldom comes again, only the pairs are remembered."""
        return self._made_of(token, self._pair) if _UNSPACED_RUN.match(token) else self._spaced(token)

    def _made_of(self, token: str, term: Callable[[str], str]) -> tuple[str, ...]:
        return tuple(term(word) for word in _words(token) if word not in self._stopwords)


def is_compound(term: str) -> bool:
    """Whether a term is a pair of neighbouring terms or a call; compounds add nothing to a passage's length."""
    return " " in term or term.endswith("(")


def _pairs(terms: Sequence[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(terms)]


def _calls(text: str) -> list[str]:
    return [_call(name) for name in _CALL.findall(unicodedata.normalize("NFKC", text))]


def _call(name: str) -> str:
    return f"{name.casefold()}("


def _term_maker(language: str) -> Callable[[str], str]:
    if language == "none":
        return _unaccented
    stem = Stemmer.Stemmer(language).stemWord
    return lambda word: _unaccented(stem(word))


def _unaccented(word: str) -> str:
    """The word without accents, so that ``naive`` finds ``naïve``; marks of other scripts stay."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


def _words(token: str) -> Iterator[str]:
    """The words one token stands for: itself, and its parts where it is an identifier."""
    if token.isalpha() and (token.islower() or token.istitle() or token.isupper()):  # most of them
        yield token.casefold()
        return
    if _UNSPACED_RUN.match(token):
        yield from (token[i : i + 2] for i in range(max(len(token) - 1, 1)))
        return
    if token[0].isdigit():
        yield token.replace(",", "") if _GROUPED.fullmatch(token) else token
        return
    word = _POSSESSIVE.sub("", token)
    yield word.casefold()
    if "_" in word or (not word.islower() and not word.isupper() and not word.istitle()) or _mixed(word):
        parts = [part for piece in word.split("_") for part in _CAMEL.findall(piece)]
        if len(parts) > 1:
            yield from (part.casefold() for part in parts)


def _mixed(word: str) -> bool:
    """Whether letters and digits stand in one word, as in ``covid19``."""
    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
