"""Ways to search many vectors, side by side: ``python -m benchmarks.neighbours --data DIR --place DIR``.

The vectors are those of ``benchmarks.scale``'s passages (its indexes lie in ``--place``), the questions scifact's. Each
way is built with all cores and asked with one, as the store asks.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from benchmarks.datasets import load
from benchmarks.provenance import provenance

SET = "scifact"
SIZES = (10_000, 40_000, 100_000)
QUESTIONS = 200
DEPTH = 100
RESULTS = Path(__file__).parent / "results" / "neighbours.json"

Matrix = npt.NDArray[np.float32]


def by_lists(vectors: Matrix, kind: int) -> Any:
    """An index of lists, their number that of the store."""
    from assistant.index.vectors import LISTS

    count, dimension = vectors.shape
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, round(LISTS * count**0.5), kind, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.niter = 8
    index.train(vectors)
    index.add(vectors)
    return index


def products(vectors: Matrix) -> Any:
    """An index of lists over product codes of 64 bytes."""
    count, dimension = vectors.shape
    index: Any = faiss.IndexIVFPQ(
        faiss.IndexFlatIP(dimension), dimension, round(4 * count**0.5), dimension // 6, 8, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.niter = index.pq.cp.niter = 8
    index.train(vectors[: 256 * 64])
    index.add(vectors)
    return index


def graph(vectors: Matrix) -> Any:
    """A graph of near neighbours (HNSW: Malkov and Yashunin 2018)."""
    index: Any = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 100
    index.add(vectors)
    return index


def flat(vectors: Matrix) -> Any:
    """Every vector compared."""
    index: Any = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def measured(
    vectors: Matrix, questions: Matrix, build: Callable[[Matrix], Any], ways: dict[str, Any]
) -> list[dict[str, Any]]:
    """An index built once and asked in several ways."""
    faiss.omp_set_num_threads(2)
    started = time.perf_counter()
    index = build(vectors)
    spent = time.perf_counter() - started
    faiss.omp_set_num_threads(1)
    with tempfile.TemporaryDirectory() as place:
        faiss.write_index(index, f"{place}/index")
        size = Path(place, "index").stat().st_size / 1e6
    exact = np.argsort(-(questions @ vectors.T), axis=1, kind="stable")[:, :DEPTH]
    rows = []
    for way, parameters in ways.items():
        times, found = [], []
        for question in questions:
            began = time.perf_counter()
            found.append(index.search(question[None, :], DEPTH, params=parameters)[1][0])
            times.append(time.perf_counter() - began)
        recall = {
            f"recall_at_{k}": float(
                np.mean([len(set(f[:k]) & set(e[:k])) / k for f, e in zip(found, exact, strict=True)])
            )
            for k in (10, DEPTH)
        }
        rows.append(
            {
                "vectors": len(vectors),
                "way": way,
                "build_s": spent,
                "p50_ms": 1000 * median(times),
                "mb": size,
                **recall,
            }
        )
        print(json.dumps(rows[-1]), flush=True)
    return rows


def main() -> None:
    """Measure every way on every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--place", type=Path, required=True, help="where benchmarks.scale keeps its indexes")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options = parser.parse_args()

    from assistant.encoders import load_encoder
    from assistant.index import open_store

    asked = [question.question for question in load(SET, options.data).questions[:QUESTIONS]]
    questions = np.stack([each.vector for each in load_encoder(export=True).encode(asked)])
    rows = []
    for size in options.sizes:
        store: Any = open_store(options.place / str(size))
        store.info()
        vectors = store.derived_now.base.vectors.vectors()
        store.close()
        lists = round(4 * len(vectors) ** 0.5)
        probes = {f"1/{part} of the lists": max(1, lists // part) for part in (48, 24, 12)}
        ivf = {name: faiss.SearchParametersIVF(nprobe=number) for name, number in probes.items()}
        kinds = {"16-bit": faiss.ScalarQuantizer.QT_fp16, "8-bit": faiss.ScalarQuantizer.QT_8bit}
        rows += measured(vectors, questions, flat, {"every vector": None})
        for kind, number in kinds.items():
            named = {f"lists, {kind}, {name}": each for name, each in ivf.items()}
            rows += measured(vectors, questions, lambda given, n=number: by_lists(given, n), named)
        rows += measured(
            vectors, questions, products, {f"lists, product codes, {name}": each for name, each in ivf.items()}
        )
        graphs = {f"HNSW 32, ef {ef}": faiss.SearchParametersHNSW(efSearch=ef) for ef in (100, 200, 400)}
        rows += measured(vectors, questions, graph, graphs)
    told = provenance([options.data / SET / "queries.jsonl"])
    rounded = [
        {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()} for row in rows
    ]
    RESULTS.write_text(json.dumps({**told, "questions": QUESTIONS, "rows": rounded}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
