"""Text to HTML without loss: what a browser reads back as ``textContent`` is the text, code point by code point."""

from __future__ import annotations

import re
from html import escape

_UNREPRESENTABLE = re.compile("[\0\ud800-\udfff]")


def text_to_html(text: str) -> str:
    r"""Escape ``text`` for element content and quoted attributes.

    A carriage return is written as a character reference, since an HTML parser turns a bare ``\r\n`` into
    ``\n``. NUL and unpaired surrogates cannot stand in HTML or UTF-8 at all; they show as U+FFFD.
    """
    return _UNREPRESENTABLE.sub("\N{REPLACEMENT CHARACTER}", escape(text)).replace("\r", "&#13;")


def shortened(text: str, limit: int) -> str:
    """Return ``text`` in one line of at most ``limit`` characters, with an ellipsis where it was cut."""
    line = " ".join(text[: limit * 4].split())
    return line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1].rstrip() + "…"
