"""10,000 damaged files through the workers: ``python -m benchmarks.fuzz_reading --data DIR``.

Seeds are the smaller real files of ``formats`` and ``article_extraction``, the same number of each suffix that is read,
and archives made of them. Whatever is done to them (``benchmarks/mutations.py``), what comes is a document that obeys
the laws of spans or an error in one line; anything else ends the run.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from assistant.corpus import SUPPORTED_SUFFIXES, Readers, Reading, ReadLimits, Task
from benchmarks.mutations import damaged_files
from benchmarks.provenance import provenance
from benchmarks.reading import MIB, outcome_of

OUT = Path("benchmarks/results/fuzz_reading.json")
SEED = 6
COUNT = 10_000
BATCH = 500
LIMITS = ReadLimits(seconds=20.0, memory_bytes=1 << 30)
LARGEST_SEED = 450_000
SEEDS_EACH = 12
KILLED = (
    *("took longer", "crashed its reader", "needed more than"),
    *("ended its reader", "had its reader", "made its reader"),
)
REASONS_SHOWN = 12
WRITTEN = {
    "a.rst": "Fruit\n=====\n\n:Author: Ann\n\nApples *came* first.\n\n.. list-table::\n\n   * - Name\n     - Age\n",
    "a.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "metadata": {}, "source": ["# Fruit\n", "Apples"]},
                {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "1 + 1", "outputs": []},
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    ),
    "a.mhtml": "MIME-Version: 1.0\r\nSubject: Fruit\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<h1>Fruit</h1><p>Apples =C3=A9 came first.</p>\r\n--x--\r\n",
    "a.jsonl": '{"name": "Ann", "age": 30}\n{"name": "Bob", "age": 4, "likes": ["figs"]}\n',
    "a.tsv": "name\tage\nAnn\t30\nBob\t4\n",
    "a.py": '"""Fruit."""\n\nimport os\n\n\ndef apples() -> int:\n    """Count."""\n    return 3\n',
}
"""Small files of the suffixes that the folders lack."""


def seeds_of(data: Path) -> list[tuple[Path, bytes]]:
    """Whole files, the smaller ones of each suffix that is read, and archives of them."""
    found: dict[str, list[tuple[Path, bytes]]] = defaultdict(list)
    for path in [*sorted((data / "formats").rglob("*")), *sorted((data / "article_extraction").rglob("*.gz"))]:
        name = Path(path.stem) if path.suffix == ".gz" else path
        if name.suffix.lower() in SUPPORTED_SUFFIXES and path.is_file() and 0 < path.stat().st_size <= LARGEST_SEED:
            content = path.read_bytes()
            found[name.suffix.lower()].append((name, gzip.decompress(content) if path.suffix == ".gz" else content))
    chosen = [seed for seeds in found.values() for seed in seeds[:: max(1, len(seeds) // SEEDS_EACH)][:SEEDS_EACH]]
    chosen += [(Path(name), text.encode()) for name, text in WRITTEN.items() if Path(name).suffix in SUPPORTED_SUFFIXES]
    return [*chosen, *_archives(chosen)]


def _archives(seeds: list[tuple[Path, bytes]]) -> Iterator[tuple[Path, bytes]]:
    for number in range(4):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            for at, (path, data) in enumerate(seeds[number::12]):
                package.writestr(zipfile.ZipInfo(f"folder/{at}{path.suffix}"), data)
        yield Path(f"{number}.zip"), buffer.getvalue()


def fuzzed(seeds: list[tuple[Path, bytes]], count: int) -> Iterator[Reading]:
    """What comes of each damaged file, of an archive of each member."""
    made = damaged_files(seeds, count, SEED)
    with Readers(LIMITS) as readers:
        for first in range(0, count, BATCH):
            with tempfile.TemporaryDirectory() as folder:
                tasks = []
                for name, data in made[first : first + BATCH]:
                    path = Path(folder) / name
                    path.write_bytes(data)
                    tasks.append(Task(str(path), name, name))
                yield from readers.read(tasks)
            print(first + BATCH, flush=True)


def summary(outcomes: list[str], seconds: list[float], peak: int) -> dict[str, Any]:
    """Outcomes of one suffix: documents, refusals, and what cost a worker."""
    counted = Counter(outcomes)
    read = counted.pop("read", 0)
    killed = {reason: n for reason, n in sorted(counted.items()) if reason.startswith(KILLED)}
    refused = {reason: n for reason, n in counted.most_common(REASONS_SHOWN) if reason not in killed}
    return {
        "outcomes": len(outcomes),
        "read": read,
        "refused": len(outcomes) - read - sum(killed.values()),
        "cost_a_worker": killed,
        "most_frequent_refusals": refused,
        "seconds": {"p50": round(float(np.median(seconds)), 4), "max": round(max(seconds), 2)},
        "peak_mib": peak // MIB,
    }


def main() -> None:
    """Fuzz, and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    parser.add_argument("--count", type=int, default=COUNT, help="with another number nothing is written")
    options = parser.parse_args()
    began = time.perf_counter()
    seeds = seeds_of(options.data)
    outcomes, seconds, peaks = defaultdict(list), defaultdict(list), defaultdict(int)
    for reading in fuzzed(seeds, options.count):
        suffix = Path(reading.task.path).suffix
        outcomes[suffix].append(outcome_of(reading))
        seconds[suffix].append(reading.seconds)
        peaks[suffix] = max(peaks[suffix], reading.peak_bytes)
    kept: dict[str, Any] = {
        "files": options.count,
        "seed": SEED,
        "seeds": len(seeds),
        "seconds": round(time.perf_counter() - began),
        "formats": {name: summary(outcomes[name], seconds[name], peaks[name]) for name in sorted(outcomes)},
    }
    print(json.dumps(kept, indent=1))
    if options.count == COUNT:
        kept["provenance"] = provenance(path for path, _ in seeds if path.is_absolute())
        OUT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
