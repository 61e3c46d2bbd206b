"""Pages of indexed PDFs: pictures with boxes, what is refused, and how much is kept."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pages import KEY, written

from assistant import Assistant
from assistant.corpus import read_document
from assistant.corpus.bounded import Bounded
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.page_views import PageViews


@pytest.fixture
def document(tmp_path: Path) -> Document:
    (tmp_path / "a.pdf").write_bytes(written("Only a few words."))
    return read_document(tmp_path / "a.pdf", source="a.pdf")


@pytest.fixture
def views(tmp_path: Path) -> PageViews:
    return PageViews(tmp_path / "index")


def test_a_page_comes_with_one_box_for_each_line_of_each_span(document: Document, views: PageViews) -> None:
    view = views.view(document, 1, [(0, 4), (5, 10)])
    (only,), (few,) = view.boxes  # type: ignore[misc]
    assert view.image.startswith(b"\x89PNG")
    assert only[0] == pytest.approx(72 / 595.28, abs=0.003)
    assert only[2] < few[0]
    assert 72 / 841.89 < only[1] < only[3] < 86 / 841.89


@pytest.mark.parametrize("page", [0, 2, -1])
def test_a_page_that_is_not_there_is_refused(document: Document, views: PageViews, page: int) -> None:
    with pytest.raises(DocumentError, match=f"has no page {page}, only 1"):
        views.view(document, page)


def test_only_pdfs_have_pages_to_look_at(document: Document, views: PageViews) -> None:
    with pytest.raises(DocumentError, match="has no page images"):
        views.view(replace(document, media_type="text/plain"), 1)


def test_a_file_that_changed_is_told_also_when_it_was_shown_before(
    document: Document, views: PageViews, tmp_path: Path
) -> None:
    views.view(document, 1)
    (tmp_path / "a.pdf").write_bytes(written("Other words now."))
    os.utime(tmp_path / "a.pdf", (1, 1))
    with pytest.raises(DocumentError, match=r"a\.pdf: has changed since it was indexed; .* run: footnote index"):
        views.view(document, 1)


def test_a_file_that_is_gone_is_told_also_when_it_was_shown_before(
    document: Document, views: PageViews, tmp_path: Path
) -> None:
    views.view(document, 1)
    (tmp_path / "a.pdf").unlink()
    with pytest.raises(DocumentError, match=r"a\.pdf: is no longer there; put it back, or run: footnote index"):
        views.view(document, 1)


def test_an_encrypted_file_needs_its_password(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(written("Only a few words.", encrypt="key"))
    document = read_document(tmp_path / "a.pdf", source="a.pdf", options=KEY)
    with pytest.raises(DocumentError, match=r"is encrypted; .*: footnote serve --password"):
        PageViews(tmp_path / "index").view(document, 1)
    assert PageViews(tmp_path / "index", KEY).view(document, 1, [(0, 4)]).boxes[0]


def test_a_pdf_in_an_archive_has_its_pages(document: Document, views: PageViews, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letters.zip", "w") as package:
        package.write(tmp_path / "a.pdf", "sub/a.pdf")
    packed = replace(document, source="letters.zip!/sub/a.pdf")
    assert views.view(packed, 1, [(0, 4)]).boxes == views.view(document, 1, [(0, 4)]).boxes


@pytest.mark.usefixtures("_always_answered")
def test_an_assistant_shows_the_pages_of_what_it_cites(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.pdf").write_bytes(written("The harbour was built in 1840."))
    assistant = Assistant.from_documents(tmp_path / "corpus", tmp_path / "index", encoder="hashing")
    cited = assistant.ask("When was the harbour built?").citations[0]
    view = assistant.page_view(assistant.document(cited.document), 1, [(cited.start, cited.end)])
    assert view.boxes[0]
    assistant.close()


@given(st.lists(st.integers(0, 30)), st.integers(1, 60))
def test_what_is_kept_stays_within_its_bound(keys: list[int], most: int) -> None:
    kept: Bounded[int, int] = Bounded(most, lambda value: value)
    for key in keys:
        assert kept.get(key, lambda key=key: key) == key  # type: ignore[misc]
        assert sum(kept._kept.values()) == kept._weight <= most


def test_what_was_used_last_is_kept() -> None:
    made: list[str] = []
    kept: Bounded[str, str] = Bounded(2, lambda _: 1)
    for key in "abacab":
        kept.get(key, lambda key=key: made.append(key) or key)  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
