"""Judgements of documents, line by line: BEIR's three columns with tabs, or TREC's four with white space.

TREC: ``topic iteration document relevance`` (https://trec.nist.gov/data/qrels_eng/); the iteration is not used.
White space in an id is read as ``%20``, as ``--run`` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path

from assistant.evaluation.formats.fields import Place, shown, text_lines
from assistant.evaluation.runs import decode_id

_RELEVANCE = re.compile(r"\s*-?[0-9]{1,9}\s*")


class Qrels:
    """Judgements as they are read: query id -> document id -> relevance.

    Args:
        queries: known query ids, and ``queries_in``, what holds them.
        documents: known document ids, where the set brings its documents, and ``documents_in``.
    """

    def __init__(
        self,
        queries: Container[str],
        queries_in: str,
        documents: Container[str] | None = None,
        documents_in: str = "",
    ) -> None:
        self.judged: dict[str, dict[str, int]] = {}
        self._known = (("query", queries, queries_in), ("document", documents, documents_in))

    def add(self, place: Place, query: str, document: str, relevance: str) -> None:
        """Take one judgement in.

        Raises:
            QuestionSetError: the relevance is no whole number, an id is not known, or the pair is judged already.
        """
        if not _RELEVANCE.fullmatch(relevance):
            raise place.error(
                f"relevance {shown(relevance)}",
                "a whole number",
                "Write 0 for not relevant, 1 and up for relevant.",
            )
        for (what, known, held_in), identity in zip(self._known, (query, document), strict=True):
            if known is not None and identity not in known:
                raise place.error(
                    f"unknown {what} id {shown(identity)}",
                    f"the id of a line in {held_in}",
                    "Add that line or remove this judgement.",
                )
        judged = self.judged.setdefault(query, {})
        if document in judged:
            raise place.error(
                f"a second judgement of {shown(document)} for query {shown(query)}",
                "one",
                "Remove one of the two.",
            )
        judged[document] = int(relevance)


def read_qrels(path: Path, qrels: Qrels) -> dict[str, dict[str, int]]:
    """Read a file of judgements in either form, told by its first line; BEIR's may have a header.

    Raises:
        QuestionSetError: a line is wrong.
    """
    beir: bool | None = None
    for place, line in text_lines(path):
        if beir is None:
            beir = "\t" in line and len(line.split("\t")) != 4
            if beir and line.split("\t")[-1] == "score":
                continue
        if beir:
            cells = line.split("\t")
            if len(cells) != 3:
                raise place.error(
                    f"{len(cells)} cells",
                    "three: query id, document id, relevance",
                    "Separate the three with tabs.",
                )
            qrels.add(place, *cells)
        else:
            cells = line.split()
            if len(cells) != 4:
                raise place.error(
                    f"{len(cells)} columns",
                    "four: topic 0 document relevance",
                    "Write %20 for a space in an id.",
                )
            qrels.add(place, decode_id(cells[0]), decode_id(cells[2]), cells[3])
    return qrels.judged
