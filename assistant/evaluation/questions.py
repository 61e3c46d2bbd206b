"""Question sets, whatever their format: the one door through which they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.evaluation.formats.beir import read_beir
from assistant.evaluation.formats.csv_table import read_csv
from assistant.evaluation.formats.jsonl import read_jsonl
from assistant.evaluation.formats.squad import read_squad
from assistant.evaluation.question_set import GoldQuote, Question, QuestionSet

__all__ = ["GoldQuote", "Question", "QuestionSet", "load_question_set"]

_READERS: dict[str, Callable[[Path], QuestionSet]] = {
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".json": read_squad,
    ".csv": read_csv,
}


def load_question_set(path: str | Path) -> QuestionSet:
    """Read a question set; a folder is BEIR, a file is told by its suffix.

    Args:
        path: a ``.jsonl`` file in our format, SQuAD ``.json``, ``.csv`` with columns question, answer and
            document, or a BEIR folder.

    Returns:
        The questions, with ``documents`` where the set brings its own.

    Raises:
        QuestionSetError: the path does not exist, its format is not known, the set is empty, or something in
            it is wrong; then the message names file, line, what was found, what was expected and how to mend
            it.
    """
    path = Path(path)
    if not path.exists():
        raise QuestionSetError(f"{path}: found nothing there, expected a question set. Check the path.")
    if path.is_dir():
        questions = read_beir(path)
    elif path.suffix.lower() in _READERS:
        questions = _READERS[path.suffix.lower()](path)
    else:
        raise QuestionSetError(
            f"{path}: found suffix {path.suffix!r}, expected .jsonl, .csv, SQuAD .json or a BEIR folder. "
            "Save the question set in one of these formats."
        )
    if not questions.questions:
        raise QuestionSetError(f"{path}: found no questions, expected at least one. Add one and try again.")
    return questions
