"""Follow-up questions made of SQuAD's: what two questions about one paragraph share becomes a pronoun in the second.

"When was Polonia Warsaw founded?", "How many times has Polonia won the cup?" -> "How many times has it won the cup?"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from assistant.questions import QUESTION_WORDS
from benchmarks.answer_cases import Asked

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_BEFORE_OBJECT = frozenset(["of", "in", "to", "for", "by", "with", "about", "from", "on", "at"])
_ARTICLES = frozenset(["the", "a", "an"])


def follow_ups(asked: Sequence[Asked]) -> Iterator[Asked]:
    """Each question that can lean on the one before it about the same paragraph, with other words that answer it.

    Args:
        asked: questions; the one before must have an answer, the follow-up need not.
    """
    of_paragraph: dict[str, list[Asked]] = {}
    for each in asked:
        of_paragraph.setdefault(each.document, []).append(each)
    for _, questions in sorted(of_paragraph.items()):
        for before, each in pairwise(questions):
            same = any(a < d and c < b for a, b in before.gold for c, d in each.gold)
            text = None if same or not before.gold else leaning(before.text, each.text)
            if text is not None:
                yield replace(each, text=text, earlier=(before.text,))


def leaning(before: str, question: str) -> str | None:
    """The question with what it shares with the one before as a pronoun; None if they share no name and no phrase."""
    earlier = [_bare(match.group()) for match in _WORD.finditer(before)]
    places = list(_WORD.finditer(question))
    words = [_bare(match.group()) for match in places]
    best: tuple[tuple[bool, int, int], int, int] | None = None
    for first in range(len(words)):
        for end in range(len(words), first, -1):
            phrase = words[first:end]
            content = [word for word in phrase if word not in QUESTION_WORDS]
            if not content or phrase[-1] in QUESTION_WORDS or (phrase[0] in QUESTION_WORDS and phrase[0] != "the"):
                continue
            named = any(place.group()[0].isupper() for place in places[first:end])
            if not (named or len(content) > 1) or _inside_a_name(places, first, end):
                continue
            if any(earlier[at : at + len(phrase)] == phrase for at in range(len(earlier))):
                rank = (named, len(content), end - first)
                if best is None or rank > best[0]:
                    best = (rank, first, end)
    if best is None:
        return None
    _, first, end = best
    if first and words[first - 1] in _ARTICLES:
        first -= 1
    many = words[end - 1].endswith("s") and (places[end - 1].group()[0].islower() or words[first] == "the")
    pronoun = _pronoun(places[end - 1].group(), many, words[first - 1] if first else "")
    made = question[: places[first].start()] + pronoun + question[places[end - 1].end() :]
    return made[0].upper() + made[1:]


def _inside_a_name(places: Sequence[re.Match[str]], first: int, end: int) -> bool:
    """Whether a capitalised word stands right before or after: "War" in "Seven Years War" is no whole name."""
    beside = [places[at] for at in (first - 1, end) if 0 < at < len(places)]
    return any(place.group()[0].isupper() for place in beside)


def _pronoun(last: str, many: bool, before: str) -> str:
    if last.lower().endswith(("'s", "’s")):
        return "their" if many else "its"
    if before in _BEFORE_OBJECT:
        return "them" if many else "it"
    return "they" if many else "it"


def _bare(word: str) -> str:
    return word.lower().removesuffix("'s").removesuffix("’s")
