"""What programs can do, whichever way they call: ask, search, list, read, and open a citation. Plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from assistant.datatypes import Document
from assistant.errors import InputError, SourceChangedError, UnknownDocumentError
from assistant.plain import answer_json, hit_json
from assistant.server.contract import ServedAssistant

MOST_PASSAGES = 100
"""Most passages of one search, and most nearest ones of one answer."""
PAGE = 100
"""Documents listed at once, unless more are asked for."""
WINDOW = 20_000
"""Characters of a document given at once, unless more are asked for."""
LARGEST_WINDOW = 1_000_000
CONTEXT = 500
"""Characters shown on each side of a citation, unless more are asked for."""
LARGEST_CONTEXT = 20_000


class SpanError(InputError):
    """A span that the document does not have."""


def ask(
    assistant: ServedAssistant,
    question: str,
    history: Sequence[str] = (),
    k: int = 5,
    documents: Sequence[str] | None = None,
) -> dict[str, Any]:
    """One answer, as ``footnote ask --json`` prints it.

    Raises:
        FootnoteError: the question cannot be worked with, or a document is not known.
    """
    where = _known(assistant, documents)
    if where is None:
        return answer_json(assistant.ask(question, tuple(history), k))
    return answer_json(assistant.ask(question, tuple(history), k, where=where))


def search(
    assistant: ServedAssistant,
    question: str,
    history: Sequence[str] = (),
    k: int = 10,
    documents: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The best passages, best first. Raises as :func:`ask` does."""
    hits = assistant.search(question, k, tuple(history), where=_known(assistant, documents))
    return {"question": question, "hits": [hit_json(hit) for hit in hits]}


def list_documents(assistant: ServedAssistant, contains: str = "", first: int = 0, count: int = PAGE) -> dict[str, Any]:
    """Documents in order of their ids, from the one at ``first`` on; those whose id holds ``contains``, in any case."""
    wanted = contains.casefold()
    origins = {id_: origin for id_, origin in sorted(assistant.documents().items()) if wanted in id_.casefold()}
    listed = [
        {
            "id": id_,
            "source": origin.source,
            "sha256": origin.sha256,
            "pages": len(origin.page_starts) or None,
            "page_kind": origin.page_kind,
        }
        for id_, origin in islice(origins.items(), first, first + count)
    ]
    return {"total": len(origins), "first": first, "documents": listed}


def read_document(
    assistant: ServedAssistant, document_id: str, start: int = 0, end: int | None = None
) -> dict[str, Any]:
    """A document, with the part ``[start, end)`` of its text; 20,000 characters where no end is given.

    Raises:
        UnknownDocumentError: there is none of that id.
        SpanError: the part is not one, or too large.
    """
    document = assistant.document(document_id)
    stop = min(len(document.text), start + WINDOW if end is None else end)
    if not 0 <= start <= stop or stop - start > LARGEST_WINDOW:
        raise SpanError(
            f"characters {start} to {stop} of {document_id} cannot be given at once: it has {len(document.text):,}; "
            f"ask for at most {LARGEST_WINDOW:,} of them"
        )
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "sha256": document.sha256,
        "media_type": document.media_type,
        "metadata": dict(document.metadata),
        "warnings": list(document.warnings),
        "page_kind": document.page_kind,
        "page_starts": list(document.page_starts),
        "characters": len(document.text),
        "start": start,
        "end": stop,
        "text": document.text[start:stop],
    }


def open_citation(
    assistant: ServedAssistant, document: str, start: int, end: int, quote: str, sha256: str, context: int = CONTEXT
) -> dict[str, Any]:
    """The words around a citation, after checking that it stands: same file, same words at the same place.

    Raises:
        UnknownDocumentError: the document is no longer indexed.
        SourceChangedError: the document was read from another version of the file, or other words stand there.
    """
    cited = assistant.document(document)
    if cited.sha256 != sha256:
        raise SourceChangedError(
            f"{document} has changed since it was cited: its SHA-256 is {cited.sha256[:12]}…, the citation says "
            f"{sha256[:12]}…; ask the question again"
        )
    if not 0 <= start < end <= len(cited.text) or cited.text[start:end] != quote:
        raise SourceChangedError(
            f"characters {start} to {end} of {document} do not hold the quoted words; ask the question again"
        )
    first, last = max(0, start - context), min(len(cited.text), end + context)
    return {
        "document": cited.id,
        "source": cited.source,
        "title": cited.title,
        "heading": " > ".join(_headings(cited, start)),
        "page": cited.page_at(start),
        "page_kind": cited.page_kind,
        "start": start,
        "end": end,
        "sha256": cited.sha256,
        "before": cited.text[first:start],
        "quote": quote,
        "after": cited.text[end:last],
    }


def _headings(document: Document, at: int) -> tuple[str, ...]:
    """The headings above a place, outermost first."""
    block = next((each for each in document.blocks if each.start <= at < each.end), None)
    return block.headings if block else ()


def _known(assistant: ServedAssistant, documents: Iterable[str] | None) -> list[str] | None:
    """The documents a question is limited to, each of them known; None for all."""
    if documents is None:
        return None
    wanted = list(documents)
    known = assistant.documents()
    missing = next((each for each in wanted if each not in known), None)
    if missing is not None:
        raise UnknownDocumentError(f"the index has no document {missing!r}; list them with: GET /api/documents")
    return wanted
