"""SIGKILL at random instants while an index is built, updated and cleared: ``python -m benchmarks.reliability.kills``.

A process does what ``footnote index`` does, with the encoder of the tests, and writes a line when a document is
committed. It is killed at a random instant of its run. Then the index must open and answer, and hold every document
that was acknowledged, each whole in its old or its new version, vectors included; and the next run must finish the work
without doing again what was done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from assistant import Assistant
from assistant.encoders import HashingEncoder
from assistant.errors import IndexMissingError, StoreError
from assistant.indexing import IndexReport
from benchmarks.provenance import provenance
from benchmarks.reliability.orchards import Files, held, lay_out, orchard

OUT = Path("benchmarks/results/reliability_kills.json")
SEED = 8
COUNT = 300
DOCUMENTS = 30
WRONG = (
    *("not opened", "lost", "mixed", "removed in part", "wrong answers"),
    *("done again by the next run", "not finished by the next run"),
)


@dataclass
class Scene:
    """A change that is interrupted.

    Attributes:
        name: for the table.
        before, after: the files before the change and after it; nothing before is an index that is not there.
        place: folder of the documents, of the index, and of what they are compared with.
        old, new: what an undisturbed index holds of each document before and after.
        seconds: how long undisturbed runs took.
        counts: what was seen; what is wrong is there even where it is 0.
    """

    name: str
    before: Files
    after: Files
    place: Path
    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(WRONG, 0)))

    @property
    def index(self) -> Path:
        """The index that is changed."""
        return self.place / "index"

    def prepare(self) -> None:
        """Build what every round begins with and is compared with."""
        corpus = self.place / "corpus"
        if self.before:
            lay_out(corpus, self.before)
            build(self.place)
            self.old = held(self.index)
            self.index.rename(self.place / "before")
        lay_out(corpus, self.after)
        build(self.place)
        self.new = held(self.index)

    def wrong(self, what: str, named: Collection[str]) -> None:
        """Count what is wrong, and show it."""
        self.counts[what] += len(named)
        for each in sorted(named):
            print(f"{self.name}: kill {self.counts['kills']}: {what}: {each}")

    def rewind(self) -> None:
        """Put the index back to what it was before the change."""
        shutil.rmtree(self.index, ignore_errors=True)
        if self.before:
            shutil.copytree(self.place / "before", self.index)


def build(place: Path, told: Callable[[str], object] | None = None) -> IndexReport:
    """What ``footnote index`` does; ``told`` hears of each document that is committed, and of what was removed."""
    reports: list[IndexReport] = []

    def reported(report: IndexReport) -> None:
        reports.append(report)
        for each in report.removed if told else ():
            told(f"removed {each}")

    def stored(_done: int, _known: int, document_id: str) -> None:
        if told:
            told(f"stored {document_id}")

    encoder = HashingEncoder()
    opened = Assistant.from_documents(
        place / "corpus", place / "index", encoder=encoder, progress=stored, on_report=reported
    )
    opened.info()
    opened.close()
    return reports[0]


def interrupted(place: Path, after: float) -> tuple[list[str], float | None]:
    """Run :func:`build` in a process that is killed after so many seconds.

    Returns:
        What it acknowledged; and how long it took, if it was done before it was to be killed.
    """
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            build(place, lambda line: os.write(writing, f"{line}\n".encode()))
        finally:
            os._exit(0)
    os.close(writing)
    ended = False
    while not ended and time.perf_counter() < began + after:
        time.sleep(0.001)
        ended = os.waitpid(child, os.WNOHANG)[0] != 0
    took = time.perf_counter() - began
    if not ended:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as lines:
        return lines.read().decode().splitlines(), took if ended else None


def check(scene: Scene, acknowledged: list[str]) -> None:
    """Compare an index after a kill with what it may hold, and count what is wrong with it."""
    stored = {line.removeprefix("stored ") for line in acknowledged if line.startswith("stored ")}
    removed = {line.removeprefix("removed ") for line in acknowledged if line.startswith("removed ")}
    scene.counts["acknowledged"] += len(stored) + len(removed)
    try:
        there = held(scene.index)
    except IndexMissingError:
        scene.counts["killed before there was an index"] += 1
        scene.wrong("not opened", {"the index is gone"} if scene.before or acknowledged else set())
        return
    except StoreError as error:
        scene.wrong("not opened", {str(error)})
        return
    scene.wrong("mixed", {n for n, held_ in there.items() if held_ not in (scene.old.get(n), scene.new.get(n))})
    lost = {name for name in stored if there.get(name) != scene.new[name]}
    lost |= {name for name in scene.old.keys() & scene.new.keys() if name not in there}
    texts = {scene.after[name]: name for name in scene.after.keys() - scene.before.keys()}
    moved = {name: texts[text] for name, text in scene.before.items() if text in texts and name not in scene.after}
    scene.wrong("lost", lost | {name for name, now in moved.items() if name not in there and now not in there})
    gone = scene.old.keys() - scene.new.keys()
    scene.wrong("removed in part", gone & there.keys() if gone - there.keys() or removed else set())
    scene.counts["documents looked at"] += len(there)
    scene.counts["of them in the new version"] += sum(scene.new.get(name) == each for name, each in there.items())
    ask(scene, there)


def ask(scene: Scene, there: dict[str, str]) -> None:
    """Ask about some of the documents that are there."""
    assistant = Assistant.open(scene.index, encoder=HashingEncoder())
    try:
        for name in sorted(there)[:: max(len(there) // 4, 1)]:
            answer = assistant.ask(f"Which row of orchard{Path(name).stem} gave baskets of fruit?")
            quoted = answer.citations or answer.nearest
            right = bool(quoted) and Path(quoted[0].document).name == Path(name).name
            for each in quoted:
                right = right and assistant.document(each.document).text[each.start : each.end] == each.quote
            scene.counts["questions"] += 1
            scene.wrong("wrong answers", set() if right else {name})
    finally:
        assistant.close()


def resume(scene: Scene, acknowledged: list[str]) -> None:
    """Run the change again, undisturbed; it must come to what it would have been, and do nothing twice."""
    try:
        report = build(scene.place)
    except StoreError as error:
        scene.wrong("not finished by the next run", {str(error)})
        return
    again = {f"stored {name}" for name in (*report.added, *report.changed)} & set(acknowledged)
    scene.wrong("done again by the next run", again)
    scene.wrong("not finished by the next run", set() if held(scene.index) == scene.new else {"other contents"})


def scenes(place: Path, documents: int) -> list[Scene]:
    """A first build, an update of every document, and a removal of a third while another third moves."""
    first = {f"{number}.md": orchard(number, 1) for number in range(documents)}
    second = {f"{number}.md": orchard(number, 2) for number in range(documents)}
    fewer = {("moved/" if n % 3 == 1 else "") + f"{n}.md": orchard(n, 1) for n in range(documents) if n % 3}
    return [
        Scene("first build", {}, first, place / "build"),
        Scene("update", first, second, place / "update"),
        Scene("removal and move", first, fewer, place / "removal"),
    ]


def run(count: int, documents: int, place: Path) -> dict[str, Counter[str]]:
    """So many kills, a third in each scene; what was seen of each."""
    chance = random.Random(SEED)
    found = {}
    for scene in scenes(place, documents):
        scene.place.mkdir()
        scene.prepare()
        while scene.counts["kills"] < count // 3:
            scene.rewind()
            longest = statistics.median(scene.seconds[-9:]) if scene.seconds else 60.0
            acknowledged, took = interrupted(scene.place, chance.uniform(0, longest) if scene.seconds else longest)
            if took is not None:  # done before: such a round says how long one takes, and nothing else
                scene.seconds.append(took)
                continue
            scene.counts["kills"] += 1
            check(scene, acknowledged)
            resume(scene, acknowledged)
        found[scene.name] = scene.counts
        print(scene.name, dict(scene.counts), round(statistics.median(scene.seconds), 2), "s a run", flush=True)
    return found


def main() -> None:
    """Kill, check, resume; write what was seen, and fail if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="kills, a third of them in each scene")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        found = run(options.count, DOCUMENTS, Path(folder))
    total = sum(found.values(), Counter())
    wrong = {what: total[what] for what in WRONG}
    result = {
        "documents": DOCUMENTS,
        "kills": total["kills"],
        "scenes": found,
        "seconds": round(time.perf_counter() - began),
        "provenance": provenance([]),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if any(wrong.values()):
        sys.exit(f"an index did not keep what is promised of it: {wrong}")


if __name__ == "__main__":
    main()
