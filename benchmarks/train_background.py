"""Counts terms of general text for `assistant/rarity.py`: ``python -m benchmarks.train_background --data DIR``.

In how many runs of 120 words each stem occurs, over SQuAD 2.0 (articles of the tuning half only), scifact, PolicyQA,
anthropic_docs_rag, the chunking benchmark's documents and CANARD's conversations; stems seen at least twice, at most
30,000. Only these counts are shipped, no text.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from assistant.analysis import Analyser

WORDS = 120
LONGEST = 24
MOST = 30_000
OUT = Path("assistant/models/background.npz")


def texts(data: Path) -> Iterator[str]:
    """The general text, piece by piece."""
    squad = list(_rows(data / "squad2" / "corpus.jsonl"))
    even = set(sorted({row["title"] for row in squad})[::2])
    yield from (f"{row['title']} {row['text']}" for row in squad if row["title"] in even)
    for name in ("scifact", "policyqa_dev", "anthropic_docs_rag"):
        yield from (f"{row.get('title') or ''} {row['text']}" for row in _rows(data / name / "corpus.jsonl"))
    yield from (
        path.read_text(encoding="utf-8") for path in sorted((data / "chroma_chunking" / "corpora").glob("*.md"))
    )
    conversations = json.loads((data / "canard" / "dev.json").read_text(encoding="utf-8"))
    said = sorted({text for row in conversations for text in row["History"]})
    yield from (" ".join(said[first : first + 5]) for first in range(0, len(said), 5))


def counted(pieces: Iterable[str]) -> tuple[dict[str, int], int]:
    """In how many runs of words each kept term occurs, and how many runs there are."""
    analyser = Analyser("english")
    held: Counter[str] = Counter()
    runs = 0
    for piece in pieces:
        words = piece.split()
        for first in range(0, max(len(words), 1), WORDS):
            runs += 1
            held.update(set(analyser.terms(" ".join(words[first : first + WORDS]))))
    known = [(term, n) for term, n in held.items() if n > 1 and len(term) < LONGEST]
    top = sorted(known, key=lambda entry: (-entry[1], entry[0]))[:MOST]
    return dict(sorted(top)), runs


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def main() -> None:
    """Count and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    held, runs = counted(texts(options.data))
    np.savez_compressed(
        options.out,
        terms=np.frombuffer("\n".join(held).encode(), dtype=np.uint8),
        df=np.array(list(held.values()), dtype=np.uint16),
        n=np.int64(runs),
    )
    print(f"{len(held):,} terms over {runs:,} runs of {WORDS} words in {options.out}")


if __name__ == "__main__":
    main()
