"""TREC run and qrels files, the format every evaluation tool reads.

Run: ``qid Q0 docid rank score tag``. Tools rank by score, not by line, keep it in single precision and break
ties each in their own way; so scores are written strictly decreasing in single precision, and any tool sees
our ranking. White space in an id is percent-encoded, as columns are separated by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

from assistant.errors import InputError

_SPACES = [char for char in map(chr, range(0x3001)) if char.isspace()]
_CODES = "|".join(quote(char) for char in [*_SPACES, "%"])
_ENCODED = re.compile(_CODES)
_LOOKS_ENCODED = re.compile(f"%(?={'|'.join(code[1:] for code in _CODES.split('|'))})")
_WHITE = re.compile(r"\s")


def encode_id(identity: str) -> str:
    """An id without white space; ``%`` is encoded only where it could be mistaken for a code."""
    return _WHITE.sub(lambda match: quote(match[0]), _LOOKS_ENCODED.sub("%25", identity))


def decode_id(column: str) -> str:
    """The id that ``encode_id`` wrote: ``decode_id(encode_id(x)) == x``."""
    return _ENCODED.sub(lambda match: unquote(match[0]), column)


def strictly_decreasing(scores: Iterable[float]) -> list[float]:
    """The scores in single precision, each put about a millionth below the one before unless it is lower."""
    result: list[float] = []
    for score in scores:
        value = float(np.float32(score))
        if result and not value < result[-1]:
            value = float(np.float32(result[-1] - max(1.0, abs(result[-1])) * 1e-6))
        result.append(value)
    return result


def write_run(path: str | Path, rankings: Mapping[str, Sequence[tuple[str, float]]], tag: str = "footnote") -> None:
    """Write a run file.

    Args:
        path: the file; written over where it exists.
        rankings: question id -> (id, finite score) pairs, best first, ids distinct. Where scores tie or rise,
            the order counts.
        tag: name of the run, without white space.
    """
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for question, ranking in rankings.items():
            scores = strictly_decreasing(score for _, score in ranking)
            for rank, ((identity, _), score) in enumerate(zip(ranking, scores, strict=True), start=1):
                file.write(f"{encode_id(question)} Q0 {encode_id(identity)} {rank} {score:.9g} {tag}\n")


def read_run(path: str | Path) -> dict[str, list[tuple[str, float]]]:
    """Read a run file: question id -> (id, score) pairs by falling score, equal scores by id.

    Raises:
        InputError: the file cannot be read, or a line is not a run line.
    """
    rankings: dict[str, list[tuple[str, float]]] = {}
    try:
        with Path(path).open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                try:
                    question, _, identity, _, score, _ = line.split()
                    rankings.setdefault(decode_id(question), []).append((decode_id(identity), float(score)))
                except ValueError as error:
                    raise InputError(
                        f"{path}, line {number}: found {line.strip()[:60]!r}, expected "
                        "qid Q0 docid rank score tag. Give a TREC run file."
                    ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}). Give a TREC run file.") from error
    for ranking in rankings.values():
        ranking.sort(key=lambda pair: (-pair[1], pair[0]))
    return rankings


def write_qrels(path: str | Path, qrels: Mapping[str, Mapping[str, int]]) -> None:
    """Write TREC qrels, ``qid 0 docid relevance``, ids encoded as in the run file."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for question, judged in qrels.items():
            for identity, relevance in judged.items():
                file.write(f"{encode_id(question)} 0 {encode_id(identity)} {relevance}\n")
