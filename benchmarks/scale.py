"""How searching grows with the index, to a million passages: ``python -m benchmarks.scale --data DIR --index INDEX``.

The passages are made of real ones: those of a built index (scifact), each taken again and again with two in five of its
sentences exchanged for sentences of other passages, and its vector mixed with theirs. So terms are as frequent, and
vectors lie as near to each other, as in text; what is found says nothing about quality. They are written to the truth
as indexing writes them, four to a document; encoding is left out.

Each size is measured in a process of its own: opening, fused search (dense and lexical lists and their fusion, the
question's vector at hand) with every vector compared and as it is, and one document of the index updated, encoded and
found in both lists by an assistant that is open meanwhile.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.datasets import load
from benchmarks.provenance import provenance

SET = "scifact"
SIZES = (10_000, 40_000, 100_000, 400_000, 1_000_000)
OF_DOCUMENT = 4
EXCHANGED = 0.4
QUESTIONS = 200
UPDATES = 9
DEPTH = 100
TOP = 10
RESULTS = Path(__file__).parent / "results" / "scale.json"


class Source:
    """Real passages, sentence by sentence, with what indexing keeps of them.

    Args:
        index: a built index.
    """

    def __init__(self, index: Path) -> None:
        from assistant.analysis import Analyser
        from assistant.index import open_store

        with closing(open_store(index)) as store:
            self.makers = store.makers
            analyser = Analyser(store.makers.language)
            self.texts: list[list[str]] = []
            self.counts: list[list[Counter[str]]] = []
            vectors = []
            for document_id in sorted(store.document_hashes()):
                held = store.vectors_of(document_id)
                for passage, vector in zip(store.passages_of(document_id), held, strict=True):
                    sentences = [passage.text[a:b] for a, b in passage.sentences]
                    self.texts.append(sentences)
                    self.counts.append([Counter(analyser.counts(each)) for each in sentences])
                    vectors.append(vector)
        self.vectors = np.array(vectors, dtype=np.float32)

    def passages(self, count: int, seed: int = 7) -> Iterator[tuple[str, dict[str, int], np.ndarray[Any, Any]]]:
        """So many passages: text, terms and unit vector."""
        chance = np.random.default_rng(seed)
        known = len(self.texts)
        for number in range(count):
            row = number % known
            sentences, counts, vector = list(self.texts[row]), list(self.counts[row]), self.vectors[row]
            if number >= known:
                for place in range(len(sentences)):
                    if chance.random() < EXCHANGED:
                        other = int(chance.integers(known))
                        if self.texts[other]:
                            at = int(chance.integers(len(self.texts[other])))
                            sentences[place], counts[place] = self.texts[other][at], self.counts[other][at]
                        vector = vector + self.vectors[other] * (1.2 / len(sentences))
                vector = vector + chance.normal(size=len(vector)).astype(np.float32) * 0.01
                vector = vector / np.linalg.norm(vector)
            total: Counter[str] = Counter()
            for each in counts:
                total.update(each)
            yield " ".join(sentences), dict(total), vector


def make(index: Path, place: Path, sizes: list[int]) -> None:
    """Write indexes of several sizes, as indexing would, many documents in a transaction."""
    from assistant.datatypes import Document, Passage
    from assistant.index.rows import document_row, passage_row, whole_of
    from assistant.index.tables import INSERT_DOCUMENT, INSERT_PASSAGE
    from assistant.index.truth import Truth

    source = Source(index)
    for size in sizes:
        folder = place / str(size)
        if folder.exists():
            continue
        truth, key = Truth.create(folder, source.makers), 0
        made = source.passages(size)
        for first in range(0, size // OF_DOCUMENT, 2_000):
            with truth.transaction() as change:
                for number in range(first, min(first + 2_000, size // OF_DOCUMENT)):
                    name, text, rows = f"made/{number}.txt", "", []
                    for content, counts, vector in (next(made) for _ in range(OF_DOCUMENT)):
                        key += 1
                        start, end = len(text), len(text) + len(content)
                        passage = Passage(
                            f"{name}#{start}-{end}", name, start, end, content, name, parts=((start, end),)
                        )
                        rows.append(passage_row(key, passage, name, counts, vector))
                        text += content + "\n"
                    header = document_row(Document(name, name, name, text, "0" * 64), f"made {number}", rows, [])
                    change.connection.execute(INSERT_DOCUMENT, header)
                    change.connection.executemany(INSERT_PASSAGE, rows)
                    change.comes(name, whole_of(header))
        truth.close()


def derive(folder: Path) -> dict[str, float]:
    """Derive the search files anew."""
    from assistant.index import open_store

    for file in folder.glob("*"):
        if file.suffix in (".faiss", ".safetensors", ".json"):
            file.unlink()
    started = time.perf_counter()
    with closing(open_store(folder)) as store:
        store.info()
        spent = time.perf_counter() - started
    sizes = {name: (folder / name).stat().st_size / 1e6 for name in ("footnote.sqlite", "vectors.faiss")}
    return {
        "derive_s": spent,
        "derive_peak_mb": _peak_mb(),
        "truth_mb": sizes["footnote.sqlite"],
        "vectors_mb": sizes["vectors.faiss"],
        "lexical_mb": (folder / "lexical.safetensors").stat().st_size / 1e6,
    }


def search(folder: Path, data: Path) -> dict[str, float]:
    """Open an index and search it for questions, as it is and with every vector compared."""
    from assistant.analysis import Analyser
    from assistant.encoders import load_encoder
    from assistant.index import open_store
    from assistant.retrieval import RankingSettings, fuse

    settings = RankingSettings()
    questions = [question.question for question in load(SET, data).questions[:QUESTIONS]]
    vectors = [each.vector for each in load_encoder(export=True).encode(questions)]
    before = _resident_mb()
    started = time.perf_counter()
    store = open_store(folder)
    store.info()
    opened = time.perf_counter() - started
    analyser = Analyser(store.makers.language)
    terms = [analyser.query(question) for question in questions]
    times: dict[str, list[float]] = {"dense": [], "lexical": [], "fused": [], "exact": []}
    recalled = []
    for vector, words in zip(vectors, terms, strict=True):
        marks = [time.perf_counter()]
        dense = store.dense(vector, DEPTH)
        marks.append(time.perf_counter())
        lexical = store.lexical(words, DEPTH, context=settings.context)
        marks.append(time.perf_counter())
        fused = fuse(dense, lexical, DEPTH, settings.dense_weight)
        store.places(fused)
        marks.append(time.perf_counter())
        exact = fuse(store.dense(vector, DEPTH, exact=True), lexical, DEPTH, settings.dense_weight)
        times["exact"].append(time.perf_counter() - marks[-1])
        recalled.append(len(_top(fused) & _top(exact)) / TOP)
        for name, first, last in (("dense", 0, 1), ("lexical", 1, 2), ("fused", 0, 3)):
            times[name].append(marks[last] - marks[first])
        if len(recalled) == 1:
            resident = _resident_mb() - before
    found = {f"{name}_p50_ms": 1000 * median(each) for name, each in times.items()}
    found |= {f"{name}_p95_ms": 1000 * float(np.quantile(each, 0.95)) for name, each in times.items()}
    passages = store.info().passages
    store.close()
    return {
        "passages": passages,
        "open_s": opened,
        "first_question_mb": resident,
        "searching_mb": _resident_mb() - before,
        "process_peak_mb": _peak_mb(),
        "recall_at_10": float(np.mean(recalled)),
        **found,
    }


def found_for(assistant: Any, question: str) -> list[str]:
    """The text of the nearest passage and of that with the highest BM25 score, as an answer would read them."""
    store, vector = assistant.store, assistant.encoder.encode([question])[0].vector
    with store.reading():
        best = [store.dense(vector, DEPTH)[0].key, store.lexical(assistant.analyser.query(question), DEPTH)[0].key]
        return [passage.text for passage in store.passages(best).values()]


def update(folder: Path) -> dict[str, float]:
    """One document after another comes and is changed; an assistant that is open finds it."""
    from assistant import Assistant
    from assistant.indexing import build_from_files

    times, indexing = [], []
    with tempfile.TemporaryDirectory() as place, closing(Assistant.open(folder)) as assistant:
        found_for(assistant, "Is the encoder warm?")
        file = Path(place) / "new.txt"
        for number in range(UPDATES):
            file.write_text(f"The lighthouse of Port {number} was built in {1800 + number} by its own pilots.\n" * 8)
            started = time.perf_counter()
            build_from_files([file], folder, encoder=assistant.encoder)
            indexing.append(time.perf_counter() - started)
            found = found_for(assistant, f"Who built the lighthouse of Port {number}?")
            times.append(time.perf_counter() - started)
            if not all(f"Port {number}" in text for text in found):
                raise SystemExit(f"update {number} was not found")
        documents = assistant.info().documents
    return {
        "documents": documents,
        "update_s": median(times),
        "update_most_s": max(times),
        "update_indexing_s": median(indexing),
    }


def _top(scores: dict[int, float]) -> set[int]:
    return set(sorted(scores, key=lambda key: (-scores[key], key))[:TOP])


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Make what is missing, measure every size, write the results; ``benchmarks.plots`` draws them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True, help="a built index of scifact")
    parser.add_argument("--place", type=Path, default=Path(tempfile.gettempdir()) / "footnote-scale")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--task", choices=("derive", "search", "update"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        folder = options.place / str(options.sizes[0])
        tasks = {
            "derive": lambda: derive(folder),
            "search": lambda: search(folder, options.data),
            "update": lambda: update(folder),
        }
        print(json.dumps(tasks[options.task]()))
        return
    make(options.index, options.place, options.sizes)
    sizes = []
    for size in options.sizes:
        row: dict[str, float] = {}
        for task in ("derive", "search", "update"):
            arguments = ["--data", options.data, "--index", options.index, "--place", options.place]
            command = [sys.executable, "-m", "benchmarks.scale", *map(str, arguments), "--sizes", str(size)]
            done = subprocess.run([*command, "--task", task], stdout=subprocess.PIPE, text=True, check=True)
            row |= json.loads(done.stdout.splitlines()[-1])
        print(json.dumps(row), flush=True)
        sizes.append({name: round(value, 4) for name, value in row.items()})
    told = provenance([options.data / SET / "corpus.jsonl", options.data / SET / "queries.jsonl"])
    RESULTS.write_text(json.dumps({**told, "questions": QUESTIONS, "sizes": sizes}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
