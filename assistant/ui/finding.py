"""Finding words in a document's text, whatever their case and accents: pure functions.

Text and words are folded first: lower case, without the accents of European, Hebrew and Arabic letters, wide and
compatible forms made plain. What is found are spans of the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

LONGEST = 200
"""Characters of what is looked for."""
MOST = 10_000
"""Matches that are counted; there may be more."""
_KEPT = 4


@dataclass(frozen=True)
class Folded:
    """A text made easy to search.

    Attributes:
        text: the original.
        folded: with each character folded to none, one or several.
        odd: the characters that did not become one.
    """

    text: str
    folded: str
    odd: frozenset[str]

    @cached_property
    def _bends(self) -> tuple[list[int], list[int]]:
        """Where folded and original offsets drift apart: after which folded offset, and the original offset there."""
        folded_at, text_at = [0], [0]
        if self.odd:
            done, folded = 0, 0
            for match in re.finditer(f"[{re.escape(''.join(sorted(self.odd)))}]", self.text):
                folded += match.start() - done
                length = len(_folded_character(match[0]))
                for _ in range(length):  # each part of it stands for the whole
                    folded_at.append(folded)
                    text_at.append(match.start())
                    folded += 1
                done = match.end()
                folded_at.append(folded)
                text_at.append(done)
        return folded_at, text_at

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text that ``folded[start:end]`` came from, accents that follow its last letter included."""
        first = self._offset(start)
        last = self._offset(end - 1) + 1
        while last < len(self.text) and self.text[last] in self.odd and not _folded_character(self.text[last]):
            last += 1
        return first, last

    def _offset(self, folded: int) -> int:
        folded_at, text_at = self._bends
        bend = bisect_right(folded_at, folded) - 1
        return text_at[bend] + folded - folded_at[bend]


def find(text: str, words: str) -> Sequence[tuple[int, int]]:
    """Spans of ``text`` that say ``words``, in order, none overlapping another; at most ``MOST``.

    Any run of white space in the words stands for any in the text.
    """
    return _found(text, words.strip()[:LONGEST])


def next_match(matches: Sequence[tuple[int, int]], at: int) -> int:
    """Index of the first match at or after an offset; the first of all where there is none after it."""
    place = bisect_right(matches, (at, -1))
    return place if place < len(matches) else 0


@lru_cache(maxsize=_KEPT)
def _found(text: str, words: str) -> tuple[tuple[int, int], ...]:
    parts = [re.escape(part) for part in _fold(words).split()]
    if not parts:
        return ()
    looked_through = _folded(text)
    found: list[tuple[int, int]] = []
    for match in re.finditer(r"\s+".join(parts), looked_through.folded):
        start, end = looked_through.span(*match.span())
        if not found or found[-1][1] <= start:
            found.append((start, end))
        if len(found) == MOST:
            break
    return tuple(found)


@lru_cache(maxsize=_KEPT)
def _folded(text: str) -> Folded:
    table = {ord(character): _folded_character(character) for character in set(text)}
    odd = frozenset(chr(code) for code, folded in table.items() if len(folded) != 1)
    return Folded(text, text.translate(table), odd)


def _fold(text: str) -> str:
    return "".join(map(_folded_character, text))


@lru_cache(maxsize=1 << 16)
def _folded_character(character: str) -> str:
    apart = unicodedata.normalize("NFKD", character.casefold())
    kept = "".join(part for part in apart if not _is_accent(part))
    if kept.isspace() and not character.isspace():
        return character  # an accent that stands by itself
    return unicodedata.normalize("NFC", kept).casefold()


def _is_accent(character: str) -> bool:
    """Whether it is a mark that readers leave out: not the vowels of Indic and Thai, nor the voicing of kana."""
    kind = unicodedata.combining(character)
    return 10 <= kind <= 36 or kind >= 200
