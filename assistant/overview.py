"""An index looked at from outside, through a connection of its own: no question waits for it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path, PurePath

from assistant.corpus.archives import in_archive
from assistant.found_sets import sets_in
from assistant.index import open_store, sizes_of
from assistant.passage_map import POINTS, PassageMap, passage_map
from assistant.sources import source_path
from assistant.verification import changed_sources

FOLDERS = 500
"""Most folders that are looked into for question sets."""


def file_sizes(address: str | Path) -> dict[str, int]:
    """Bytes of each file of an index, or of each table on a server, by name."""
    return sizes_of(address)


def stale_sources(address: str | Path) -> dict[str, str]:
    """Sources whose file changed or vanished since it was indexed, with the reason; reads every file once."""
    with closing(open_store(address)) as store:
        return changed_sources(store)


def map_of(address: str | Path, most: int = POINTS) -> PassageMap:
    """The map of an index as it is now, of passages spread evenly over it where it has more than ``most``."""
    with closing(open_store(address)) as store:
        sample = store.sample(most)
        return passage_map(sample, store.passages(sample.keys))


def question_sets_beside(address: str | Path) -> list[Path]:
    """Question sets that lie in the folders of the documents, or above them within the project; sorted."""
    with closing(open_store(address)) as store:
        sources, index = sorted(store.sources()), store.folder
    above = source_path("", index)
    folders: dict[Path, None] = {}
    for source in sources:
        path = source_path(source, index)
        place = in_archive(path)
        file = place[0] if place else path
        inside = [each for each in file.parents if each.is_relative_to(above)]
        folders.update(dict.fromkeys(inside if not PurePath(source).is_absolute() else [file.parent]))
        if len(folders) >= FOLDERS:
            break
    return sorted({found for folder in folders for found in sets_in(folder)})
