"""Texts -> sentence vectors and token vectors; one small model, loaded by name."""

from __future__ import annotations

from assistant.encoders import packaged
from assistant.encoders.exports import Precision, fingerprint_of, model_and_precision
from assistant.encoders.hashing import HashingEncoder
from assistant.encoders.late import LateEncoder
from assistant.encoders.loading import load_encoder
from assistant.encoders.protocol import Encoded, Encoder, TokenVectors
from assistant.encoders.quantised import TokenCodes, best_cosines, quantise

DEFAULT = packaged.NAME

__all__ = [
    "DEFAULT",
    "Encoded",
    "Encoder",
    "HashingEncoder",
    "LateEncoder",
    "Precision",
    "TokenCodes",
    "TokenVectors",
    "best_cosines",
    "fingerprint_of",
    "load_encoder",
    "model_and_precision",
    "quantise",
]
