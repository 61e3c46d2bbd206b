"""What is read of PDFs with a text layer, against a ground truth: ``python -m benchmarks.pdf_text --data DIR``.

Data: ``formats/pdf/sources`` with ``formats/pdf/groundtruth/*.md`` (the test documents of docling, MIT). The measures
are those of ``benchmarks.formats``: recall is the share of the true words that were read, order their longest common
subsequence with what was read. Each file counts the same.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import fmean

from assistant.corpus import read_document
from benchmarks.provenance import provenance
from benchmarks.text_measures import markdown_words, order, recall, words

OUT = Path("benchmarks/results/pdf_text.json")
LOW = 0.9


def measured(source: Path, truth: Path) -> dict[str, float]:
    """Recall and order of one file."""
    document = read_document(source)
    wanted, got = markdown_words(truth.read_text(encoding="utf-8")), words(document.text)
    in_passages = [block for block in document.blocks if block.kind != "margin"]
    body = words("\n".join(document.text[block.start : block.end] for block in in_passages))
    return {
        "words": len(wanted),
        "recall": round(recall(wanted, got), 4),
        "order": round(order(wanted, got), 4),
        "recall_without_margins": round(recall(wanted, body), 4),
    }


def main() -> None:
    """Measure every file that has a ground truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    folder = parser.parse_args().data / "formats" / "pdf"
    pairs = [
        (source, truth)
        for truth in sorted((folder / "groundtruth").glob("*.md"))
        if (source := folder / "sources" / f"{truth.stem}.pdf").exists()
    ]
    files = {source.name: measured(source, truth) for source, truth in pairs}
    result = {
        name: round(fmean(entry[name] for entry in files.values()), 4)
        for name in ("recall", "order", "recall_without_margins")
    }
    low = sorted(name for name, entry in files.items() if min(entry["recall"], entry["order"]) < LOW)
    OUT.write_text(
        json.dumps(
            {**result, "low": low, "by_file": files, "provenance": provenance(path for pair in pairs for path in pair)},
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    print(json.dumps({**result, "low": low, "by_file": files}, indent=1))


if __name__ == "__main__":
    main()
