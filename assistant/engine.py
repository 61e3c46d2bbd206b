"""The one place where the parts meet: documents in, cited answers out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from assistant.analysis import Analyser
from assistant.answering import AnsweringSettings, Evidence, answer, coverage, token_weights
from assistant.confidence import ConfidenceModel, default_model
from assistant.conversation import contextual_queries
from assistant.datatypes import Answer, Candidate, Document, Hit, Origin, Passage, StoreInfo, Turn
from assistant.encoders import DEFAULT, Encoded, Encoder, TokenVectors, load_encoder
from assistant.errors import IndexMismatchError, QuestionError, UnknownDocumentError
from assistant.index import EmbeddedStore, Makers, Store, existing_or_new
from assistant.indexing import (
    IndexReport,
    Progress,
    encoder_input,
    find_documents,
    store_documents,
    update_index,
)
from assistant.passages import SplitLimits
from assistant.retrieval import RankingSettings, Signals, combine, fuse, late_interaction, rerank

QUESTION_LIMIT = 5_000
"""Longest question, in characters."""

Paths: TypeAlias = str | Path | Sequence[str | Path]
History: TypeAlias = Sequence[str | Turn]


class Assistant:
    """Answers questions from an index. Open one with :meth:`open` or :meth:`from_documents`.

    Safe to share between threads; the same question on the same index gives the same answer.

    Args:
        store: an open store.
        encoder: the encoder the store was built with.
        ranking: the knobs of the ranking.
        answering: the knobs of quoting.
        confidence: the calibrated model of the outcome; the packaged one by default.

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
        confidence: ConfidenceModel | None = None,
    ) -> None:
        _check_makers(store, encoder)
        self.store: Store = store
        self.encoder = encoder
        self.index = store.folder
        self._makers = store.makers
        self._ranking = ranking or RankingSettings()
        self._answering = answering or AnsweringSettings()
        self._confidence = confidence or default_model()
        self._analyser = Analyser(store.makers.language)
        self._passage_tokens = lru_cache(maxsize=4096)(self._encode_passage)

    @classmethod
    def open(cls, index: str | Path = "index", *, encoder: str | None = None) -> Assistant:
        """Open a built index.

        Args:
            index: its folder.
            encoder: name or path of the encoder; by default the one the index was built with.

        Raises:
            IndexMissingError, IndexMismatchError, IndexDamagedError: if it cannot be searched.
            EncoderError: if its encoder cannot be loaded.
        """
        store = EmbeddedStore.open(Path(index))
        return cls(store, load_encoder(encoder or store.makers.encoder))

    @classmethod
    def from_documents(
        cls,
        paths: Paths = "corpus",
        index: str | Path = "index",
        *,
        encoder: str | None = None,
        rebuild: bool = False,
        prune: bool = False,
        language: str = "english",
        limits: SplitLimits | None = None,
        progress: Progress | None = None,
        on_report: Callable[[IndexReport], None] | None = None,
    ) -> Assistant:
        """Build an index from files and folders, or update the one there is, then open it.

        Args:
            paths: files and folders to read, folders recursively.
            index: folder of the index.
            encoder: name or path of the encoder; by default the index's own, else the packaged one.
            rebuild: make the index anew; the one there is replaced when the new one is complete.
            prune: remove documents that are under none of the paths.
            language: Snowball language of the lexical terms of a new index.
            limits: passage size of a new index.
            progress: called with each document that is done.
            on_report: called with what was done, files that could not be read included.

        Raises:
            NoDocumentsError, DocumentError: if nothing under the paths can be indexed; an existing index stays
                as it is.
            IndexMismatchError: if the index there was built by another encoder, splitter or analyser.
        """
        several = [paths] if isinstance(paths, (str, Path)) else list(paths)
        folder = Path(index)
        found = find_documents(several)
        existing = EmbeddedStore.open(folder) if EmbeddedStore.exists(folder) and not rebuild else None
        loaded = load_encoder(encoder or (existing.makers.encoder if existing else DEFAULT))
        chosen = (limits or SplitLimits()).within(loaded.window)
        with _writable(folder, existing, loaded, chosen, language, rebuild=rebuild) as store:
            report = update_index(store, folder, several, found, loaded, chosen, prune=prune, progress=progress)
            if on_report:
                on_report(report)
            if report.failed and not store.document_hashes():
                raise report.failed[0]
        return cls(EmbeddedStore.open(folder), loaded)

    @classmethod
    def from_memory(
        cls,
        documents: Sequence[Document],
        index: str | Path,
        *,
        encoder: str | None = None,
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
        loaded = load_encoder(encoder or (existing.makers.encoder if existing else DEFAULT))
        chosen = (limits or SplitLimits()).within(loaded.window)
        with _writable(folder, existing, loaded, chosen, language, rebuild=False) as store:
            hashes = store.document_hashes()
            wanted = {document.id: _memory_hash(document) for document in documents}
            store.delete_documents(hashes.keys() - wanted.keys())
            new = [(d, wanted[d.id]) for d in documents if hashes.get(d.id) != wanted[d.id]]
            for done, document_id in enumerate(store_documents(store, iter(new), loaded, chosen), 1):
                if progress:
                    progress(done, len(new), document_id)
        return cls(EmbeddedStore.open(folder), loaded)

    def ask(self, question: str, history: History = (), k: int = 5) -> Answer:
        """Answer a question with quotations.

        Args:
            question: in natural language.
            history: earlier questions, or turns with what was quoted, oldest first.
            k: how many of the nearest passages the answer carries beside its citations.

        Raises:
            QuestionError: if the question is empty or too long.
        """
        return self.ask_with_hits(question, history, k)[0]

    def search(
        self, question: str, k: int = 10, history: History = (), where: Iterable[str] | None = None
    ) -> list[Hit]:
        """The k best passages, best first; ties in order of document and place.

        Args:
            question: in natural language.
            k: how many at most.
            history: earlier questions or turns, oldest first.
            where: ids of the documents to search; all by default.
        """
        return self._find(check_question(question), _turns(history), k, where)[0]

    def ask_with_hits(
        self, question: str, history: History = (), k: int = 5, depth: int = 100
    ) -> tuple[Answer, list[Hit]]:
        """The answer, and the ranking of up to ``depth`` passages that it was made from."""
        question = check_question(question)
        turns = _turns(history)
        hits, encoded = self._find(question, turns, depth, None)
        queries = [query.text for query in contextual_queries(question, turns)]
        count = max(k, self._answering.passages)
        origins = self.store.origins({hit.passage.document for hit in hits[:count]})
        evidence = [
            Evidence(hit, self._tokens_of(hit.passage), origins[hit.passage.document])
            for hit in hits[:count]
            if hit.passage.document in origins
        ]
        rarity = self._rarity(question)
        share = coverage(rarity)
        made = answer(
            question,
            queries,
            encoded,
            token_weights(question, encoded.tokens, lambda word: self._word_weight(word, rarity)),
            evidence,
            lambda text: share(self._analyser.terms(text)),
            self._confidence,
            replace(self._answering, nearest=k),
        )
        return made, hits

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

    def documents(self) -> dict[str, Origin]:
        """Where every document comes from, by id."""
        return self.store.origins(self.store.document_hashes())

    def passages_of(self, document_id: str) -> list[Passage]:
        """All passages of a document, in reading order."""
        return self.store.passages_of(document_id)

    def info(self) -> StoreInfo:
        """What the index holds and what built it."""
        return self.store.info()

    def close(self) -> None:
        """Let go of the index's files."""
        self.store.close()

    # inside

    def _find(
        self, question: str, turns: Sequence[Turn], k: int, where: Iterable[str] | None
    ) -> tuple[list[Hit], Encoded]:
        queries = contextual_queries(question, turns)
        encoded = self.encoder.encode([query.text for query in queries])
        scope = None if where is None else set(where)
        signals = [self._signals(q.text, e, scope) for q, e in zip(queries, encoded, strict=True)]
        settings = self._ranking
        fused = combine([(q.weight, fuse(s, settings.dense_weight)) for q, s in zip(queries, signals, strict=True)])
        passages = self.store.passages(sorted(fused))
        order = _ordered(fused, passages)
        candidates = order[: settings.rerank]
        late = {
            key: sum(
                query.weight * late_interaction(e.tokens.vectors, self._tokens_of(passages[key]).vectors)
                for query, e in zip(queries, encoded, strict=True)
            )
            for key in candidates
        }
        final = rerank({key: fused[key] for key in order}, late, settings.late_weight)
        hits = []
        for key in _ordered(final, passages)[:k]:
            first = signals[0].get(key, Signals(0.0, 0.0))
            scores = {"dense": first.dense, "lexical": first.lexical, "fused": fused[key]}
            if key in late:
                scores["late"] = late[key]
            hits.append(Hit(passages[key], final[key], scores))
        return hits, encoded[0]

    def _signals(self, text: str, encoded: Encoded, where: set[str] | None) -> dict[int, Signals]:
        depth = self._ranking.depth
        dense = self.store.dense(encoded.vector, depth, where)
        lexical = self.store.lexical(self._analyser.terms(text), depth, where)
        cosines = _by_key(dense)
        found = _by_key(lexical)
        missing = [key for key in found if key not in cosines]
        cosines.update(zip(missing, self.store.dense_scores(encoded.vector, missing), strict=True))
        return {key: Signals(cosines[key], found.get(key, 0.0)) for key in sorted(cosines)}

    def _tokens_of(self, passage: Passage) -> TokenVectors:
        return self._passage_tokens(passage)

    def _encode_passage(self, passage: Passage) -> TokenVectors:
        text, shift = encoder_input(passage)
        tokens = self.encoder.encode([text])[0].tokens
        own = tokens.spans[:, 0] >= shift
        return TokenVectors(tokens.vectors[own], tokens.spans[own] - shift)

    def _rarity(self, question: str) -> dict[str, float]:
        """Inverse passage frequency of the question's terms; a term in every passage weighs next to nothing."""
        terms = set(self._analyser.terms(question))
        total = self.store.info().passages
        frequencies = self.store.document_frequencies(terms)
        return {term: math.log1p((total - n + 0.5) / (n + 0.5)) for term, n in sorted(frequencies.items())}

    def _word_weight(self, word: str, rarity: Mapping[str, float]) -> float:
        return max((rarity.get(term, 0.0) for term in self._analyser.terms(word)), default=0.0)


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


def _turns(history: History) -> list[Turn]:
    if isinstance(history, str):
        raise TypeError("history is a sequence of questions, not one string")
    return [turn if isinstance(turn, Turn) else Turn(turn) for turn in history]


def _by_key(candidates: Sequence[Candidate]) -> dict[int, float]:
    return {candidate.key: candidate.score for candidate in candidates}


def _ordered(scores: Mapping[int, float], passages: Mapping[int, Passage]) -> list[int]:
    """Keys by score, ties by document and place; keys whose passage is gone are left out."""
    return sorted(
        (key for key in scores if key in passages),
        key=lambda key: (-scores[key], passages[key].document, passages[key].start),
    )


def _writable(
    folder: Path,
    existing: EmbeddedStore | None,
    encoder: Encoder,
    limits: SplitLimits,
    language: str,
    *,
    rebuild: bool,
) -> AbstractContextManager[EmbeddedStore]:
    """The existing store after its checks, or a new one."""
    if existing is not None:
        _check_makers(existing, encoder)
        _check_splitter(existing, limits)
    makers = Makers(
        encoder.name,
        encoder.fingerprint,
        encoder.dimension,
        limits.fingerprint,
        language,
        Analyser(language).fingerprint,
    )
    return existing_or_new(folder, existing, makers, rebuild=rebuild)


def _memory_hash(document: Document) -> str:
    """Content hash of a document that came from no file."""
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()


def _check_makers(store: EmbeddedStore, encoder: Encoder) -> None:
    made = store.makers
    mend = f"run: footnote index corpus --index {store.folder} --rebuild"
    if made.encoder_fingerprint != encoder.fingerprint:
        raise IndexMismatchError(
            f"the index in {store.folder} was built by encoder {made.encoder} "
            f"({made.encoder_fingerprint[:12]}), not by {encoder.name} ({encoder.fingerprint[:12]}); "
            f"{mend} --encoder {encoder.name}"
        )
    analyser = Analyser(made.language).fingerprint
    if made.analyser != analyser:
        raise IndexMismatchError(
            f"the index in {store.folder} was built by analyser {made.analyser}, this is {analyser}; {mend}"
        )


def _check_splitter(store: EmbeddedStore, limits: SplitLimits) -> None:
    if store.makers.splitter != limits.fingerprint:
        raise IndexMismatchError(
            f"the index in {store.folder} was split as {store.makers.splitter}, not {limits.fingerprint}; "
            f"run: footnote index corpus --index {store.folder} --rebuild"
        )
