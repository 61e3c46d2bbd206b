"""Example questions for the empty page: the ones a corpus brings along, else ones that fit any document."""

from __future__ import annotations

import json
from pathlib import Path

EXAMPLES = ("What is this about?", "When did it begin?", "Who is responsible for it?")
"""Questions that fit any document."""

_COUNT = 4


def example_questions(corpus: Path) -> tuple[str, ...]:
    """A few answerable questions from ``questions.jsonl`` in the corpus, spread over the set; else generic ones."""
    try:
        lines = (corpus / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
        asked = [row["question"] for row in rows if row.get("answerable", True) and not row.get("history")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return EXAMPLES
    proper = [question for question in asked if isinstance(question, str) and question[:1].isupper()]
    step = max(len(proper) // _COUNT, 1)
    return tuple(proper[::step][:_COUNT]) or EXAMPLES
