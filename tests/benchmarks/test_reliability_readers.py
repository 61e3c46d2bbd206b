"""A short run of the benchmark of readers beside a writer, in a process of its own: it forks."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from assistant.datatypes import Citation
from benchmarks.reliability.orchards import orchard
from benchmarks.reliability.readers import PARAGRAPHS, WRONG, check, digest

ROOT = Path(__file__).parent.parent.parent


def test_no_reader_sees_a_document_half_in_two_versions_or_not_at_all(tmp_path):
    out = tmp_path / "readers.json"
    options = ["--count", "11", "--readers", "2", "--out", out]
    command = [sys.executable, "-m", "benchmarks.reliability.readers", *options]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(out.read_text())
    assert result["answers"] > 10
    assert result["versions seen"] > 2
    assert {what: result[what] for what in WRONG} == dict.fromkeys(WRONG, 0)


def quoted(number: int, version: int, sha256: str) -> Citation:
    text = orchard(number, version, PARAGRAPHS)
    start = len(text) - 60
    return Citation(
        quote=text[start:], document=f"{number}.md", source="", title="", heading="", page=None,
        start=start, end=len(text), score=1.0, passage="", sha256=sha256,
    )  # fmt: skip


def test_the_benchmark_notices_what_it_looks_for():
    counts: Counter[str] = Counter()
    assert check((quoted(1, 3, digest(1, 3)), quoted(2, 4, digest(2, 4))), counts) == {"3", "4"}
    assert not any(counts.values())
    check((quoted(1, 3, digest(1, 3)), quoted(1, 4, digest(1, 4))), counts)
    assert (counts["mixed"], counts["another version's digest"]) == (1, 0)
    check((quoted(1, 3, digest(1, 2)),), counts)
    assert (counts["mixed"], counts["another version's digest"]) == (1, 1)
