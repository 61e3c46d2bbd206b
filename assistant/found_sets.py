"""Question sets told by their names: ``questions.jsonl``, ``law.questions.xlsx``."""

from __future__ import annotations

from pathlib import Path

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".xlsx")
"""Of question sets that are one file."""


def is_question_set(name: str) -> bool:
    """Whether a file's name says that it is a question set."""
    path = Path(name.lower())
    return path.suffix in SUFFIXES and (path.stem == "questions" or path.stem.endswith(".questions"))


def sets_in(folder: Path) -> list[Path]:
    """The question sets that lie in a folder itself; none where it cannot be read."""
    try:
        return sorted(each for each in folder.iterdir() if is_question_set(each.name) and each.is_file())
    except OSError:
        return []
