"""The one place where the parts meet: documents in, cited answers out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.analysis import Analyser
from assistant.answerer import Answerer, OnStage
from assistant.answering import AnsweringSettings
from assistant.asked import History, check_count, check_question, turns_of
from assistant.compatibility import check_makers
from assistant.confidence import AnswerModel, default_model
from assistant.conversation import contextual_queries
from assistant.corpus import DEFAULT_OPTIONS, ReadLimits, ReadOptions
from assistant.datatypes import Answer, Citation, Document, Feedback, Hit, Verdict
from assistant.encoder_choice import chosen_encoder, late_encoder
from assistant.encoders import Encoder, LateEncoder, Precision
from assistant.errors import QuestionError
from assistant.imports import large_imports
from assistant.index import DEFAULT_WAIT, OnWait, Store, open_store
from assistant.indexing import IndexReport, Paths, Progress, build_from_files, build_from_memory
from assistant.open_index import OpenIndex
from assistant.passages import SplitLimits
from assistant.retrieval import RankingSettings
from assistant.searching import Searcher


class Assistant(OpenIndex):
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
        store: Store,
        encoder: Encoder,
        *,
        ranking: RankingSettings | None = None,
        answering: AnsweringSettings | None = None,
        confidence: AnswerModel | None = None,
        options: ReadOptions = DEFAULT_OPTIONS,
    ) -> None:
        check_makers(store, encoder)
        super().__init__(store, options)
        self.encoder = encoder
        self.analyser = Analyser(store.makers.language)
        self.searcher = Searcher(store, encoder, self.analyser, ranking or RankingSettings())
        self.answerer = Answerer(
            store, self.searcher, self.analyser, answering or AnsweringSettings(), confidence or default_model()
        )

    @classmethod
    def open(
        cls,
        index: str | Path = "index",
        *,
        encoder: str | Encoder | None = None,
        precision: Precision = "auto",
        wait: bool = True,
        options: ReadOptions = DEFAULT_OPTIONS,
    ) -> Assistant:
        """Open a built index.

        Args:
            index: its folder, or the address of a server: ``postgresql://…`` (docs/scale.md).
            encoder: name or path of the encoder, or the encoder itself; by default the one the index was built with.
            precision: what the questions are encoded in: ``fp32``, ``int8``, or ``auto``, what the index was built in.
            wait: load the encoder now; else with the first question, or when ``encoder.load()`` is called.
            options: passwords of encrypted files, to show their pages.

        Raises:
            IndexMissingError, IndexMismatchError, IndexDamagedError: if it cannot be searched.
            EncoderError: if its encoder cannot be loaded.
        """
        store = open_store(index)
        chosen = chosen_encoder if wait else late_encoder
        return cls(store, chosen(encoder, store, precision), options=options)

    @classmethod
    def from_documents(
        cls,
        paths: Paths = "corpus",
        index: str | Path = "index",
        *,
        encoder: str | Encoder | None = None,
        precision: Precision = "auto",
        rebuild: bool = False,
        prune: bool = False,
        language: str = "english",
        limits: SplitLimits | None = None,
        read_limits: ReadLimits | None = None,
        progress: Progress | None = None,
        on_report: Callable[[IndexReport], None] | None = None,
        options: ReadOptions = DEFAULT_OPTIONS,
        wait: float = DEFAULT_WAIT,
        on_wait: OnWait | None = None,
        ray: str | None = None,
    ) -> Assistant:
        """Build an index from files and folders, or update the one there is, then open it.

        Args:
            paths: files and folders to read, folders recursively.
            index: folder of the index, or the address of a server.
            encoder: name or path of the encoder, or itself; by default the index's own, else the packaged one.
            precision: what a new index is encoded in; ``auto`` is fp32, and for an index that is there its own.
            rebuild: make the index anew; the one there is replaced when the new one is complete.
            prune: remove documents that are under none of the paths.
            language: Snowball language of the lexical terms of a new index.
            limits: passage size of a new index.
            read_limits: what reading one file may cost; a file over them is reported and left out.
            progress: called with each document that is done.
            on_report: called with what was done, files that could not be read included.
            options: passwords of encrypted files, and whether scanned pages are recognised.
            wait: seconds to wait for somebody else who is changing the index.
            on_wait: called once with a line that says for whom is waited, and with one for each worker that is lost.
            ray: have the workers of a Ray cluster do it, for an index on a server: ``local`` starts one on this
                machine for the run, ``auto`` is the one this machine belongs to, else ``HOST:PORT`` (docs/scale.md).

        Raises:
            ClusterError: if Ray is not installed or has no workers, they do not see the files, or the index is in a
                folder.
            NoDocumentsError, DocumentError: if nothing under the paths can be indexed; an existing index stays
                as it is.
            IndexMismatchError: if the index there was built by another encoder, splitter or analyser.
            IndexBusyError: if somebody else was still changing it when ``wait`` was over.
            IndexUnwritableError: if there is no room or no permission to write it; what was committed stays.
            ReaderError: if the processes that read files cannot be started.
        """
        loaded = build_from_files(
            paths,
            index,
            encoder=encoder,
            precision=precision,
            rebuild=rebuild,
            prune=prune,
            language=language,
            limits=limits,
            read_limits=read_limits,
            progress=progress,
            on_report=on_report,
            options=options,
            wait=wait,
            on_wait=on_wait,
            ray=ray,
        )
        return cls(open_store(index), loaded, options=options)

    @classmethod
    def from_memory(
        cls,
        documents: Sequence[Document],
        index: str | Path,
        *,
        encoder: str | Encoder | None = None,
        precision: Precision = "auto",
        limits: SplitLimits | None = None,
        language: str = "english",
        progress: Progress | None = None,
        wait: float = DEFAULT_WAIT,
    ) -> Assistant:
        """Index documents that are at hand already, in a folder of their own, then open it.

        What the folder holds under other ids is removed; documents it holds already are not encoded again.

        Args:
            documents: to index, ids distinct.
            index: folder of the index, or the address of a server.
            encoder, precision, limits, language, progress, wait: as for :meth:`from_documents`.
        """
        loaded = build_from_memory(
            documents,
            index,
            encoder=encoder,
            precision=precision,
            limits=limits,
            language=language,
            progress=progress,
            wait=wait,
        )
        return cls(open_store(index), loaded)

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
        queries = contextual_queries(check_question(question), turns_of(history), self.searcher.likeness)
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
        turns = turns_of(history)
        allowed = None if where is None else frozenset(where)
        with self.store.reading():
            return self.answerer.answer(question, turns, k, depth, allowed, on_stage)

    @property
    def stage_seconds(self) -> dict[str, float]:
        """What each stage of this thread's latest question took: conversation, encode, dense, lexical, rank, answer."""
        return self.answerer.stage_seconds

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
