"""Trains and measures answering: ``python -m benchmarks.answers --data DIR`` writes the model and the result file.

What is fitted, all through the product's own pipeline and on the tuning halves only: the weights of a sentence's
features (listwise), two logistic regressions for confidence, their calibration (on predictions for articles they were
not fitted on), and the two thresholds. Everything is then measured on the held-out halves, and on MTRAG, which is never
fitted on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Document
from assistant.confidence import model_from
from assistant.encoders import load_encoder
from benchmarks.answer_cases import (
    SEED,
    Asked,
    Asker,
    Memory,
    Row,
    conversations,
    odd_questions,
    policies,
    small_corpora,
    squad,
)
from benchmarks.answer_fitting import SHARES, fit_confidence, fit_sentences
from benchmarks.answer_followups import follow_ups
from benchmarks.answer_measures import measured
from benchmarks.provenance import provenance
from benchmarks.whole_answers import asked_whole


def sentence_lists(asker: Asker, asked: Sequence[Asked], alone: bool) -> list[tuple[np.ndarray, np.ndarray, list[str]]]:
    """Features and gold of the sentences of each answerable question; ``alone``: only the gold paragraph is given."""
    lists = []
    for each in asked:
        found = asker.sentences(each, only=each.document if alone else None)
        if found:
            names = list(found[0][1])
            lists.append((np.array([[f[n] for n in names] for _, f in found]), np.array([g for g, _ in found]), names))
    return lists


def right_first(lists: Sequence[tuple[np.ndarray, np.ndarray, list[str]]], weights: dict[str, float]) -> float:
    """Share of the questions whose best sentence holds the answer."""
    vector = np.array(list(weights.values()))
    return float(np.mean([gold[int(np.argmax(features @ vector))] for features, gold, _ in lists]))


def gather(data: Path, cache: Path, sizes: float) -> tuple[list[Row], dict[str, float], dict[str, Any]]:
    """Every case as rows, the sentence weights, and what was measured of sentence choice."""
    chance = random.Random(SEED)
    encoder = Memory(load_encoder())
    documents, asked = squad(data)
    policy_documents, policy_asked = policies(data)
    turn_documents, turns = conversations(data)
    large = Asker(documents, encoder, cache / "squad2")
    policy = Asker(policy_documents, encoder, cache / "policyqa_dev")
    talk = Asker(turn_documents, encoder, cache / "mtrag_human_subset")
    print("indexed", flush=True)

    def some(from_: Sequence[Any], count: float) -> list[Any]:
        return chance.sample(list(from_), min(len(from_), max(1, round(count * sizes))))

    answerable = [each for each in asked if each.gold]
    sampled = {half: [a for a in some(answerable, 2400) if a.tuning == half] for half in (True, False)}
    report: dict[str, Any] = {}
    searched = {half: sentence_lists(large, sampled[half], alone=False) for half in (True, False)}
    given = {half: sentence_lists(large, sampled[half], alone=True) for half in (True, False)}
    small = small_lists(documents, asked, encoder, some)
    leaning = list(follow_ups(asked))
    followed = {
        half: sentence_lists(large, some([a for a in leaning if a.gold and a.tuning == half], 600), alone=False)
        for half in (True, False)
    }
    weights = fit_sentences([*searched[True], *given[True], *small[True], *followed[True]])
    for half, name in ((True, "tuning"), (False, "held_out")):
        report[f"right sentence, searched, {name}"] = right_first(searched[half], weights)
        report[f"right sentence, paragraph given, {name}"] = right_first(given[half], weights)
        report[f"right sentence, small corpora, {name}"] = right_first(small[half], weights)
        report[f"right sentence, follow-ups, {name}"] = right_first(followed[half], weights)
    print(report, flush=True)
    rows: list[Row] = []

    def add(asker: Asker, case: str, kind: str, each: Asked, without: str | None = None) -> None:
        row = asker.row("answered" if kind == "answered" else kind, each, weights, without)
        if row is not None:
            rows.append(replace_case(row, case))

    for each in some(answerable, 4000):
        add(large, "answered", "answered", each)
    for each in some([a for a in asked if not a.gold], 4000):
        add(large, "near", "near", each)
    for each in some(answerable, 700):
        add(large, "gone", "gone", each, without=each.document)
    for each in some([a for a in leaning if a.gold], 800):
        add(large, "follow answered", "answered", each)
    for each in some([a for a in leaning if not a.gold], 500):
        add(large, "follow near", "near", each)
    for each in some(policy_asked, 250):
        add(large, "absent", "absent", each)
    for each in some(asked, 250):
        add(talk, "absent", "absent", each)
    for each in some(asked, 150):
        add(policy, "absent", "absent", each)
    for number, text in enumerate(odd_questions()):
        add(large, "odd", "odd", Asked(text, "", (), f"odd{number % 5}", number % 2 == 0))
    for number, turn in enumerate(turns):
        known = turn["answerability"] in {"ANSWERABLE", "PARTIAL"}
        each = Asked(turn["rewrite"], "", (), f"turn{number}", False)
        row = talk.row("answered" if known else "near", each, weights)
        if row is not None:
            rows.append(replace_case(replace(row, right=known), "mtrag answered" if known else "mtrag unanswerable"))
    print(f"{len(rows)} rows of large corpora", flush=True)
    for title in sorted({each.group for each in policy_asked}):
        small = Asker([d for d in policy_documents if d.title == title], encoder)
        for each in some([a for a in policy_asked if a.group == title], 12):
            row = small.row("answered", each, weights, passage=True)
            if row is not None and row.right:  # the labels name one of several right paragraphs
                rows.append(replace_case(row, "policy answered"))
        small.close()
    for kind, part, mine in small_corpora(documents, asked):
        small = Asker(part, encoder)
        inside = {document.id for document in part}
        others = [a for a in asked if a.tuning == mine[0].tuning and a.group != mine[0].group]
        for each in some([a for a in mine if a.gold and a.document in inside], 20):
            add(small, f"{kind} answered", "answered", each)
        for each in some([a for a in mine if not a.gold and a.document in inside], 15):
            add(small, f"{kind} near", "near", each)
        if kind != "article":
            for each in some([a for a in mine if a.gold and a.document not in inside], 10):
                add(small, f"{kind} gone", "gone", each)
        if kind != "run":
            for each in some(others, 15):
                add(small, f"{kind} absent", "absent", each)
        if kind == "article":
            for number, text in enumerate(odd_questions(8)[::5]):
                add(small, "odd", "odd", Asked(text, "", (), f"odd{number}", mine[0].tuning))
        small.close()
    print(f"{len(rows)} rows in all: {dict(Counter(row.case for row in rows))}", flush=True)
    return rows, weights, report


def small_lists(
    documents: Sequence[Document],
    asked: Sequence[Asked],
    encoder: Memory,
    some: Callable[[Sequence[Asked], float], list[Asked]],
) -> dict[bool, list[tuple[np.ndarray, np.ndarray, list[str]]]]:
    """Sentences of questions asked of small corpora, by half: what few passages do to the scores is learnt too."""
    lists: dict[bool, list[tuple[np.ndarray, np.ndarray, list[str]]]] = {True: [], False: []}
    for _, part, mine in small_corpora(documents, asked):
        small = Asker(part, encoder)
        inside = {document.id for document in part}
        lists[mine[0].tuning] += sentence_lists(
            small, some([a for a in mine if a.gold and a.document in inside], 25), alone=False
        )
        small.close()
    return lists


def replace_case(row: Row, case: str) -> Row:
    """The row under the name of its case."""
    return replace(row, case=case)


def main() -> None:
    """Fit on the tuning halves, measure on the others, write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="where indexes are kept")
    parser.add_argument("--model", type=Path, default=Path("assistant/models/answers.json"))
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/answers.json"))
    parser.add_argument("--sizes", type=float, default=1.0, help="scale of the samples, for a quick run")
    parser.add_argument("--rows", type=Path, help="file to keep the cases' features in, and to read them from again")
    parser.add_argument("--keep-model", action="store_true", help="measure the model there is instead of fitting one")
    options = parser.parse_args()
    if options.rows and options.rows.exists():
        stored = json.loads(options.rows.read_text(encoding="utf-8"))
        rows, weights, report = [Row(**row) for row in stored["rows"]], stored["weights"], stored["report"]
    else:
        rows, weights, report = gather(options.data, options.cache, options.sizes)
    if options.rows:
        kept = {"rows": [asdict(row) for row in rows], "weights": weights, "report": report}
        options.rows.write_text(json.dumps(kept, default=float), encoding="utf-8")
    tuning = [row for row in rows if row.tuning and row.case in SHARES]
    held_out = [row for row in rows if not row.tuning]
    if options.keep_model:
        model = model_from(json.loads(options.model.read_text(encoding="utf-8")))
    else:
        model = fit_confidence(tuning, weights)
        stored = {
            "sentence": dict(model.sentence),
            "found": {"intercept": model.found.intercept, "weights": dict(model.found.weights)},
            "exact": {"intercept": model.exact.intercept, "weights": dict(model.exact.weights)},
            **{
                name: getattr(model, name) for name in ("found_power", "slope", "against", "offset", "answered", "weak")
            },
            "fitted_on": "squad2 (even articles), policyqa_dev (even sites); see benchmarks/answers.py",
        }
        options.model.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    files = [options.data / "squad2" / "queries.jsonl", options.data / "policyqa_dev" / "queries.jsonl"]
    result = {
        "provenance": provenance(files),
        "rows": {"tuning": len(tuning), "held_out": len(held_out)},
        "sentences": {name: round(value, 4) for name, value in report.items()},
        "held_out": measured(held_out, model),
        "tuning": measured(tuning, model),
        "thresholds": {"answered": model.answered, "weak": model.weak},
        "asked as users do": asked_whole(options.data, options.cache, model),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({k: v for k, v in result.items() if k != "tuning"}, indent=1))


if __name__ == "__main__":
    main()
