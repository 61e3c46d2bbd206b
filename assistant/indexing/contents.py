"""What a document was made of: compared to know whether it must be read again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

from assistant.corpus import ReadOptions, family_of

READERS_VERSION = 2
"""Raised when the readers make something else of the same bytes: every document is then read again."""


def content_hash(sha256: str, path: PurePath, options: ReadOptions) -> str:
    """What a document was made of: the file's digest, the readers' version, and the language it was recognised in.

    Passwords are no part of it: they open a file, and change nothing of what is read.
    """
    family = family_of(path)
    recognised = f":ocr={options.ocr}" if options.ocr and family and family.takes_options else ""
    return f"{sha256}:{READERS_VERSION}{recognised}"


def digest_of(content: str) -> str:
    """The digest of the file alone, of a content hash."""
    return content.partition(":")[0]


def options_of(content: str, options: ReadOptions) -> ReadOptions:
    """The options under which a document of a content hash was read, passwords as given now."""
    _, _, language = content.partition(":ocr=")
    return replace(options, ocr=language)


def is_current(stored: str | None, content: str) -> bool:
    """Whether a document need not be read again: the same file, recognised or not, unless recognition is asked for."""
    return stored is not None and (stored == content or stored.partition(":ocr=")[0] == content)
