"""A few kills of the benchmark that does 300 of them, in a process of its own: it forks."""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.reliability.kills import WRONG

ROOT = Path(__file__).parent.parent.parent


def test_what_is_killed_keeps_what_it_acknowledged_and_is_finished_by_the_next_run(tmp_path):
    out = tmp_path / "kills.json"
    command = [sys.executable, "-m", "benchmarks.reliability.kills", "--count", "6", "--out", out]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(out.read_text())
    assert result["kills"] == 6
    assert len(result["scenes"]) == 3
    for counts in result["scenes"].values():
        assert {what: counts[what] for what in WRONG} == dict.fromkeys(WRONG, 0)
