"""Which documents make up one work: sections of a page or file that were filed one by one keep together. Pure."""

from __future__ import annotations


def work_of_document(document_id: str) -> str:
    """The work a document belongs to: its id up to a ``#``."""
    return document_id.partition("#")[0] or document_id
