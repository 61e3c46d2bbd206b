"""What is measured on each set, as its published numbers were counted."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.datatypes import Hit
from assistant.evaluation import metrics
from benchmarks.datasets import CHROMA, Dataset

MEASURES = {
    "anthropic_docs_rag": ("recall@3", "rr@3", "ndcg@10"),
    "anthropic_codebase": ("recall@5", "recall@10", "recall@20"),
    "scifact": ("ndcg@10",),
    "squad2": ("ndcg@10",),
    "mtrag_human_subset": ("ndcg@10",),
    "policyqa_dev": ("ndcg@10",),
    CHROMA: ("char_recall@5", "char_iou@5", "char_precision@5", "returned_characters"),
}


def measure(dataset: Dataset, question_id: str, hits: Sequence[Hit]) -> dict[str, float]:
    """The measures of a set on one question."""
    if dataset.name == CHROMA:
        return _characters(*dataset.spans[question_id], hits[:5])
    question = next_question(dataset, question_id)
    ranking = list(dict.fromkeys(hit.passage.document for hit in hits))
    values = {}
    for name in MEASURES[dataset.name]:
        kind, k = name.split("@")
        score = {"recall": metrics.recall_at, "ndcg": metrics.ndcg_at, "rr": metrics.reciprocal_rank}[kind]
        values[name] = score(ranking, question, int(k))
    return values


def next_question(dataset: Dataset, question_id: str) -> dict[str, int]:
    """The qrels of one question."""
    return dict(_relevant(dataset)[question_id])


_cache: dict[str, dict[str, dict[str, int]]] = {}


def _relevant(dataset: Dataset) -> dict[str, dict[str, int]]:
    if dataset.name not in _cache:
        _cache[dataset.name] = {question.id: dict(question.relevant) for question in dataset.questions}
    return _cache[dataset.name]


def _characters(document: str, gold: Sequence[tuple[int, int]], hits: Sequence[Hit]) -> dict[str, float]:
    """Recall, precision and IoU by characters.

    |retrieved ∩ gold| over |gold|, over the length of the retrieved passages, and over that length plus the gold that
    was not retrieved.
    """
    wanted = {position for start, end in gold for position in range(start, end)}
    found = {
        position
        for hit in hits
        if hit.passage.document == document
        for position in range(hit.passage.start, hit.passage.end)
    }
    length = sum(hit.passage.end - hit.passage.start for hit in hits)
    both = len(wanted & found)
    return {
        "char_recall@5": both / len(wanted),
        "char_iou@5": both / (length + len(wanted) - both),
        "char_precision@5": both / length if length else 0.0,
        "returned_characters": length / max(len(hits), 1),
    }
