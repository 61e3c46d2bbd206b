"""Text that knows, character by character, where on its page it came from. Pure.

A PDF's text is put together of pieces of pages: lines are joined, hyphens go, ligatures become letters. Each such step
keeps for every character the number of the page's character that it came from, so that a span of the finished text
can be shown on the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.corpus.building import clean

NOWHERE = -1
"""The source of a character that stands on no page: a space between joined lines, a bar between cells."""

_LIGATURE = re.compile("[ĳŉǆ-ǌǱ-ǳﬀ-ﬆﬓ-ﬗﭏ-ﯿﰀ-ﷻﹰ-ﻼ]")


@dataclass(frozen=True, slots=True)
class Traced:
    """A text and the source of each of its characters.

    Attributes:
        text: the text.
        sources: for each code point of it the number of the page's character it came from, or ``NOWHERE``.
    """

    text: str = ""
    sources: tuple[int, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, int]]) -> Traced:
        """The text of some characters with their sources; ligatures become letters, each with the same source."""
        spelled = [(letter, source) for character, source in pairs for letter in _spelled(character)]
        return cls("".join(letter for letter, _ in spelled), tuple(source for _, source in spelled))

    @classmethod
    def made(cls, text: str) -> Traced:
        """A text that stands on no page."""
        return cls(text, (NOWHERE,) * len(text))

    def __len__(self) -> int:
        return len(self.text)

    def __add__(self, other: Traced) -> Traced:
        return Traced(self.text + other.text, self.sources + other.sources)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self.text, self.sources, strict=True)

    def part(self, start: int, end: int | None = None) -> Traced:
        """The characters of ``text[start:end]``."""
        return Traced(self.text[start:end], self.sources[start:end])

    def replaced(self, pattern: re.Pattern[str], replacement: str) -> Traced:
        """With every match replaced by the replacement; its characters have the source of the match's first."""
        parts, done = [], 0
        for match in pattern.finditer(self.text):
            parts += [self.part(done, match.start())]
            parts += [Traced(replacement, (self.sources[match.start()],) * len(replacement))]
            done = match.end()
        return joined([*parts, self.part(done)]) if parts else self

    def cleaned(self) -> Traced:
        """The text as ``building.clean`` cleans it: nothing invisible, runs of white space as one space, trimmed."""
        if clean(self.text) == self.text:
            return self
        kept: list[tuple[str, int]] = []
        for character, source in self:
            letter = clean(f"|{character}|")[1:-1].replace("\n", " ")
            if letter and not (letter == " " and kept and kept[-1][0] == " "):
                kept.append((letter, source))
        first = 1 if kept and kept[0][0] == " " else 0
        last = len(kept) - 1 if len(kept) > first and kept[-1][0] == " " else len(kept)
        return Traced.of(kept[first:last])


def joined(parts: Iterable[Traced], between: str = "") -> Traced:
    """Several texts as one, with ``between`` between them."""
    several = list(parts)
    text = between.join(part.text for part in several)
    sources: list[int] = []
    for number, part in enumerate(several):
        sources += (NOWHERE,) * len(between) if number else ()
        sources += part.sources
    return Traced(text, tuple(sources))


def _spelled(character: str) -> str:
    return unicodedata.normalize("NFKC", character) if _LIGATURE.match(character) else character
