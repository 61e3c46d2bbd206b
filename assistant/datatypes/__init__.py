"""Every value that passes between modules: frozen, comparable, free of I/O.

All spans are half-open ``[start, end)`` and count Unicode code points of ``Document.text``, so that
``document.text[x.start:x.end]`` is always the thing itself.
"""

from __future__ import annotations

from assistant.datatypes.answers import Answer, Citation, Feedback, Outcome, Part, Place, Stage, Turn, Verdict
from assistant.datatypes.documents import Block, BlockKind, Document, DocumentSummary, Origin, Span, ocr_pages_from
from assistant.datatypes.indexes import IndexUpdate, StoreInfo, UpdateKind
from assistant.datatypes.passages import Candidate, FloatMatrix, FloatVector, Hit, Passage, WeightedQuery

__all__ = [
    "Answer",
    "Block",
    "BlockKind",
    "Candidate",
    "Citation",
    "Document",
    "DocumentSummary",
    "Feedback",
    "FloatMatrix",
    "FloatVector",
    "Hit",
    "IndexUpdate",
    "Origin",
    "Outcome",
    "Part",
    "Passage",
    "Place",
    "Span",
    "Stage",
    "StoreInfo",
    "Turn",
    "UpdateKind",
    "Verdict",
    "WeightedQuery",
    "ocr_pages_from",
]
