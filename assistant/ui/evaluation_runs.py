"""Evaluations that run beside the readers' questions: one at a time, each belonging to who started it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.errors import FootnoteError, InputError
from assistant.evaluation import Asker, QuestionSet, Report, evaluate

QUESTIONS = 5_000
"""Most questions of a set that is run from the page."""
FAILED = "Something went wrong while the set was run. Please run it again; the details are in the server's log."


class RunError(InputError):
    """A set cannot be run from the page now, or not at all."""


@dataclass(frozen=True, slots=True)
class Run:
    """An evaluation as it stands.

    Attributes:
        name: of the question set.
        planned, done: questions.
        stopping: whether it was asked to end.
        running: whether it still goes on.
        report: what it found, once it has ended; of the questions done where it was stopped.
        problem: a sentence for people where it could not be done; empty otherwise.
    """

    name: str
    planned: int
    done: int = 0
    stopping: bool = False
    running: bool = True
    report: Report | None = None
    problem: str = ""


class Runs:
    """The latest evaluation of everybody who started one.

    Args:
        asker: what is asked; from a thread of its own, so that questions of readers are answered meanwhile.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}

    def of(self, who: str) -> Run | None:
        """The latest run that somebody started; None before the first."""
        with self._lock:
            return self._runs.get(who)

    def start(self, who: str, questions: QuestionSet) -> Run:
        """Begin to ask a set and return at once.

        Raises:
            RunError: another set is being asked, or this one is not for the page.
        """
        count = len(questions.questions)
        if questions.documents is not None:
            raise RunError(
                f"{questions.name} brings its own documents; the page asks those in the index. "
                "Run it with: footnote evaluate SET"
            )
        if count > QUESTIONS:
            raise RunError(
                f"{questions.name} has {count:,} questions; the page runs up to {QUESTIONS:,}. "
                "Run it with: footnote evaluate SET"
            )
        with self._lock:
            if any(run.running for run in self._runs.values()):
                raise RunError("A set is being run already. Stop it, or wait until it is done.")
            run = self._runs[who] = Run(questions.name, count)
        threading.Thread(target=self._work, args=(who, questions), name="evaluation", daemon=True).start()
        return run

    def stop(self, who: str) -> None:
        """End somebody's run after the question that is being asked; what is done is kept."""
        with self._lock:
            if who in self._runs and self._runs[who].running:
                self._runs[who] = replace(self._runs[who], stopping=True)

    def _work(self, who: str, questions: QuestionSet) -> None:
        report, problem = None, FAILED
        try:
            report, problem = evaluate(self._asker, questions, progress=self._advancing(who)), ""
        except FootnoteError as error:
            problem = str(error)
        finally:
            with self._lock:
                self._runs[who] = replace(self._runs[who], running=False, report=report, problem=problem)

    def _advancing(self, who: str) -> Callable[[int, int], None]:
        def advance(done: int, planned: int) -> None:
            with self._lock:
                run = self._runs[who] = replace(self._runs[who], done=done, planned=planned)
            if run.stopping:
                raise KeyboardInterrupt  # what evaluate() is ended by, with a report of what is done

        return advance
