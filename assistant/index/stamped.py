"""Derived files, each with a stamp beside it: what it was made from, and a digest that is checked before it is parsed.

The bytes that were checked are the bytes that are parsed: a small file is read into memory, a large one is mapped, and
nothing is copied out of either. One whose stamp does not fit, or that has none, is as good as none: it is made anew.
Files are never written in place, so that whoever has an older one mapped goes on reading that.
"""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]
Content: TypeAlias = memoryview
"""The bytes of a file, which cannot be changed."""

BLOCK = 16 << 20
"""Bytes that are digested as one; a file of several blocks is digested by several threads, and mapped, not read."""
ABANDONED_SECONDS = 3_600
_log = logging.getLogger(__name__)
_KINDS = {"U8": "u1", "U16": "<u2", "I32": "<i4", "I64": "<i8", "F32": "<f4"}
"""Element types of arrays, as safetensors names them."""


def stamp_of(path: Path) -> Path:
    """Where the stamp of a derived file is."""
    return path.with_suffix(".json")


def stamped_state(path: Path) -> str | None:
    """Line of the state that a derived file says it was made from; None if nothing says so."""
    try:
        stamp = json.loads(stamp_of(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    state = stamp.get("state") if isinstance(stamp, dict) else None
    return state if isinstance(state, str) else None


def checked_content(path: Path, state: str) -> Content | None:
    """The bytes of a derived file; None if it is missing, of another state, or not as it was written.

    Args:
        path: of the file.
        state: line of the state that it should have been made from.
    """
    try:
        stamp = json.loads(stamp_of(path).read_text(encoding="utf-8"))
        if not isinstance(stamp, dict) or stamp.get("state") != state:
            return None
        content = _content(path)
    except (OSError, ValueError, RecursionError):
        return None
    return content if stamp == _stamp(state, digest_of(content)) else None


def digest_of(content: Content) -> str:
    """SHA-256 of some bytes; of more than a block, that of the digests of the blocks."""
    blocks = [content[start : start + BLOCK] for start in range(0, len(content), BLOCK)]
    if len(blocks) < 2:
        return hashlib.sha256(content).hexdigest()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return hashlib.sha256(b"".join(pool.map(lambda block: hashlib.sha256(block).digest(), blocks))).hexdigest()


def _content(path: Path) -> Content:
    with path.open("rb") as file:
        if os.name == "nt" or os.fstat(file.fileno()).st_size <= BLOCK:  # Windows replaces no file that is mapped
            return memoryview(file.read())
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def write_stamped(path: Path, state: str, save: Callable[[Path], None]) -> None:
    """Write a derived file and its stamp, whole or not at all; one that cannot be kept is derived again next time.

    Args:
        path: of the file.
        state: line of the state that it is made from.
        save: writes the file to a path.
    """
    part = path.with_name(f"{os.getpid()}_{id(save):x}-{path.name}")
    clear_unfinished(path)
    try:
        save(part)
        stamp = _stamp(state, digest_of(_content(part)))
        stamp_of(part).write_text(json.dumps(stamp), encoding="utf-8")
        part.replace(path)
        stamp_of(part).replace(stamp_of(path))
    except (OSError, RuntimeError):
        _log.info("the search file %s cannot be kept", path)
    finally:
        _cleared(part, stamp_of(part))


def clear_unfinished(path: Path) -> None:
    """Remove what writers of a derived file left who were killed: what has not changed for an hour.

    Args:
        path: of the file.
    """
    for name in (path.name, stamp_of(path).name):
        for left in path.parent.glob(f"*_*-{name}"):
            with suppress(OSError):
                if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                    left.unlink()


def _cleared(*parts: Path) -> None:
    for part in parts:
        with suppress(OSError):  # it was put in its place, or nothing can be written there
            part.unlink()


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Write named arrays to a file in the safetensors format, large elements first, so that all are aligned."""
    kinds = {np.dtype(kind): name for name, kind in _KINDS.items()}
    ordered = sorted(arrays.items(), key=lambda each: -each[1].itemsize)
    header, at = {}, 0
    for name, array in ordered:
        header[name] = {"dtype": kinds[array.dtype], "shape": array.shape, "data_offsets": (at, at + array.nbytes)}
        at += array.nbytes
    told = json.dumps(header).encode()
    told += b" " * (-len(told) % 8)
    with path.open("wb") as file:
        file.write(len(told).to_bytes(8, "little") + told)
        for _, array in ordered:
            file.write(np.ascontiguousarray(array).data.cast("B") if array.size else b"")


def load_arrays(content: Content | None) -> dict[str, npt.NDArray[Any]] | None:
    """Named arrays over the bytes of a safetensors file, none of them copied; None if they hold none."""
    if content is None:
        return None
    try:
        start = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(bytes(content[8:start]))
        return {name: _array(content[start:], **told) for name, told in header.items() if name != "__metadata__"}
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        return None


def _array(values: Content, dtype: str, shape: Sequence[int], data_offsets: Sequence[int]) -> npt.NDArray[Any]:
    first, last = data_offsets
    if not 0 <= first <= last <= len(values):
        raise ValueError("an array is not in the file")
    return np.frombuffer(values[first:last], dtype=_KINDS[dtype]).reshape(shape)


def _stamp(state: str, digest: str) -> dict[str, str]:
    return {"state": state, "sha256": digest}
