"""How much of a known text a reader found, and in which order: two measures over words, each 0 to 1.

Words are runs of letters and digits after NFKC and case folding. Of Markdown's markup only what would read as words is
taken out: comments, addresses of links, HTML tags and character references.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter, defaultdict

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TARGET = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text or of Markdown, in order."""
    plain = html.unescape(_TAG.sub(" ", _TARGET.sub("]", _COMMENT.sub(" ", text))))
    return _WORD.findall(unicodedata.normalize("NFKC", plain).casefold())


def word_recall(truth: str, got: str) -> float:
    """Share of the true words that were found, each as often as it is there; 1 where there are none."""
    wanted, found = Counter(words_of(truth)), Counter(words_of(got))
    return (wanted & found).total() / wanted.total() if wanted else 1.0


def word_order(truth: str, got: str) -> float:
    """Longest common subsequence of both word sequences over the number of true words; 1 where there are none.

    Bit-parallel (Hyyrö 2004): the zero bits of ``row`` mark where the length of the subsequence grows.
    """
    wanted, found = words_of(truth), words_of(got)
    if not wanted:
        return 1.0
    places: dict[str, int] = defaultdict(int)
    for place, word in enumerate(wanted):
        places[word] |= 1 << place
    everywhere = (1 << len(wanted)) - 1
    row = everywhere
    for word in found:
        matched = row & places.get(word, 0)
        row = ((row + matched) | (row - matched)) & everywhere
    return (len(wanted) - row.bit_count()) / len(wanted)
