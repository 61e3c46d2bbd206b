"""Every file of two folders of real documents, read or refused: ``python -m benchmarks.reading --data DIR``.

Data: ``formats`` (test documents of docling and others) and ``article_extraction`` (saved news pages, unpacked first).
All files go through the worker processes three times, as ``footnote index`` reads them. An outcome is a document, whose
laws are checked, or one line that says why there is none; what came of each file must be the same each time, and no
process may grow.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.corpus import Readers, Reading, SkippedFile, Task, find_files
from assistant.datatypes import Document
from assistant.errors import DocumentError
from benchmarks.provenance import provenance

OUT = Path("benchmarks/results/reading.json")
PASSES = 3
MIB = 1 << 20


def every_file(data: Path, unpacked: Path) -> list[Path]:
    """The files of both folders; compressed pages are unpacked into a folder of their own."""
    files = [path for path in sorted((data / "formats").rglob("*")) if path.is_file()]
    for packed in sorted((data / "article_extraction").rglob("*")):
        if packed.suffix == ".gz":
            page = unpacked / packed.stem
            page.write_bytes(gzip.decompress(packed.read_bytes()))
            files.append(page)
        elif packed.is_file():
            files.append(packed)
    return files


def refusals(files: Sequence[Path]) -> dict[Path, str]:
    """Files that are not even opened, with the reason."""
    found = find_files(files)
    return {Path(error.source): error.reason for error in found.errors}


def read_once(readers: Readers, files: Sequence[Path]) -> Iterator[Reading]:
    """One pass over the files that can be opened."""
    return readers.read(Task(str(path), str(path), str(path)) for path in files)


def outcome_of(reading: Reading) -> str:
    """``read``, or why not, without what differs from file to file."""
    outcome = reading.outcome
    if isinstance(outcome, Document):
        check_laws(outcome)
        return "read"
    if not isinstance(outcome, (DocumentError, SkippedFile)):
        raise TypeError(f"{outcome} is neither a document nor an error")
    if "\n" in outcome.reason or "Traceback" in outcome.reason:
        raise ValueError(f"{outcome} is not one line")
    return kind_of(outcome.reason)


def kind_of(reason: str) -> str:
    """A reason less its advice and its numbers."""
    kind = re.sub(r"\d[\d,.]*", "N", reason.split(": ")[0])
    return kind + ")" * (kind.count("(") - kind.count(")"))


def check_laws(document: Document) -> None:
    """Raise ValueError unless the document's spans obey the laws of blocks and pages."""
    end = 0
    for block in document.blocks:
        piece = document.text[block.start : block.end]
        if not end <= block.start < block.end <= len(document.text) or piece != piece.strip():
            raise ValueError(f"{document.id}: block at {block.start}")
        end = block.end
    starts = list(document.page_starts)
    if starts != sorted(starts) or any(not 0 <= start <= len(document.text) for start in starts):
        raise ValueError(f"{document.id}: pages out of order")


def resident() -> int:
    """Memory that this process has in use, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def summary(readings: Sequence[Reading]) -> dict[str, Any]:
    """Outcomes, times and memory of one format."""
    outcomes = Counter(map(outcome_of, readings))
    seconds = [reading.seconds for reading in readings]
    p50, p95 = np.percentile(seconds, [50, 95])
    return {
        "files": len(readings),
        "read": outcomes.pop("read", 0),
        "refused": dict(sorted(outcomes.items())),
        "seconds": {"p50": round(p50, 4), "p95": round(p95, 4), "max": round(max(seconds), 4)},
        "peak_mib": max(reading.peak_bytes for reading in readings) // MIB,
    }


def by_format(readings: Sequence[Reading]) -> dict[str, Any]:
    """A summary for each suffix."""
    groups: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        groups[Path(reading.task.path).suffix.lower()].append(reading)
    return {suffix: summary(group) for suffix, group in sorted(groups.items())}


def digest_of(reading: Reading) -> str:
    """Stands for all that came of a file, in few bytes."""
    outcome = reading.outcome
    told = repr(outcome) if isinstance(outcome, Document) else str(outcome)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def main() -> None:
    """Read everything three times and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    data = parser.parse_args().data
    passes, seen, formats = [], [], {}
    with tempfile.TemporaryDirectory() as folder, Readers() as readers:
        files = every_file(data, Path(folder))
        refused = refusals(files)
        opened = [path for path in files if path not in refused]
        for number in range(PASSES):
            began = time.perf_counter()
            readings = list(read_once(readers, opened))
            passes.append(
                {
                    "seconds": round(time.perf_counter() - began, 1),
                    "worker_peak_mib": max(reading.peak_bytes for reading in readings) // MIB,
                    "worker_median_mib": int(np.median([reading.peak_bytes for reading in readings])) // MIB,
                    "slowest_seconds": round(max(reading.seconds for reading in readings), 2),
                }
            )
            seen.append([digest_of(reading) for reading in readings])
            if not number:
                formats = by_format(readings)
            del readings
            passes[-1]["own_mib"] = resident()
            print(passes[-1], flush=True)
    kept = {
        "files": len(files),
        "read": sum(entry["read"] for entry in formats.values()),
        "formats": formats,
        "never_opened": dict(sorted(Counter(map(kind_of, refused.values())).items())),
        "same_each_pass": all(each == seen[0] for each in seen),
        "passes": passes,
        "provenance": provenance(path for path in files if path.is_relative_to(data)),
    }
    OUT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in kept.items() if name != "provenance"}, indent=1))


if __name__ == "__main__":
    main()
