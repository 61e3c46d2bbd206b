"""Question + earlier turns -> weighted queries. Pure; no language model.

Joining an earlier question to a new one hurts retrieval; searching for both and adding their scores helps. So
a question that leans on the conversation is searched for as it stands, and the earlier question beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.datatypes import Turn, WeightedQuery

_POINTERS = re.compile(
    r"\b(it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|one|ones|"
    r"same|such|former|latter|other|others|another|else|more|too|also)\b",
    re.IGNORECASE,
)
_OPENERS = re.compile(r"^\W*(and|but|or|so|then|what about|how about|what else|any|why|how so|really)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_SHORT = 4
EARLIER_WEIGHT = 0.4


def leans_on_conversation(question: str) -> bool:
    """Whether a question cannot stand alone: it points back, opens like a continuation, or is a fragment."""
    words = _WORD.findall(question)
    return bool(_POINTERS.search(question) or _OPENERS.search(question) or len(words) <= _SHORT)


def contextual_queries(question: str, turns: Sequence[Turn]) -> list[WeightedQuery]:
    """What to search for.

    Args:
        question: the new question.
        turns: the earlier turns, oldest first.

    Returns:
        The question first; weights add up to 1.
    """
    earlier = [turn.question for turn in turns if turn.question.strip()]
    if not earlier or not leans_on_conversation(question):
        return [WeightedQuery(question, 1.0)]
    anchor = next((text for text in reversed(earlier) if not leans_on_conversation(text)), earlier[0])
    return [WeightedQuery(question, 1 - EARLIER_WEIGHT), WeightedQuery(anchor, EARLIER_WEIGHT)]
