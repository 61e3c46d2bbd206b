"""Question + earlier turns -> weighted queries. Pure; no language model.

Joining an earlier question to a new one hurts retrieval; adding their scores helps. So earlier questions are searched
for beside the new one, each signal with its own weight, where the question leans on the conversation; where it stands
alone they are left out, so that a change of subject is not dragged back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.datatypes import Turn, WeightedQuery

TURNS = 3
"""How many earlier questions are looked at."""
DECAY = 0.6
"""Weight of an earlier question against the one after it."""
LEANING = (0.7, 0.5, 0.3)
"""Weights of the earlier questions together in the lexical, dense and late scores, where the question leans on them."""
ALIKE = 0.2
"""Cosine to an earlier question from which a vague or short question is taken to go on with its subject."""
VERY_ALIKE = 0.35
"""The same for a pronoun that may stand for a name in the question itself."""

_PRONOUNS = frozenset(["it", "its", "they", "them", "their", "theirs", "he", "him", "his", "she", "her", "hers"])
_POINTER = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|this|these|those|such|"
    r"the (?:same|former|latter|others?))\b"
    r"|\bthat\b(?=\s*(?:\?|$|is|was|be|the same|one|mean|work|happen|\w+\?))"
    r"|\b(?:do|does|did|is|was|about|like|of|for|after|before) that\b"
    r"|\bones?\b(?=\W*$)",
    re.IGNORECASE,
)
_EMPTY_IT = re.compile(
    r"\b(?:is|was|does|did|would|will|can)\s+it\s+(?:\w+\s+){0,2}(?:to|that|possible|true|legal)\b"
    r"|\bhow (?:long )?(?:does|did) it take\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^\W*(?:and|but|or|so|then|also|what about|how about|what else|who else|anything else|why not|how so|really|"
    r"no,|yes,|ok)\b"
    r"|^\W*(?:why|how|when|where|who|which|what)\W*$",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b(?! (?:is|are|was|were)\b)"
    r"|\b(?:others?|another|else|more|too|also|any|same|similar|different|instead|then|most|first|last|next|"
    r"after|before)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|be|do|does|did|has|have|had|can|could|will|would|"
    r"shall|should|may|might|must|tell|explain|describe|show|give|list|find|want|need|i|i['’]m|you|we|it|they)\b",
    re.IGNORECASE,
)
"""A word that makes a sentence of a question; without one it is a fragment."""
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_EMPTY_WORDS_TEXT = """
    a an the of in on at to for from by with and or as that this these those it its there their they them he she his her
    him i you we us our your my me not no so if than then but about who whom whose when where what which why how do does
    did is are was were be been being am has have had can could will would shall should may might must
    many much long often old far name tell please give explain describe show mean means know want need like find get
    use used kind type types way ways thing things happen happened example examples details information since
    """
_EMPTY_WORDS = frozenset(_EMPTY_WORDS_TEXT.split())


def leans_on_conversation(question: str, likeness: float = 0.0) -> bool:
    """Whether a question cannot be understood alone.

    It continues ("And in 2018?"), says nothing of its own ("Since when?"), points back ("When was it founded?"), is a
    fragment of one or two words ("Any awards?"), or is vague or short while close to an earlier question.

    Args:
        question: the new question.
        likeness: highest cosine of its vector to an earlier question's.
    """
    named = _content(question)
    if not named or _CONTINUES.search(question):
        return True
    pointer = _POINTER.search(question)
    if pointer and not _EMPTY_IT.search(question):
        before = question[: pointer.start()]
        name_before = any(word[0].isupper() and before.find(word) > 0 for word in _content(before))
        return likeness >= VERY_ALIKE if pointer.group().lower() in _PRONOUNS and name_before else True
    proper = any(word[0].isupper() for word in _WORD.findall(question)[1:] if word in named)
    if len(named) <= 2 and not proper and not _SENTENCE.search(question):
        return True
    return (len(named) <= 2 or bool(_VAGUE.search(question))) and likeness >= ALIKE and not proper


def contextual_queries(
    question: str, turns: Sequence[Turn], alike: Callable[[str, str], float] | None = None
) -> list[WeightedQuery]:
    """What to search for.

    Args:
        question: the new question.
        turns: the earlier turns, oldest first.
        alike: cosine of two questions' vectors; without it only the words decide.

    Returns:
        The question first, with full weight; then earlier questions, newest first.
    """
    earlier = [turn.question for turn in reversed(turns) if turn.question.strip() and turn.question != question]
    earlier = list(dict.fromkeys(earlier))[:TURNS]
    if not earlier:
        return [WeightedQuery(question)]
    likeness = max((alike(question, text) for text in earlier), default=0.0) if alike else 0.0
    if not leans_on_conversation(question, likeness):
        return [WeightedQuery(question)]
    lexical, dense, late = LEANING
    shares = [DECAY**age for age in range(len(earlier))]
    total = sum(shares)
    return [WeightedQuery(question, late=1 - late)] + [
        WeightedQuery(text, lexical * share / total, dense * share / total, late * share / total)
        for text, share in zip(earlier, shares, strict=True)
    ]


def _content(text: str) -> list[str]:
    """The words that say what a text is about."""
    return [word for word in _WORD.findall(text) if word.lower() not in _EMPTY_WORDS]
