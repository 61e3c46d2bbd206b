"""Builds and reads ``index/``: documents, passages, vectors and terms, with the elementary searches."""

from __future__ import annotations

from assistant.index.address import (
    base_folder,
    check_store,
    conversations_of,
    existing_or_new,
    folder_of,
    index_address,
    open_store,
    sizes_of,
    store_exists,
    writing,
)
from assistant.index.embedded import EmbeddedStore
from assistant.index.one_writer import DEFAULT_WAIT, OnWait, one_writer
from assistant.index.protocol import Store
from assistant.index.server.address import ServerAddress
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
    "ServerAddress",
    "Soundness",
    "Store",
    "base_folder",
    "check_store",
    "conversations_of",
    "existing_or_new",
    "folder_of",
    "index_address",
    "one_writer",
    "open_store",
    "sizes_of",
    "store_exists",
    "writing",
]
