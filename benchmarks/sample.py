"""The sample question set through the product, as ``footnote evaluate`` does it: ``python -m benchmarks.sample``.

It is never used for fitting or tuning; it says what a newcomer sees.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from assistant import Assistant
from assistant.evaluation import evaluate, load_question_set
from benchmarks.provenance import provenance

CORPUS = Path("corpus")
OUT = Path("benchmarks/results/sample.json")


def main() -> None:
    """Index the sample corpus anew, ask every question, write the metrics."""
    questions = load_question_set(CORPUS / "questions.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        assistant = Assistant.from_documents(CORPUS, Path(folder) / "index")
        report = evaluate(assistant, questions).to_json()
        assistant.close()
    kept = {name: report[name] for name in ("questions", "counts", "metrics")}
    kept["provenance"] = provenance(sorted(path for path in CORPUS.iterdir() if path.is_file()))
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({name: metric["value"] for name, metric in report["metrics"].items()}, indent=1))


if __name__ == "__main__":
    main()
