"""The indexes that a sweep asks: built once for each encoder and passage size, and kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.cli.output import progress_bar
from assistant.encoders import DEFAULT, Encoder, load_encoder
from assistant.errors import DocumentError, InputError
from assistant.index.server.address import server_address
from assistant.passages import SplitLimits
from assistant.retrieval import RankingSettings

if TYPE_CHECKING:
    from assistant.datatypes import Document
    from assistant.engine import Assistant
    from assistant.evaluation import QuestionSet
    from assistant.evaluation.sweep import Setting
    from assistant.index import Store
    from assistant.indexing import IndexReport, Progress


@dataclass
class SweepIndexes:
    """The indexes of a sweep, one per encoder and passage size, kept in the cache folder.

    A folder's name holds a digest of everything that decides what is in it, documents aside: these are brought up
    to date by content. So no index is ever met that was made by something else.
    """

    questions: QuestionSet
    corpus: list[Path]
    index: str | None
    cache: Path
    _encoders: dict[str, Encoder] = field(default_factory=dict)
    _language: str = "english"

    def usual_encoder(self) -> str:
        """The encoder where none is asked for."""
        if self.index is None:
            return DEFAULT
        with closing(_store(self.index)) as store:
            return store.makers.encoder

    def check(self, settings: Sequence[Setting]) -> None:
        """Load the encoders; refuse a passage size that would be cut to an encoder's window."""
        if self.index is not None:
            with closing(_store(self.index)) as store:
                self._language = store.makers.language
        for setting in settings:
            encoder = self._encoder(setting.encoder)
            wanted = SplitLimits(tokens=setting.passage_tokens)
            fitting = wanted.within(encoder.window)
            if fitting.part_tokens < wanted.part_tokens:
                raise InputError(
                    f"passages of {setting.passage_tokens} tokens do not fit encoder {setting.encoder}, which takes "
                    f"at most {fitting.tokens}; leave the size out of --passage-tokens"
                )

    def build(self, settings: Sequence[Setting]) -> None:
        """Build the indexes that are missing, bring the others up to date."""
        wanted = {self._folder(setting): setting for setting in settings}
        with progress_bar("Indexing") as progress:
            for number, (folder, setting) in enumerate(wanted.items(), start=1):
                label = f"{number} of {len(wanted)}, {setting.passage_tokens} tokens"
                advance = _labelled(progress, label) if progress else None
                self._indexed(setting, folder, advance).close()

    @contextmanager
    def opened(self, setting: Setting) -> Iterator[Assistant]:
        """The assistant that answers under a setting."""
        from assistant.engine import Assistant

        ranking = RankingSettings(
            depth=setting.depth,
            dense_weight=setting.dense_weight,
            rerank=setting.rerank,
            late_weight=setting.late_weight,
        )
        with closing(_store(self._folder(setting))) as store:
            yield Assistant(store, self._encoder(setting.encoder), ranking=ranking)

    def _encoder(self, name: str) -> Encoder:
        if name not in self._encoders:
            self._encoders[name] = load_encoder(name)
        return self._encoders[name]

    def _folder(self, setting: Setting) -> Path:
        from assistant.analysis import Analyser
        from assistant.index.tables import FORMAT_VERSION

        if self.questions.documents is not None:
            documents = f"set {self.questions.sha256}"
        elif self.index:
            documents = f"index {server_address(self.index) or Path(self.index).resolve()}"
        else:
            documents = "corpus " + " ".join(sorted(str(path.resolve()) for path in self.corpus))
        encoder = self._encoder(setting.encoder)
        limits = SplitLimits(tokens=setting.passage_tokens).within(encoder.window)
        made = (
            documents,
            encoder.fingerprint,
            limits.fingerprint,
            Analyser(self._language).fingerprint,
            str(FORMAT_VERSION),
        )
        digest = hashlib.sha256("\0".join(made).encode()).hexdigest()[:12]
        name = re.sub(r"[^\w.-]+", "-", setting.encoder).strip("-.")[-40:]
        return self.cache / f"{name}-{setting.passage_tokens}-{digest}"

    def _indexed(self, setting: Setting, folder: Path, progress: Progress | None) -> Assistant:
        from assistant.engine import Assistant

        encoder = self._encoder(setting.encoder)
        limits = SplitLimits(tokens=setting.passage_tokens)
        documents = self._documents()
        if documents is not None:
            return Assistant.from_memory(
                documents, folder, encoder=encoder, limits=limits, language=self._language, progress=progress
            )
        return Assistant.from_documents(
            self.corpus,
            folder,
            encoder=encoder,
            limits=limits,
            prune=True,
            progress=progress,
            on_report=self._refuse_unreadable,
        )

    def _documents(self) -> Sequence[Document] | None:
        """The documents that the set or the index brings; None where files are to be read."""
        if self.questions.documents is not None or self.index is None:
            return self.questions.documents
        with closing(_store(self.index)) as store:
            found = (store.document(identity) for identity in sorted(store.document_hashes()))
            return [document for document in found if document is not None]

    def _refuse_unreadable(self, report: IndexReport) -> None:
        """Settings are compared over the same documents or not at all."""
        for error in report.failed:
            raise DocumentError(error.source, f"{error.reason}; mend it or leave it out of --corpus")


def _store(address: str | Path) -> Store:
    from assistant.index import open_store

    return open_store(address)


def _labelled(progress: Callable[[int, int, str], None], label: str) -> Progress:
    return lambda done, total, _: progress(done, total, label)
