"""The open sets that retrieval is measured on: documents, questions, what is relevant, and which half is for tuning."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.datatypes import Document
from assistant.evaluation import Question, load_question_set
from assistant.evaluation.formats.plain_documents import plain_document

BEIR = ("anthropic_docs_rag", "anthropic_codebase", "scifact", "squad2", "mtrag_human_subset", "policyqa_dev")
CHROMA = "chroma_chunking"
SETS = (*BEIR, CHROMA)


@dataclass(frozen=True)
class Dataset:
    """A set as it is measured.

    Attributes:
        name: folder name.
        documents: to index.
        questions: those with something relevant.
        tuning: ids of the questions that settings may be chosen on.
        scope: question id -> ids of the documents it is asked of; empty where it is asked of all.
        spans: question id -> (document id, gold character spans), for sets measured by characters.
        files: what it was read from.
    """

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    tuning: frozenset[str]
    scope: Mapping[str, frozenset[str]] = field(default_factory=dict)
    spans: Mapping[str, tuple[str, tuple[tuple[int, int], ...]]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


def load(name: str, data: Path) -> Dataset:
    """Read one set from the folder that holds them all."""
    return _chroma(data / CHROMA) if name == CHROMA else _beir(name, data / name)


def without_context(dataset: Dataset) -> Dataset:
    """The same set with the documents' titles taken away."""
    return replace(dataset, documents=tuple(replace(document, title="") for document in dataset.documents))


def with_file_names(dataset: Dataset) -> Dataset:
    """The same set with the documents' file names, as words, for titles."""
    named = (replace(document, title=document.id.replace("_", " ")) for document in dataset.documents)
    return replace(dataset, documents=tuple(named))


def _beir(name: str, folder: Path) -> Dataset:
    loaded = load_question_set(folder)
    questions = tuple(q for q in loaded.questions if q.answerable and any(q.relevant.values()))
    documents = loaded.documents or ()
    tuning = {question.id for question in questions[::2]}
    scope: dict[str, frozenset[str]] = {}
    if name == "scifact":
        tuning = set()  # its own train split is the tuning half; these are the test queries
    if name == "squad2":
        titles = sorted({document.title for document in documents})
        even = set(titles[::2])
        of = {document.id: document.title for document in documents}
        tuning = {q.id for q in questions if of[next(iter(q.relevant))] in even}
    if name == "policyqa_dev":
        questions = questions[::5]  # one in five of 3,809 tells enough
        tuning = {question.id for question in questions}
        rows = (json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines())
        site_of = {row["_id"]: row["site"] for row in rows}
        pages: dict[str, set[str]] = {}
        for document in documents:
            pages.setdefault(document.title, set()).add(document.id)
        scope = {question.id: frozenset(pages[site_of[question.id]]) for question in questions}
    files = (folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels" / "test.tsv")
    return Dataset(name, documents, questions, frozenset(tuning), scope, files=files)


def _chroma(folder: Path) -> Dataset:
    paths = sorted((folder / "corpora").glob("*.md"))
    texts = {path.stem: path.read_bytes().decode("utf-8") for path in paths}
    documents = tuple(plain_document(name, "", text, f"{name}.md", "0" * 64) for name, text in texts.items())
    questions, spans = [], {}
    table = folder / "questions_df.csv"
    with table.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            references = json.loads(row["references"])
            questions.append(Question(str(number), row["question"]))
            spans[str(number)] = (row["corpus_id"], tuple((r["start_index"], r["end_index"]) for r in references))
    tuning = frozenset(str(number) for number in range(0, len(questions), 2))
    return Dataset(CHROMA, documents, tuple(questions), tuning, spans=spans, files=(*paths, table))
