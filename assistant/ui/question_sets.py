"""The question sets that the page offers: those beside the documents, one from the browser, what readers said."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.datatypes import Feedback
from assistant.errors import QuestionSetError
from assistant.evaluation import QuestionSet, load_question_set, questions_from, write_jsonl
from assistant.found_sets import SUFFIXES

LARGEST = 5_000_000
"""Most bytes of a set that comes from the browser."""
_ODD = re.compile(r"[^\w. -]+")


@dataclass(frozen=True, slots=True)
class SetChoice:
    """A set that can be run.

    Attributes:
        label: what it is called on the page.
        path: where it lies; None for ``questions``.
        questions: the set itself, where it is at hand.
    """

    label: str
    path: Path | None = None
    questions: QuestionSet | None = None

    def load(self) -> QuestionSet:
        """The set.

        Raises:
            QuestionSetError: it cannot be read.
        """
        if self.questions is not None:
            return self.questions
        if self.path is None:
            raise QuestionSetError(f"{self.label}: holds no questions. Choose another set.")
        return load_question_set(self.path)


def choices(beside: Sequence[Path], uploaded: QuestionSet | None, said: Sequence[Feedback]) -> tuple[SetChoice, ...]:
    """Everything that can be run: what was uploaded first, then the files, then the feedback if it is a set."""
    sent = [SetChoice(f"{uploaded.name} (uploaded)", questions=uploaded)] if uploaded else []
    names = [path.name for path in beside]
    files = [
        SetChoice(path.name if names.count(path.name) == 1 else f"{path.parent.name}/{path.name}", path)
        for path in beside
    ]
    known = feedback_set(said)
    readers = [SetChoice("What readers said", questions=known)] if known.questions else []
    return (*sent, *files, *readers)


def feedback_set(said: Sequence[Feedback]) -> QuestionSet:
    """What readers said as a set; empty where no answer is known."""
    found = tuple(questions_from(said))
    return QuestionSet("feedback", hashlib.sha256(repr(found).encode()).hexdigest(), found)


def feedback_jsonl(said: Sequence[Feedback]) -> str:
    """What readers said as the text of a question set in our format."""
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        path = Path(folder) / "feedback.questions.jsonl"
        write_jsonl(path, feedback_set(said).questions)
        return path.read_text(encoding="utf-8")


def sent_set(name: object, data: object) -> QuestionSet:
    """The set in a file that came from the browser; the file is not kept.

    Args:
        name: of the file; only its last part is looked at.
        data: its bytes in base64.

    Raises:
        QuestionSetError: it is none, too large, or wrong; names the file as the reader knows it.
    """
    if not isinstance(name, str) or not isinstance(data, str):
        raise QuestionSetError(f"That is no question set of at most {LARGEST // 1_000_000} MB. Choose a smaller file.")
    named = _ODD.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1])[-100:].lstrip(".") or "set"
    if Path(named).suffix.lower() not in SUFFIXES:
        raise QuestionSetError(f"{named}: is of no type that is read. Choose one of {', '.join(SUFFIXES)}.")
    if len(data) > LARGEST * 4 // 3 + 4:
        raise QuestionSetError(f"{named}: is larger than {LARGEST // 1_000_000} MB. Choose a smaller file.")
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise QuestionSetError(f"{named}: did not arrive whole. Choose it again.") from None
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        path = Path(folder) / named
        path.write_bytes(content)
        try:
            return load_question_set(path)
        except QuestionSetError as error:
            raise QuestionSetError(str(error).replace(str(path), named)) from error
