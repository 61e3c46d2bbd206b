"""The main text of saved news pages, against a ground truth: ``python -m benchmarks.article_extraction --data DIR``.

Data: ``article_extraction`` (zyte's article extraction benchmark, MIT). Measure: runs of four words, precision and
recall of each page averaged, F1 of the averages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from unittest import mock

import trafilatura

from assistant.corpus.building import TextBuilder
from assistant.corpus.html_reader import parse
from assistant.corpus.tables import Cell, add_table
from benchmarks.provenance import provenance
from benchmarks.text_measures import shingle_f1, shingle_scores

OUT = Path("benchmarks/results/article_extraction.json")


def _ours(page: bytes) -> str:
    content = parse(page)
    return "\n".join(content.text[block.start : block.end] for block in content.blocks)


def _ours_without_names(page: bytes) -> str:
    """Our reader with rows of tables as their cells alone: what the names of columns cost under this measure."""
    with mock.patch("assistant.corpus.html_tree.add_table", _add_bare_table):
        return _ours(page)


def _add_bare_table(builder: TextBuilder, rows: list[list[Cell]]) -> None:
    add_table(builder, [[replace(cell, name=False) for cell in row] for row in rows], names=0)


def _trafilatura(**options: bool) -> Callable[[bytes], str]:
    return lambda page: trafilatura.extract(page.decode("utf-8", "replace"), **options) or ""


READERS: dict[str, Callable[[bytes], str]] = {
    "Footnote": _ours,
    "Footnote, rows without names of columns": _ours_without_names,
    "trafilatura, defaults": _trafilatura(),
    "trafilatura, no comments": _trafilatura(include_comments=False),
    "trafilatura, no comments, no tables": _trafilatura(include_comments=False, include_tables=False),
    "trafilatura, no comments, precision": _trafilatura(include_comments=False, favor_precision=True),
    "trafilatura, no comments, recall": _trafilatura(include_comments=False, favor_recall=True),
}


def main() -> None:
    """Measure our reader and trafilatura's options on every page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    folder = parser.parse_args().data / "article_extraction"
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    pages = {name: gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()) for name in truth}
    results = {}
    for reader, read in READERS.items():
        started = time.perf_counter()
        scores = {name: shingle_scores(truth[name]["articleBody"], read(page)) for name, page in pages.items()}
        seconds = (time.perf_counter() - started) / len(pages)
        results[reader] = {
            **{measure: round(value, 4) for measure, value in shingle_f1(list(scores.values())).items()},
            "seconds_per_page": round(seconds, 3),
        }
        print(reader, results[reader], flush=True)
        if reader == "Footnote":
            worst = sorted(scores.items(), key=lambda item: sum(item[1]))[:10]
            ours = {name: [round(value, 3) for value in score] for name, score in worst}
    files = [folder / "ground-truth.json", *sorted((folder / "html").iterdir())]
    kept = {
        "pages": len(pages),
        "published_full_set": {"trafilatura": 0.958, "readability.js": 0.947, "goose3": 0.896, "jusText": 0.804},
        "trafilatura_version": version("trafilatura"),
        "results": results,
        "lowest_of_footnote": ours,
        "provenance": provenance(files),
    }
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
