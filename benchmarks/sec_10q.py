"""Is the right one of twenty reports found, with a page for each citation? ``python -m benchmarks.sec_10q --data DIR``.

Quarterly reports of five companies as PDF, which say much the same in much the same words; the questions that
one report answers are asked. A document ranks where its best passage does. The index is kept under ``--cache``.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

from assistant import Assistant
from benchmarks.provenance import provenance

OUT = Path("benchmarks/results/sec_10q.json")
DEPTH = 100
TOP = (1, 3, 5)


def questions(folder: Path) -> list[tuple[str, str, str]]:
    """Question, pattern of the file that answers it, and type, of those that one document answers."""
    with (folder / "qna_data.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (row["Question"], f"{row['Source Docs'].strip('*')}*", row["Question Type"])
        for row in rows
        if row["Question Type"].startswith("Single-Doc")
    ]


def main() -> None:
    """Index the reports, ask the questions, write where the right report came and what the citations say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path(".cache/sec_10q"))
    arguments = parser.parse_args()
    folder = arguments.data / "sec_10q"
    assistant = Assistant.from_documents(folder / "docs", arguments.cache)
    ranks: list[tuple[str, int | None]] = []
    citations, missed = Counter[str](), []
    for question, wanted, kind in questions(folder):
        answer, hits = assistant.ask_with_hits(question, depth=DEPTH)
        found = list(dict.fromkeys(hit.passage.document for hit in hits))
        rank = next((place for place, name in enumerate(found, 1) if fnmatch(name, wanted)), None)
        ranks.append((kind, rank))
        for citation in (*answer.citations, *answer.nearest):
            citations["all"] += 1
            citations["with page"] += citation.page is not None
        if rank is None or rank > 3:
            missed.append({"question": question, "document": wanted.rstrip("*"), "rank": rank, "first": found[:3]})
    titles = {name: assistant.document(name).title for name in sorted(assistant.documents())}
    result = {
        "questions": len(ranks),
        "right_document_in_top": {
            str(top): sum(rank is not None and rank <= top for _, rank in ranks) / len(ranks) for top in TOP
        },
        "by_type": {
            kind: sum(rank is not None and rank <= 3 for each, rank in ranks if each == kind)
            / sum(each == kind for each, _ in ranks)
            for kind in sorted({kind for kind, _ in ranks})
        },
        "citations": citations["all"],
        "citations_with_page": citations["with page"],
        "passages": assistant.info().passages,
        "titles": titles,
        "missed": missed,
        "provenance": provenance(sorted((folder / "docs").glob("*.pdf"))),
    }
    assistant.close()
    OUT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in result.items() if name not in ("missed", "provenance")}, indent=1))


if __name__ == "__main__":
    main()
