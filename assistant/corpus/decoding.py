"""Bytes of a text file to text: strictly, or not at all.

Nothing is ever decoded with replacement characters: what cannot be decoded without a fault is refused with a
reason.
"""

from __future__ import annotations

import codecs
import re

from assistant.corpus.building import UnreadableError

_MARKS = (  # UTF-32 before UTF-16: its mark begins with the other's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The legacy encodings of the web, commonest first: ties between equally plausible ones go to the earlier.
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "iso2022_jp", "gb18030", "big5", "cp949"),
)
_SINGLE_BYTE = ("iso8859", "latin", "ascii", "cp125", "koi8", "windows", "mac")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
_MOST_CONTROL = 0.01


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a text file, exactly: every line break and space stays, only a byte order mark goes.

    A byte order mark decides; then UTF-8, if it holds strictly, and the declared encoding; then statistics
    over the legacy encodings.

    Args:
        data: the whole file.
        declared: the encoding that the file itself names, as an HTML page may.

    Raises:
        UnreadableError: binary data, or in no encoding that is known.
    """
    text = _decode(data, declared)
    control = _CONTROL.findall(text)
    if "\x00" in control or len(control) > _MOST_CONTROL * len(text):
        raise UnreadableError("holds binary data, not text: remove it, or give it the suffix of its real format")
    return text


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _strict(data[len(mark) :], encoding)
            if text is None:
                name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
                raise UnreadableError(f"is marked as {name} but is not valid {name}: save it again as UTF-8")
            return text
    for encoding in _candidates(data, declared):
        text = _strict(data, encoding)
        if text is not None:
            return text
    return _guess(data)


def _candidates(data: bytes, declared: str | None) -> list[str]:
    """The encodings to try strictly, in order, before any statistics."""
    wide = _wide_without_mark(data)
    if wide:
        return [wide]
    utf8 = [] if b"\x1b" in data else ["utf-8"]  # ISO-2022 is ASCII bytes with escapes: valid UTF-8, yet not meant so
    try:
        name = codecs.lookup(declared).name if declared else ""
    except LookupError:
        name = ""
    if not name:
        return utf8
    if name.startswith("utf-16"):  # a page that can name its encoding in ASCII bytes is not in UTF-16
        return ["utf-8"]
    if name == "iso8859-1":  # browsers read it as its superset, and so do the people who write it
        name = "cp1252"
    # Bytes that are valid UTF-8 by chance are next to impossible, wrong single-byte declarations are common.
    return ["utf-8", name] if name.startswith(_SINGLE_BYTE) else [name, "utf-8"]


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 without its mark shows as NUL in every other byte, as long as some of the text is Latin."""
    head = data[:4096]
    half = len(head) // 2
    if half and head[1::2].count(0) > half * 0.3 and head[0::2].count(0) == 0:
        return "utf-16-le"
    if half and head[0::2].count(0) > half * 0.3 and head[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _guess(data: bytes) -> str:
    if b"\x00" in data:
        raise UnreadableError("holds binary data, not text: remove it, or give it the suffix of its real format")
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data, cp_isolation=list(_LEGACY))) or list(from_bytes(data))
    ranked = sorted(matches, key=lambda m: (m.chaos, -m.coherence, _rank(m.encoding)))
    for match in ranked:
        text = _strict(data, match.encoding)
        if text is not None:
            return text
    raise UnreadableError("is in an encoding that cannot be told: save it again as UTF-8")


def _rank(encoding: str) -> int:
    return _LEGACY.index(encoding) if encoding in _LEGACY else len(_LEGACY)


def _strict(data: bytes, encoding: str) -> str | None:
    """Strictly decoded text; None where that fails or leaves halves of surrogate pairs (UTF-7 can)."""
    try:
        text = data.decode(encoding)
        text.encode("utf-8")
    except (UnicodeError, LookupError):
        return None
    return text
