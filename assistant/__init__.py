"""Footnote: answers questions from your documents with exact, checkable quotations. No generative model.

>>> from assistant import ask
>>> ask("When did Kazakhstan join the Partnership for Peace?").citations[0].page is None
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.datatypes import Answer, Citation, Document, Hit, Passage, Turn
    from assistant.engine import Assistant
    from assistant.errors import FootnoteError
    from assistant.first_use import ask

__version__ = "0.1.0"

__all__ = ["Answer", "Assistant", "Citation", "Document", "FootnoteError", "Hit", "Passage", "Turn", "ask"]

_HOMES = {
    "Answer": "datatypes",
    "Assistant": "engine",
    "Citation": "datatypes",
    "Document": "datatypes",
    "FootnoteError": "errors",
    "Hit": "datatypes",
    "Passage": "datatypes",
    "Turn": "datatypes",
    "ask": "first_use",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that ``import assistant`` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted(set(globals()) | set(_HOMES))
