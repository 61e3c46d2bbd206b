"""``--password`` and ``--ocr`` on the command line: what is read, what is verified, what is kept."""

from __future__ import annotations

import io
import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from assistant.corpus import ReadOptions
from assistant.corpus.pdf_images import page_image
from assistant.indexing.contents import content_hash, options_of

from .test_commands import footnote

pytestmark = pytest.mark.usefixtures("_always_answered")

CAN_RECOGNISE = shutil.which("tesseract") and find_spec("pytesseract")
PASSWORD = "a-word-nobody-else-knows"
SENTENCE = "The harbour of Aberdeen was deepened in 1885."


def written(encrypt: str | None = None) -> bytes:
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, encrypt=encrypt, pagesize=(595, 842), invariant=1)
    page.setFont("Helvetica", 16)
    page.drawString(72, 700, SENTENCE)
    page.showPage()
    page.save()
    return buffer.getvalue()


def half_scanned() -> bytes:
    """A page of text, and a page that is an image of one."""
    buffer = io.BytesIO()
    pages = canvas.Canvas(buffer, pagesize=(595, 842), invariant=1)
    pages.drawString(72, 700, "Only the next page says when.")
    pages.showPage()
    pages.drawImage(ImageReader(io.BytesIO(page_image(written(), 1, 3))), 0, 0, 595, 842)
    pages.showPage()
    pages.save()
    return buffer.getvalue()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path


def index(place: Path, *options: str) -> object:
    return footnote("index", "--encoder", "hashing", *options, cwd=place)


def test_an_encrypted_file_is_reported_until_its_password_is_given(place: Path) -> None:
    (place / "corpus" / "a.pdf").write_bytes(written(PASSWORD))
    (place / "corpus" / "b.txt").write_text("Other words.", encoding="utf-8")
    done = index(place)
    assert done.returncode == 2
    assert "a.pdf: is encrypted with a password: give --password" in done.stderr
    assert index(place, "--password", "wrong", "--password", PASSWORD).returncode == 0
    answer = json.loads(footnote("ask", "When was the harbour deepened?", "--json", cwd=place).stdout)
    assert answer["citations"][0]["quote"] == SENTENCE
    assert not answer["citations"][0]["ocr"]


def test_verify_asks_for_the_password_again(place: Path) -> None:
    (place / "corpus" / "a.pdf").write_bytes(written(PASSWORD))
    index(place, "--password", PASSWORD)
    assert footnote("verify", cwd=place).returncode == 1
    assert footnote("verify", "--password", PASSWORD, cwd=place).returncode == 0
    cited = place / "answer.json"
    cited.write_text(footnote("ask", "When was the harbour deepened?", "--json", cwd=place).stdout, encoding="utf-8")
    assert footnote("verify", cited, cwd=place).returncode == 1
    assert footnote("verify", cited, "--password", PASSWORD, cwd=place).returncode == 0


def test_a_password_is_kept_nowhere(place: Path) -> None:
    (place / "corpus" / "a.pdf").write_bytes(written(PASSWORD))
    done = index(place, "--password", PASSWORD)
    kept = b"".join(path.read_bytes() for path in (place / "index").rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept
    assert PASSWORD not in done.stdout + done.stderr


def test_pages_left_out_are_named_and_the_rest_is_indexed(place: Path) -> None:
    (place / "corpus" / "a.pdf").write_bytes(half_scanned())
    done = index(place, "--json")
    assert done.returncode == 0
    (warning,) = json.loads(done.stdout)["warnings"]
    assert warning["source"] == "corpus/a.pdf"
    assert warning["reason"].startswith("page 2 is scanned, without a text layer, and left out")
    assert "page 2 is scanned" in done.stderr


@pytest.mark.skipif(not CAN_RECOGNISE, reason="tesseract or pytesseract is not installed")
def test_what_was_recognised_says_so_stays_so_and_is_verified(place: Path) -> None:
    (place / "corpus" / "a.pdf").write_bytes(half_scanned())
    assert json.loads(index(place, "--json").stdout)["added"] == ["a.pdf"]
    assert json.loads(index(place, "--json", "--ocr", "eng").stdout)["changed"] == ["a.pdf"]
    assert json.loads(index(place, "--json").stdout)["unchanged"] == 1
    answer = json.loads(footnote("ask", "When was the harbour deepened?", "--json", cwd=place).stdout)
    cited = answer["citations"][0]
    assert (cited["quote"], cited["page"], cited["ocr"]) == (SENTENCE, 2, True)
    assert "page 2 (recognised by OCR)" in footnote("ask", "When was the harbour deepened?", cwd=place).stdout
    assert footnote("verify", cwd=place).returncode == 0


def test_a_content_hash_says_how_a_document_was_read() -> None:
    said = ReadOptions((PASSWORD,), "deu+eng")
    of_pdf, of_text = (content_hash("ab12", Path(name), said) for name in ("a.pdf", "a.txt"))
    assert of_pdf.endswith(":ocr=deu+eng")
    assert "ocr" not in of_text
    assert options_of(of_pdf, ReadOptions((PASSWORD,))) == said
    assert options_of(of_text, said) == ReadOptions((PASSWORD,))


def test_served_with_its_password_an_encrypted_file_shows_its_pages_and_is_taken(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "corpus" / "a.pdf").write_bytes(written(PASSWORD))
    index(place, "--password", PASSWORD)
    seen: list[object] = []

    def launch(assistant, *, meanwhile, library, **_options):  # type: ignore[no-untyped-def]
        meanwhile()
        seen.append(assistant.page_view(assistant.document("a.pdf"), 1, [(0, 3)]).boxes[0])
        job = library.add(io.BytesIO(written(PASSWORD) + b"\n"), "b.pdf")
        assert library.wait(30)
        seen.append(library.job(job.number).state)
        library.close()
        assistant.close()

    monkeypatch.setattr("assistant.server.launch", launch, raising=False)
    footnote("serve", "--corpus", "corpus", "--password", PASSWORD, cwd=place)
    assert seen[0]
    assert seen[1] == "done"
