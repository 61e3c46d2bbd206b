"""Every value that passes between modules: frozen, comparable, free of I/O.

All spans are half-open ``[start, end)`` and count Unicode code points of ``Document.text``, so that
``document.text[x.start:x.end]`` is always the thing itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # a process that only reads files has no use for numpy
    import numpy as np
    import numpy.typing as npt

FloatMatrix: TypeAlias = "npt.NDArray[np.float32]"
"""float32 (n, d)."""
FloatVector: TypeAlias = "npt.NDArray[np.float32]"
"""float32 (d,)."""

BlockKind: TypeAlias = Literal["heading", "paragraph", "list_item", "table_row", "code", "margin"]
Outcome: TypeAlias = Literal["answered", "weak", "not_found"]


@dataclass(frozen=True, slots=True)
class Block:
    """One structural piece of a document: a heading, paragraph, list item, table row, code block or margin.

    A margin is a running head, foot or page number: it is in the text, but in no passage. Blocks are in reading order
    and do not overlap; what lies between them is layout (blank lines, bullets, numbers of list items).

    Attributes:
        kind: what the piece is.
        start, end: span in ``Document.text``, without surrounding white space, bullets or heading marks.
        headings: the headings above this block, outermost first; a heading does not list itself.
        level: 1 (outermost) and up for a heading, 0 for everything else.
    """

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...] = ()
    level: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a document comes from: what a citation needs of it beside the words.

    Attributes:
        source: the file, as a path that can be opened again.
        sha256: digest of the file's bytes when it was read.
        page_starts: offset in the text where each page begins; empty where the format has no pages.
        page_kind: what a page is called there: ``page``, ``slide``, ``sheet``, ``chapter`` …
        ocr_pages: numbers of the pages, from 1, whose text was recognised on an image.
    """

    source: str
    sha256: str
    page_starts: tuple[int, ...] = ()
    page_kind: str = "page"
    ocr_pages: tuple[int, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """Number of the page (from 1) that holds ``offset``; None where the format has no pages."""
        return bisect_right(self.page_starts, offset) or None if self.page_starts else None

    def is_recognised(self, start: int, end: int) -> bool:
        """Whether any of the pages of a span was recognised on an image."""
        first, last = self.page_at(start), self.page_at(end - 1)
        return first is not None and last is not None and any(first <= page <= last for page in self.ocr_pages)


def ocr_pages_from(listed: str | None) -> tuple[int, ...]:
    """The page numbers in a document's ``metadata["ocr_pages"]``: ``1,2,5``; none where there is no such entry."""
    return tuple(map(int, listed.split(","))) if listed else ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its text, where its parts are, and which bytes it came from.

    Attributes:
        id: stable name within a corpus: the path relative to the corpus folder, with forward slashes.
        source: the file it was read from, as a path that can be opened again.
        title: the title the document gives itself, else its file name without the suffix.
        text: all of its text; every span in the system counts code points of this string.
        sha256: hexadecimal digest of the source file's bytes.
        media_type: e.g. ``text/plain``.
        blocks: structure, in reading order.
        page_starts: offset in ``text`` where each page begins; empty where the format has no pages.
        metadata: what the file says of itself beside its title: ``author``, ``date`` (as written there),
            ``language`` and the like; ``links`` is a JSON list of addresses, ``ocr_pages`` the pages (``1,2,5``) that
            were recognised on images.
        page_kind: what ``page_starts`` count: ``page``, ``slide``, ``sheet``, ``chapter`` …
        warnings: what was left out of the text, one line each.
    """

    id: str
    source: str
    title: str
    text: str
    sha256: str
    media_type: str = "text/plain"
    blocks: tuple[Block, ...] = ()
    page_starts: tuple[int, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    page_kind: str = "page"
    warnings: tuple[str, ...] = ()

    @property
    def origin(self) -> Origin:
        """Where the document comes from, without its text."""
        return Origin(
            self.source, self.sha256, self.page_starts, self.page_kind, ocr_pages_from(self.metadata.get("ocr_pages"))
        )

    def page_at(self, offset: int) -> int | None:
        """Number of the page (from 1) that holds ``offset``; None where the format has no pages."""
        return self.origin.page_at(offset)


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """What a list of documents shows of one: everything but its text.

    Attributes:
        id, source, title, page_kind: as for :class:`Document`.
        characters: length of its text, in code points.
        pages: how many there are; 0 where the format has none.
    """

    id: str
    source: str
    title: str
    characters: int
    pages: int = 0
    page_kind: str = "page"


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document: what is ranked and cited from.

    A passage is made of one or two neighbouring parts, and neighbouring passages share one: a window that slides over
    the parts. Each part is encoded once.

    Attributes:
        id: ``document#start-end``: made of content, so the same input gives the same id.
        document: id of the document.
        start, end: span in the document's text.
        text: ``document.text[start:end]``, exactly.
        title: the document's title: context for the encoder, never part of a quotation.
        headings: the headings above the passage, outermost first: context too.
        page: page on which the passage starts, or None.
        sentences: spans of its sentences in the document's text, in order.
        parts: spans of its parts in the document's text, in order.
    """

    id: str
    document: str
    start: int
    end: int
    text: str
    title: str = ""
    headings: tuple[str, ...] = ()
    page: int | None = None
    sentences: tuple[tuple[int, int], ...] = ()
    parts: tuple[tuple[int, int], ...] = ()

    @property
    def context(self) -> str:
        """Title and heading path in one line each, as given to the encoder ahead of the text.

        A first heading that is the title is not said twice.
        """
        headings = self.headings[1:] if self.headings[:1] == (self.title,) else self.headings
        return "\n".join(part for part in (self.title, " > ".join(headings)) if part)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with the scores that ranked it.

    Attributes:
        passage: the passage.
        score: the final score that orders hits; higher is better; comparable within one question only.
        signals: the scores it was made of, by name: ``dense`` (cosine), ``lexical`` (BM25),
            ``fused`` (0 to 1), ``late`` (late interaction, mean cosine).
    """

    passage: Passage
    score: float
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where else the same words stand."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and where it stands: ``document.text[start:end] == quote``, always.

    Attributes:
        quote: the exact words.
        document: id of the document.
        source: the file, as a path that can be opened again.
        title: the document's title.
        heading: heading path joined with `` > ``, or empty.
        page: page on which the quotation starts, or None.
        start, end: span in the document's text.
        score: how well it answers, 0 to 1; comparable within one answer only.
        passage: id of the passage it was taken from: ``document#start-end``, the whole span where two neighbours that
            both answer were taken together.
        sha256: digest of the source file's bytes when it was read.
        also: other places that say the same in the same words, up to case and white space.
        marked: span in the document of the words of the quotation that answer, where that can be told nearly always.
        page_kind: what ``page`` counts: ``page``, ``slide``, ``sheet``, ``chapter`` …
        line: line of the document's text, from 1, on which the quotation starts; None where it has a page.
        ocr: whether any of it stands on a page whose text was recognised on an image: letters may be wrong.
    """

    quote: str
    document: str
    source: str
    title: str
    heading: str
    page: int | None
    start: int
    end: int
    score: float
    passage: str
    sha256: str
    also: tuple[Place, ...] = ()
    marked: tuple[int, int] | None = None
    page_kind: str = "page"
    line: int | None = None
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One of the questions that a question asks at once.

    Attributes:
        question: as it was searched for.
        outcome, confidence: of this part.
        citations: how many of the answer's citations are its own; they follow those of the part before.
    """

    question: str
    outcome: Outcome
    confidence: float
    citations: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for a question: quotations with their citations, nothing else.

    Attributes:
        question: as asked.
        outcome: ``answered``, ``weak`` or ``not_found``.
        confidence: estimated probability (0 to 1) that the first quotation answers the question.
        text: the quotations with their footnote marks; empty for ``not_found``.
        citations: one per footnote mark, best first; for ``not_found`` empty.
        nearest: citations of the nearest passages; shown folded, also when nothing was found.
        searched_for: the queries that were searched for, the question first.
        parts: the questions it asks at once, each answered by itself; empty where it asks one. The outcome is then
            that of every part, or ``weak`` where they differ, and the confidence that of the weakest part.
    """

    question: str
    outcome: Outcome
    confidence: float
    text: str
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...] = ()
    searched_for: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn of a conversation: what was asked and what was quoted.

    Attributes:
        question: the earlier question.
        quotes: the quotations it was answered with; may be empty where only questions are known.
    """

    question: str
    quotes: tuple[str, ...] = ()


Stage: TypeAlias = Literal["searching", "reading"]
"""What is being done for a question: passages are searched for, then the best ones are read for the words to quote."""

Verdict: TypeAlias = Literal["right", "wrong", "not_in_documents"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said of an answer.

    Attributes:
        question: as asked.
        history: the earlier questions, oldest first.
        verdict: ``right``: this quotation answers; ``wrong``: it does not; ``not_in_documents``: nothing does.
        document, start, end, quote: the quotation that was judged; empty where none was.
        at: when, in ISO 8601 with the offset from UTC.
    """

    question: str
    history: tuple[str, ...]
    verdict: Verdict
    document: str = ""
    start: int = 0
    end: int = 0
    quote: str = ""
    at: str = ""


UpdateKind: TypeAlias = Literal["added", "changed", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class IndexUpdate:
    """One entry of an index's history: what an update did to it.

    Attributes:
        at: when it ended, in ISO 8601 with the offset from UTC.
        seconds: how long it took.
        added, changed, removed, failed, unchanged: how many documents.
        stopped: whether it ended before it was done; the next one goes on where it was.
        details: what was done to whom, with the reason where it failed; of a large update the first of each kind.
    """

    at: str
    seconds: float
    added: int = 0
    changed: int = 0
    removed: int = 0
    failed: int = 0
    unchanged: int = 0
    stopped: bool = False
    details: tuple[tuple[UpdateKind, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WeightedQuery:
    """A query and how much it counts: the question itself, or an earlier one beside it.

    Attributes:
        text: the query.
        lexical: weight of its terms; terms of the question itself are not counted again.
        dense: weight of its vector in the sum that is searched for.
        late: weight of its late-interaction score; over the queries of one question these add up to 1.
    """

    text: str
    lexical: float = 1.0
    dense: float = 1.0
    late: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage's key in a store with one score: what a single ranked list is made of.

    Attributes:
        key: the store's integer key of a passage; an index-local name, not an identity.
        score: higher is better.
    """

    key: int
    score: float


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What an index holds and what built it.

    Attributes:
        generation: counts committed changes; derived files carry the generation they were made from.
        encoder: name or path of the encoder.
        fingerprint: digest over encoder, splitter, analyser and format; two indexes compare only if equal.
        documents, passages: counts.
        terms_per_passage: mean number of lexical terms in a passage.
        dimension: size of a passage vector.
    """

    generation: int
    encoder: str
    fingerprint: str
    documents: int
    passages: int
    terms_per_passage: float
    dimension: int
