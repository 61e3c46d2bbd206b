"""Does evaluation catch a regression, and agree with ir-measures: ``python -m benchmarks.release_gate --data DIR``.

On the sample set and on scifact: the default is measured twice, and once with late interaction, BM25 and support left
out (dense only). The gates ``ndcg@10 < -0.01`` must let the identical run pass and stop the other. On every BEIR-style
set the exported run is measured by ir-measures too; the largest difference per question is reported.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import AP, RR, P, R, Success, nDCG

from assistant import Assistant
from assistant.evaluation import Report, check_gates, compare, evaluate, load_question_set, parse_gate, write_run
from assistant.index import EmbeddedStore
from assistant.retrieval import RankingSettings
from benchmarks.provenance import provenance

BEIR = ("scifact", "anthropic_docs_rag", "anthropic_codebase", "mtrag_human_subset")
DENSE_ONLY = replace(RankingSettings(), dense_weight=1.0, rerank=0, support=0.0, works=0)
GATE = "ndcg@10 < -0.01"
MEASURES = {
    "ndcg@10": nDCG @ 10,
    "recall@1": R @ 1,
    "recall@3": R @ 3,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "precision@5": P @ 5,
    "rr@10": RR @ 10,
    "ap": AP,
    "success@1": Success @ 1,
    "success@5": Success @ 5,
}


@contextmanager
def asked_with(folder: Path, ranking: RankingSettings) -> Iterator[Assistant]:
    """The index of a folder, ranked so."""
    with closing(Assistant.open(folder)) as opened, closing(EmbeddedStore.open(folder)) as store:
        yield Assistant(store, opened.encoder, ranking=ranking)


def gate(name: str, source: Path, folder: Path) -> tuple[dict[str, Any], Report]:
    """Identical and dense-only runs against the default, through the gate."""
    questions = load_question_set(source)
    reports = {}
    for label, ranking in (("default", RankingSettings()), ("again", RankingSettings()), ("dense only", DENSE_ONLY)):
        with asked_with(folder, ranking) as assistant:
            reports[label] = evaluate(assistant, questions)
            print(f"{name:20} {label:12} {reports[label].metrics['ndcg@10'].value:.4f}", flush=True)
    baseline = reports["default"].to_json()
    result: dict[str, Any] = {}
    for label in ("again", "dense only"):
        now = reports[label].to_json()
        differences = compare(now, baseline)
        change = next(each for each in differences if each.metric == "ndcg@10")
        verdicts = check_gates([parse_gate("--fail-if", GATE)], now, baseline, differences)
        result[label] = {
            "difference": round(change.difference, 4),
            "p_value": round(change.p_value, 5),
            "p_holm": round(change.p_holm, 5),
            "smallest detectable": None if change.detectable is None else round(change.detectable, 4),
            "passed": all(verdict.passed for verdict in verdicts),
        }
    return result, reports["default"]


def agreement(name: str, source: Path, report: Report) -> float:
    """Largest difference per question between a report and ir-measures on its exported run."""
    qrels = [
        ir_measures.Qrel(question.id, document, grade)
        for question in load_question_set(source).questions
        for document, grade in question.relevant.items()
    ]
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "run.trec"
        write_run(file, report.rankings())
        theirs = {
            (str(row.measure), row.query_id): row.value
            for row in ir_measures.iter_calc(list(MEASURES.values()), qrels, list(ir_measures.read_trec_run(str(file))))
        }
    worst = 0.0
    for result in report.results:
        for metric, measure in MEASURES.items():
            if metric in result.metrics:
                worst = max(worst, abs(result.metrics[metric] - theirs.get((str(measure), result.id), 0.0)))
    print(f"{name:20} ir-measures differs by at most {worst:.1e}", flush=True)
    return worst


def main() -> None:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="where indexes are kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/release_gate.json"))
    options = parser.parse_args()
    result: dict[str, Any] = {"gate": GATE, "sets": {}, "largest difference to ir-measures": {}}
    sample = Path("corpus/questions.jsonl")
    Assistant.from_documents("corpus", index=options.cache / "sample").close()
    result["sets"]["sample"], _ = gate("sample", sample, options.cache / "sample")
    for name in BEIR:
        source, folder = options.data / name, options.cache / name
        Assistant.from_memory(load_question_set(source).documents or (), folder).close()
        if name == "scifact":
            result["sets"][name], report = gate(name, source, folder)
        else:
            with asked_with(folder, RankingSettings()) as assistant:
                report = evaluate(assistant, load_question_set(source))
        result["largest difference to ir-measures"][name] = agreement(name, source, report)
    result["provenance"] = provenance([options.data / name / "qrels" / "test.tsv" for name in BEIR])
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
