"""Pages are drawn by processes that can be ended: what a bad PDF costs, who waits for it, what is left behind."""

from __future__ import annotations

import gc
import io
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen import canvas

from assistant import Assistant
from assistant.corpus import ReadLimits, read_document
from assistant.datatypes import Document
from assistant.errors import DocumentError
from assistant.page_views import PageViews
from assistant.ui.opening import opened_at
from assistant.ui.permalink import citation_at
from assistant.ui.source import shown

PAGES = ("Fine words.", "CRASH", "HANG", "EXPLODE", "RAISE", "NONSENSE", "POISON", "CHATTER", "The last page.")
LIMITS = ReadLimits(seconds=1.5, memory_bytes=400 << 20, workers=2)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    path = tmp_path_factory.mktemp("pages") / "a.pdf"
    made = canvas.Canvas(str(path), invariant=1)
    for words in PAGES:
        made.drawString(72, 760, words)
        made.showPage()
    made.save()
    return read_document(path)


@pytest.fixture
def bad_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad").mkdir()
    shutil.copy(Path(__file__).parent / "bad_drawing.py", tmp_path / "bad" / "sitecustomize.py")
    monkeypatch.syspath_prepend(tmp_path / "bad")
    monkeypatch.setenv("FOOTNOTE_TEST_DRAWING", "1")


@pytest.fixture
def views(bad_drawing: None, tmp_path: Path) -> Iterator[PageViews]:
    made = PageViews(tmp_path / "index", limits=LIMITS)
    yield made
    made.close()


def number(words: str) -> int:
    return PAGES.index(words) + 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("CRASH", "crashes the program that draws pages, on page 2"),
        ("HANG", "takes longer than 1.5 s to draw on page 3, which was given up"),
        ("EXPLODE", "takes more than 400 MiB of memory to draw on page 4"),
        ("RAISE", "crashes the program that draws pages, on page 5"),
        ("NONSENSE", "crashes the program that draws pages, on page 6"),
    ],
)
def test_a_bad_page_costs_its_own_picture_and_says_why(
    document: Document, views: PageViews, words: str, reason: str
) -> None:
    with pytest.raises(DocumentError) as refused:
        views.view(document, number(words))
    assert str(refused.value) == f"{document.source}: {reason}"
    assert views.view(document, 1, [(0, 4)]).boxes[0]


@pytest.mark.parametrize("remembered", [60.0, 0.0])
def test_a_page_that_was_given_up_is_not_tried_again_for_a_while(
    document: Document, views: PageViews, monkeypatch: pytest.MonkeyPatch, remembered: float
) -> None:
    monkeypatch.setattr("assistant.page_processes.REMEMBERED", remembered)
    with pytest.raises(DocumentError):
        views.view(document, number("CRASH"))
    monkeypatch.delenv("FOOTNOTE_TEST_DRAWING")  # whoever draws it from now on has no trouble
    if remembered:
        with pytest.raises(DocumentError, match="crashes the program that draws pages"):
            views.view(document, number("CRASH"))
    else:
        assert views.view(document, number("CRASH")).image


def test_others_are_served_while_a_page_hangs(document: Document, views: PageViews) -> None:
    views.view(document, 1)
    told: list[str] = []

    def hang() -> None:
        try:
            views.view(document, number("HANG"))
        except DocumentError as error:
            told.append(error.reason)

    hanging = threading.Thread(target=hang)
    hanging.start()
    views.view(document, len(PAGES))
    assert told == []
    hanging.join(20)
    assert "takes longer" in told[0]


def test_the_page_before_may_be_to_blame_and_a_fresh_process_tells(document: Document, views: PageViews) -> None:
    views.view(document, 1)
    views.view(document, number("POISON"))
    assert views.view(document, len(PAGES)).image


def test_what_a_library_prints_disturbs_nobody(document: Document, views: PageViews) -> None:
    assert views.view(document, number("CHATTER")).image.startswith(b"\x89PNG")


def test_the_source_pane_shows_the_text_and_why_there_is_no_page(document: Document, views: PageViews) -> None:
    class Reader:
        def page_view(self, document, page, spans=()):  # type: ignore[no-untyped-def]
            return views.view(document, page, spans)

    start = document.text.index("CRASH")
    markup = shown(Reader(), document, opened_at(document, citation_at(document, start, start + 5), 1, look="page"))  # type: ignore[arg-type]
    assert "crashes the program that draws pages, on page 2. This is its text as it was indexed." in markup
    assert "<mark" in markup
    assert "<img" not in markup


def processes_of_this_one() -> list[str]:
    listed = subprocess.run(
        ["ps", "-o", "args", "--ppid", str(__import__("os").getpid())], capture_output=True, text=True
    )
    return [line for line in listed.stdout.splitlines() if "assistant.corpus.page_worker" in line]


def test_no_process_is_left_when_pages_are_closed_or_forgotten(document: Document, tmp_path: Path) -> None:
    closed, forgotten = (PageViews(tmp_path / "index") for _ in range(2))
    before = len(processes_of_this_one())
    for each in (closed, forgotten):
        each.view(document, 1)
    assert len(processes_of_this_one()) == before + 2
    closed.close()
    del forgotten, each
    gc.collect()
    assert len(processes_of_this_one()) == before


def test_a_page_is_shown_again_after_the_processes_were_ended(document: Document, tmp_path: Path) -> None:
    views = PageViews(tmp_path / "index")
    first = views.view(document, 1, [(0, 4)])
    views.close()
    assert views.view(document, 1, [(0, 4)]) == first
    views.close()


def test_a_process_that_cannot_start_is_told_in_one_line(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DocumentError, match=r"cannot be drawn now, a process that reads files did not come up"):
        PageViews(tmp_path / "index").view(document, 1)


def test_whoever_shows_pages_opens_no_pdf() -> None:
    code = (
        "import sys, assistant.engine, assistant.page_views\n"
        "print([name for name in ('pypdfium2', 'PIL') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_an_index_opened_with_a_password_shows_encrypted_pages(tmp_path: Path) -> None:
    from assistant.corpus import ReadOptions

    (tmp_path / "corpus").mkdir()
    buffer = io.BytesIO()
    made = canvas.Canvas(buffer, encrypt="key", invariant=1)
    made.drawString(72, 760, "The harbour was built in 1840.")
    made.showPage()
    made.save()
    (tmp_path / "corpus" / "a.pdf").write_bytes(buffer.getvalue())
    key = ReadOptions(("no", "key"))
    Assistant.from_documents(tmp_path / "corpus", tmp_path / "index", encoder="hashing", options=key).close()
    for options, opens in ((key, True), (ReadOptions(), False)):
        assistant = Assistant.open(tmp_path / "index", options=options)
        assistant.prepare_pages()
        if opens:
            assert assistant.page_view(assistant.document("a.pdf"), 1, [(0, 3)]).boxes[0]
        else:
            with pytest.raises(DocumentError, match=r"is encrypted; .*: footnote serve --password$"):
                assistant.page_view(assistant.document("a.pdf"), 1)
        assistant.close()
