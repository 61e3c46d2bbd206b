"""An open index as it is looked at: its documents, passages and pages, its history and its health."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant import overview
from assistant.corpus import DEFAULT_OPTIONS, ReadOptions
from assistant.datatypes import Document, DocumentSummary, Feedback, IndexUpdate, Origin, Passage, StoreInfo
from assistant.errors import UnknownDocumentError
from assistant.index import Store
from assistant.page_views import PageView, PageViews
from assistant.passage_map import PassageMap


class OpenIndex:
    """What an index holds; no encoder is needed to look at it. Safe to share between threads.

    Args:
        store: an open store.
        options: passwords of encrypted files, to show their pages.
    """

    def __init__(self, store: Store, options: ReadOptions = DEFAULT_OPTIONS) -> None:
        self.store = store
        self.index = store.folder
        self._pages = PageViews(store.folder, options)

    def document(self, document_id: str) -> Document:
        """A whole document, as it was when it was indexed.

        Raises:
            UnknownDocumentError: if the index has none of that id.
        """
        with self.store.reading():
            found = self.store.document(document_id)
        if found is None:
            raise UnknownDocumentError(
                f"the index in {self.store.address} has no document {document_id!r}; run: footnote index"
            )
        return found

    def page_view(self, document: Document, page: int, spans: Sequence[tuple[int, int]] = ()) -> PageView:
        """A page of a PDF as it looks, with boxes around spans of its text.

        Args:
            document: as :meth:`document` gives it.
            page: from 1.
            spans: in the document's text; parts on other pages are passed over.

        Raises:
            DocumentError: the document is no PDF, has no such page, or its file is gone, has changed or asks for a
                password.
        """
        return self._pages.view(document, page, spans)

    def prepare_pages(self) -> None:
        """Let the process that draws pages come up before one is opened, if there are any; waits for nothing."""
        if any(each.pages for each in self.summaries()):
            self._pages.start()

    def documents(self) -> dict[str, Origin]:
        """Where every document comes from, by id."""
        with self.store.reading():
            return self.store.origins(self.store.document_hashes())

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document, by id."""
        with self.store.reading():
            return self.store.summaries()

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        with self.store.reading():
            return self.store.passages_of(document_id)

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by the store's key of them; keys that are gone are left out."""
        with self.store.reading():
            return self.store.passages(keys)

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """What was done to the index, newest first."""
        return self.store.updates(limit)

    def file_sizes(self) -> dict[str, int]:
        """Bytes of each file of the index, or of each table on a server, by name."""
        return overview.file_sizes(self.store.address)

    def stale_sources(self) -> dict[str, str]:
        """Sources whose file changed or vanished since it was indexed, with the reason; reads every file."""
        return overview.stale_sources(self.store.address)

    def passage_map(self) -> PassageMap:
        """Where the passages of the index lie among each other; no question waits while it is drawn."""
        return overview.map_of(self.store.address)

    def question_sets(self) -> list[Path]:
        """Question sets that lie beside the documents."""
        return overview.question_sets_beside(self.store.address)

    def info(self) -> StoreInfo:
        """What the index holds and what built it."""
        with self.store.reading():
            return self.store.info()

    def feedback(self) -> list[Feedback]:
        """Everything readers said of answers, oldest first."""
        return self.store.feedback()

    def close(self) -> None:
        """Let go of the index's files, and of the processes that draw pages."""
        self._pages.close()
        self.store.close()
