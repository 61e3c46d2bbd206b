"""One command of one system, in a process of its own in its own environment: its result, times and peak memory."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.configurations import Configuration
from benchmarks.peers.protocol import result_of

ROOT = Path(__file__).parents[2]
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
}
"""Nothing is looked up or reported over the network: it would be timed."""


@dataclass(frozen=True)
class Done:
    """What came of one command.

    Attributes:
        result: what the system told.
        seconds: from the start of the process to the line that told it.
        peak_mb: most memory that the process, or one it started and waited for, had in use.
    """

    result: dict[str, Any]
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Runner:
    """Starts the processes of one system.

    Attributes:
        configuration: which.
        python: the interpreter of its environment.
        model: folder of the model, in the form it takes.
    """

    configuration: Configuration
    python: Path
    model: Path

    def __call__(self, command: str, index: Path, *arguments: str) -> Done:
        """Do one command and wait for its end.

        Raises:
            SystemExit: if the process fails or tells no result.
        """
        module = f"benchmarks.peers.systems.{self.configuration.module}"
        places = ("--model", str(self.model), "--index", str(index))
        return run([str(self.python), "-m", module, command, *places, *arguments])


def run(command: Sequence[str]) -> Done:
    """Run a command that tells its result by the protocol.

    Raises:
        SystemExit: if it fails or tells none.
    """
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **OFFLINE})
    assert child.stdout is not None
    result, seconds = None, 0.0
    for line in child.stdout:
        told = result_of(line)
        if told is not None:
            result, seconds = told, time.perf_counter() - started
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    if child.returncode or result is None:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode} and told no result")
    return Done(result, seconds, usage.ru_maxrss / 1024)


def size_of(folder: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
