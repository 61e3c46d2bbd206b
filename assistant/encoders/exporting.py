"""Makes the export of an encoder, in a process of its own: torch is needed here and nowhere after.

``python -m assistant.encoders.exporting fp32 MODEL_FOLDER MODEL_FINGERPRINT OUT`` writes the files of
:mod:`assistant.encoders.exports` into the folder OUT, which is there and empty; with ``int8`` and the folder of the
fp32 export, those of its rounded form.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.encoders.exports import (
    GRAPH,
    TOKENIZER,
    WEIGHTS,
    export_folder,
    read_manifest,
    write_manifest,
)

SECONDS = 600
"""How long making one may take."""

_OPSET = 17


def make_export(source: Path, model: str, precision: str) -> Path | None:
    """Make the export of a model folder unless it is there and whole; None if it cannot be made or kept.

    Args:
        source: folder of a sentence-transformers model.
        model: its fingerprint.
        precision: ``fp32`` or ``int8``.
    """
    place = export_folder(model, precision)
    if read_manifest(place, model, precision):
        return place
    if not is_exportable(source):
        return None
    if precision == "int8":
        exact = make_export(source, model, "fp32")
        if exact is None:
            return None
        source = exact
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=place.parent, ignore_cleanup_errors=True) as room:
            made = Path(room) / "made"
            made.mkdir()
            if not _run(source, precision, model, made) or not read_manifest(made, model, precision):
                return None
            if place.exists():  # damaged, or another process has just made it: whole either way after this
                place.rename(Path(room) / "old")
            made.rename(place)
    except OSError:
        return place if read_manifest(place, model, precision) else None
    return place


def is_exportable(source: Path) -> bool:
    """Whether a model folder holds a transformer with mean pooling over its tokens, and nothing else but scaling."""
    try:
        modules = json.loads(_text(source / "modules.json"))
        kinds = [each["type"].rsplit(".", 1)[-1].lower() for each in modules]
        if kinds not in (["transformer", "pooling"], ["transformer", "pooling", "normalize"]):
            return False
        if json.loads(_text(source / modules[0]["path"] / "sentence_bert_config.json")).get("do_lower_case"):
            return False
        pooling = json.loads(_text(source / modules[1]["path"] / "config.json"))
        on = {name for name, value in pooling.items() if name.startswith("pooling_mode_") and value is True}
        mode = pooling.get("pooling_mode", "mean")
        return on <= {"pooling_mode_mean_tokens"} and mode == "mean" and (source / TOKENIZER).is_file()
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return False


def _run(source: Path, precision: str, model: str, out: Path) -> bool:
    """Start the process that does it; True if it ended well."""
    command = [sys.executable, "-m", "assistant.encoders.exporting", precision, str(source), model, str(out)]
    package_root = str(Path(__file__).parents[2])
    known = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": package_root + (os.pathsep + known if known else "")}
    try:
        done = subprocess.run(  # noqa: S603 - our own module, started by the interpreter that runs this
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def export(source: Path, model: str, out: Path) -> None:
    """Trace the model's transformer and write it into a folder.

    Args:
        source: folder of the model, one that :func:`is_exportable` accepts.
        model: the fingerprint it is to carry.
        out: an empty folder.
    """
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(
        str(source),
        device="cpu",
        local_files_only=True,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True, "attn_implementation": "eager"},
    ).eval()
    with tempfile.TemporaryDirectory(dir=out) as room:
        traced = Path(room) / GRAPH
        _trace(loaded[0].auto_model, traced)
        _save(traced, out)
    shutil.copyfile(source / TOKENIZER, out / TOKENIZER)
    window = int(loaded.max_seq_length or loaded.tokenizer.model_max_length)
    write_manifest(out, model, "fp32", int(loaded.get_embedding_dimension() or 0), window)


def round_export(source: Path, model: str, out: Path) -> None:
    """Write an export with its products' weights as int8, a scale a column; activations are rounded when it runs.

    Args:
        source: folder of the fp32 export.
        model: the fingerprint it carries.
        out: an empty folder.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    manifest = read_manifest(source, model, "fp32")
    if manifest is None:
        raise SystemExit(f"{source} holds no export of {model}")
    with tempfile.TemporaryDirectory(dir=out) as room:
        rounded = Path(room) / GRAPH
        quantize_dynamic(
            source / GRAPH, rounded, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=["MatMul"]
        )
        _save(rounded, out)
    shutil.copyfile(source / TOKENIZER, out / TOKENIZER)
    write_manifest(out, model, "int8", manifest.dimension, manifest.window)


def _save(graph: Path, out: Path) -> None:
    """Write a graph with its weights beside it, so that they are mapped into memory instead of read."""
    import onnx

    onnx.save_model(
        onnx.load(str(graph)),
        str(out / GRAPH),
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS,
        size_threshold=1024,
    )
    for name in (GRAPH, WEIGHTS):
        (out / name).chmod(0o644)


def _trace(transformer: Any, path: Path) -> None:
    """Write the graph from token ids and mask to token vectors, for batches of any size and length."""
    import torch

    class TokenVectorsOf(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.transformer(input_ids=input_ids, attention_mask=attention_mask)[0]

    ids = torch.arange(1000, 1018).reshape(2, 9)
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    free = {0: "texts", 1: "tokens"}
    names: Mapping[str, Mapping[int, str]] = {"input_ids": free, "attention_mask": free, "vectors": free}
    torch.onnx.export(
        TokenVectorsOf(),
        (ids, mask),
        str(path),
        dynamo=False,
        opset_version=_OPSET,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes=names,
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the tracer warns of what is constant here on purpose
    (round_export if sys.argv[1] == "int8" else export)(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
