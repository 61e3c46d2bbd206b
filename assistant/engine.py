"""The one place where the parts meet: documents in, cited answers out."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from assistant import overview
from assistant.analysis import Analyser
from assistant.answering import AnsweringSettings, answer, together
from assistant.compatibility import check_makers, writable
from assistant.confidence import AnswerModel, default_model
from assistant.conversation import contextual_queries
from assistant.corpus import DEFAULT_OPTIONS, Readers, ReadLimits, ReadOptions
from assistant.datatypes import (
    Answer,
    Citation,
    Document,
    DocumentSummary,
    Feedback,
    Hit,
    IndexUpdate,
    Origin,
    Passage,
    Stage,
    StoreInfo,
    Turn,
    Verdict,
)
from assistant.encoders import DEFAULT, Encoded, Encoder, LateEncoder, load_encoder
from assistant.errors import QuestionError, UnknownDocumentError
from assistant.imports import large_imports
from assistant.index import EmbeddedStore, Store
from assistant.indexing import IndexReport, Progress, find_documents, store_documents, update_index
from assistant.page_views import PageView, PageViews
from assistant.passage_map import PassageMap
from assistant.passages import SplitLimits
from assistant.questions import question_parts, understand
from assistant.rarity import Rarity, background
from assistant.retrieval import RankingSettings
from assistant.searching import Found, Searcher
from assistant.sentences import Evidence

QUESTION_LIMIT = 5_000
"""Longest question, in characters."""

Paths: TypeAlias = str | Path | Sequence[str | Path]
History: TypeAlias = Sequence[str | Turn]
OnStage: TypeAlias = Callable[[Stage], object]


class Assistant:
    """Answers questions from an index. Open one with :meth:`open` or :meth:`from_documents`.

    Safe to share between threads; the same question on the same index gives the same answer.

    Args:
        store: an open store.
        encoder: the encoder the store was built with.
        ranking: the knobs of the ranking.
        answering: the knobs of quoting.
        confidence: the calibrated model of the outcome; the packaged one by default.
        options: passwords of encrypted files, to show their pages.

    Raises:
        IndexMismatchError: if the store was built by another encoder or another version of the analyser.
    """

    def __init__(
        self,
        store: EmbeddedStore,
        encoder: Encoder,
        *,
        ranking: RankingSettings | None = None,
        answering: AnsweringSettings | None = None,
        confidence: AnswerModel | None = None,
        options: ReadOptions = DEFAULT_OPTIONS,
    ) -> None:
        check_makers(store, encoder)
        self.store: Store = store
        self.encoder = encoder
        self.index = store.folder
        self._answering = answering or AnsweringSettings()
        self._confidence = confidence or default_model()
        self.analyser = Analyser(store.makers.language)
        self._spent = threading.local()
        self._pages = PageViews(store.folder, options)
        self.searcher = Searcher(store, encoder, self.analyser, ranking or RankingSettings())

    @classmethod
    def open(
        cls,
        index: str | Path = "index",
        *,
        encoder: str | Encoder | None = None,
        wait: bool = True,
        options: ReadOptions = DEFAULT_OPTIONS,
    ) -> Assistant:
        """Open a built index.

        Args:
            index: its folder.
            encoder: name or path of the encoder, or the encoder itself; by default the one the index was built with.
            wait: load the encoder now; else with the first question, or when ``encoder.load()`` is called.
            options: passwords of encrypted files, to show their pages.

        Raises:
            IndexMissingError, IndexMismatchError, IndexDamagedError: if it cannot be searched.
            EncoderError: if its encoder cannot be loaded.
        """
        store = EmbeddedStore.open(Path(index))
        return cls(store, _encoder(encoder, store) if wait else _late(encoder, store), options=options)

    @classmethod
    def from_documents(
        cls,
        paths: Paths = "corpus",
        index: str | Path = "index",
        *,
        encoder: str | Encoder | None = None,
        rebuild: bool = False,
        prune: bool = False,
        language: str = "english",
        limits: SplitLimits | None = None,
        read_limits: ReadLimits | None = None,
        progress: Progress | None = None,
        on_report: Callable[[IndexReport], None] | None = None,
        options: ReadOptions = DEFAULT_OPTIONS,
    ) -> Assistant:
        """Build an index from files and folders, or update the one there is, then open it.

        Args:
            paths: files and folders to read, folders recursively.
            index: folder of the index.
            encoder: name or path of the encoder, or itself; by default the index's own, else the packaged one.
            rebuild: make the index anew; the one there is replaced when the new one is complete.
            prune: remove documents that are under none of the paths.
            language: Snowball language of the lexical terms of a new index.
            limits: passage size of a new index.
            read_limits: what reading one file may cost; a file over them is reported and left out.
            progress: called with each document that is done.
            on_report: called with what was done, files that could not be read included.
            options: passwords of encrypted files, and whether scanned pages are recognised.

        Raises:
            NoDocumentsError, DocumentError: if nothing under the paths can be indexed; an existing index stays
                as it is.
            IndexMismatchError: if the index there was built by another encoder, splitter or analyser.
            ReaderError: if the processes that read files cannot be started.
        """
        several = [paths] if isinstance(paths, (str, Path)) else list(paths)
        folder = Path(index)
        found = find_documents(several)
        with Readers(read_limits, options) as readers:
            readers.start(len(found.files))  # they come up while the encoder is loaded
            existing = EmbeddedStore.open(folder) if EmbeddedStore.exists(folder) and not rebuild else None
            loaded = _encoder(encoder, existing)
            chosen = (limits or SplitLimits()).within(loaded.window)
            with writable(folder, existing, loaded, chosen, language, rebuild=rebuild) as store:
                report = update_index(
                    store, folder, several, found, loaded, chosen, readers=readers, prune=prune, progress=progress
                )
                if on_report:
                    on_report(report)
                if report.failed and not store.document_hashes():
                    raise report.failed[0]
        return cls(EmbeddedStore.open(folder), loaded, options=options)

    @classmethod
    def from_memory(
        cls,
        documents: Sequence[Document],
        index: str | Path,
        *,
        encoder: str | Encoder | None = None,
        limits: SplitLimits | None = None,
        language: str = "english",
        progress: Progress | None = None,
    ) -> Assistant:
        """Index documents that are at hand already, in a folder of their own, then open it.

        What the folder holds under other ids is removed; documents it holds already are not encoded again.

        Args:
            documents: to index, ids distinct.
            index: folder of the index.
            encoder, limits, language, progress: as for :meth:`from_documents`.
        """
        folder = Path(index)
        existing = EmbeddedStore.open(folder) if EmbeddedStore.exists(folder) else None
        loaded = _encoder(encoder, existing)
        chosen = (limits or SplitLimits()).within(loaded.window)
        with writable(folder, existing, loaded, chosen, language, rebuild=False) as store:
            hashes = store.document_hashes()
            wanted = {document.id: _memory_hash(document) for document in documents}
            store.delete_documents(hashes.keys() - wanted.keys())
            new = [(d, wanted[d.id]) for d in documents if hashes.get(d.id) != wanted[d.id]]
            for done, document_id in enumerate(store_documents(store, iter(new), loaded, chosen), 1):
                if progress:
                    progress(done, len(new), document_id)
        return cls(EmbeddedStore.open(folder), loaded)

    def ask(
        self,
        question: str,
        history: History = (),
        k: int = 5,
        where: Iterable[str] | None = None,
        on_stage: OnStage | None = None,
    ) -> Answer:
        """Answer a question with quotations.

        Args:
            question: in natural language.
            history: earlier questions, or turns with what was quoted, oldest first.
            k: how many of the nearest passages the answer carries beside its citations.
            where: ids of the documents to answer from; all by default.
            on_stage: called, in this thread, with what is done next; more than once where several questions are
                asked at once.

        Raises:
            QuestionError: if the question is empty or too long, or k is below 1.
        """
        return self.ask_with_hits(question, history, k, depth=k, where=where, on_stage=on_stage)[0]

    def search(
        self, question: str, k: int = 10, history: History = (), where: Iterable[str] | None = None
    ) -> list[Hit]:
        """The k best passages, best first; ties in order of document and place.

        Neighbours that both answer come as one; of passages that share words only the better one comes.

        Args:
            question: in natural language.
            k: how many at most.
            history: earlier questions or turns, oldest first.
            where: ids of the documents to search; all by default.

        Raises:
            QuestionError: if the question is empty or too long, or k is below 1.
        """
        check_count(k)
        queries = contextual_queries(check_question(question), _turns(history), self.searcher.likeness)
        with self.store.reading():
            return list(self.searcher.find(queries, k, None if where is None else set(where)).hits)

    def ask_with_hits(
        self,
        question: str,
        history: History = (),
        k: int = 5,
        depth: int = 100,
        where: Iterable[str] | None = None,
        on_stage: OnStage | None = None,
    ) -> tuple[Answer, list[Hit]]:
        """The answer, and the ranking of up to ``depth`` passages that it was made from."""
        question = check_question(question)
        check_count(k)
        turns = _turns(history)
        allowed = None if where is None else frozenset(where)
        self._spent.stages = {}
        with self.store.reading():
            return self._together(question, turns, k, depth, allowed, on_stage)

    @property
    def stage_seconds(self) -> dict[str, float]:
        """What each stage of this thread's latest question took: conversation, encode, dense, lexical, rank, answer."""
        return dict(getattr(self._spent, "stages", {}))

    def give_feedback(
        self, question: str, verdict: Verdict, citation: Citation | None = None, history: Sequence[str] = ()
    ) -> Feedback:
        """Keep in the index what a reader said of an answer; ``footnote questions export`` makes a question set of it.

        Args:
            question: as asked.
            verdict: ``right`` and ``wrong`` judge the citation, ``not_in_documents`` the whole answer.
            citation: the quotation that was judged.
            history: the earlier questions, oldest first.

        Raises:
            QuestionError: if the question is empty or too long, or ``right`` comes without a citation.
        """
        question = check_question(question)
        if verdict == "right" and citation is None:
            raise QuestionError("no quotation was named as right; give the citation that answers the question")
        place = () if citation is None else (citation.document, citation.start, citation.end, citation.quote)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        said = replace(Feedback(question, tuple(history), verdict, *place), at=now)
        self.store.add_feedback([said])
        return said

    def feedback(self) -> list[Feedback]:
        """Everything readers said of answers, oldest first."""
        return self.store.feedback()

    def document(self, document_id: str) -> Document:
        """A whole document, as it was when it was indexed.

        Raises:
            UnknownDocumentError: if the index has none of that id.
        """
        found = self.store.document(document_id)
        if found is None:
            raise UnknownDocumentError(
                f"the index in {self.index} has no document {document_id!r}; run: footnote index"
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
        return self.store.origins(self.store.document_hashes())

    def summaries(self) -> list[DocumentSummary]:
        """What a list shows of every document, by id."""
        return self.store.summaries()

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        return self.store.passages_of(document_id)

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Passages by the store's key of them; keys that are gone are left out."""
        return self.store.passages(keys)

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        """What was done to the index, newest first."""
        return self.store.updates(limit)

    def file_sizes(self) -> dict[str, int]:
        """Bytes of each file of the index, by name."""
        return overview.file_sizes(self.index)

    def stale_sources(self) -> dict[str, str]:
        """Sources whose file changed or vanished since it was indexed, with the reason; reads every file."""
        return overview.stale_sources(self.index)

    def passage_map(self) -> PassageMap:
        """Where the passages of the index lie among each other; no question waits while it is drawn."""
        return overview.map_of(self.index)

    def question_sets(self) -> list[Path]:
        """Question sets that lie beside the documents."""
        return overview.question_sets_beside(self.index)

    def info(self) -> StoreInfo:
        """What the index holds and what built it."""
        return self.store.info()

    @property
    def is_ready(self) -> bool:
        """Whether a question is answered without waiting for the encoder."""
        return not isinstance(self.encoder, LateEncoder) or self.encoder.is_loaded

    def prepare(self) -> None:
        """Load an encoder that was left for later, so that no question waits for it.

        Raises:
            EncoderError, IndexMismatchError: if it cannot be loaded, or is not the one the index was built with.
        """
        if isinstance(self.encoder, LateEncoder):
            with large_imports():
                self.encoder.load()

    def close(self) -> None:
        """Let go of the index's files, and of the processes that draw pages."""
        self._pages.close()
        self.store.close()

    # inside

    def _together(
        self,
        question: str,
        turns: Sequence[Turn],
        k: int,
        depth: int,
        allowed: frozenset[str] | None,
        on_stage: OnStage | None = None,
    ) -> tuple[Answer, list[Hit]]:
        """The answer to a question and to each of its parts, and the ranking it was made from."""
        whole, hits = self._answered(question, turns, k, depth, allowed, on_stage)
        parts = question_parts(question)
        if len(parts) == 1:
            return self._with_lines(whole), hits
        answers: list[Answer] = []
        for part in parts:
            before = [Turn(each.question, tuple(c.quote for c in each.citations)) for each in answers]
            answers.append(self._answered(part, [*turns, *before], k, k, allowed, on_stage)[0])
        return self._with_lines(together(whole, answers)), hits

    def _answered(
        self,
        question: str,
        turns: Sequence[Turn],
        k: int,
        depth: int,
        where: frozenset[str] | None = None,
        on_stage: OnStage | None = None,
    ) -> tuple[Answer, list[Hit]]:
        """The answer to one question, and the ranking it was made from."""
        tell = on_stage or (lambda _: None)
        tell("searching")
        started = time.perf_counter()
        queries = contextual_queries(question, turns, self.searcher.likeness)
        understood = time.perf_counter()
        found = self.searcher.find(queries, max(depth, k, self._answering.passages), where)
        tell("reading")
        began = time.perf_counter()
        evidence = self._evidence(found, max(k, self._answering.passages))
        asked = [(each.query.text, each.encoded, each.query.late) for each in found.queries]
        terms = self.analyser.terms
        made = answer(
            understand(asked, terms, self._rarity(asked)),
            understand(asked, terms, background().rarity),
            [query.text for query in queries],
            evidence,
            terms,
            self._confidence,
            k,
            self._answering,
        )
        spent = {"conversation": understood - started, **found.seconds, "answer": time.perf_counter() - began}
        stages = self._spent.__dict__.setdefault("stages", {})
        stages.update((stage, stages.get(stage, 0.0) + seconds) for stage, seconds in spent.items())
        return made, list(found.hits[:depth])

    def _evidence(self, found: Found, count: int) -> list[Evidence]:
        """The best hits with their token vectors and origins."""
        hits = found.hits[:count]
        origins = self.store.origins({hit.passage.document for hit in hits})
        return [
            Evidence(hit, self.searcher.tokens_of(hit.passage, found), origins[hit.passage.document])
            for hit in hits
            if hit.passage.document in origins
        ]

    def _with_lines(self, made: Answer) -> Answer:
        """The answer, its citations from documents without pages with the lines they start on."""
        several = (made.citations, made.nearest)
        lines = self.store.lines({(c.document, c.start) for group in several for c in group if c.page is None})
        citations, nearest = (
            tuple(replace(c, line=lines.get((c.document, c.start))) for c in group) for group in several
        )
        return replace(made, citations=citations, nearest=nearest)

    def _rarity(self, asked: Sequence[tuple[str, Encoded, float]]) -> Rarity:
        """Rarity of the terms of some questions in this corpus, blended with general text."""
        terms = {term for text, _, _ in asked for term in self.analyser.terms(text)}
        return background().blended(self.store.document_frequencies(terms), self.store.info().passages)


@lru_cache(maxsize=4)
def _shared(index: str, corpus: str) -> Assistant:
    if EmbeddedStore.exists(Path(index)):
        return Assistant.open(index)
    return Assistant.from_documents(corpus, index)


def ask(
    question: str,
    history: History = (),
    k: int = 5,
    *,
    index: str | Path = "index",
    corpus: str | Path = "corpus",
) -> Answer:
    """Answer a question from ``index``, which is built from ``corpus`` on first use.

    The opened index is kept for the next call. Arguments and errors as in :meth:`Assistant.ask`.
    """
    check_question(question)
    return _shared(str(Path(index).resolve()), str(Path(corpus).resolve())).ask(question, history, k)


def check_question(question: str) -> str:
    """The question without surrounding white space, and without halves of surrogate pairs.

    Raises:
        QuestionError: if it is empty or too long.
    """
    if not question.strip():
        raise QuestionError('the question is empty; ask one, e.g.: footnote ask "When was it founded?"')
    if len(question) > QUESTION_LIMIT:
        raise QuestionError(
            f"the question has {len(question):,} characters, at most {QUESTION_LIMIT:,} are allowed; "
            "shorten it and ask again"
        )
    return question.strip().encode(errors="replace").decode()


def check_count(k: int) -> None:
    """Raise QuestionError if so many passages cannot be given."""
    if k < 1:
        raise QuestionError(f"k is {k}, at least 1 passage must be asked for; use: -k 5")


def _turns(history: History) -> list[Turn]:
    if isinstance(history, str):
        raise TypeError("history is a sequence of questions, not one string")
    return [turn if isinstance(turn, Turn) else Turn(turn) for turn in history]


def _memory_hash(document: Document) -> str:
    """Content hash of a document that came from no file."""
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()


def _encoder(wanted: str | Encoder | None, store: EmbeddedStore | None) -> Encoder:
    """The encoder that was asked for, else the index's own, else the packaged one."""
    if wanted is not None and not isinstance(wanted, str):
        return wanted
    return load_encoder(wanted or (store.makers.encoder if store else DEFAULT))


def _late(wanted: str | Encoder | None, store: EmbeddedStore) -> LateEncoder:
    """The encoder the store was built with, to be loaded later and checked then."""

    def load() -> Encoder:
        loaded = _encoder(wanted, store)
        check_makers(store, loaded)
        return loaded

    made = store.makers
    return LateEncoder(made.encoder, made.encoder_fingerprint, made.dimension, load)
