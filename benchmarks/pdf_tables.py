"""How much must be quoted of a table to give an amount? ``python -m benchmarks.pdf_tables --data DIR``.

The amounts (``39,669``) in the answers to the questions of ``sec_10q`` that one document answers are looked up in that
document. What would be quoted is the sentence that holds the amount, as the splitter of passages cuts it: the shortest
such sentence counts. Measured as documents are read, and with the rows of tables read as lines of text.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from statistics import median
from unittest.mock import patch

from assistant.corpus import pdf_layout, read_document
from assistant.corpus.pdf_tables import rows_of
from assistant.datatypes import Document
from assistant.segmenting import sentence_spans
from benchmarks.provenance import provenance

OUT = Path("benchmarks/results/pdf_tables.json")
_AMOUNT = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")


def amounts(folder: Path) -> Iterator[tuple[str, str]]:
    """Pattern of a file and an amount that the answer to a question takes from it."""
    with (folder / "qna_data.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["Question Type"].startswith("Single-Doc") and row["Source Chunk Type"] == "Table":
                for amount in dict.fromkeys(_AMOUNT.findall(row["Answer"])):
                    yield f"{row['Source Docs'].strip('*')}*", amount


def shortest(document: Document, amount: str) -> int | None:
    """Length of the shortest sentence with an amount; None where there is none."""
    pattern = re.compile(rf"(?<![\d,.]){re.escape(amount)}(?![\d,])")
    sentences = [
        document.text[start:end]
        for block in document.blocks
        if block.kind != "margin"
        for start, end in sentence_spans(document.text, block)
    ]
    return min((len(sentence) for sentence in sentences if pattern.search(sentence)), default=None)


def measured(files: list[Path], wanted: list[tuple[str, str]]) -> dict[str, float]:
    """Of the amounts: how many are found, and how long what would be quoted is."""
    documents = {path.name: read_document(path) for path in files}
    found = [
        shortest(document, amount)
        for pattern, amount in wanted
        for name, document in documents.items()
        if fnmatch(name, pattern)
    ]
    lengths = [length for length in found if length is not None]
    return {
        "amounts": len(found),
        "found": len(lengths),
        "median_characters": median(lengths),
        "over_300_characters": sum(length > 300 for length in lengths) / len(lengths),
    }


def main() -> None:
    """Measure both ways of reading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    folder = parser.parse_args().data / "sec_10q"
    files, wanted = sorted((folder / "docs").glob("*.pdf")), list(amounts(folder))
    result: dict[str, object] = {"rows": measured(files, wanted)}
    with patch.object(pdf_layout, "rows_of", lambda lines: [replace(row, in_table=False) for row in rows_of(lines)]):
        result["lines"] = measured(files, wanted)
    result["provenance"] = provenance(files)
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: result[name] for name in ("rows", "lines")}, indent=1))


if __name__ == "__main__":
    main()
