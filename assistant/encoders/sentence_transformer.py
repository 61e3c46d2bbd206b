"""Any sentence-transformers model as an encoder: the reference implementation."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.encoders.exports import folder_digest
from assistant.encoders.protocol import Encoded, TokenVectors
from assistant.errors import EncoderError

BATCH_SIZE = {"cpu": 32, "cuda": 256}
"""Texts that are encoded at once, by kind of device."""


class SentenceTransformerEncoder:
    """One forward pass gives both the sentence vector and the token vectors.

    Args:
        model: a ready ``SentenceTransformer``.
        name: what the user calls it.
        fingerprint: digest of the model's files.
    """

    def __init__(self, model: Any, name: str, fingerprint: str) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._model = model.eval()
        self._device: str = model.device.type
        self._tokenizer = model.tokenizer
        self.window = int(model.max_seq_length or self._tokenizer.model_max_length)
        size = model.get_embedding_dimension()
        if size is None or not getattr(self._tokenizer, "is_fast", False):
            raise EncoderError(
                f"{name} is no text encoder with a fast tokenizer; use --encoder with a sentence-transformers model"
            )
        self.dimension = int(size)
        self._lock = threading.Lock()  # a fast tokenizer keeps its padding settings in shared state

    @classmethod
    def load(cls, location: str, name: str, device: str = "cpu") -> SentenceTransformerEncoder:
        """Load from a folder, or from a model hub by name; safetensors only.

        Args:
            location: the folder, or the name on the hub.
            name: what the user calls it.
            device: ``cpu`` or ``cuda``.

        Raises:
            EncoderError: if there is no such model, or it cannot be read.
        """
        folder = Path(location)
        local = folder.is_dir()
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no types
        try:
            model = SentenceTransformer(
                location,
                device=device,
                local_files_only=local,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = " ".join(str(error).split())[:200]
            raise EncoderError(
                f"cannot load the encoder {name!r} ({reason}); give --encoder a model folder, "
                "a hub name, or leave it out for the packaged one"
            ) from error
        digest = folder_digest(folder) if local else _weights_digest(model)
        return cls(model, name, digest)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, without special tokens and without truncation."""
        if not texts:
            return []
        with self._lock:
            ids = self._tokenizer(
                list(texts),
                add_special_tokens=False,
                truncation=False,
                padding=False,
                return_attention_mask=False,
                return_token_type_ids=False,
                verbose=False,
            )["input_ids"]
        return [len(row) for row in ids]

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Sentence vector and token vectors of each text; batches are sorted by length to save padding."""
        order = sorted(range(len(texts)), key=lambda i: (len(texts[i]), i))
        results: list[Encoded | None] = [None] * len(texts)
        size = BATCH_SIZE.get(self._device, BATCH_SIZE["cpu"])
        for first in range(0, len(order), size):
            rows = order[first : first + size]
            for row, encoded in zip(rows, self._batch([texts[i] for i in rows]), strict=True):
                results[row] = encoded
        return [encoded for encoded in results if encoded is not None]

    def _batch(self, texts: list[str]) -> Iterable[Encoded]:
        import torch

        with self._lock:
            features = self._tokenizer(
                texts,
                padding=True,
                truncation=True,
                max_length=self.window,
                return_tensors="pt",
                return_offsets_mapping=True,
                return_special_tokens_mask=True,
            )
        spans = features.pop("offset_mapping").numpy().astype(np.int32)
        special = features.pop("special_tokens_mask").numpy().astype(bool)
        with torch.inference_mode():
            output = self._model({name: tensor.to(self._device) for name, tensor in features.items()})
        sentences = _unit(output["sentence_embedding"].float().cpu().numpy())
        tokens = output["token_embeddings"].float().cpu().numpy()
        for row in range(len(texts)):
            kept = ~special[row] & (spans[row, :, 1] > spans[row, :, 0])
            yield Encoded(sentences[row], TokenVectors(_unit(tokens[row][kept]), spans[row][kept]))


def _unit(rows: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The rows scaled to unit length; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)


def _weights_digest(model: Any) -> str:
    """SHA-256 over the weights of a model that came from a hub."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode() + b"\0" + tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()
