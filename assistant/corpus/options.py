"""How files are to be read: what a person says once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What readers are told beside a file's bytes. Never stored; passwords never show in a ``repr`` either.

    Attributes:
        passwords: tried in order on encrypted files.
        ocr: language of the pages without a text layer, as tesseract names it (``eng``, ``deu+eng``), which are then
            recognised; empty to leave them out.
    """

    passwords: tuple[str, ...] = field(default=(), repr=False)
    ocr: str = ""


DEFAULT_OPTIONS = ReadOptions()
"""Nothing said: no password, no recognition."""
