"""Questions whose right behaviour is known, asked through the product: what answering is trained and measured on.

Cases by name: ``answered`` (the answer is there), ``near`` (SQuAD 2.0's unanswerable questions: the subject is there,
the answer is not), ``gone`` (the paragraph with the answer is taken out), ``absent`` (asked of other documents),
``odd`` (greetings, gibberish), ``follow`` (leaning on the question before). Small corpora are single SQuAD articles,
runs of a dozen paragraphs, and pages: such a run as one document.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import Assistant, Document
from assistant.confidence import confidence_features
from assistant.conversation import contextual_queries
from assistant.datatypes import Turn
from assistant.encoders import Encoded, Encoder
from assistant.evaluation.formats.plain_documents import plain_document
from assistant.questions import understand
from assistant.rarity import background
from assistant.sentences import Features, scored_sentences, sentence_features

SEED = 7
PASSAGES = 5
GREETINGS = (
    "hello", "hi there", "good morning", "thanks!", "thank you very much", "how are you?", "who are you?", "ok", "test",
    "what can you do?", "help", "bye", "tell me a joke", "what is the weather today?", "what time is it?", "lol", "???",
    "are you a robot?", "yes please", "write me a poem",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A question of an open set.

    Attributes:
        text: as asked.
        document: id of the document that it is about.
        gold: character spans of its answers there; empty if it has none.
        group: article or site, kept together when folds are made.
        tuning: whether it is in the half that models are fitted on.
        earlier: the questions asked before, oldest first.
    """

    text: str
    document: str
    gold: tuple[tuple[int, int], ...]
    group: str
    tuning: bool
    earlier: tuple[str, ...] = ()


@dataclass
class Row:
    """One question asked of one corpus.

    Attributes:
        case: what is to be expected.
        right: whether the sentence that is quoted first holds the answer.
        group, tuning: of the question.
        weight: in fitting.
        features: of confidence; filled once the sentence weights are known.
    """

    case: str
    right: bool
    group: str
    tuning: bool
    features: Features


class Memory:
    """An encoder that encodes each text once: the same passages are indexed in many small corpora."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Encoded] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """As the encoder's, from memory where the text was seen before."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return [self._known[text] for text in texts]


def squad(data: Path) -> tuple[list[Document], list[Asked]]:
    """SQuAD 2.0 paragraphs and questions; articles with an even place in the sorted titles are for tuning."""
    documents = _documents(data / "squad2")
    title = {document.id: document.title for document in documents}
    even = set(sorted(set(title.values()))[::2])
    asked = [
        Asked(
            row["text"],
            row["passage"],
            () if row["is_impossible"] else tuple({(a["start"], a["start"] + len(a["text"])) for a in row["answers"]}),
            title[row["passage"]],
            title[row["passage"]] in even,
        )
        for row in _rows(data / "squad2" / "queries.jsonl")
    ]
    return documents, asked


def policies(data: Path) -> tuple[list[Document], list[Asked]]:
    """Privacy policies; sites with an even place in their sorted names are for tuning."""
    documents = _documents(data / "policyqa_dev")
    even = set(sorted({document.title for document in documents})[::2])
    asked = [
        Asked(
            row["text"],
            row["passage"],
            tuple((a["start"], a["start"] + len(a["text"])) for a in row["answers"]),
            row["site"],
            row["site"] in even,
        )
        for row in _rows(data / "policyqa_dev" / "queries.jsonl")
    ]
    return documents, asked


def conversations(data: Path) -> tuple[list[Document], list[dict[str, Any]]]:
    """MTRAG passages and turns, each with its human rewrite under ``rewrite``; never fitted on."""
    rewrites = {
        row["_id"]: row["text"].replace("|user|:", "").strip()
        for path in sorted((data / "mtrag_rewrites").glob("*/*_rewrite.jsonl"))
        for row in _rows(path)
    }
    turns = [
        row | {"rewrite": rewrites.get(row["_id"], row["text"])}
        for row in _rows(data / "mtrag_human_subset" / "queries.jsonl")
    ]
    return _documents(data / "mtrag_human_subset"), turns


def odd_questions(number: int = 80) -> list[str]:
    """Greetings and words of random letters."""
    chance = random.Random(SEED)
    letters = "abcdefghijklmnopqrstuvwxyz"

    def word() -> str:
        return "".join(chance.choice(letters) for _ in range(chance.randint(3, 9)))

    return [*GREETINGS, *(" ".join(word() for _ in range(chance.randint(1, 6))) for _ in range(number))]


class Asker:
    """An index over some documents, and what answering sees of a question asked of it.

    Args:
        documents: to index, in a folder that is thrown away, or kept under ``folder``.
        encoder: with a memory.
        folder: where to keep the index.
    """

    def __init__(self, documents: Sequence[Document], encoder: Memory, folder: Path | None = None) -> None:
        self._scratch = None if folder else tempfile.TemporaryDirectory(prefix="footnote-")
        place = folder or Path(self._scratch.name)  # type: ignore[union-attr]
        self.assistant = Assistant.from_memory(documents, place, encoder=encoder)  # type: ignore[arg-type]
        self.ids = [document.id for document in documents]

    def found(self, asked: Asked, without: str | None = None, only: str | None = None) -> tuple[Any, Any, Any]:
        """The question taken apart twice (corpus and general rarity), and the best passages."""
        where = None
        if without is not None:
            where = {each for each in self.ids if each != without}
        if only is not None:
            where = {only}
        searcher = self.assistant.searcher
        queries = contextual_queries(asked.text, [Turn(text) for text in asked.earlier], searcher.likeness)
        found = searcher.find(queries, 10, where)
        evidence = self.assistant.answerer.evidence(found, PASSAGES)
        apart = [(each.query.text, each.encoded, each.query.late) for each in found.queries]
        terms = self.assistant.analyser.terms
        return (
            understand(apart, terms, self.assistant.answerer.rarity(apart)),
            understand(apart, terms, background().rarity),
            evidence,
        )

    def sentences(self, asked: Asked, only: str | None = None) -> list[tuple[bool, Features]]:
        """Whether each sentence of the best passages holds the answer, and its features."""
        question, _, evidence = self.found(asked, only=only)
        return [
            (item.hit.passage.document == asked.document and any(a <= s and e <= b for s, e in asked.gold), features)
            for item in evidence
            for (a, b), features in sentence_features(question, item, self.assistant.analyser.terms)
        ]

    def row(
        self, case: str, asked: Asked, weights: dict[str, float], without: str | None = None, passage: bool = False
    ) -> Row | None:
        """The question as a row for the confidence model; None if nothing could be quoted.

        It is right if the sentence that is quoted first holds the answer; with ``passage``, if any of the passages that
        are quoted from is of the right document.
        """
        question, general, evidence = self.found(asked, without)
        terms = self.assistant.analyser.terms
        scored = scored_sentences(question, evidence, terms, weights)
        if not scored:
            return None
        best = scored[0]
        quoted = best.evidence.hit.passage.document == asked.document and any(
            best.span[0] <= start and end <= best.span[1] for start, end in asked.gold
        )
        found = any(item.hit.passage.document == asked.document for item in evidence)
        right = case == "answered" and (found if passage else quoted)
        features = confidence_features(general, evidence, scored, terms)
        return Row(case, right, asked.group, asked.tuning, features)

    def close(self) -> None:
        """Let go of the index."""
        self.assistant.close()
        if self._scratch:
            self._scratch.cleanup()


def small_corpora(
    documents: Sequence[Document], asked: Sequence[Asked]
) -> Iterator[tuple[str, list[Document], list[Asked]]]:
    """Single articles, and a run of twelve paragraphs of each, apart and as one page, with the article's questions."""
    chance = random.Random(SEED)
    for title in sorted({each.group for each in asked}):
        article = [document for document in documents if document.title == title]
        mine = [each for each in asked if each.group == title]
        yield "article", article, mine
        first = chance.randrange(max(1, len(article) - 12))
        run = article[first : first + 12]
        yield "run", run, mine
        page, starts = _page(run)
        yield "page", [page], [_on_page(each, page.id, starts) for each in mine]


def _page(paragraphs: Sequence[Document]) -> tuple[Document, dict[str, int]]:
    """The paragraphs as one document, and where each begins in it."""
    starts, text = {}, ""
    for each in paragraphs:
        starts[each.id] = len(text)
        text += f"{each.text}\n\n"
    return plain_document("page", paragraphs[0].title, text, "page.txt", "0" * 64), starts


def _on_page(asked: Asked, page: str, starts: Mapping[str, int]) -> Asked:
    """A question about one of the page's paragraphs as one about the page; others as they are."""
    at = starts.get(asked.document)
    if at is None:
        return asked
    return replace(asked, document=page, gold=tuple((start + at, end + at) for start, end in asked.gold))


def _documents(folder: Path) -> list[Document]:
    return [
        plain_document(row["_id"], row.get("title") or "", row["text"], "corpus.jsonl", "0" * 64)
        for row in _rows(folder / "corpus.jsonl")
    ]


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]
