"""Derived files, each with a stamp beside it: what it was made from, and a digest that is checked before it is parsed.

A file is read once, and the bytes that were checked are the bytes that are parsed. One whose stamp does not fit, or
that has none, is as good as none: it is made anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]


def stamp_of(path: Path) -> Path:
    """Where the stamp of a derived file is."""
    return path.with_suffix(".json")


def checked_bytes(path: Path, state: str) -> bytes | None:
    """The bytes of a derived file; None if it is missing, of another state, or not as it was written.

    Args:
        path: of the file.
        state: line of the state that it should have been made from.
    """
    try:
        stamp = json.loads(stamp_of(path).read_text(encoding="utf-8"))
        if not isinstance(stamp, dict) or stamp.get("state") != state:
            return None
        content = path.read_bytes()
    except (OSError, ValueError, RecursionError):
        return None
    return content if stamp == _stamp(state, hashlib.sha256(content).hexdigest()) else None


def write_stamped(path: Path, state: str, save: Callable[[Path], None]) -> None:
    """Write a derived file and its stamp, whole or not at all; one that cannot be kept is derived again next time.

    Args:
        path: of the file.
        state: line of the state that it is made from.
        save: writes the file to a path.
    """
    part = path.with_name(f"{os.getpid()}_{id(save):x}-{path.name}")
    try:
        save(part)
        with part.open("rb") as file:
            stamp = _stamp(state, hashlib.file_digest(file, "sha256").hexdigest())
        stamp_of(part).write_text(json.dumps(stamp), encoding="utf-8")
        part.replace(path)
        stamp_of(part).replace(stamp_of(path))
    except (OSError, RuntimeError):
        for left in (part, stamp_of(part)):
            left.unlink(missing_ok=True)


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Write named arrays to a file."""
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_arrays(content: bytes | None) -> dict[str, npt.NDArray[Any]] | None:
    """Named arrays from the bytes of a file; None if they hold none."""
    if content is None:
        return None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, MemoryError):
        return None


def _stamp(state: str, digest: str) -> dict[str, str]:
    return {"state": state, "sha256": digest}
