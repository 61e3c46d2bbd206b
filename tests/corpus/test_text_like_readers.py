"""CSV, JSON, notebooks, reStructuredText and source code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_files import ipynb_file, outline, path_to, read

from assistant.corpus import read_document
from assistant.errors import DocumentError


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiter_and_encoding_of_a_csv_are_told(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Name", "Town"], ["Zoë", "Paris, France"], ["Bob", "Oslo"]]
    text = "\r\n".join(delimiter.join(f'"{value}"' for value in row) for row in rows)
    assert outline(read(tmp_path, "a.csv", text.encode(encoding)))[1] == (
        "table_row",
        "Name: Zoë | Town: Paris, France",
    )


def test_rows_of_any_length_and_lines_inside_a_field(tmp_path: Path) -> None:
    document = read(tmp_path, "a.csv", 'Name,Note\nAnn,"two\nlines",more\nBob\n')
    assert [text for _, text in outline(document)] == ["Name | Note", "Name: Ann | Note: two lines | more", "Name: Bob"]


def test_a_csv_without_names_of_columns(tmp_path: Path) -> None:
    assert [text for _, text in outline(read(tmp_path, "a.csv", "1,a\n2,b\n"))] == ["1 | a", "2 | b"]


def test_json_says_its_keys(tmp_path: Path) -> None:
    value = {
        "title": "Ducks",
        "tags": ["wild", "tame"],
        "place": {"town": "Oslo"},
        "seen": [{"year": 2019, "at": {"x": 1}}],
    }
    document = read(tmp_path, "a.json", json.dumps(value))
    assert outline(document) == [
        ("paragraph", "title: Ducks"),
        ("paragraph", "tags: wild, tame"),
        ("h1", "place"),
        ("paragraph", "town: Oslo"),
        ("h1", "seen"),
        ("table_row", "year: 2019 | at.x: 1"),
    ]
    assert document.title == "Ducks"


def test_json_lines_are_one_row_a_record(tmp_path: Path) -> None:
    document = read(tmp_path, "a.jsonl", '{"q": "one"}\n{"q": "two", "n": null}\n')
    assert [text for _, text in outline(document)] == ["q: one", "q: two"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.json", '{"a": ', "is not JSON (Expecting value"),
        ("a.jsonl", '{"a": 1}\n{"a": \n', "is not JSON in line 2"),
        ("a.json", "[" * 100_000, "is not JSON"),
        ("a.ipynb", '{"a": 1}', "has no cells"),
        ("a.ipynb", "no", "is not a notebook"),
    ],
)
def test_what_is_not_json_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DocumentError) as caught:
        read_document(tmp_path / name)
    assert reason in caught.value.reason


def test_each_cell_of_a_notebook_is_a_page(tmp_path: Path) -> None:
    document = read(
        tmp_path, "a.ipynb", ipynb_file(("markdown", "# Ducks\n\n- one"), ("code", "x = 1\n\ny"), output="42")
    )
    assert outline(document) == [("h1", "Ducks"), ("list_item", "one"), ("code", "x = 1\n\ny"), ("code", "42")]
    assert document.page_at(document.text.index("42")) == 2
    assert document.metadata == {"programming": "python"}


RST = """
=====
Title
=====

:Author: Ann
:Date: 2024-05-01

Words with :class:`~a.Thing` and ``code``.

Part
----

* one
* two

term
    meaning

.. code-block:: python

   x = 1

.. versionadded:: 3.2
   Something *new*.

.. list-table::
   :header-rows: 1

   * - Name
     - Age
   * - Ann
     - 30

.. comment, not shown

.. include:: /etc/passwd
.. raw:: html

   <b>raw</b>
"""


def test_restructured_text(tmp_path: Path) -> None:
    document = read(tmp_path, "a.rst", RST)
    assert outline(document) == [
        ("h1", "Title"),
        ("list_item", "Author: Ann"),
        ("list_item", "Date: 2024-05-01"),
        ("paragraph", "Words with a.Thing and code."),
        ("h2", "Part"),
        ("list_item", "one"),
        ("list_item", "two"),
        ("list_item", "term: meaning"),
        ("code", "x = 1"),
        ("paragraph", "3.2"),
        ("paragraph", "Something new."),
        ("table_row", "Name | Age"),
        ("table_row", "Name: Ann | Age: 30"),
    ]
    assert document.title == "Title"
    assert document.metadata == {"author": "Ann", "date": "2024-05-01"}


def test_source_code_is_kept_exactly_and_divided_between_definitions(tmp_path: Path) -> None:
    source = "import os\r\n\r\n\r\ndef f():\r\n    x = 1\r\n\r\n    return x\r\n\r\n\r\nclass A:\r\n    y = 2\r\n"
    document = read(tmp_path, "a.py", source)
    assert document.text == source
    pieces = [text.splitlines()[0] for _, text in outline(document)]
    assert pieces == ["import os", "def f():", "class A:"]


def test_long_stretches_of_code_are_divided_at_blank_lines(tmp_path: Path) -> None:
    source = "def f():\n" + "".join(f"    x{n} = {n}\n\n" for n in range(100))
    document = read(tmp_path, "a.py", source)
    assert len(document.blocks) == 2
    assert path_to(document, "x99") == ()
