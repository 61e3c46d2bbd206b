"""Bytes to text: strictly or not at all."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from made_files import read

from assistant.corpus.building import UnreadableError
from assistant.corpus.decoding import decode

FRENCH = "L'été dernier, nous avons visité le château où était né le poète. Ça vous a plu?"
SPANISH = "El año pasado fuimos a la montaña. ¿Dónde está el niño? Mañana será otro día."
ENGLISH = "The “Steppe Eagle” exercise is Kazakhstan’s largest. It began in 2006 – and goes on."
CZECH = "Dnes je hezký den a děti si hrají venku. Můžeme jít do města, řekl učitel."
RUSSIAN = "Привет, мир! Это простой текст на русском языке, записанный в старой кодировке."
GREEK = "Αυτό είναι ένα απλό κείμενο στα ελληνικά."
JAPANESE = "これは日本語の文章です。昔の文字コードで書かれています。東京は大きい都市です。"
CHINESE = "这是一个中文句子。北京是中国的首都，有很多人。"
KOREAN = "이것은 한국어 문장입니다. 서울은 큰 도시입니다."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "latin-1"),
        (SPANISH, "latin-1"),
        ("Café", "latin-1"),
        (ENGLISH, "cp1252"),
        (CZECH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
        (JAPANESE, "shift-jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "iso2022_jp"),
        (CHINESE, "gb18030"),
        (KOREAN, "euc-kr"),
        (RUSSIAN, "utf-16"),
        (JAPANESE, "utf-16"),
        (ENGLISH, "utf-16-le"),
        (ENGLISH, "utf-16-be"),
        (GREEK, "utf-32"),
        (CZECH, "utf-8"),
        (CZECH, "utf-8-sig"),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str) -> None:
    assert decode(f"{text}\n".encode(encoding)) == f"{text}\n"


def test_line_breaks_and_spaces_stay_exactly(tmp_path: Path) -> None:
    source = "Title\r\n\r\nOne line\r\nand  another.\r\rOld Mac.\n\n\ttabbed \u00a0 \u2028 end\r\n"
    assert decode(source.encode()) == source
    assert read(tmp_path, "crlf.txt", source).text == source


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode(codecs.BOM_UTF8 + b"words") == "words"


def test_a_declared_encoding_is_believed() -> None:
    assert decode(GREEK.encode("iso8859-7"), "iso-8859-7") == GREEK


def test_valid_utf8_is_believed_over_a_single_byte_declaration() -> None:
    assert decode(FRENCH.encode(), "iso-8859-1") == FRENCH


def test_an_unknown_declaration_does_no_harm() -> None:
    assert decode(FRENCH.encode(), "no-such-encoding") == FRENCH


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"words\x00and\x01more\x02", "binary data"),
        (bytes(range(256)) * 4, "binary data"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00", "not valid UTF-16"),
        (codecs.BOM_UTF8 + b"caf\xe9", "not valid UTF-8"),
    ],
    ids=["NUL bytes", "every byte", "broken UTF-16", "broken UTF-8"],
)
def test_what_is_not_text_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        decode(data)
