"""CSV and TSV: one block for each record, read with the names of its columns.

The delimiter is the one that divides most records into the same number of fields, more than one. The first record
names the columns unless it holds numbers, empty fields or the same name twice.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from assistant.corpus.building import Content, TextBuilder, UnreadableError
from assistant.corpus.decoding import decode
from assistant.corpus.tables import add_table, cells

_DELIMITERS = ",;\t|"
_LOOKED_AT = 100
_NUMBER = re.compile(r"[\s+-]*[$€£]?\d[\d\s.,:/%-]*")


def parse(data: bytes) -> Content:
    """Read a table kept as text.

    Raises:
        UnreadableError: not text, in an encoding that cannot be told, or with a field of unreasonable size.
    """
    text = decode(data)
    delimiter = _delimiter(text)
    try:
        rows = [row for row in _records(text, delimiter) if any(field.strip() for field in row)]
    except csv.Error as error:
        raise UnreadableError(f"is not a table that can be read ({error}): check its quotation marks") from error
    builder = TextBuilder()
    add_table(builder, [cells(row) for row in rows], names=int(_is_header(rows)))
    return builder.content()


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _delimiter(text: str) -> str:
    """The delimiter that divides records most evenly; a comma where none divides them."""

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in islice(_records(text, delimiter), _LOOKED_AT) if row]
        except csv.Error:
            return 0.0, 0
        common = Counter(width for width in widths if width > 1).most_common(1)
        return (common[0][1] / len(widths), common[0][0]) if common else (0.0, 0)

    return max(_DELIMITERS, key=evenness)


def _is_header(rows: list[list[str]]) -> bool:
    if len(rows) < 2:
        return False
    names = [name.strip() for name in rows[0]]
    return all(names) and len(set(names)) == len(names) and not any(_NUMBER.fullmatch(name) for name in names)
