"""Readers in several processes beside one writer: ``python -m benchmarks.reliability.readers``.

The writer brings all documents to their next version again and again, and now and then makes the index anew. The
readers ask without a pause. Every answer must quote each document in one version only, with the digest of that very
version, and find the document that it was asked about, which is there at every instant.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from assistant import Assistant
from assistant.datatypes import Citation
from assistant.encoders import HashingEncoder
from benchmarks.provenance import provenance
from benchmarks.reliability.orchards import lay_out, orchard

OUT = Path("benchmarks/results/reliability_readers.json")
DOCUMENTS = 8
PARAGRAPHS = 4
READERS = 4
UPDATES = 40
REBUILD_EVERY = 10
WRONG = ("mixed", "another version's digest", "not found", "errors")


def digest(number: int, version: int) -> str:
    """SHA-256 of a version of a document."""
    return hashlib.sha256(orchard(number, version, PARAGRAPHS).encode()).hexdigest()


def read(index: Path, stop: Path) -> dict[str, object]:
    """Ask until a file appears; what was seen."""
    counts = Counter(dict.fromkeys(WRONG, 0))
    versions: set[str] = set()
    seconds: list[float] = []
    assistant = Assistant.open(index, encoder=HashingEncoder())
    number = 0
    while not stop.exists():
        number = (number + 1) % DOCUMENTS
        began = time.perf_counter()
        answer = assistant.ask(f"Which row of orchard{number} gave baskets of fruit?")
        seconds.append(time.perf_counter() - began)
        counts["answers"] += 1
        quoted = answer.citations + answer.nearest
        counts["not found"] += not any(each.document == f"{number}.md" for each in quoted)
        versions |= check(quoted, counts)
    assistant.close()
    return {**counts, "versions": sorted(versions), "seconds": seconds}


def check(quoted: tuple[Citation, ...], counts: Counter[str]) -> set[str]:
    """Count what is wrong with the quotations of one answer; the versions they are of."""
    years: dict[str, set[str]] = {}
    for each in quoted:
        found = set(re.findall(r"year(\d+)", each.quote))
        years.setdefault(each.document, set()).update(found)
        number = int(Path(each.document).stem)
        counts["another version's digest"] += any(each.sha256 != digest(number, int(year)) for year in found)
    counts["mixed"] += sum(len(found) > 1 for found in years.values())
    return set().union(*years.values())


def started(index: Path, stop: Path) -> tuple[int, int]:
    """A reader in a process of its own: its id, and where it writes what it saw."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    seen: dict[str, object] = {"errors": 1}
    try:
        os.close(reading)
        seen = read(index, stop)
    finally:
        os.write(writing, json.dumps(seen).encode())
        os._exit(0)


def run(place: Path, readers: int, updates: int) -> dict[str, object]:
    """So many readers beside so many updates; what they saw."""
    corpus, index, stop = place / "corpus", place / "index", place / "stop"

    def update(version: int, rebuild: bool = False) -> None:
        lay_out(corpus, {f"{number}.md": orchard(number, version, PARAGRAPHS) for number in range(DOCUMENTS)})
        Assistant.from_documents(corpus, index, encoder=HashingEncoder(), rebuild=rebuild).close()

    update(0)
    children = [started(index, stop) for _ in range(readers)]
    for version in range(1, updates + 1):
        update(version, rebuild=version % REBUILD_EVERY == 0)
    stop.touch()
    seen = []
    for child, reading in children:
        with os.fdopen(reading, "rb") as told:
            seen.append(json.loads(told.read()))
        os.waitpid(child, 0)
    seconds = sorted(second for each in seen for second in each.pop("seconds", []))
    versions = {version for each in seen for version in each.pop("versions", [])}
    total: Counter[str] = sum((Counter(each) for each in seen), Counter())
    return {
        "documents": DOCUMENTS,
        "readers": readers,
        "updates": updates,
        "rebuilds": updates // REBUILD_EVERY,
        "answers": total["answers"],
        "versions seen": len(versions),
        **{what: total[what] for what in WRONG},
        "median_ms": round(1000 * statistics.median(seconds), 1) if seconds else None,
        "p99_ms": round(1000 * seconds[int(0.99 * len(seconds))], 1) if seconds else None,
    }


def main() -> None:
    """Read and write; write what was seen, and fail if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=UPDATES, help="updates of all documents")
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="readers-"))
    began = time.perf_counter()
    try:
        result = run(folder, options.readers, options.count)
    finally:
        shutil.rmtree(folder)
    result |= {"wall_seconds": round(time.perf_counter() - began), "provenance": provenance([])}
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if any(result[what] for what in WRONG):
        sys.exit(f"readers saw what they must not: { {what: result[what] for what in WRONG} }")


if __name__ == "__main__":
    main()
