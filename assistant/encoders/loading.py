"""From an encoder's name to the encoder: on onnxruntime where it is exported, else on sentence-transformers."""

from __future__ import annotations

from pathlib import Path

from assistant.encoders import packaged
from assistant.encoders.exports import (
    Precision,
    cache_folder,
    export_folder,
    folder_digest,
    model_and_precision,
)
from assistant.encoders.gpu import cuda_there
from assistant.encoders.hashing import HashingEncoder
from assistant.encoders.onnx import OnnxEncoder
from assistant.encoders.protocol import Encoder
from assistant.errors import EncoderError


def load_encoder(
    name: str = packaged.NAME,
    precision: Precision = "auto",
    *,
    built_with: str = "",
    export: bool = False,
    many: bool = False,
) -> Encoder:
    """Load an encoder.

    Args:
        name: the packaged model's name, a folder, a hub name (downloaded by sentence-transformers on first
            use), or ``hashing`` for the model-free test encoder.
        precision: what it computes with; ``auto`` is that of ``built_with``, else fp32.
        built_with: the fingerprint that is expected: an export of that model is used as it is, without looking at the
            model's own files.
        export: make the export of the model if there is none; takes some seconds, once. Asking for int8 does so too.
        many: many texts are to be encoded: in fp32 that is done on a GPU, with sentence-transformers, where there is
            one that torch can use.

    Raises:
        EncoderError: if it cannot be loaded, the packaged weights are not the expected ones, or int8 is needed
            and there is no export of the model.
    """
    if name == HashingEncoder.name:
        return HashingEncoder()
    expected, used = model_and_precision(built_with)
    chosen = used if precision == "auto" else precision
    folder = _folder(name)
    on_gpu = many and chosen == "fp32" and cuda_there()
    if folder is not None:
        model = expected or _model_of(folder, name)
        found: Encoder | None = OnnxEncoder.open(export_folder(model, chosen), name, model, chosen)
        if found is None and (export or precision == "int8"):
            found = _exported(folder, name, chosen)
        if found is not None and not on_gpu:
            return found
    if chosen == "int8":
        raise EncoderError(
            f"there is no int8 export of the encoder {name} in {cache_folder()}; make that folder writable and "
            "run: footnote index corpus, or do without it: --precision fp32"
        )
    from assistant.encoders.sentence_transformer import SentenceTransformerEncoder

    device = "cuda" if on_gpu else "cpu"
    return SentenceTransformerEncoder.load(str(_checked(folder, name) if folder else name), name, device)


def _folder(name: str) -> Path | None:
    """Where a model's files lie; None for one on a hub, and for the packaged one while it is not installed."""
    if name != packaged.NAME:
        return Path(name) if Path(name).is_dir() else None
    return packaged.model_folder()


def _checked(folder: Path, name: str) -> Path:
    if name == packaged.NAME:
        packaged.check_digests(folder)
    return folder


def _model_of(folder: Path, name: str) -> str:
    return folder_digest(_checked(folder, name))


def _exported(folder: Path, name: str, precision: str) -> Encoder | None:
    """The encoder on an export that is made now; None if it cannot be."""
    from assistant.encoders.exporting import make_export

    model = _model_of(folder, name)
    place = make_export(folder, model, precision)
    return None if place is None else OnnxEncoder.open(place, name, model, precision)
