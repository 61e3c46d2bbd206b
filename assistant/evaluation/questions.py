"""Question sets, whatever their format: the one door through which they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.evaluation.formats.beir import read_beir
from assistant.evaluation.formats.conversations import is_conversations, read_conversations
from assistant.evaluation.formats.csv_table import read_csv
from assistant.evaluation.formats.jsonl import read_jsonl, write_jsonl
from assistant.evaluation.formats.squad import read_squad
from assistant.evaluation.formats.trec import is_trec, read_trec, read_trec_folder
from assistant.evaluation.formats.xlsx_table import read_xlsx
from assistant.evaluation.question_set import GoldQuote, Question, QuestionSet

__all__ = ["GoldQuote", "Question", "QuestionSet", "load_question_set", "write_jsonl"]


def _read_lines(path: Path) -> QuestionSet:
    return read_conversations(path) if is_conversations(path) else read_jsonl(path)


_READERS: dict[str, Callable[[Path], QuestionSet]] = {
    ".jsonl": _read_lines,
    ".ndjson": _read_lines,
    ".json": read_squad,
    ".csv": read_csv,
    ".xlsx": read_xlsx,
}


def load_question_set(path: str | Path, qrels: str | Path | None = None) -> QuestionSet:
    """Read a question set; a folder is BEIR or TREC, a file is told by its suffix and first line.

    Args:
        path: a ``.jsonl`` file in our format or of conversations, SQuAD ``.json``, ``.csv`` or ``.xlsx`` with columns
            question, answer and document, or a folder.
        qrels: judgements for ``path``, which then is a file of TREC topics or of conversations. The pair may also be
            written as one path, ``TOPICS,QRELS``.

    Returns:
        The questions, with ``documents`` where the set brings its own.

    Raises:
        QuestionSetError: the path does not exist, its format is not known, the set is empty, or something in
            it is wrong; then the message names file, line, what was found, what was expected and how to mend
            it.
    """
    path, qrels = _pair(Path(path), Path(qrels) if qrels is not None else None)
    for each in (path, qrels):
        if each is not None and not each.exists():
            raise QuestionSetError(f"{each}: found nothing there, expected a question set. Check the path.")
    questions = _read(path) if qrels is None else _read_judged(path, qrels)
    if not questions.questions:
        raise QuestionSetError(f"{path}: found no questions, expected at least one. Add one and try again.")
    return questions


def _pair(path: Path, qrels: Path | None) -> tuple[Path, Path | None]:
    """``TOPICS,QRELS`` taken apart, unless a file has that very name."""
    if qrels is None and not path.exists():
        parts = str(path).split(",")
        for cut in range(1, len(parts)):
            topics = Path(",".join(parts[:cut]))
            if topics.is_file():
                return topics, Path(",".join(parts[cut:]))
    return path, qrels


def _read(path: Path) -> QuestionSet:
    if path.is_dir():
        beir = (path / "corpus.jsonl").exists() or (path / "queries.jsonl").exists() or not is_trec(path)
        return read_beir(path) if beir else read_trec_folder(path)
    if path.suffix.lower() in _READERS:
        return _READERS[path.suffix.lower()](path)
    raise QuestionSetError(
        f"{path}: found suffix {path.suffix!r}, expected .jsonl, .csv, .xlsx, SQuAD .json, a BEIR folder, or TREC "
        "topics with their qrels as TOPICS,QRELS. Save the question set in one of these formats."
    )


def _read_judged(path: Path, qrels: Path) -> QuestionSet:
    if path.suffix.lower() not in (".jsonl", ".ndjson"):
        return read_trec(path, qrels)
    if is_conversations(path):
        return read_conversations(path, qrels)
    raise QuestionSetError(
        f"{path}: found no conversations, expected TREC topics or conversations to go with {qrels}. "
        "Give a set that holds its gold alone."
    )
