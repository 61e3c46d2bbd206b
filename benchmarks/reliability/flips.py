"""Single bytes flipped and files cut short, over all files of an index: ``python -m benchmarks.reliability.flips``.

An index of the sample document and of this repository's own documentation is built; its writer is killed after its last
change, so that a write-ahead log is left. For each trial the index is copied, one file of it is damaged, and a process
of its own opens it, asks five questions and reads the saved conversations. What comes of it is one of: the very answers
of the undamaged index, one of our errors, an answer that differs without a word (``wrong``), or the end of the process
or an exception that is not ours (``crash``). A damaged conversation may be missing, but none of its words may differ.
Half the trials read the index whole when they open it, as small ones are; the other half only what the questions need,
as with large ones.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.errors import FootnoteError
from assistant.index import soundness
from assistant.index.conversations import FILE, ConversationFile
from benchmarks.provenance import provenance

ROOT = Path(__file__).parent.parent.parent
RESULT = ROOT / "benchmarks" / "results" / "reliability_flips.json"
TRUTH = "footnote.sqlite"
READER = "reader"
QUESTIONS = (
    "When did Kazakhstan join the Partnership for Peace?",
    "What is KAZCENT, and when was it accredited?",
    "Which commands does the evaluation know?",
    "How are files read within limits?",
    "Who discovered the third moon of Neptune?",
)
OUTCOMES = ("same", "refused", "wrong", "crash")


@dataclass(frozen=True, slots=True)
class Trial:
    """One damage and what came of it.

    Attributes:
        file: that was damaged.
        kind: ``flip`` or ``cut``.
        place: offset of the byte, or length that was left.
        whole: whether the index was read whole when it was opened.
        outcome: one of ``OUTCOMES``.
        detail: the error, if there was one.
    """

    file: str
    kind: str
    place: int
    whole: bool
    outcome: str
    detail: str = ""


def built(place: Path, documents: list[Path]) -> Path:
    """An index of some files whose writer was killed: the last one is in the write-ahead log only."""
    (place / "corpus").mkdir()
    for document in documents:
        shutil.copy(document, place / "corpus")
    index = place / "index"
    last = place / "corpus" / documents[-1].name
    held = last.rename(place / last.name)
    Assistant.from_documents(place / "corpus", index, encoder="hashing").close()
    held.rename(last)
    said = ConversationFile(index / FILE)
    kept = said.create(READER, "What is KAZCENT?")
    said.write(READER, kept.key, 0, {0: json.dumps({"said": "KAZCENT is a centre of education. " * 400})})
    said.close()
    _in_a_process(lambda: _killed_writer(place, index))
    return index


def observed(index: Path) -> dict[str, Any]:
    """All that is asked of an index."""
    assistant = Assistant.open(index)
    answers = [asdict(assistant.ask(question)) for question in QUESTIONS]
    said = ConversationFile(index / FILE)
    conversations = [said.load(READER, kept.key) for kept in said.listed(READER)]
    said.close()
    assistant.close()
    return {
        "answers": answers,
        "conversations": [(asdict(kept), bodies) for kept, bodies in filter(None, conversations)],
    }


def run(count: int, seed: int, documents: list[Path], tell: Callable[[Trial], None] | None = None) -> list[Trial]:
    """Damage the files of an index ``count`` times."""
    chance = random.Random(seed)
    trials = []
    with tempfile.TemporaryDirectory() as folder:
        index = built(Path(folder), documents)
        pristine = index.rename(index.with_name("pristine"))
        files = sorted(path.name for path in pristine.iterdir() if path.stat().st_size)
        with _copied(pristine, index):  # in this process: what is loaded once need not be loaded by every trial
            expected = json.loads(json.dumps(observed(index)))
        for number in range(count):
            with _copied(pristine, index):
                trials.append(_tried(index, chance, files, expected, whole=number % 2 == 0))
            if tell:
                tell(trials[-1])
    return trials


def _tried(index: Path, chance: random.Random, files: list[str], expected: dict[str, Any], *, whole: bool) -> Trial:
    name = TRUTH if chance.random() < 0.5 else chance.choice(files)
    path = index / name
    content = bytearray(path.read_bytes())
    kind, place = ("flip" if chance.random() < 0.75 else "cut"), chance.randrange(len(content))
    if kind == "flip":
        content[place] ^= chance.randrange(1, 256)
    else:
        del content[place:]
    path.write_bytes(content)

    def looked() -> dict[str, Any]:
        soundness.SMALL_BYTES = 1 << 40 if whole else 0
        return observed(index)

    found = _in_a_process(looked)
    if "refused" in found or "crash" in found:
        ((outcome, detail),) = found.items()
    else:
        true = found["answers"] == expected["answers"] and not [
            each for each in found["conversations"] if each and each not in expected["conversations"]
        ]
        outcome, detail = ("same" if true else "wrong"), ""
    return Trial(name, kind, place, whole, outcome, detail.replace(str(index.parent), ""))


def _in_a_process(action: Callable[[], Any]) -> dict[str, Any]:
    """What an action returns, as JSON, from a process of its own; ``refused`` or ``crash`` where it ends otherwise."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            said = action() or {}
        except FootnoteError as error:
            said = {"refused": f"{type(error).__name__}: {error}"}
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what the trial looks for
            said = {"crash": f"{type(error).__name__}: {error}"}
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(content) if status == 0 and content else {"crash": f"the process ended with status {status}"}


def _killed_writer(place: Path, index: Path) -> None:
    """Add what is new and answer once, then end without a goodbye, as SIGKILL does."""
    reader = Assistant.open(index)  # keeps the write-ahead log from being taken in when the writer closes it
    Assistant.from_documents(place / "corpus", index, encoder="hashing")
    reader.ask(QUESTIONS[0])
    os._exit(0)


@contextmanager
def _copied(pristine: Path, index: Path) -> Iterator[None]:
    shutil.copytree(pristine, index)
    try:
        yield
    finally:
        shutil.rmtree(index)


def summary(trials: list[Trial]) -> dict[str, Any]:
    """How often what came of it, in all, by file and by how the index was opened."""

    def counted(chosen: list[Trial]) -> dict[str, int]:
        counts = Counter(trial.outcome for trial in chosen)
        return {"trials": len(chosen), **{outcome: counts[outcome] for outcome in OUTCOMES}}

    return {
        "all": counted(trials),
        "files": {
            name: counted([trial for trial in trials if trial.file == name])
            for name in sorted({trial.file for trial in trials})
        },
        "read whole when opened": counted([trial for trial in trials if trial.whole]),
        "read as needed": counted([trial for trial in trials if not trial.whole]),
        "bad": [asdict(trial) for trial in trials if trial.outcome in ("wrong", "crash")],
    }


def documents_here() -> list[Path]:
    """The sample document and the documentation."""
    return [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "corpus" / "nato-kazakhstan.txt"]


def main() -> None:
    """Run the trials and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    started = time.monotonic()
    bad: list[Trial] = []

    def tell(trial: Trial) -> None:
        if trial.outcome in ("wrong", "crash"):
            bad.append(trial)
            print(trial, flush=True)

    trials = run(options.count, options.seed, documents_here(), tell)
    result = {
        "provenance": provenance(documents_here()),
        "seed": options.seed,
        "seconds": round(time.monotonic() - started, 1),
        **summary(trials),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["all"]))


if __name__ == "__main__":
    main()
