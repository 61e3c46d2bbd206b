"""Does ``footnote evaluate`` stay small on large sets: ``python -m benchmarks.evaluation_scale``.

100,000 passages of made-up words are indexed with the hashing encoder (a model would only make the waiting longer), and
the command is run on 100, 1,000 and 10,000 questions with every output: JSON, TREC run and report. Peak memory is what
the process holds of its own; pages of the index file that the system maps and may drop at any time are told apart. Then
the largest run is made again on a terminal, and stopped by Ctrl-C when its progress bar says that a tenth is done; what
it leaves is read back. Linux only, as memory is read from ``/proc``.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant import Assistant
from assistant.evaluation import GoldQuote, Question, read_run, write_jsonl
from assistant.evaluation.formats.plain_documents import plain_document
from assistant.index import EmbeddedStore
from benchmarks.provenance import provenance

SEED = 11
VOCABULARY = 30_000
WORDS = 9
"""Words of a sentence; a document is two sentences and one passage."""
UNANSWERABLE = 10
"""One question in so many is about nothing."""
EVERY = 0.05
"""Seconds between two looks at the memory."""
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


def sentences(passages: int) -> Iterator[tuple[str, str]]:
    """Two sentences for each document, common words in most of them, rare ones in few."""
    rng = random.Random(SEED)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))) for _ in range(VOCABULARY)]
    for _ in range(passages):
        drawn = [words[int(VOCABULARY * rng.random() ** 3)] for _ in range(2 * WORDS)]
        yield _sentence(drawn[:WORDS]), _sentence(drawn[WORDS:])


def _sentence(words: list[str]) -> str:
    return " ".join(words).capitalize() + "."


def build(folder: Path, passages: int) -> None:
    """Index the documents, unless the folder holds them already."""
    documents = [
        plain_document(f"d{number:06}", "", " ".join(pair), f"d{number:06}.txt", "0" * 64)
        for number, pair in enumerate(sentences(passages))
    ]
    Assistant.from_memory(documents, folder, encoder="hashing").close()


def write_questions(file: Path, passages: int, count: int) -> None:
    """So many questions of four words from a sentence, with the sentence as gold; some of words that stand nowhere."""
    rng = random.Random(SEED + 1)
    chosen = dict.fromkeys(rng.sample(range(passages), count))
    questions = []
    for number, (_, second) in enumerate(sentences(passages)):
        if number not in chosen:
            continue
        asked = rng.sample(second.rstrip(".").lower().split(), 4)
        if len(questions) % UNANSWERABLE == 0:
            asked = [word + "quux" for word in asked]
            questions.append(Question(f"q{number}", " ".join(asked) + "?", answerable=False))
        else:
            gold = (GoldQuote(f"d{number:06}", second),)
            questions.append(Question(f"q{number}", " ".join(asked) + "?", answers=gold))
    write_jsonl(file, questions)


def command(folder: Path, questions: Path, out: Path) -> list[str]:
    """The command with every output."""
    files = ["--run", f"{out}.trec", "--report", f"{out}.html"]
    return [sys.executable, "-m", "assistant", "evaluate", str(questions), "--index", str(folder), "--json", *files]


def memory_mb(pid: int) -> dict[str, int]:
    """What a process holds at this moment: of its own, and mapped from files."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # it has just ended
        return {}
    held = dict(line.split(":", 1) for line in lines)
    return {
        name: int(held[key].split()[0]) // 1024
        for name, key in (("own", "RssAnon"), ("mapped", "RssFile"))
        if key in held
    }


def measured(folder: Path, questions: Path, out: Path) -> dict[str, Any]:
    """Time, peak memory and sizes of a whole run."""
    started = time.perf_counter()
    peak = {"own": 0, "mapped": 0}
    with (
        Path(f"{out}.json").open("wb") as stdout,
        subprocess.Popen(command(folder, questions, out), stdout=stdout) as run,
    ):
        while run.poll() is None:
            for name, held in memory_mb(run.pid).items():
                peak[name] = max(peak[name], held)
            time.sleep(EVERY)
    if run.returncode:
        raise SystemExit(f"footnote evaluate ended with {run.returncode}")
    report = json.loads(Path(f"{out}.json").read_text(encoding="utf-8"))
    return {
        "questions": report["questions"],
        "seconds": round(time.perf_counter() - started, 1),
        "peak_mb": peak["own"],
        "mapped_mb": peak["mapped"],
        "p50_ms": round(report["p50_ms"], 1),
        "recall@10": report["metrics"]["recall@10"]["value"],
        "output_mb": {kind: round(Path(f"{out}.{kind}").stat().st_size / 1e6, 1) for kind in ("json", "trec", "html")},
    }


def stopped(folder: Path, questions: Path, out: Path, planned: int) -> dict[str, Any]:
    """Ctrl-C when the progress bar says that a tenth is done; what the outputs hold afterwards."""
    terminal, standard_error = pty.openpty()
    with Path(f"{out}.json").open("wb") as stdout:
        process = subprocess.Popen(
            command(folder, questions, out), stdout=stdout, stderr=standard_error, env={**os.environ, "COLUMNS": "100"}
        )
    os.close(standard_error)
    shown, seen, sent = b"", 0, 0.0
    while True:
        try:
            shown = (shown + os.read(terminal, 4096))[-4096:]
        except OSError:  # the other end is closed: the command has ended
            break
        bar = re.findall(rb"(\d+)/%d\b" % planned, shown)
        if bar and int(bar[-1]) >= planned // 10 and not sent:
            seen, sent = int(bar[-1]), time.perf_counter()
            process.send_signal(signal.SIGINT)
    code = process.wait()
    seconds = time.perf_counter() - sent
    report = json.loads(Path(f"{out}.json").read_text(encoding="utf-8"))
    ranked = read_run(f"{out}.trec")
    page = Path(f"{out}.html").read_text(encoding="utf-8")
    return {
        "bar_said": seen,
        "exit_code": code,
        "seconds_to_write": round(seconds, 1),
        "partial": report["partial"],
        "planned": report["counts"]["planned"],
        "questions": report["questions"],
        "rows": len(report["per_question"]),
        "questions_in_run": len(ranked),
        "report_is_whole": page.rstrip().endswith("</html>") and "(partial: " in page,
    }


def main() -> None:
    """Build, measure, stop, and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, nargs="*", default=[100, 1_000, 10_000])
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="where the index is kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/evaluation_scale.json"))
    options = parser.parse_args()
    folder = options.cache / f"made-up-{options.passages}"
    build(folder / "index", options.passages)
    store = EmbeddedStore.open(folder / "index")
    result: dict[str, Any] = {"passages": store.info().passages, "runs": []}
    store.close()
    for count in options.questions:
        questions = folder / f"{count}.jsonl"
        write_questions(questions, options.passages, count)
        result["runs"].append(measured(folder / "index", questions, folder / f"{count}"))
        print(json.dumps(result["runs"][-1]), flush=True)
    result["stopped"] = stopped(folder / "index", questions, folder / "stopped", count)
    print(json.dumps(result["stopped"]), flush=True)
    result["provenance"] = provenance([])
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
