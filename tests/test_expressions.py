"""No regular expression takes long on any text: each one of the package is tried on what careless ones fall for."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import assistant
from assistant.analysis import Analyser
from assistant.asked import QUESTION_LIMIT
from assistant.questions import expected_kind, question_parts

made = pytest.importorskip(
    "benchmarks.reliability.hostile_questions", reason="the benchmarks lie beside the tests in the repository"
)

SECONDS = 1.0
"""Of a processor, for all texts together."""
CHARACTERS = 400
"""So long that what is cubic, or worse, shows; documents are read by processes that have a limit of their own."""
PAIRS = ("a ", "a1", "-_", "[(", "<a", "\"'", " \n", "A.", "aA1_", "#*", "|-", "a@", "://", "é́")


def hostile_texts(length: int) -> Iterator[str]:
    for unit in (*made.UNITS, *PAIRS):
        yield "x" + unit * (length // len(unit)) + "!"


def expressions() -> dict[str, re.Pattern[str]]:
    """Every compiled expression of a module of the package that is no worker's or command's own start."""
    found = {}
    for module in pkgutil.walk_packages(assistant.__path__, "assistant."):
        if module.name.endswith(("__main__", ".mcp")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found[f"{module.name}.{name}"] = value
    return found


ASKED = ("analysis", "asked", "conversation", "marking", "questions", "segmenting", "sentences", "server.")
"""Modules whose expressions are run over questions and requests."""


def test_no_expression_tries_everything() -> None:
    texts, slow = list(hostile_texts(CHARACTERS)), []
    for name, expression in expressions().items():
        searched = name.removeprefix("assistant.").startswith(ASKED)
        began = time.process_time()
        for text in texts:
            expression.fullmatch(text)
            if searched:
                list(expression.finditer(text))
        if (spent := time.process_time() - began) > SECONDS:
            slow.append((name, round(spent, 2)))
    assert slow == []


def understood(question: str) -> object:
    return question_parts(question), expected_kind(question), Analyser("english").terms(question)


def test_no_question_takes_long_to_be_understood() -> None:
    for text in hostile_texts(QUESTION_LIMIT):
        began = time.process_time()
        understood(text)
        assert time.process_time() - began < 1.0, text[:20]
