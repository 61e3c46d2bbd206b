"""What rounding the encoder to int8 costs in quality: ``python -m benchmarks.precision --data DIR``.

Each set is indexed in fp32 and in int8 (kept under ``--cache``), and each index is asked in fp32 and in int8: dense
alone and with every stage. Differences are those of nDCG@10 against fp32 throughout, with a paired randomisation test.
"""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.datatypes import WeightedQuery
from assistant.encoders import Encoder, load_encoder
from assistant.evaluation.metrics import ndcg_at
from assistant.evaluation.statistics import mean, mean_interval, randomisation_p_value
from assistant.searching import Searcher
from benchmarks.datasets import BEIR, Dataset, load
from benchmarks.measures import next_question
from benchmarks.provenance import provenance
from benchmarks.retrieval import FULL, STAGES

STAGES_MEASURED = {"dense": STAGES["dense"][0], "everything": FULL}
PRECISIONS = ("fp32", "int8")
ASKED = 500
"""Larger sets are asked every second, third … question: this many at least, and fewer than twice as many."""


def quality(assistant: Assistant, encoder: Encoder, dataset: Dataset) -> dict[str, list[float]]:
    """nDCG@10 of each question, by stage."""
    encoder.encode([question.question for question in dataset.questions])
    values: dict[str, list[float]] = {}
    for stage, settings in STAGES_MEASURED.items():
        searcher = Searcher(assistant.store, encoder, assistant.analyser, settings)
        values[stage] = []
        for question in dataset.questions:
            hits = searcher.find([WeightedQuery(question.question)], 100, dataset.scope.get(question.id)).hits
            ranking = list(dict.fromkeys(hit.passage.document for hit in hits))
            values[stage].append(ndcg_at(ranking, next_question(dataset, question.id), 10))
    return values


def run_set(name: str, data: Path, cache: Path, encoders: dict[str, Encoder]) -> dict[str, Any]:
    """Both indexes of a set, each asked in both precisions."""
    whole = load(name, data)
    dataset = replace(whole, questions=whole.questions[:: max(1, len(whole.questions) // ASKED)])
    values: dict[str, dict[str, list[float]]] = {}
    for built in PRECISIONS:
        folder = cache / (name if built == "fp32" else f"{name}-{built}")
        with closing(Assistant.from_memory(dataset.documents, folder, encoder=encoders[built])) as assistant:
            for asked in PRECISIONS:
                values[f"index {built}, questions {asked}"] = quality(assistant, encoders[asked], dataset)
    reference = values["index fp32, questions fp32"]
    table: dict[str, Any] = {"questions": len(dataset.questions), "provenance": provenance(dataset.files)}
    for label, stages in values.items():
        table[label] = {}
        for stage, every in stages.items():
            differences = [one - other for one, other in zip(every, reference[stage], strict=True)]
            low, high = mean_interval(differences)
            table[label][stage] = {
                "ndcg@10": mean(every),
                "difference": mean(differences),
                "low": low,
                "high": high,
                "p_value": randomisation_p_value(differences),
            }
            print(f"{name:20} {label:30} {stage:10} {mean(every):.4f} {mean(differences):+.4f}", flush=True)
    return table


def main() -> None:
    """Run the sets that were asked for and merge them into the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="where indexes are kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/precision.json"))
    parser.add_argument("--sets", nargs="*", default=list(BEIR), choices=BEIR)
    options = parser.parse_args()
    results = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {"sets": {}}
    encoders = {precision: load_encoder(precision=precision, export=True) for precision in PRECISIONS}
    for name in options.sets:
        results["sets"][name] = run_set(name, options.data, options.cache, encoders)
        options.out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
