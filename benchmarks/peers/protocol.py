"""What a system is asked to do, and how it answers; only the standard library, for it runs in every environment.

``python -m benchmarks.peers.systems.NAME COMMAND --model FOLDER --index FOLDER`` does one command and prints one line,
``RESULT`` and a JSON object. Anything else on standard output is the libraries' own talk.

=========  ==================================  =========================================================
command    takes                               result
=========  ==================================  =========================================================
``index``  ``--passages FILE``                 ``seconds`` from loaded model to index on disk, ``units`` kept
``cold``   ``--question TEXT``                 ``ids`` of the ten best passages
``warm``   ``--questions FILE --warm-up N``    ``milliseconds`` of each question after the first N, and what the
                                               system measures besides
``run``    ``--questions FILE``                ``ranking``: question id -> ids of the ten best passages
=========  ==================================  =========================================================
"""

from __future__ import annotations

import argparse
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MARK = "RESULT "
COMMANDS = ("index", "cold", "warm", "run")
K = 10
"""How many passages every question asks for."""


@dataclass(frozen=True)
class Passage:
    """A document of a set as it is given to every system. Not what a system may split it into.

    Attributes:
        id: the document's.
        title: the document's; may be empty.
        text: its text without the title.
    """

    id: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text, as the systems that embed each passage as one are given it."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True)
class Asked:
    """A question with its id."""

    id: str
    text: str


class System(ABC):
    """What is measured of every system. A new object is made for each command."""

    @abstractmethod
    def prepare(self, model: Path) -> None:
        """Import what indexing needs and load the encoder: what is done before the clock of indexing starts.

        Args:
            model: folder of the sentence-transformers model.
        """

    @abstractmethod
    def index(self, passages: Sequence[Passage], folder: Path) -> int:
        """Index passages and write everything that searching needs into a folder; how many units were kept."""

    @abstractmethod
    def open(self, model: Path, folder: Path) -> None:
        """Open what :meth:`index` wrote, in a process that has prepared nothing."""

    @abstractmethod
    def search(self, question: str) -> list[str]:
        """Ids of the ten best passages, best first, each once."""

    def besides(self, questions: Sequence[str]) -> dict[str, float]:  # noqa: ARG002 - for the systems that do more
        """What only this system does, measured on questions that were not asked yet; nothing by default."""
        return {}


def write_lines(path: Path, rows: Iterable[Passage] | Iterable[Asked]) -> None:
    """Write passages or questions, one JSON object a line."""
    path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows), encoding="utf-8")


def read_passages(path: Path) -> list[Passage]:
    """Read what :func:`write_lines` wrote of passages."""
    return [Passage(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def read_questions(path: Path) -> list[Asked]:
    """Read what :func:`write_lines` wrote of questions."""
    return [Asked(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def distinct(ids: Iterable[str], count: int = K) -> list[str]:
    """The first ids, each at its first place."""
    return list(dict.fromkeys(ids))[:count]


def result_of(line: str) -> dict[str, Any] | None:
    """The result that a line of standard output tells; None for any other line."""
    if not line.startswith(MARK):
        return None
    result: dict[str, Any] = json.loads(line.removeprefix(MARK))
    return result


def milliseconds(action: Callable[[str], object], over: Sequence[str]) -> list[float]:
    """What an action takes on each text, one after another."""
    times = []
    for text in over:
        started = time.perf_counter()
        action(text)
        times.append(1000 * (time.perf_counter() - started))
    return times


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--passages", type=Path)
    parser.add_argument("--question", default="")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--warm-up", type=int, default=0)
    return parser.parse_args(arguments)


def answer(system: System, arguments: Sequence[str] | None = None) -> dict[str, Any]:
    """Do one command."""
    options = _arguments(arguments)
    if options.command == "index":
        system.prepare(options.model)
        passages = read_passages(options.passages)
        started = time.perf_counter()
        units = system.index(passages, options.index)
        return {"seconds": time.perf_counter() - started, "units": units}
    system.open(options.model, options.index)
    if options.command == "cold":
        return {"ids": system.search(options.question)}
    questions = read_questions(options.questions)
    if options.command == "run":
        return {"ranking": {question.id: system.search(question.text) for question in questions}}
    texts = [question.text for question in questions]
    half = options.warm_up + (len(texts) - options.warm_up) // 2
    times = milliseconds(system.search, texts[:half])
    return {"milliseconds": times[options.warm_up :], **system.besides(texts[half:])}


def serve(system: System) -> None:
    """Do the command of this process's arguments and print its result."""
    result = answer(system)
    print(f"\n{MARK}{json.dumps(result)}", flush=True)
