"""Pages of PDFs opened one at a time: ``python -m benchmarks.page_views --data DIR``.

Data: ``sec_10q`` (filings, public domain) and a made file of a thousand dense pages. For every page: is each character
placed as when the whole file is read, and how long does it take to open? Opening is drawing the page and placing one
quotation on it, in a process of its own that is up already; ``again`` is the same page once more. Beside it, page by
page, the same work is done in this process.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from reportlab.pdfgen import canvas

from assistant.corpus.options import DEFAULT_OPTIONS
from assistant.corpus.page_drawing import Drawer
from assistant.corpus.page_request import page_request
from assistant.corpus.pdf_file import opened, opened_page
from assistant.corpus.pdf_page import page_places
from assistant.corpus.pdf_reader import TracedContent, read_traced
from assistant.corpus.traced import NOWHERE
from assistant.datatypes import Document
from assistant.page_views import PageViews
from assistant.ui.finding import find
from benchmarks.provenance import provenance

OUT = Path("benchmarks/results/page_views.json")
WORDS = ["sea", "harbour", "calm", "spring", "boat", "letter", "morning", "captain", "trade", "winter", "council"]
PAGES = 1_000


def made_pdf(seed: int = 7) -> bytes:
    """A thousand pages of 30 lines, with running heads and page numbers."""
    draw, buffer = random.Random(seed), io.BytesIO()
    pages = canvas.Canvas(buffer, invariant=1)
    for number in range(1, PAGES + 1):
        pages.setFont("Times-Roman", 11)
        pages.drawString(72, 805, "The logbook of the harbour")
        for line in range(30):
            pages.drawString(72, 770 - 15 * line, " ".join(draw.choices(WORDS, k=12)))
        pages.drawString(300, 30, str(number))
        pages.showPage()
    pages.save()
    return buffer.getvalue()


def measured(name: str, data: bytes, folder: Path) -> dict[str, object]:
    """What one file costs and whether its pages agree with the whole."""
    (folder / name).write_bytes(data)
    began = time.perf_counter()
    whole = read_traced(data, DEFAULT_OPTIONS)
    reading = time.perf_counter() - began
    document = _document(name, data, whole)
    views, drawer, first, again, here = PageViews(folder / "index"), Drawer(DEFAULT_OPTIONS), [], [], []
    began = time.perf_counter()
    views.view(document, 1)
    coming_up = time.perf_counter() - began
    drawer.draw(page_request(folder / name, "", document, 1, (), True))
    shown = range(0, len(document.page_starts), max(1, len(document.page_starts) // 50))
    for index in shown:
        start = document.page_starts[index]
        began = time.perf_counter()
        drawer.draw(page_request(folder / name, "", document, index + 1, ((start, start + 100),), True))
        here.append(1_000 * (time.perf_counter() - began))
        for times in (first, again):
            began = time.perf_counter()
            views.view(document, index + 1, [(start, start + 100)])
            times.append(1_000 * (time.perf_counter() - began))
    drawer.close()
    views.close()
    began = time.perf_counter()
    matches = len(find(document.text, "wïnter"))
    finding = time.perf_counter() - began
    return {
        "pages": len(document.page_starts),
        "characters": len(document.text),
        **_agreement(document, whole, data, shown),
        "read_whole_s": round(reading, 2),
        "open_page_median_ms": round(statistics.median(first), 1),
        "open_page_worst_ms": round(max(first), 1),
        "in_this_process_median_ms": round(statistics.median(here), 1),
        "ratio_to_this_process": round(
            statistics.median(one / other for one, other in zip(first, here, strict=True)), 2
        ),
        "first_page_with_its_process_ms": round(1_000 * coming_up, 1),
        "again_median_ms": round(statistics.median(again), 1),
        "find_ms": round(1_000 * finding, 1),
        "matches": matches,
    }


def _agreement(document: Document, whole: TracedContent, data: bytes, indexes: range) -> dict[str, int]:
    """Characters of some pages, and how many of them have no place or another one than in the whole."""
    checked = lost = wrong = 0
    with opened(data, DEFAULT_OPTIONS) as pdf:
        for index in indexes:
            with opened_page(pdf, index) as (page, textpage):
                places = page_places(page, textpage, document, index, DEFAULT_OPTIONS)
            expected = whole.characters[places.start : places.start + len(places.sources)]
            pairs = list(zip(places.sources, expected, strict=True))
            checked += len(pairs)
            lost += sum(ours == NOWHERE != theirs for ours, theirs in pairs)
            wrong += sum(NOWHERE != ours != theirs for ours, theirs in pairs)
    return {"characters_checked": checked, "without_place": lost, "at_another_place": wrong}


def _document(name: str, data: bytes, whole: TracedContent) -> Document:
    content, digest = whole.content, hashlib.sha256(data).hexdigest()
    return Document(
        *(name, name, name, content.text, digest, "application/pdf", content.blocks, content.page_starts),
        metadata=content.metadata,
    )


def main() -> None:
    """Measure the made file and the filings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    parser.add_argument("--files", type=int, default=5, help="how many filings")
    options = parser.parse_args()
    files = sorted((options.data / "sec_10q" / "docs").glob("*.pdf"))[: options.files]
    with TemporaryDirectory() as folder:
        results = {"made, 1,000 pages": measured("made.pdf", made_pdf(), Path(folder))}
        for file in files:
            results[file.name] = measured(file.name, file.read_bytes(), Path(folder))
            print(file.name, results[file.name], flush=True)
    OUT.write_text(json.dumps({"provenance": provenance(files), "files": results}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
