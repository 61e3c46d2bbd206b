"""Laws of reading: whatever is in a file, the result is a lawful document or a DocumentError."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_files import (
    Outline,
    as_page,
    as_rst,
    assert_laws,
    csv_file,
    docx_file,
    eml_file,
    epub_file,
    html,
    ipynb_file,
    mhtml_file,
    outline,
    pdf_file,
    pptx_file,
    read,
    xlsx_file,
)

from assistant.corpus import read_document
from assistant.corpus.families import FAMILIES
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.passages import SplitLimits, split_document


def lawful_or_refused(path: Path, data: bytes) -> Document | None:
    """What is read from a file of such bytes, checked by the laws; None if it is refused."""
    path.write_bytes(data)
    try:
        document = read_document(path)
    except DocumentError:
        return None
    assert_laws(document, data)
    return document


few = settings(
    max_examples=25,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
many = settings(few, max_examples=150)

word = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9)
sentence = st.lists(word, min_size=3, max_size=30).map(lambda words: " ".join(words).capitalize() + ".")
heading = st.lists(word, min_size=1, max_size=4).map(lambda words: " ".join(words).capitalize())
piece = st.one_of(
    st.tuples(st.sampled_from(["h1", "h2"]), heading),
    st.tuples(st.sampled_from(["p", "li"]), sentence),
    st.just(("page", "")),
)
outlines = st.lists(piece, min_size=1, max_size=12).map(lambda pieces: [*pieces, ("p", "The end of it all.")])
scrawl = st.text(st.sampled_from("aB1 \t\n\r.:-*#>|`=•<&[](/)é日🙂\u2028\u00a0\u200b\u0301"), max_size=200)


def as_markdown(pieces: Outline) -> str:
    marks = {"h1": "# ", "h2": "## ", "p": "", "li": "- ", "page": "---"}
    return "\n\n".join(marks[kind] + text for kind, text in pieces)


def as_text(pieces: Outline) -> str:
    return "\n\n".join(("• " if kind == "li" else "") + text for kind, text in pieces)


def written(pieces: Outline, markdown: bool = False) -> Outline:
    """How the pieces should be read: list items by their name in the datatypes, page breaks not at all."""
    names = {"p": "paragraph", "li": "list_item"}
    return [(names.get(kind, kind), text) for kind, text in pieces if kind != "page"]


@given(pieces=outlines)
@few
def test_markdown_is_read_as_it_was_written(tmp_path: Path, pieces: Outline) -> None:
    source = as_markdown(pieces)
    document = read(tmp_path, "a.md", source)
    assert document.text == source
    assert outline(document) == written(pieces)


@given(pieces=outlines)
@few
def test_html_is_read_as_it_was_written(tmp_path: Path, pieces: Outline) -> None:
    assert outline(read(tmp_path, "a.html", html(pieces))) == written(pieces)


@given(pieces=outlines)
@few
def test_word_is_read_as_it_was_written(tmp_path: Path, pieces: Outline) -> None:
    assert outline(read(tmp_path, "a.docx", docx_file(pieces))) == written(pieces)


@given(pieces=outlines)
@few
def test_a_book_is_read_as_it_was_written(tmp_path: Path, pieces: Outline) -> None:
    assert outline(read(tmp_path, "a.epub", epub_file(as_page(pieces)))) == written(pieces)


@given(pieces=outlines)
@few
def test_rst_is_read_as_it_was_written(tmp_path: Path, pieces: Outline) -> None:
    document = read(tmp_path, "a.rst", as_rst([("h1", "Title"), *pieces]))
    assert [text for _, text in outline(document)] == ["Title", *(text for _, text in written(pieces))]


@given(pieces=outlines)
@few
def test_a_presentation_loses_no_word(tmp_path: Path, pieces: Outline) -> None:
    document = read(tmp_path, "a.pptx", pptx_file(pieces))
    assert sorted(document.text.split()) == sorted(" ".join(text for _, text in written(pieces)).split())


table = st.lists(st.lists(word, min_size=3, max_size=3, unique=True), min_size=2, max_size=6)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.xlsx", "a.html"])
@given(rows=table)
@few
def test_each_row_of_a_table_says_the_names_of_its_columns(tmp_path: Path, name: str, rows: list[list[str]]) -> None:
    marked = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    made: dict[str, bytes | str] = {
        "a.csv": csv_file(rows),
        "a.tsv": csv_file(rows, "\t"),
        "a.xlsx": xlsx_file(People=rows),
        "a.html": f"<table>{marked}</table>",
    }
    wanted = [" | ".join(rows[0])] + [" | ".join(map(": ".join, zip(rows[0], row, strict=True))) for row in rows[1:]]
    found = outline(read(tmp_path, name, made[name]))
    assert [text for kind, text in found if kind == "table_row"] == wanted


@given(source=scrawl)
@many
def test_any_scrawl_of_source_code_is_kept_exactly_or_refused(tmp_path: Path, source: str) -> None:
    document = lawful_or_refused(tmp_path / "a.py", source.encode())
    assert document is None or document.text == source


@pytest.mark.parametrize("suffix", [".rst", ".csv", ".eml", ".mhtml"])
@given(source=scrawl)
@few
def test_any_scrawl_is_lawful_or_refused(tmp_path: Path, suffix: str, source: str) -> None:
    start = "Subject: a\nContent-Type: text/html\n\n" if suffix in (".eml", ".mhtml") else ""
    lawful_or_refused(tmp_path / f"a{suffix}", (start + source).encode())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".ipynb"])
@given(value=values)
@few
def test_any_json_is_lawful_or_refused(tmp_path: Path, suffix: str, value: object) -> None:
    cells = {"cells": [{"cell_type": "code", "source": value, "outputs": value}, value], "metadata": value}
    data = json.dumps(cells if suffix == ".ipynb" else value).encode()
    lawful_or_refused(tmp_path / f"a{suffix}", data)


@given(pieces=outlines)
@few
def test_pdf_loses_no_word_and_keeps_the_order(tmp_path: Path, pieces: Outline) -> None:
    document = read(tmp_path, "a.pdf", pdf_file(pieces))
    assert document.text.split() == " ".join(text for _, text in written(pieces)).split()


@given(pieces=outlines)
@few
def test_text_is_kept_exactly(tmp_path: Path, pieces: Outline) -> None:
    source = as_text(pieces)
    document = read(tmp_path, "a.txt", source)
    assert document.text == source
    assert " ".join(text for _, text in outline(document)).split() == source.replace("•", "").split()


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@given(source=scrawl)
@many
def test_any_scrawl_is_kept_exactly_or_refused(tmp_path: Path, suffix: str, source: str) -> None:
    data = source.encode("utf-8")
    document = lawful_or_refused(tmp_path / f"a{suffix}", data)
    assert document is None or document.text == source


@given(source=scrawl)
@many
def test_any_scrawl_of_a_page_is_lawful_or_refused(tmp_path: Path, source: str) -> None:
    data = f"<p>{source}</p><ul><li>{source}<table><tr><td>{source}</table></ul>".encode()
    lawful_or_refused(tmp_path / "a.html", data)


@pytest.mark.parametrize("suffix", [family.suffixes[0] for family in FAMILIES])
@given(data=st.binary(max_size=300))
@few
def test_any_bytes_are_lawful_or_refused(tmp_path: Path, suffix: str, data: bytes) -> None:
    lawful_or_refused(tmp_path / f"a{suffix}", data)


PIECES: Outline = [("h1", "A title"), ("p", "Some words to read."), ("li", "An item of a list.")]
ROWS = [["Name", "Age"], ["Ann", "30"], ["Bob", "41"]]
WHOLE: dict[str, bytes] = {
    "a.pdf": pdf_file(PIECES),
    "a.docx": docx_file(PIECES),
    "a.pptx": pptx_file(PIECES),
    "a.xlsx": xlsx_file(People=ROWS),
    "a.epub": epub_file(as_page(PIECES), "<h1>Another</h1><p>More.</p>"),
    "a.eml": eml_file("Some words.", html="<p>Some words.</p>", attachment="a.pdf"),
    "a.mhtml": mhtml_file(html(PIECES)),
    "a.html": html([*PIECES, ("table", "<tr><th rowspan=2>a<td colspan=3>b</tr>")]).encode(),
    "a.rst": (as_rst(PIECES) + "\n\n.. note:: words\n\n=== ===\n a   b\n=== ===\n c   d\n=== ===\n").encode(),
    "a.ipynb": ipynb_file(("markdown", "# A title\nwords"), ("code", "x = 1"), output="1").encode(),
    "a.json": b'{"a": [1, "two", {"b": null}], "c": {"d": "words"}, "e": [{"f": 1}, {"f": 2}]}',
    "a.jsonl": b'{"a": "words"}\n{"a": "more", "b": [1, 2]}\n',
    "a.csv": csv_file(ROWS).encode(),
    "a.py": b"import x\n\n\ndef f():\n    return 1\n",
}


@pytest.mark.parametrize("name", WHOLE)
@given(cut=st.integers(0, 999), noise=st.binary(min_size=1, max_size=8), insert=st.booleans())
@few
def test_a_damaged_file_is_lawful_or_refused(tmp_path: Path, name: str, cut: int, noise: bytes, insert: bool) -> None:
    whole = WHOLE[name]
    place = len(whole) * cut // 1000
    if insert:
        noise += whole[place : place + len(noise)]
    data = whole[:place] + noise + whole[place + len(noise) :]
    lawful_or_refused(tmp_path / name, data)


@pytest.mark.parametrize("name", WHOLE)
def test_reading_twice_gives_equal_documents(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, WHOLE[name]) == read_document(tmp_path / name)


FORMATS = {
    "a.txt": as_text,
    "a.md": as_markdown,
    "a.html": html,
    "a.docx": docx_file,
    "a.pdf": pdf_file,
    "a.pptx": pptx_file,
    "a.rst": as_rst,
    "a.epub": lambda pieces: epub_file(as_page(pieces)),
}


@pytest.mark.parametrize("name", FORMATS)
@given(pieces=outlines, tokens=st.integers(4, 60))
@few
def test_passages_of_every_format_are_the_words_at_their_spans(
    tmp_path: Path, name: str, pieces: Outline, tokens: int
) -> None:
    document = read(tmp_path, name, FORMATS[name](pieces))
    passages = split_document(document, SplitLimits(tokens=tokens), lambda texts: [len(t.split()) for t in texts])
    assert passages
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.page == document.page_at(passage.start)
        for start, end in (*passage.sentences, *passage.parts):
            assert passage.start <= start < end <= passage.end
