"""Which documents only moved: gone from one place, and there at another with the same content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from assistant.indexing.contents import digest_of


def moves(
    removed: Iterable[str], added: Iterable[str], before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Pairs of a removed and an added document of the same file content, sorted; no document is in two.

    Args:
        removed, added: ids of documents.
        before, after: content hashes by id, before the update and after it.
    """
    gone: dict[str, list[str]] = defaultdict(list)
    for document_id in sorted(removed, reverse=True):
        if document_id in before:
            gone[digest_of(before[document_id])].append(document_id)
    pairs = []
    for document_id in sorted(added):
        same = gone.get(digest_of(after.get(document_id, "")))
        if same:
            pairs.append((same.pop(), document_id))
    return tuple(sorted(pairs))
