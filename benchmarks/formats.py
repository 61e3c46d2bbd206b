"""What readers get out of real files, against a ground truth: ``python -m benchmarks.formats --data DIR``.

Data: ``formats/*/sources`` with ``formats/*/groundtruth/*.md`` (the test documents of docling, MIT). Measures, over the
words of the ground truth less its Markdown marks (``text_measures.markdown_words``): recall is the share of them, as a
multiset, that our text has; order is their longest common subsequence with our text, over their number. Each file
counts the same.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import fmean
from typing import Any

from assistant.corpus import read_document
from assistant.errors import DocumentError
from benchmarks.provenance import provenance
from benchmarks.text_measures import markdown_words, order, recall, words

OUT = Path("benchmarks/results/formats.json")
FORMATS = ("csv", "docx", "epub", "html", "md", "pptx", "xlsx")
LOW = 0.9


def measured(source: Path, truth: Path) -> dict[str, Any]:
    """Recall and order of one file, or the reason why it was refused."""
    wanted = markdown_words(truth.read_text(encoding="utf-8"))
    try:
        document = read_document(source)
    except DocumentError as error:
        return {"words": len(wanted), "recall": float(not wanted), "order": float(not wanted), "refused": error.reason}
    got = words(document.text)
    entry = {"words": len(wanted), "recall": round(recall(wanted, got), 4), "order": round(order(wanted, got), 4)}
    return entry | ({"warnings": list(document.warnings)} if document.warnings else {})


def summary(files: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The averages of a format, and its files below .90."""
    return {
        "files": len(files),
        "recall": round(fmean(entry["recall"] for entry in files.values()), 4),
        "order": round(fmean(entry["order"] for entry in files.values()), 4),
        "low": sorted(name for name, entry in files.items() if min(entry["recall"], entry["order"]) < LOW),
        "by_file": files,
    }


def main() -> None:
    """Measure every file that has a ground truth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    parser.add_argument("--format", choices=FORMATS, help="only this one; nothing is written then")
    options = parser.parse_args()
    root = options.data / "formats"
    results, used = {}, []
    for name in [options.format] if options.format else FORMATS:
        files = {}
        for truth in sorted((root / name / "groundtruth").glob("*.md")):
            source = root / name / "sources" / truth.stem
            if source.is_file() and truth.stat().st_size:
                files[source.name] = measured(source, truth)
                used += [source, truth]
        results[name] = summary(files)
        shown = {key: value for key, value in results[name].items() if key != "by_file"}
        print(name, json.dumps(shown), flush=True)
        if options.format:
            print(json.dumps(files, indent=1))
    if not options.format:
        kept = {"formats": results, "provenance": provenance(used)}
        OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
