"""BEIR folders: ``corpus.jsonl``, ``queries.jsonl``, ``qrels/*.tsv``; each corpus row becomes one document.

Source: Thakur et al. 2021 (arXiv:2104.08663). Queries may carry ``history`` (strings, or MTRAG's speaker
turns) and be marked unanswerable (``"answerable": false``, SQuAD's ``"is_impossible": true``, MTRAG's
``"answerability": "UNANSWERABLE"``). Queries without qrels stay in the set without gold, so they are asked
and counted but not ranked.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from assistant.datatypes import Document
from assistant.errors import QuestionSetError
from assistant.evaluation.formats.conversations import is_answerable
from assistant.evaluation.formats.fields import (
    Distinct,
    Place,
    digest,
    history_field,
    json_lines,
    text_field,
)
from assistant.evaluation.formats.plain_documents import plain_document
from assistant.evaluation.formats.qrels import Qrels, read_qrels
from assistant.evaluation.question_set import Question, QuestionSet

_LAYOUT = "Give a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv, or with TREC topics.txt and qrels.txt."


def read_beir(folder: Path) -> QuestionSet:
    """Read a BEIR folder, using ``qrels/test.tsv`` where there is one, else the only other ``qrels/*.tsv``.

    Raises:
        QuestionSetError: a file is missing, a line is wrong, an id occurs twice or a judgement names an
            unknown one.
    """
    corpus, queries = folder / "corpus.jsonl", folder / "queries.jsonl"
    for path in (corpus, queries):
        if not path.is_file():
            raise QuestionSetError(f"{folder}: found no {path.name}, expected a BEIR or TREC folder. {_LAYOUT}")
    qrels_file = _qrels_file(folder)
    document_ids, query_ids = Distinct("document"), Distinct("query")
    documents = _documents(corpus, document_ids)
    records = []
    for place, record, _ in json_lines(queries):
        query_ids.add(place, text_field(place, record, "_id"))
        records.append((place, record))
    qrels = read_qrels(qrels_file, Qrels(query_ids, queries.name, document_ids, corpus.name))
    questions = tuple(_question(place, record, qrels.get(record["_id"], {})) for place, record in records)
    name = folder.resolve().name
    return QuestionSet(name, digest([corpus, queries, qrels_file]), questions, tuple(documents))


def _qrels_file(folder: Path) -> Path:
    found = sorted((folder / "qrels").glob("*.tsv"))
    test = folder / "qrels" / "test.tsv"
    if test in found:
        return test
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise QuestionSetError(
            f"{folder / 'qrels'}: found {names}, expected test.tsv or a single other .tsv file. {_LAYOUT}"
        )
    return found[0]


def _documents(path: Path, ids: Distinct) -> list[Document]:
    documents = []
    for place, record, line in json_lines(path):
        identity = text_field(place, record, "_id")
        ids.add(place, identity)
        title = text_field(place, record, "title", empty=True) if record.get("title") is not None else ""
        # Some public corpora hold rows that are a title and nothing else; without a text they could never be
        # found.
        text = text_field(place, record, "text", empty=True)
        text = text if text.strip() else title
        sha256 = hashlib.sha256(line.encode()).hexdigest()
        documents.append(plain_document(identity, title, text, str(path), sha256))
    if not documents:
        raise QuestionSetError(f"{path}: found no documents, expected one JSON object a line. {_LAYOUT}")
    return documents


def _question(place: Place, record: dict[str, Any], relevant: dict[str, int]) -> Question:
    return Question(
        id=record["_id"],
        question=text_field(place, record, "text"),
        history=history_field(place, record),
        answerable=is_answerable(place, record),
        relevant=relevant,
    )
