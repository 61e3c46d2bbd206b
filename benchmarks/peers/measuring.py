"""The measures of every system: times in alternating rounds on a sample, nDCG@10 on whole sets."""

from __future__ import annotations

import json
import math
import shutil
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assistant.datatypes import Document
from assistant.evaluation.metrics import ndcg_at
from assistant.evaluation.statistics import mean, mean_interval, randomisation_p_value
from benchmarks.datasets import Dataset
from benchmarks.peers.processes import Runner, size_of
from benchmarks.peers.protocol import Asked, K, Passage, write_lines

OURS = "footnote"
QUESTION = "Do statins lower cholesterol?"
WARM_UP = 10
COLD_STARTS = 2
MOST_QUESTIONS = 600
"""How many questions of a set are asked at most for nDCG, evenly drawn."""

LESS_IS_BETTER = {
    "documents_per_second": False,
    "characters_per_second": False,
    "cold_seconds": True,
    "warm_p50_ms": True,
    "warm_p95_ms": True,
    "cold_peak_mb": True,
    "index_peak_mb": True,
    "index_mb": True,
}
"""The measures that systems are compared by, and their direction."""

Measured = Mapping[str, Mapping[str, float]]
"""System -> measure -> value."""


def passages_of(documents: Iterable[Document]) -> list[Passage]:
    """Documents of a set as they are given to every system."""
    return [Passage(document.id, document.title, document.text) for document in documents]


def one_round(runners: Sequence[Runner], passages: Path, asked: Path, characters: int, work: Path) -> Measured:
    """Every system once, one after another.

    Args:
        runners: in the order of this round.
        passages: file of the passages to index.
        asked: file of the questions: ten to warm up, a hundred that are timed, a hundred for what else a system does.
        characters: of all passages.
        work: folder for the indexes; what lies there of an earlier round is replaced.
    """
    measured = {}
    count = len(passages.read_text(encoding="utf-8").splitlines())
    for runner in runners:
        name = runner.configuration.name
        index = work / name.replace(" ", "-")
        shutil.rmtree(index, ignore_errors=True)
        built = runner("index", index, "--passages", str(passages))
        seconds = built.result["seconds"]
        cold = [runner("cold", index, "--question", QUESTION) for _ in range(COLD_STARTS)]
        warm = runner("warm", index, "--questions", str(asked), "--warm-up", str(WARM_UP)).result
        times = warm.pop("milliseconds")
        measured[name] = {
            "documents_per_second": count / seconds,
            "units_per_second": built.result["units"] / seconds,
            "characters_per_second": characters / seconds,
            "units": built.result["units"],
            "index_peak_mb": built.peak_mb,
            "index_mb": size_of(index) / 1e6,
            "cold_seconds": statistics.median(each.seconds for each in cold),
            "cold_peak_mb": max(each.peak_mb for each in cold),
            "warm_p50_ms": statistics.median(times),
            "warm_p95_ms": percentile(times, 0.95),
            **warm,
        }
        print(f"{name:22}", json.dumps({key: round(value, 2) for key, value in measured[name].items()}), flush=True)
    return measured


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of the values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def medians(rounds: Sequence[Measured]) -> dict[str, dict[str, float]]:
    """The median over the rounds of every number."""
    return {
        name: {key: statistics.median(each[name][key] for each in rounds) for key in values}
        for name, values in rounds[0].items()
    }


def ratios(rounds: Sequence[Measured], ours: str = OURS) -> dict[str, dict[str, dict[str, float]]]:
    """How many times better ours is than each other system, by measure: median, least and most of the rounds.

    Above 1 ours is ahead: more passages a second, or less time, memory and disk.
    """
    compared: dict[str, dict[str, dict[str, float]]] = {}
    for name in rounds[0]:
        if name == ours:
            continue
        compared[name] = {}
        for measure, less in LESS_IS_BETTER.items():
            pairs = [(each[ours][measure], each[name][measure]) for each in rounds]
            values = [theirs / own if less else own / theirs for own, theirs in pairs]
            compared[name][measure] = {
                "ratio": statistics.median(values),
                "least": min(values),
                "most": max(values),
            }
    return compared


def evenly(questions: Sequence[Asked], most: int = MOST_QUESTIONS) -> list[Asked]:
    """At most so many questions, evenly drawn."""
    return list(questions[:: max(1, math.ceil(len(questions) / most))])


def rank(runner: Runner, dataset: Dataset, work: Path) -> dict[str, float]:
    """nDCG@10 of each question of a set, all documents indexed; kept in ``work`` for :func:`compare`."""
    folder = work / dataset.name
    folder.mkdir(parents=True, exist_ok=True)
    passages, asked = folder / "passages.jsonl", folder / "questions.jsonl"
    write_lines(passages, passages_of(dataset.documents))
    write_lines(asked, evenly([Asked(question.id, question.question) for question in dataset.questions]))
    name = runner.configuration.name.replace(" ", "-")
    shutil.rmtree(folder / name, ignore_errors=True)
    runner("index", folder / name, "--passages", str(passages))
    ranking = runner("run", folder / name, "--questions", str(asked)).result["ranking"]
    shutil.rmtree(folder / name, ignore_errors=True)
    relevant = {question.id: question.relevant for question in dataset.questions}
    values = {key: ndcg_at(ids, relevant[key], K) for key, ids in ranking.items()}
    (folder / f"{name}.json").write_text(json.dumps(values), encoding="utf-8")
    return values


def compare(values: Mapping[str, float], ours: Mapping[str, float] | None) -> dict[str, float]:
    """Mean with its 95 % interval, and the paired test of ours against it.

    Args:
        values: question -> nDCG@10.
        ours: the same of Footnote; None for itself, or where it is not known.
    """
    every = list(values.values())
    low, high = mean_interval(every)
    entry = {"ndcg@10": mean(every), "low": low, "high": high}
    if ours is not None:
        differences = [ours[key] - value for key, value in values.items()]
        entry |= {"ours_minus_this": mean(differences), "p_value": randomisation_p_value(differences)}
    return entry
