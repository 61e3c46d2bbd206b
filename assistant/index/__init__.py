"""Builds and reads ``index/``: documents, passages, vectors and terms, with the elementary searches."""

from __future__ import annotations

from assistant.index.address import check_store, existing_or_new, open_store, store_exists
from assistant.index.embedded import EmbeddedStore
from assistant.index.one_writer import DEFAULT_WAIT, OnWait, one_writer
from assistant.index.protocol import Store
from assistant.index.soundness import Soundness
from assistant.index.values import Holding, Makers, PartKey, PassageRef, Sample

__all__ = [
    "DEFAULT_WAIT",
    "EmbeddedStore",
    "Holding",
    "Makers",
    "OnWait",
    "PartKey",
    "PassageRef",
    "Sample",
    "Soundness",
    "Store",
    "check_store",
    "existing_or_new",
    "one_writer",
    "open_store",
    "store_exists",
]
