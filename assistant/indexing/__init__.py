"""Documents into an index: built, brought up to date, and what was done to it kept in its history."""

from __future__ import annotations

from assistant.indexing.building import Paths, build_from_files, build_from_memory, find_documents
from assistant.indexing.reports import IndexReport, Progress
from assistant.indexing.storing import store_documents
from assistant.indexing.updating import update_index

__all__ = [
    "IndexReport",
    "Paths",
    "Progress",
    "build_from_files",
    "build_from_memory",
    "find_documents",
    "store_documents",
    "update_index",
]
