"""Laws of reading: whatever is in a file, the result is a lawful document or a DocumentError."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_files import Outline, assert_laws, docx_file, html, outline, pdf_file, read

from assistant.corpus import SUPPORTED_SUFFIXES, read_document
from assistant.errors import DocumentError
from assistant.passages import SplitLimits, split_document

few = settings(
    max_examples=25,
    deadline=None,
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
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    try:
        document = read_document(path)
    except DocumentError:
        return
    assert document.text == source
    assert_laws(document, data)


@given(source=scrawl)
@many
def test_any_scrawl_of_a_page_is_lawful_or_refused(tmp_path: Path, source: str) -> None:
    data = f"<p>{source}</p><ul><li>{source}<table><tr><td>{source}</table></ul>".encode()
    path = tmp_path / "a.html"
    path.write_bytes(data)
    try:
        document = read_document(path)
    except DocumentError:
        return
    assert_laws(document, data)


@pytest.mark.parametrize("suffix", SUPPORTED_SUFFIXES)
@given(data=st.binary(max_size=300))
@few
def test_any_bytes_are_lawful_or_refused(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    try:
        document = read_document(path)
    except DocumentError:
        return
    assert_laws(document, data)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
@given(cut=st.integers(0, 100), noise=st.binary(min_size=1, max_size=8))
@few
def test_a_damaged_file_is_lawful_or_refused(tmp_path: Path, name: str, cut: int, noise: bytes) -> None:
    whole = (pdf_file if name == "a.pdf" else docx_file)([("h1", "A title"), ("p", "Some words to read.")])
    place = len(whole) * cut // 100
    data = whole[:place] + noise + whole[place + len(noise) :]
    path = tmp_path / name
    path.write_bytes(data)
    try:
        document = read_document(path)
    except DocumentError:
        return
    assert_laws(document, data)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.docx", "a.pdf"])
def test_reading_twice_gives_equal_documents(tmp_path: Path, name: str) -> None:
    pieces: Outline = [("h1", "Title"), ("p", "Some words to read."), ("li", "An item of a list.")]
    sources: dict[str, bytes | str] = {
        "a.txt": as_text(pieces),
        "a.md": as_markdown(pieces),
        "a.html": html(pieces),
        "a.docx": docx_file(pieces),
        "a.pdf": pdf_file(pieces),
    }
    assert read(tmp_path, name, sources[name]) == read_document(tmp_path / name)


FORMATS = {"a.txt": as_text, "a.md": as_markdown, "a.html": html, "a.docx": docx_file, "a.pdf": pdf_file}


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
