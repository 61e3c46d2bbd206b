"""Plain text: kept exactly as decoded; structure is read off blank lines, marks and short lines.

The rules, simple enough to be predicted:

* Lines between blank lines belong together. A hard-wrapped paragraph is one block; where lines are too long
  to be hard-wrapped, each is a paragraph of its own.
* A line that begins with a list mark begins a list item; lines without a mark continue the one before.
* A heading is a short line by itself that begins like a name and does not end like a sentence, with text
  below, and nearer to what follows it than to what precedes it. A line underlined with === or --- is one too.
* The first block, if it is a heading, is the document's title (level 1); all other headings are level 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.corpus.building import Content, SpanRecorder, one_line
from assistant.corpus.decoding import decode
from assistant.datatypes import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MARK = re.compile(r"\s*(?:[•◦▪▫‣●○■□∙⁃]\s*|(?:[*+·–-]|\(?\d{1,3}[.)]|\(?[A-Za-z]\))\s+)(?=\S)")
_NUMBER = re.compile(r"\s*\d{1,3}[.)]\s+(?=\S)")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,})\s*")
_RULE = re.compile(r"[\s*\-_=~#·.•—–+]+")
_SENTENCE_END = re.compile(r"[.!?:;,…。！？：；，、][\"'”’»)\]]*$")
_LONGEST_HEADING = 80
_MOST_WORDS = 12
_MOST_HEADINGS_RUNNING = 4
_LONGEST_WRAPPED = 120


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Lines between blank lines, and how many blank lines part it from its neighbours."""

    lines: tuple[Span, ...]
    above: float
    below: float


def parse(data: bytes) -> Content:
    """Read a text file.

    Raises:
        UnreadableError: not text, or in an encoding that cannot be told.
    """
    text = decode(data)
    recorder = SpanRecorder(text)
    chunks = _chunks(text)
    headings = _headings(text, chunks)
    title = ""
    for i, chunk in enumerate(chunks):
        lines = chunk.lines
        if i in headings:
            level = 1 if i == 0 else 2
            recorder.add("heading", *lines[0], level=level)
            if i == 0:
                title = one_line(text[slice(*lines[0])])
            lines = lines[2:]
        _add_body(recorder, lines)
    return Content(title, text, recorder.blocks)


def _chunks(text: str) -> list[_Chunk]:
    """Split at blank lines and at rules (``-----``); the file's ends count as endlessly many blank lines."""
    groups: list[list[Span]] = [[]]
    gaps: list[float] = [float("inf")]
    for match in _LINE.finditer(text):
        start, end = match.span()
        line = text[start:end]
        if not line.strip() or (_RULE.fullmatch(line) and not (groups[-1] and _UNDERLINE.fullmatch(line))):
            if groups[-1]:
                groups.append([])
                gaps.append(0)
            gaps[-1] += 1
        else:
            groups[-1].append((start, start + len(line.rstrip())))
    if groups[-1]:
        groups.append([])
        gaps.append(0)
    gaps[-1] = float("inf")
    return [_Chunk(tuple(g), gaps[i], gaps[i + 1]) for i, g in enumerate(groups[:-1])]


def _headings(text: str, chunks: list[_Chunk]) -> set[int]:
    """Indices of the chunks that begin with a heading."""
    found = set[int]()
    run: list[int] = []
    for i, chunk in enumerate(chunks):
        underlined = len(chunk.lines) > 1 and _UNDERLINE.fullmatch(text[slice(*chunk.lines[1])])
        if underlined and len(text[slice(*chunk.lines[0])]) <= _LONGEST_HEADING:
            found.add(i)
        elif _is_heading(text, chunks, i):
            run.append(i)
            continue
        found.update(_plausible(run))
        run = []
    return found | set(_plausible(run))


def _plausible(run: list[int]) -> list[int]:
    """Many short lines in a row are verse or names, not headings; the title may still stand above them."""
    return run if len(run) <= _MOST_HEADINGS_RUNNING else run[:1] if run[0] == 0 else []


def _is_heading(text: str, chunks: list[_Chunk], i: int) -> bool:
    chunk = chunks[i]
    line = text[slice(*chunk.lines[0])].strip()
    if len(chunk.lines) > 1 or i == len(chunks) - 1 or chunk.below > chunk.above:
        return False
    if len(line) > _LONGEST_HEADING or len(line.split()) > _MOST_WORDS or _SENTENCE_END.search(line):
        return False
    if _MARK.match(line):
        # "1. Introduction" above text is a heading, the same among other numbered lines is a list.
        neighbours = [chunks[j].lines[0] for j in (i - 1, i + 1) if 0 <= j < len(chunks)]
        number = _NUMBER.match(line)
        if not number or any(_MARK.match(text[slice(*span)]) for span in neighbours):
            return False
        line = line[number.end() :]
    return any(c.isalpha() for c in line) and not line[0].islower()


def _add_body(recorder: SpanRecorder, lines: tuple[Span, ...]) -> None:
    """Record the paragraphs and list items among lines that belong together."""
    text = recorder.text
    wrapped = all(end - start <= _LONGEST_WRAPPED for start, end in lines)
    open_item = False
    start = end = -1
    for n, (line_start, line_end) in enumerate(lines):
        line = text[line_start:line_end]
        mark = _MARK.match(line)
        if mark and n and _NUMBER.match(line) and not open_item and not _SENTENCE_END.search(text[start:end]):
            mark = None  # a number that a wrapped line happens to begin with
        if n and (mark or not (wrapped or open_item)):
            recorder.add("list_item" if open_item else "paragraph", start, end)
            start = -1
        if start < 0:
            start = line_start + (mark.end() if mark else 0)
            open_item = bool(mark)
        end = line_end
    if start >= 0:
        recorder.add("list_item" if open_item else "paragraph", start, end)
