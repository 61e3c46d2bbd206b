"""What the store holds of the documents of a run: all of it where folders are compared, else what is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import islice

from assistant.corpus.archives import SEPARATOR
from assistant.index import Holding, Store


class Held:
    """What the store held when the run began. A run over a few files of a large index looks up theirs only.

    Args:
        store: which is brought up to date.
        sources: of the files that the run is over.
        whole: whether everything the store holds is of interest, as where a file may be gone.
    """

    def __init__(self, store: Store, sources: Iterable[str], *, whole: bool) -> None:
        self._store = store
        self._whole = whole
        if whole:
            hashes = store.document_hashes()
            known = ((source, each) for source, each in store.sources().items() if each in hashes)
            every = [Holding(each, source, hashes[each]) for source, each in known]  # another may write meanwhile
        else:
            files = sorted(set(sources))
            every = store.holdings(sources=files, within=[f"{file}{SEPARATOR}" for file in files])
        self._by_source = {each.source: each for each in every}
        self._by_id: dict[str, Holding | None] = {each.id: each for each in every}

    @cached_property
    def id_of(self) -> Mapping[str, str]:
        """Ids by source, of everything or of the run's files."""
        return {source: each.id for source, each in self._by_source.items()}

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """Content hashes by id, of everything or of the run's files."""
        return {each.id: each.content_hash for each in self._by_source.values()}

    def of_source(self, source: str) -> Holding | None:
        """The document of a source."""
        return self._by_source.get(source)

    def of_file(self, source: str) -> list[Holding]:
        """The documents of a file: it itself, or the members of an archive."""
        found = []
        for other in islice(self._sorted, bisect_left(self._sorted, source), None):
            if not other.startswith(source):
                break
            if other == source or other.startswith(source + SEPARATOR):
                found.append(self._by_source[other])
        return found

    def source_of(self, document_id: str) -> str | None:
        """The source of the document of an id."""
        if document_id not in self._by_id and not self._whole:
            self._by_id[document_id] = next(iter(self._store.holdings(ids=[document_id])), None)
        found = self._by_id.get(document_id)
        return None if found is None else found.source

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._by_source)
