"""Texts -> sentence vectors and token vectors; one small model, loaded by name."""

from __future__ import annotations

from assistant.encoders import packaged
from assistant.encoders.hashing import HashingEncoder
from assistant.encoders.late import LateEncoder
from assistant.encoders.protocol import Encoded, Encoder, TokenVectors
from assistant.encoders.quantised import TokenCodes, best_cosines, quantise

DEFAULT = packaged.NAME

__all__ = [
    "DEFAULT",
    "Encoded",
    "Encoder",
    "HashingEncoder",
    "LateEncoder",
    "TokenCodes",
    "TokenVectors",
    "best_cosines",
    "load_encoder",
    "quantise",
]


def load_encoder(name: str = DEFAULT) -> Encoder:
    """Load an encoder.

    Args:
        name: the packaged model's name, a folder, a hub name (downloaded by sentence-transformers on first
            use), or ``hashing`` for the model-free test encoder.

    Raises:
        EncoderError: if it cannot be loaded, or the packaged weights are not the expected ones.
    """
    if name == HashingEncoder.name:
        return HashingEncoder()
    from assistant.encoders.sentence_transformer import SentenceTransformerEncoder

    if name == packaged.NAME:
        folder = packaged.model_folder()
        packaged.check_digests(folder)
        return SentenceTransformerEncoder.load(str(folder), name)
    return SentenceTransformerEncoder.load(name, name)
