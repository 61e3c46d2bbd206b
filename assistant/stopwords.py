"""Words that say nothing about what a text is about, by language of the analyser.

English is our own short list (articles, pronouns, auxiliaries, prepositions, question words). Other languages have
none: their frequent words weigh little anyway, by their inverse document frequency.
"""

from __future__ import annotations

_ENGLISH = """
    a an and are as at be but by for from had has have he her his i if in into is it its no not of on or she so such
    that the their then there these they this to was we were will with you your what which who whom how why when
    where do does did can could should would may might must about any been being us our me my
"""

ENGLISH = frozenset(_ENGLISH.split())

BY_LANGUAGE = {"english": ENGLISH}
