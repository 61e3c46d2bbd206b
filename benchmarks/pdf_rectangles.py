"""Do the rectangles of a span hold its words, and no others? ``python -m benchmarks.pdf_rectangles --data DIR``.

500 spans of whole words are drawn at random (seeded; 1 to 60 words, beginning anywhere, as many from each file as from
any other, but no more than one for every hundred characters of it) from the PDFs of ``formats`` and ``sec_10q`` that
can be read. The text that pdfium finds under a span's rectangles, one after the other, must be the span, up to

- white space, hyphens (a word broken at a line's end is whole in our text) and the bars that part a table's cells;
- compatibility forms (NFKC: ligatures are letters in our text) and what is never shown (control characters, and codes
  of symbol fonts);
- the order of letters in a word of a script that runs from right to left: pdfium gives those of a ligature as the eye
  meets them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import unicodedata
from pathlib import Path

import pypdfium2

from assistant.corpus.building import UnreadableError
from assistant.corpus.options import DEFAULT_OPTIONS
from assistant.corpus.pdf_places import Rectangle, rectangles
from assistant.corpus.pdf_reader import parse
from benchmarks.provenance import provenance

OUT = Path("benchmarks/results/pdf_rectangles.json")
SPANS = 500
LONGEST = 60
CHARACTERS = 100
SEED = 6

_IGNORED = re.compile("[\\s|\\-\u2010\u00ad\u2022\u25aa\u25e6\x00-\x1f\x7f-\x9f\ue000-\uf8ff\ufffe\uffff]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+")


def folded(text: str) -> str:
    """What is compared of a text."""
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", text))
    return _RIGHT_TO_LEFT.sub(lambda word: "".join(sorted(word[0])), plain)


def text_under(document: pypdfium2.PdfDocument, places: tuple[Rectangle, ...]) -> str:
    """What pdfium finds within some rectangles."""
    found = []
    for place in places:
        page = document[place.page - 1]
        textpage = page.get_textpage()
        found.append(textpage.get_text_bounded(place.left, place.bottom, place.right, place.top))
        textpage.close()
        page.close()
    return "".join(found)


def drawn(texts: dict[str, str]) -> list[tuple[str, int, int]]:
    """Random spans of whole words: file, start, end."""
    source = random.Random(SEED)
    words = {name: [match.span() for match in re.finditer(r"\S+", text)] for name, text in sorted(texts.items())}
    left = {name: max(len(text) // CHARACTERS, 1) for name, text in texts.items()}
    spans: list[tuple[str, int, int]] = []
    while len(spans) < SPANS:
        name = source.choice([name for name in words if left[name]])
        first = source.randrange(len(words[name]))
        last = min(first + source.randrange(LONGEST), len(words[name]) - 1)
        start, end = words[name][first][0], words[name][last][1]
        if folded(texts[name][start:end]):
            spans.append((name, start, end))
            left[name] -= 1
    return spans


def main() -> None:
    """Draw the spans, read them back, write how many were the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the open data sets")
    data = parser.parse_args().data
    folders = ("formats/pdf", "formats/pdf/sources", "formats/pdf_samples", "sec_10q/docs")
    files = {path.name: path for folder in folders for path in sorted((data / folder).glob("*.pdf"))}
    contents = {name: path.read_bytes() for name, path in files.items()}
    texts, refused = {}, {}
    for name, content in contents.items():
        try:
            texts[name] = parse(content, DEFAULT_OPTIONS).text
        except UnreadableError as error:
            refused[name] = str(error)
    failed, across_lines, across_pages = [], 0, 0
    for name, start, end in sorted(drawn(texts)):
        places = rectangles(contents[name], start, end)
        across_lines += len(places) > 1
        across_pages += len({place.page for place in places}) > 1
        document = pypdfium2.PdfDocument(contents[name])
        found = text_under(document, places)
        document.close()
        if folded(found) != folded(texts[name][start:end]):
            failed.append({"file": name, "start": start, "end": end, "text": texts[name][start:end], "found": found})
    result = {
        "files": len(texts),
        "spans": SPANS,
        "across_lines": across_lines,
        "across_pages": across_pages,
        "same": (SPANS - len(failed)) / SPANS,
        "failed": failed,
        "refused": refused,
        "provenance": provenance(files.values()),
    }
    OUT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(
        json.dumps(
            {name: value for name, value in result.items() if name != "provenance"}, indent=1, ensure_ascii=False
        )
    )


if __name__ == "__main__":
    main()
