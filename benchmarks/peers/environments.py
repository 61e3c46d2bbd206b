"""The environments that peers run in: one for each requirement file, made once, outside the repository."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements"
COMMON = REQUIREMENTS / "common.txt"
"""What every peer is given in the same version as Footnote's own environment has it: torch first of all."""

_DONE = "requirements.sha256"


def default_folder() -> Path:
    """Where they are kept unless said otherwise."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "footnote-peers"


def python_of(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make(name: str, folder: Path) -> Path:
    """Make one environment unless the one there was made of the same requirements; its interpreter.

    Raises:
        SystemExit: if pip cannot install what the requirements name.
    """
    wanted = REQUIREMENTS / f"{name}.txt"
    environment = folder / name
    digest = hashlib.sha256(COMMON.read_bytes() + wanted.read_bytes()).hexdigest()
    done = environment / _DONE
    python = python_of(environment)
    if done.exists() and done.read_text(encoding="utf-8") == digest:
        return python
    print(f"installing {name} into {environment}", file=sys.stderr, flush=True)
    venv.create(environment, with_pip=True, clear=True)
    torch = next(line for line in COMMON.read_text(encoding="utf-8").splitlines() if line.startswith("torch=="))
    _pip(python, [torch])  # first and alone, so that the build of it that pip is set up for is the one that stays
    _pip(python, ["-r", str(COMMON), "-r", str(wanted)])
    done.write_text(digest, encoding="utf-8")
    return python


def version_in(python: Path, package: str) -> str:
    """The version of a distribution in an environment."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _pip(python: Path, what: Sequence[str]) -> None:
    done = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *what], check=False
    )
    if done.returncode:
        raise SystemExit(f"pip could not install {' '.join(what)}; see above, then run the same command again")
