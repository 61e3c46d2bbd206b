"""How files are named in an index, and found again: relative to the folder above it where they lie below that."""

from __future__ import annotations

import os
from pathlib import Path


def source_name(path: Path, folder: Path) -> str:
    """How a file is named in an index: relative to the folder above the index where it lies below that."""
    whole, base = absolute(path), absolute(folder).parent
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else whole.as_posix()


def source_path(source: str, folder: Path) -> Path:
    """The file that a source of the index in ``folder`` names."""
    return absolute(folder).parent / source


def absolute(path: str | Path) -> Path:
    """The path from the root, links kept: ``resolve()`` would follow them, and they name other files."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - as said
