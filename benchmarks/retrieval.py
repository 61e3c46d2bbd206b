"""What each stage of the ranking is worth, on every open set: ``python -m benchmarks.retrieval --data DIR``.

Each set is indexed once (kept under ``--cache``), then asked with one stage after another switched on, in one
process: dense alone, BM25 alone, BM25 in the context of the work, fused, + late interaction, + support of the work; and
everything without titles as context. Every mean has a 95 % bootstrap interval; every stage is compared with the one it
builds on by a paired randomisation test. Settings were chosen on the tuning half that ``datasets.py`` names; both
halves are reported.
"""

from __future__ import annotations

import argparse
import json
import statistics as middle
import time
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.datatypes import WeightedQuery
from assistant.encoders import Encoder
from assistant.evaluation import Question
from assistant.evaluation.statistics import mean, mean_interval, randomisation_p_value
from assistant.retrieval import RankingSettings
from assistant.searching import Found, Searcher
from benchmarks.answer_cases import Memory
from benchmarks.datasets import SETS, Dataset, load, with_file_names, without_context
from benchmarks.measures import measure
from benchmarks.provenance import provenance

FULL = RankingSettings()
NO_SUPPORT = replace(FULL, support=0.0, works=0)
FUSED = replace(NO_SUPPORT, rerank=0)
STAGES: dict[str, tuple[RankingSettings, str | None]] = {
    "dense": (replace(FUSED, dense_weight=1.0), None),
    "lexical": (replace(FUSED, dense_weight=0.0, context=0.0), None),
    "lexical in context": (replace(FUSED, dense_weight=0.0), "lexical"),
    "fused": (FUSED, "lexical in context"),
    "+ late interaction": (NO_SUPPORT, "fused"),
    "+ support (default)": (FULL, "+ late interaction"),
}
TIMED = 300
NO_CONTEXT = "default without titles"
TITLED = ("anthropic_docs_rag", "squad2")
"""Sets whose titles say something and whose documents are encoded a second time without them."""

FILE_NAMES = "default with file names"
NAMED = ("chroma_chunking",)
"""Sets without titles whose files' names say something; they are encoded a second time with the names as titles."""


def run_stage(assistant: Assistant, encoder: Encoder, dataset: Dataset, settings: RankingSettings) -> dict[str, object]:
    """Per-question measures, and the median time of one search, question encoding left out."""
    searcher = Searcher(assistant.store, encoder, assistant.analyser, settings)

    encoder.encode([question.question for question in dataset.questions])
    values = {
        question.id: measure(dataset, question.id, _found(searcher, dataset, question, 100).hits)
        for question in dataset.questions
    }
    return {"values": values, "median_ms": median_ms(searcher, dataset)}


def median_ms(searcher: Searcher, dataset: Dataset) -> float:
    """Median time of one search for ten hits over up to 300 questions whose vectors are at hand."""
    times = []
    for question in dataset.questions[:: max(1, len(dataset.questions) // TIMED)]:
        searcher.likeness(question.question, question.question)
        started = time.perf_counter()
        _found(searcher, dataset, question, 10)
        times.append(time.perf_counter() - started)
    return round(1000 * middle.median(times), 2)


def _found(searcher: Searcher, dataset: Dataset, question: Question, count: int) -> Found:
    return searcher.find([WeightedQuery(question.question)], count, dataset.scope.get(question.id))


def time_again(name: str, data: Path, cache: Path, result: dict[str, Any]) -> None:
    """Measure the times of every stage anew, on a quiet machine, and put them into an earlier result of a set."""
    dataset = load(name, data)
    with closing(Assistant.from_memory(dataset.documents, cache / name)) as assistant:
        for label, (settings, _) in STAGES.items():
            searcher = Searcher(assistant.store, assistant.encoder, assistant.analyser, settings)
            result["stages"][label]["median_ms"] = median_ms(searcher, dataset)
            print(f"{name:20} {label:22} {result['stages'][label]['median_ms']} ms", flush=True)


def summary(dataset: Dataset, stage: dict[str, object], earlier: dict[str, object] | None) -> dict[str, object]:
    """Means with intervals over all questions and over each half, and the test against an earlier stage."""
    values: dict[str, dict[str, float]] = stage["values"]  # type: ignore[assignment]
    table: dict[str, object] = {"median_ms": stage["median_ms"]}
    for name in next(iter(values.values())):
        every = [row[name] for row in values.values()]
        low, high = mean_interval(every)
        entry: dict[str, object] = {"value": mean(every), "low": low, "high": high}
        for half, inside in (("tuning", True), ("held_out", False)):
            part = [row[name] for key, row in values.items() if (key in dataset.tuning) == inside]
            entry[half] = mean(part) if part else None
        if earlier is not None:
            before: dict[str, dict[str, float]] = earlier["values"]  # type: ignore[assignment]
            differences = [row[name] - before[key][name] for key, row in values.items()]
            entry["difference"] = mean(differences)
            entry["p_value"] = randomisation_p_value(differences)
        table[name] = entry
    return table


def run_set(name: str, data: Path, cache: Path) -> dict[str, object]:
    """Every stage on one set."""
    dataset = load(name, data)
    assistant = Assistant.from_memory(dataset.documents, cache / name)
    encoder: Encoder = Memory(assistant.encoder)  # type: ignore[assignment]
    stages = {}
    for label, (settings, _) in STAGES.items():
        stages[label] = run_stage(assistant, encoder, dataset, settings)
        print(f"{name:20} {label:22} {_line(dataset, stages[label])}", flush=True)
    against = {label: earlier for label, (_, earlier) in STAGES.items()}
    other = _other_context(dataset)
    if other is not None:
        label, changed = other
        again = Assistant.from_memory(
            changed.documents, cache / f"{name}-{label.removeprefix('default ')}".replace(" ", "-")
        )
        stages[label] = run_stage(again, encoder, dataset, FULL)
        against[label] = "+ support (default)"
        print(f"{name:20} {label:22} {_line(dataset, stages[label])}", flush=True)
        again.close()
    info = assistant.info()
    lengths = [p.end - p.start for d in dataset.documents for p in assistant.passages_of(d.id)]
    assistant.close()
    return {
        "documents": info.documents,
        "passages": info.passages,
        "mean_passage_characters": sum(lengths) / len(lengths),
        "questions": len(dataset.questions),
        "tuning_questions": len(dataset.tuning),
        "provenance": provenance(dataset.files),
        "stages": {
            label: summary(dataset, stage, stages[against[label]] if against[label] else None)  # type: ignore[index]
            for label, stage in stages.items()
        },
    }


def _other_context(dataset: Dataset) -> tuple[str, Dataset] | None:
    """The set with another context for the encoder, and what that is called."""
    if dataset.name in TITLED:
        return NO_CONTEXT, without_context(dataset)
    if dataset.name in NAMED:
        return FILE_NAMES, with_file_names(dataset)
    return None


def _line(dataset: Dataset, stage: dict[str, object]) -> str:
    table = summary(dataset, stage, None)
    return "  ".join(f"{name} {entry['value']:.4f}" for name, entry in table.items() if isinstance(entry, dict)) + (
        f"  {stage['median_ms']} ms"
    )


def main() -> None:
    """Run the sets that were asked for and merge them into the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="where indexes are kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/retrieval.json"))
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--times", action="store_true", help="measure only the times anew, in the result file there is")
    options = parser.parse_args()
    results = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {"sets": {}}
    results["settings"] = asdict(FULL)
    for name in options.sets:
        if options.times:
            time_again(name, options.data, options.cache, results["sets"][name])
        else:
            results["sets"][name] = run_set(name, options.data, options.cache)
        options.out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
