"""Exports of encoders for onnxruntime: where they are kept, and that one is whole and of the expected weights.

An export is a folder of its own in the cache folder, named by the model's fingerprint and the precision:
``graph.onnx``, ``weights.bin``, ``tokenizer.json`` and ``manifest.json``. It is written beside its place and moved
there in one step; the manifest names the fingerprint of the weights it was made from and the digest of every other
file. All of it can be deleted at any time: it is made again, or done without.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

Precision: TypeAlias = Literal["auto", "fp32", "int8"]
"""What an encoder computes with; ``auto`` is what the index was built with, for a new one ``fp32``."""

GRAPH, WEIGHTS, TOKENIZER, MANIFEST = "graph.onnx", "weights.bin", "tokenizer.json", "manifest.json"
FORMAT = 1
"""Raised when an export is made in another way, so that an old one is not taken for it."""

CACHE_VARIABLE = "FOOTNOTE_CACHE"
_INT8 = "int8:"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export says of itself.

    Attributes:
        format: how it was made.
        model: fingerprint of the model it was made from.
        precision: ``fp32`` or ``int8``.
        dimension: size of a vector.
        window: how many tokens of a text are read, special tokens included.
        files: SHA-256 of each of its other files.
    """

    format: int
    model: str
    precision: str
    dimension: int
    window: int
    files: Mapping[str, str]


def cache_folder() -> Path:
    """Where exports are kept: ``FOOTNOTE_CACHE``, else ``footnote`` in the system's folder for caches."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "footnote"


def export_folder(model: str, precision: str) -> Path:
    """Where the export of a model lies, if there is one.

    Args:
        model: the model's fingerprint.
        precision: ``fp32`` or ``int8``.
    """
    return cache_folder() / "encoders" / f"{model[:32]}-{precision}-{FORMAT}"


def read_manifest(folder: Path, model: str, precision: str) -> Manifest | None:
    """The manifest of an export whose files fit it; None if it is of another model, or not whole."""
    try:
        stored: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**stored)
        if (manifest.format, manifest.model, manifest.precision) != (FORMAT, model, precision):
            return None
        if set(manifest.files) != {GRAPH, WEIGHTS, TOKENIZER}:
            return None
        whole = all(file_digest(folder / name) == digest for name, digest in manifest.files.items())
    except (OSError, ValueError, TypeError):
        return None
    return manifest if whole else None


def write_manifest(folder: Path, model: str, precision: str, dimension: int, window: int) -> None:
    """Finish an export: name what it was made from, and the digests of its files."""
    files = {name: file_digest(folder / name) for name in (GRAPH, WEIGHTS, TOKENIZER)}
    manifest = Manifest(FORMAT, model, precision, dimension, window, files)
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_digest(folder: Path) -> str:
    """SHA-256 over the files that decide a local model's vectors, names included: its fingerprint."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".json", ".safetensors", ".txt", ".model"}:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(bytes.fromhex(file_digest(path)))
    return digest.hexdigest()


def fingerprint_of(model: str, precision: str) -> str:
    """Fingerprint of an encoder: that of its model, with the precision ahead of it unless it is fp32.

    Two encoders are the same when they compute the same function of the same weights in fp32, by whatever library:
    their vectors differ by rounding only. Rounding weights and activations to eight bits makes another encoder of it.
    """
    return (_INT8 if precision == "int8" else "") + model


def model_and_precision(fingerprint: str) -> tuple[str, Literal["fp32", "int8"]]:
    """What :func:`fingerprint_of` made one fingerprint of."""
    if fingerprint.startswith(_INT8):
        return fingerprint.removeprefix(_INT8), "int8"
    return fingerprint, "fp32"
