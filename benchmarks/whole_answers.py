"""Whole answers as users get them: marked words, several questions at once, questions in other languages."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from assistant import Answer, Assistant
from assistant.confidence import AnswerModel
from assistant.index import EmbeddedStore
from benchmarks.answer_cases import SEED, Asked, squad

SINGLE = 600
PAIRS = 200
FOREIGN = 150


def asked_whole(data: Path, cache: Path, model: AnswerModel) -> dict[str, Any]:
    """Questions of SQuAD's held-out articles, singly and in pairs, and XQuAD's, asked of the same paragraphs."""
    documents, asked = squad(data)
    opened = Assistant.from_memory(documents, cache / "squad2")
    assistant = Assistant(EmbeddedStore.open(opened.index), opened.encoder, confidence=model)
    opened.close()
    chance = random.Random(SEED)
    held_out = [each for each in asked if each.gold and not each.tuning]
    chance.shuffle(held_out)
    report = {
        "marked words": _marked(assistant, held_out[:SINGLE]),
        "several questions at once": _pairs(assistant, held_out, chance),
        "other languages": _foreign(assistant, data / "xquad", chance),
    }
    assistant.close()
    return report


def _marked(assistant: Assistant, asked: Sequence[Asked]) -> dict[str, Any]:
    """How often words are marked in a right first quotation, how often they are the right ones, and the time of it."""
    right = marked = met = 0
    beyond = []
    for each in asked:
        assistant.search(each.text, 5)  # the question's vectors are at hand from here
        started = time.perf_counter()
        answer = assistant.ask(each.text)
        whole = time.perf_counter() - started
        started = time.perf_counter()
        assistant.search(each.text, 5)
        beyond.append(whole - (time.perf_counter() - started))
        if not _quotes(answer, each, first=True):
            continue
        right += 1
        span = answer.citations[0].marked
        if span is not None:
            marked += 1
            met += any(start < span[1] and span[0] < end for start, end in each.gold)
    return {
        "questions": len(asked),
        "right quotations": right,
        "marked": marked,
        "precision": round(met / max(marked, 1), 4),
        "median ms beyond retrieval": round(1000 * median(beyond), 2),
    }


def _pairs(assistant: Assistant, asked: Sequence[Asked], chance: random.Random) -> dict[str, Any]:
    """Two questions about one article joined by "and": how many are quoted with and without taking them apart."""
    of_article: dict[str, list[Asked]] = {}
    for each in asked:
        of_article.setdefault(each.group, []).append(each)
    begins = ("who", "what", "when", "where", "why", "which", "how")
    pairs = []
    while len(pairs) < PAIRS:
        article = of_article[chance.choice(sorted(of_article))]
        one, other = chance.sample(article, 2) if len(article) > 1 else (article[0], article[0])
        if one is not other and all(q.text.lower().startswith(begins) for q in (one, other)):
            pairs.append((one, other))
    apart, whole = [], []
    for one, other in pairs:
        text = f"{one.text.rstrip(' ?')} and {other.text[0].lower()}{other.text[1:]}"
        both = assistant.ask(text)
        single = assistant.answerer.single(text, [], 5, 5)[0]
        apart.append([_quotes(both, each) for each in (one, other)])
        whole.append([_quotes(single, each) for each in (one, other)])
    return {
        "pairs": len(pairs),
        "answers quoted, taken apart": round(float(np.mean(apart)), 4),
        "answers quoted, as one question": round(float(np.mean(whole)), 4),
        "both quoted, taken apart": round(float(np.mean([all(each) for each in apart])), 4),
        "both quoted, as one question": round(float(np.mean([all(each) for each in whole])), 4),
    }


def _foreign(assistant: Assistant, folder: Path, chance: random.Random) -> dict[str, Any]:
    """Outcomes of questions in another language than the documents."""
    report = {}
    for path in sorted(folder.glob("*.json")):
        language = path.stem.split(".")[-1]
        articles = json.loads(path.read_text(encoding="utf-8"))["data"]
        texts = [q["question"] for a in articles for p in a["paragraphs"] for q in p["qas"]]
        outcomes = [assistant.ask(text).outcome for text in chance.sample(texts, FOREIGN)]
        report[language] = {
            name: round(outcomes.count(name) / FOREIGN, 4) for name in ("answered", "weak", "not_found")
        }
    return report


def _quotes(answer: Answer, asked: Asked, first: bool = False) -> bool:
    """Whether a quotation of an answer, or the first one, holds what was asked for."""
    return any(
        each.document == asked.document and any(each.start <= start and end <= each.end for start, end in asked.gold)
        for each in answer.citations[: 1 if first else None]
    )
