"""Numbers of headings and clauses, counted as Word counts them."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from made_files import outline, read

from assistant.corpus.docx_numbering import Numbering


def level(at: int, kind: str, text: str, start: int = 1, extra: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>{extra}'
        "</w:lvl>"
    )


def numbering(*levels: str, numbers: str = '<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>') -> Numbering:
    definition = f'<w:abstractNum w:abstractNumId="1">{"".join(levels)}</w:abstractNum>'
    return Numbering(parse_xml(f"<w:numbering {nsdecls('w')}>{definition}{numbers}</w:numbering>"))


def test_deeper_levels_begin_anew_under_each_higher_one() -> None:
    counted = numbering(level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"))
    assert [counted.number("7", at) for at in (0, 1, 1, 0, 1)] == ["1.", "1.1", "1.2", "2.", "2.1"]


def test_a_level_that_was_skipped_counts_as_begun() -> None:
    counted = numbering(*(level(at, "decimal", text) for at, text in enumerate(("%1", "%1.%2", "%1.%2.%3"))))
    assert [counted.number("7", at) for at in (0, 2, 1)] == ["1", "1.1.1", "1.2"]


@pytest.mark.parametrize(
    ("kind", "start", "number"),
    [
        *(("lowerLetter", 3, "c"), ("upperLetter", 28, "BB"), ("lowerRoman", 9, "ix"), ("upperRoman", 14, "XIV")),
        *(("decimalZero", 7, "07"), ("bullet", 1, ""), ("none", 1, ""), ("ordinalText", 2, "2")),
    ],
)
def test_ways_of_writing_numbers(kind: str, start: int, number: str) -> None:
    assert numbering(level(0, kind, "%1", start)).number("7", 0) == number


def test_a_legal_number_is_written_in_digits_throughout() -> None:
    counted = numbering(level(0, "upperRoman", "%1"), level(1, "decimal", "%1.%2", extra="<w:isLgl/>"))
    assert [counted.number("7", at) for at in (0, 1)] == ["I", "1.1"]


def test_numberings_of_one_definition_count_on_unless_they_say_where_they_start() -> None:
    other = '<w:num w:numId="{}"><w:abstractNumId w:val="1"/>{}</w:num>'
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    numbers = other.format(7, "") + other.format(8, "") + other.format(9, start)
    counted = numbering(level(0, "decimal", "%1"), numbers=numbers)
    assert [counted.number(name, 0) for name in ("7", "8", "9", "9", "10")] == ["1", "2", "5", "6", ""]


def test_headings_and_clauses_are_read_with_their_numbers_and_plain_lists_without(tmp_path: Path) -> None:
    word = docx.Document()
    part = word.part.numbering_part.element
    for element in list(part):
        part.remove(element)
    levels = f"{level(0, 'decimal', '%1.')}{level(1, 'decimal', '%1.%2')}"
    part.append(parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="1">{levels}</w:abstractNum>'))
    part.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="1"><w:abstractNumId w:val="1"/></w:num>'))
    for style, text, at in [("Heading 1", "Scope", 0), ("Normal", "The clause.", 1), ("Normal", "An item.", 0)]:
        properties = word.add_paragraph(text, style=style)._p.get_or_add_pPr()
        numbered = properties._add_numPr()
        numbered.get_or_add_ilvl().val, numbered.get_or_add_numId().val = at, 1
    buffer = io.BytesIO()
    word.save(buffer)
    assert outline(read(tmp_path, "a.docx", buffer.getvalue())) == [
        ("h1", "1. Scope"),
        ("list_item", "1.1 The clause."),
        ("list_item", "An item."),
    ]
