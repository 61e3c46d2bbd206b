"""Builds and reads ``index/``: documents, passages, vectors and terms, with the elementary searches."""

from __future__ import annotations

from assistant.index.embedded import EmbeddedStore
from assistant.index.lifecycle import existing_or_new
from assistant.index.protocol import PartKey, PassageRef, Sample, Store
from assistant.index.schema import Makers

__all__ = ["EmbeddedStore", "Makers", "PartKey", "PassageRef", "Sample", "Store", "existing_or_new"]
