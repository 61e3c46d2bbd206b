"""Do all who count come to the same numbers: ``python -m benchmarks.evaluation_parity --data DIR``.

On every BEIR-style open set the default ranking is measured by ``assistant.evaluation.evaluate``, through the door that
any retriever takes: a callable that gives spans. Its run and qrels are exported and measured by ir-measures, question
by question; and what ``benchmarks.retrieval`` counts on the same hits is held against it too.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import AP, RR, P, R, Success, nDCG

from assistant import Assistant
from assistant.datatypes import Hit, WeightedQuery
from assistant.evaluation import QuestionSet, Report, RetrievedSpan, evaluate, write_qrels, write_run
from assistant.evaluation.metrics import reciprocal_rank
from assistant.searching import Searcher
from benchmarks.datasets import BEIR, Dataset, load
from benchmarks.measures import MEASURES, measure
from benchmarks.provenance import provenance

CUTOFFS = (1, 3, 5, 10, 20)
THEIRS = {
    "ndcg@10": nDCG @ 10,
    **{f"recall@{k}": R @ k for k in CUTOFFS},
    "precision@5": P @ 5,
    "rr@10": RR @ 10,
    "ap": AP,
    "success@1": Success @ 1,
    "success@5": Success @ 5,
}
TOLERANCE = 1e-9


class Adapter:
    """Our ranking as a callable, as a peer would be wrapped; remembers the hits for those who count otherwise.

    A question may be asked of some documents only, and a retriever is told nothing but the question: so it is asked by
    id, and looks the words up.
    """

    def __init__(self, searcher: Searcher, dataset: Dataset) -> None:
        self._searcher = searcher
        self._scope = dataset.scope
        self._words = {question.id: question.question for question in dataset.questions}
        self.hits: dict[str, tuple[Hit, ...]] = {}

    def __call__(self, identity: str) -> list[RetrievedSpan]:
        """Spans of the documents, best first."""
        query = WeightedQuery(self._words[identity])
        hits = self._searcher.find([query], 100, self._scope.get(identity)).hits
        self.hits[identity] = tuple(hits)
        return [(hit.passage.document, hit.passage.start, hit.passage.end, hit.score) for hit in hits]


def asked_by_id(dataset: Dataset) -> QuestionSet:
    """The questions of a set, each with its id for words."""
    questions = tuple(replace(question, question=question.id) for question in dataset.questions)
    return QuestionSet(dataset.name, "", questions)


def differs_from_ir_measures(report: Report) -> float:
    """Largest difference of a metric on a question, between a report and ir-measures on its exported files."""
    with tempfile.TemporaryDirectory() as scratch:
        run, qrels = Path(scratch) / "run.trec", Path(scratch) / "qrels.txt"
        write_run(run, report.rankings())
        write_qrels(qrels, report.qrels())
        theirs = {
            (str(row.measure), row.query_id): row.value
            for row in ir_measures.iter_calc(
                list(THEIRS.values()),
                list(ir_measures.read_trec_qrels(str(qrels))),
                list(ir_measures.read_trec_run(str(run))),
            )
        }
    return max(
        abs(result.metrics[name] - theirs.get((str(their), result.id), 0.0))
        for result in report.results
        for name, their in THEIRS.items()
    )


def differs_from_retrieval(dataset: Dataset, report: Report, adapter: Adapter) -> float:
    """Largest difference of a measure on a question, between a report and ``benchmarks.retrieval`` on the same hits."""
    worst = 0.0
    for result in report.results:
        counted = measure(dataset, result.id, adapter.hits[result.id])
        ids = [identity for identity, _ in result.ranking]
        ours = {**result.metrics, "rr@3": reciprocal_rank(ids, result.relevant, 3)}
        worst = max(worst, *(abs(value - ours[name]) for name, value in counted.items()))
    return worst


def run_set(name: str, data: Path, cache: Path) -> dict[str, Any]:
    """One set, measured by all three."""
    dataset = load(name, data)
    with closing(Assistant.from_memory(dataset.documents, cache / name)) as assistant:
        adapter = Adapter(assistant.searcher, dataset)
        report = evaluate(adapter, asked_by_id(dataset), documents=dataset.documents, cutoffs=CUTOFFS)
    result = {
        "questions": len(report.results),
        "metrics": len(THEIRS),
        "largest difference to ir-measures": differs_from_ir_measures(report),
        "largest difference to benchmarks.retrieval": differs_from_retrieval(dataset, report, adapter),
        "means": {each: report.metrics[each].value for each in MEASURES[name] if each in report.metrics},
        "provenance": provenance(dataset.files),
    }
    print(f"{name:20} {result}", flush=True)
    return result


def main() -> None:
    """Measure the sets that were asked for, write the result file, and fail where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="where indexes are kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/evaluation_parity.json"))
    parser.add_argument("--sets", nargs="*", default=list(BEIR), choices=BEIR)
    options = parser.parse_args()
    results = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
    for name in options.sets:
        results[name] = run_set(name, options.data, options.cache)
        options.out.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    wrong = [
        f"{name}: {key}"
        for name, result in results.items()
        for key, value in result.items()
        if key.startswith("largest") and value > TOLERANCE
    ]
    if wrong:
        raise SystemExit(f"more than {TOLERANCE:g} in {', '.join(wrong)}")


if __name__ == "__main__":
    main()
