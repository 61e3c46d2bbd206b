"""Documents that say in every sentence who they are and of which version, and what an index holds of each."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from pathlib import Path

import numpy as np

from assistant.index import Store, open_store

Files = dict[str, str]
"""Contents by name."""


def orchard(number: int, version: int, paragraphs: int = 20) -> str:
    """A document that can be told from every other, and each version of it from the others, by any sentence."""
    said = [f"# Orchard {number}"]
    for row in range(paragraphs):
        said.append(f"## Row {row} of orchard{number} in year{version}")
        said.append(
            f"Row {row} of orchard{number} was planted in year{version} by the gardeners of the village. "
            f"In year{version} orchard{number} gave {number * 7 + row + version} baskets of fruit from row {row}."
        )
    return "\n\n".join(said)


def lay_out(folder: Path, files: Files) -> None:
    """Make a folder hold just these files."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def held(index: Path) -> dict[str, str]:
    """Digest of everything that an index holds of each document: text, passages, vectors, token vectors."""
    with closing(open_store(index)) as store:
        return {document_id: _held(store, document_id) for document_id in store.document_hashes()}


def _held(store: Store, document_id: str) -> str:
    passages = store.passages_of(document_id)
    starts = sorted({(document_id, start) for passage in passages for start, _ in passage.parts})
    codes = store.token_codes(starts)
    digest = hashlib.sha256(repr((store.document(document_id), passages, starts)).encode())
    digest.update(np.ascontiguousarray(store.vectors_of(document_id)).tobytes())
    for start in starts:
        each = codes[start]
        digest.update(each.codes.tobytes() + each.scales.tobytes() + each.spans.tobytes())
    return digest.hexdigest()
