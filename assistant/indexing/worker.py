"""One worker of a run that is shared out: reads, splits, encodes and commits parts, with an encoder loaded once.

Whatever it does it may do twice: a document is one transaction, and one that is there with the same content hash is
left alone. It knows nothing of how it was started.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.beside import THREADS_VARIABLE
from assistant.compatibility import check_makers, check_precision, check_splitter
from assistant.corpus import FoundFile, FoundFiles, Readers
from assistant.datatypes import Document
from assistant.encoder_choice import chosen_encoder
from assistant.encoders import Encoder
from assistant.index import Holding, Store, open_store
from assistant.indexing.parts import Job, PartDone
from assistant.indexing.reuse import Reuse
from assistant.indexing.run import UpdateRun
from assistant.indexing.storing import store_documents


class Worker:
    """Stores parts of a run, one after the other; takes one core.

    Args:
        job: what holds for all of them.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._store: Store | None = None
        self._encoder: Encoder | None = None
        self._readers = Readers(replace(job.read_limits, workers=1), job.options)
        self._reuse: Reuse | None = None

    def open(self) -> str:
        """Open the index and load its encoder; returns the machine's name.

        Raises:
            StoreError: if the index cannot be opened, or is not of this version's making.
            EncoderError: if the encoder cannot be loaded here.
        """
        os.environ[THREADS_VARIABLE] = "1"
        self._readers.start(1)  # comes up while the encoder is loaded
        self._store = open_store(self._job.address)
        self._encoder = chosen_encoder(None, self._store, export=True)
        check_makers(self._store, self._encoder)
        check_precision(self._store, self._encoder)
        check_splitter(self._store, self._job.limits)
        self._reuse = Reuse(self._store, self._job.gone)
        return socket.gethostname()

    def write(self, files: Sequence[FoundFile], again: bool = False) -> PartDone:
        """Bring the documents of some files up to date.

        Args:
            files: under the ids that their documents are to have.
            again: whether a worker that was lost may have written some of them: then the warnings of what is there
                are told too.

        Raises:
            StoreError: if the index cannot be written.
        """
        store, encoder = self._store, self._encoder
        if store is None or encoder is None:
            raise RuntimeError("a worker is opened first")
        absent = tuple(str(file.path) for file in files if not file.path.exists())
        run = UpdateRun(store, self._job.folder, FoundFiles(tuple(files)), whole=False)
        coming: dict[str, Holding] = {}

        def documents() -> Iterator[tuple[Document, str]]:
            for document, content in run.documents(self._readers):
                coming[document.id] = Holding(document.id, document.source, content)
                yield document, content

        written = [coming[each] for each in store_documents(store, documents(), encoder, self._job.limits, self._reuse)]
        there = [found for source in run.same if (found := run.held.of_source(source)) is not None]
        if again:
            run.warnings.extend((each.source, said) for each in there for said in _warnings(store, each.id))
        return PartDone(
            (*written, *there),
            tuple((error.source, error.reason) for error in run.failed),
            tuple(run.skipped),
            tuple(run.warnings),
            absent,
            socket.gethostname(),
        )


def _warnings(store: Store, document_id: str) -> Sequence[str]:
    document = store.document(document_id)
    return document.warnings if document else ()
