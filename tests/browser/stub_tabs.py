"""What the Evaluate and Index views see of the stub assistant: a passage a line, and a set asked at the test's pace."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.datatypes import Answer, Document, Feedback, Hit, IndexUpdate, Passage, Turn
from assistant.passage_map import MapPoint, PassageMap

LINES = 25
"""Passages of each document."""
UPDATES = [
    IndexUpdate("2026-03-02T09:30:00.000+00:00", 2.5, added=1, details=(("added", "<b>new</b>.txt", ""),)),
    IndexUpdate(
        "2026-03-01T09:30:00.000+00:00", 9.0, added=3, failed=1, details=(("failed", "bad.pdf", "is damaged"),)
    ),
]


@dataclass
class StubTabs:
    """Attributes:
    documents: by id.
    sets: question sets beside the documents.
    stale: what has changed.
    pace: where it is given, a question of a set is answered each time it is released.
    """

    documents: dict[str, Document]
    sets: list[Path] = field(default_factory=list)
    stale: dict[str, str] = field(default_factory=dict)
    pace: threading.Semaphore | None = None
    said: list[Feedback] = field(default_factory=list)

    def ask(self, question: str, history: Sequence[str | Turn] = (), k: int = 5) -> Answer:
        raise NotImplementedError

    def ask_with_hits(
        self, question: str, history: Sequence[str | Turn] = (), *, depth: int = 100
    ) -> tuple[Answer, list[Hit]]:
        if self.pace is not None:
            assert self.pace.acquire(timeout=20)
        answer = self.ask(question, history)
        wanted = [(each.document, each.start) for each in (*answer.citations, *answer.nearest)]
        found = [
            passage
            for document, start in wanted
            if document in self.documents
            for passage in self.passages_of(document)
            if passage.start <= start < passage.end
        ]
        return answer, [Hit(passage, 1 / rank) for rank, passage in enumerate(dict.fromkeys(found), 1)][:depth]

    def passages_of(self, document_id: str) -> list[Passage]:
        document, at, found = self.documents[document_id], 0, []
        for line in document.text.splitlines(keepends=True)[:LINES]:
            text, start = line.rstrip(), at
            at += len(line)
            if text:
                heading = next((b for b in reversed(document.blocks) if b.kind == "heading" and b.end <= start), None)
                headings = (document.text[heading.start : heading.end],) if heading else ()
                end = start + len(text)
                found.append(Passage(f"{document_id}#{start}-{end}", document_id, start, end, text, headings=headings))
        return found

    def question_sets(self) -> list[Path]:
        return self.sets

    def feedback(self) -> list[Feedback]:
        return self.said

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        every = self._every()
        return {key: every[key] for key in keys if key < len(every)}

    def passage_map(self) -> PassageMap:
        every = self._every()
        points = tuple(
            MapPoint(
                key,
                passage.document,
                passage.headings[0] if passage.headings else "",
                None,
                key / max(len(every) - 1, 1),
                (key * 7 % 10) / 10,
            )
            for key, passage in enumerate(every)
        )
        return PassageMap(3, points, 1_234, 0.25)

    def file_sizes(self) -> dict[str, int]:
        return {"footnote.sqlite": 3_400_000, "vectors.faiss": 1_500}

    def stale_sources(self) -> dict[str, str]:
        return self.stale

    def updates(self, limit: int = 100) -> list[IndexUpdate]:
        return UPDATES[:limit]

    def _every(self) -> list[Passage]:
        return [passage for name in sorted(self.documents) for passage in self.passages_of(name)]
