"""What docs/security.md says is shown by a test is shown by one that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

DOCUMENT = Path("docs/security.md")
NAMED = sorted(set(re.findall(r"`(test_\w+)`", DOCUMENT.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def tests() -> set[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path("tests").rglob("test_*.py")]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_is_there(name: str, tests: set[str]) -> None:
    assert name in tests


def test_every_part_names_tests() -> None:
    assert len(NAMED) > 40
